"""Export of a report: scanned for secrets before a byte of it is handed out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from smoke_tui.files import StorageError
from smoke_tui.journal.close_scan import NotScannedError, check_scanned
from smoke_tui.journal.file import read_evidence
from smoke_tui.journal.state import State
from smoke_tui.presentation.report.exchanges import EvidenceReader
from smoke_tui.presentation.report.export_sources import not_by_layout
from smoke_tui.presentation.report.html import page
from smoke_tui.presentation.report.json_report import standalone
from smoke_tui.presentation.report.junit import junit
from smoke_tui.presentation.report.markdown import markdown
from smoke_tui.redaction import Vault, clean, scan
from smoke_tui.runbook.model import Runbook

_WRITERS: Final[Mapping[str, Callable[[Runbook, State, EvidenceReader], str]]] = {
    "md": markdown,
    "json": standalone,
    "html": page,
    "junit": lambda runbook, state, evidence: junit(runbook, state),
}
FORMATS: Final = tuple(_WRITERS)
_AROUND: Final = 40


class SecretFoundError(ValueError):
    """An export holds what looks like a secret; the message says where, never what."""


def export(kind: str, runbook: Runbook, state: State, folder: Path, vault: Vault) -> bytes:
    """Return a report's bytes.

    Raises:
        SecretFoundError: the leak scan has a hit, or the record is not what was scanned at its end.
    """
    text = _WRITERS[kind](runbook, state, stored_evidence(folder))
    content = text.encode("utf-8", "replace")
    refuse_secrets(content, vault, f"the report of {folder.name}", folder)
    refuse_unscanned(folder)
    return content


class RecordUnscannedError(SecretFoundError):
    """A record may not leave the machine, by the scan at the end of its session."""


def refuse_unscanned(folder: Path) -> None:
    """Refuse a record that the scan at the end of its session did not clear.

    Raises:
        RecordUnscannedError: it is not what was scanned, or something was found then.
    """
    try:
        check_scanned(folder)
    except NotScannedError as problem:
        raise RecordUnscannedError(str(problem)) from None


def refuse_secrets(content: bytes, vault: Vault, what: str, folder: Path | None = None) -> None:
    """Scan an export for secrets once more; `folder` is that of its session.

    Raises:
        SecretFoundError: `content` holds what looks like a secret; `what` is named in its text.
    """
    leaks = scan(content, vault)
    if folder is not None:
        leaks = not_by_layout(content, leaks, folder)
    if leaks:
        places = ", ".join(f"{leak.kind} in line {leak.line}" for leak in leaks[:5])
        raise SecretFoundError(
            f"{what} was not given out: it would hold {len(leaks)} secret(s) "
            f"({places}){_line_of(content, leaks[0].line, vault)}; take it out where "
            "it comes from (the runbook's text, a note, what a command prints) and "
            "run that step again"
        )


def _line_of(content: bytes, number: int, vault: Vault) -> str:
    """The line around a secret, redacted; empty if even that could reveal it."""
    line = vault.redact(content.split(b"\n")[number - 1])
    at = max(0, line.find(b"[REDACTED:") - _AROUND)
    part = line[at : at + 3 * _AROUND]
    if b"[REDACTED:" not in part or scan(line, vault):
        return ""
    return f", in `{clean(part.decode('utf-8', 'replace')).strip()}`"


def stored_evidence(folder: Path) -> EvidenceReader:
    """Return a reader of a session's evidence; it gives None for what is missing or damaged."""

    def evidence(digest: str) -> bytes | None:
        try:
            return read_evidence(folder, digest)
        except StorageError:
            return None

    return evidence
