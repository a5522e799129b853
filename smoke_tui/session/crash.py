"""The trace of a crash: a private file without local variables, redacted, and its sentence."""

from __future__ import annotations

import os
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from smoke_tui.files import StorageError, private_folder
from smoke_tui.redaction import Vault
from smoke_tui.session.session import NotStartedError, Session, trace_of


def write_crash(folder: Path | None, error: BaseException, vault: Vault | None) -> Path | None:
    """Write the trace into `folder`, else among the temporary files; None: nowhere."""
    text = trace_of(error, vault or Vault())
    if folder is not None:
        try:
            private_folder(folder)
            name = folder / f"crash-{datetime.now(UTC):%Y%m%dT%H%M%S%f}Z.txt"
            fd = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
            return _write(fd, name, text)
        except OSError:
            pass
    try:
        # mkstemp makes a file of its own, 0600.
        fd, made = tempfile.mkstemp(prefix="smoke-tui-crash-", suffix=".txt")
        return _write(fd, Path(made), text)
    except OSError:
        return None


def _write(fd: int, path: Path, text: str) -> Path:
    try:
        with os.fdopen(fd, "w", encoding="utf-8", errors="backslashreplace") as file:
            file.write(text)
    except OSError:
        path.unlink(missing_ok=True)
        raise
    return path


def crash_sentence(folder: Path | None, error: BaseException, vault: Vault | None = None) -> str:
    """Keep the trace of a fault of ours; one sentence that names the fault and the file."""
    path = write_crash(folder, error, vault)
    where = (
        f"the trace is in {path}" if path is not None else "its trace could not be written anywhere"
    )
    return f"our own tool broke ({type(error).__name__}); {where}"


def fault_sentence(folder: Path, session: Session) -> str:
    """What a session's fault means for the operator; one of our own leaves its trace in `folder`."""
    fault = session.fault
    assert fault is not None
    if isinstance(fault, NotStartedError):
        return f"Not begun: {fault}"
    if isinstance(fault, StorageError):
        return f"NOT SAVED: {' '.join(str(fault).split())}"
    words = crash_sentence(folder, fault, session.vault)
    return f"{words[0].upper()}{words[1:]}."
