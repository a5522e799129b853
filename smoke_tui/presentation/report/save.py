"""Write a report to a file of the operator's choice."""

from __future__ import annotations

from pathlib import Path

from smoke_tui.files import replace_private
from smoke_tui.presentation.format import one_line


def default_name(session: str) -> str:
    """Return the file name that is offered."""
    return f"./smoke-report-{session}.md"


def is_new(name: str) -> bool:
    """Return whether the file does not exist yet."""
    return not Path(name).expanduser().exists()


def why_no_file(name: str) -> str | None:
    """Return why a report can't be written there; None if it can."""
    path = Path(name).expanduser()
    if "\0" in name or path.is_dir():
        return "That is a folder: give the name of a file."
    if not path.absolute().parent.is_dir():
        return f"There is no folder {one_line(path.absolute().parent, 200)}."
    if path.is_symlink():
        return "That is a link: give the name of a file."
    return None


def write_report(name: str, content: bytes, issue: str | None) -> tuple[bool, str]:
    """Write a report atomically; return whether that worked, and a message."""
    path = Path(name).expanduser()
    try:
        replace_private(path, content)
    except OSError as error:
        return False, f"Not written: {path}: {error.strerror or error}"
    return True, f"Written to {path.absolute()}{f'; it belongs on {issue}' if issue else ''}"
