"""The trace of a crash: a private file without local variables, redacted."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

from smoke_tui.journal.file import JournalError, private_folder
from smoke_tui.secrecy import Vault
from smoke_tui.session import Session, trace_of


def write_crash(folder: Path, error: BaseException, vault: Vault | None) -> Path | None:
    """Write what went wrong; where to, or None where even that can't be done."""
    try:
        private_folder(folder)
        path = folder / f"crash-{datetime.now(UTC):%Y%m%dT%H%M%S%f}Z.txt"
        fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        with os.fdopen(fd, "w", encoding="utf-8", errors="backslashreplace") as file:
            file.write(trace_of(error, vault or Vault()))
    except (OSError, JournalError):
        return None
    return path


def told_fault(folder: Path, session: Session) -> str:
    """What a session's fault means for the operator; one of our own leaves its trace in `folder`.
    """
    fault = session.fault
    assert fault is not None
    if isinstance(fault, JournalError):
        return f"NOT SAVED: {' '.join(str(fault).split())}"
    path = write_crash(folder, fault, session.vault)
    return f"Our own tool broke ({type(fault).__name__}); the trace is in {path}."
