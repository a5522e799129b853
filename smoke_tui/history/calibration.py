"""The calibration file on this machine: read, and replaced as a whole if nobody else changed it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from smoke_tui.files import FileChangedError, private_folder, read_plain, replace_unchanged
from smoke_tui.judging.calibration import Calibration
from smoke_tui.judging.calibration_file import (
    MOST,
    CalibrationError,
    parse_calibration,
    render_calibration,
)
from smoke_tui.redaction import Vault, scan
from smoke_tui.structs import Struct

_TRIES: Final = 20
"""How often a change is made anew because another program was faster."""


class CalibrationChangedError(CalibrationError):
    """Another program has changed the file since it was read; nothing was written."""


class CalibrationSecretError(CalibrationError):
    """What was to be written looks like a secret; nothing was written."""


class CalibrationFile(Struct, frozen=True):
    """A calibration as it was read; `content` None: there is no such file yet."""

    path: Path
    content: bytes | None
    calibration: Calibration


def read_calibration(path: Path) -> CalibrationFile:
    """Read the calibration file; without one the calibration is empty.

    Raises:
        CalibrationError: it can't be read, or is damaged.
    """
    try:
        content = read_plain(path, MOST)
    except FileNotFoundError:
        return CalibrationFile(path, None, Calibration())
    except (OSError, ValueError) as error:
        raise CalibrationError(f"{path}: can't be read: {_why(error)}") from None
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise CalibrationError(
            f"{path}:{line}: it is not UTF-8 text; correct it or move the file away; "
            "it was not changed"
        ) from None
    return CalibrationFile(path, content, parse_calibration(text, str(path)))


def write_calibration(file: CalibrationFile, changed: Calibration) -> CalibrationFile:
    """Replace the file by a changed calibration: log, overrides and pairs in one act.

    A kill at any time leaves the old file or the new one, whole.

    Raises:
        CalibrationChangedError: another program has changed the file since it was read.
        CalibrationSecretError: the new text holds what looks like a secret.
        CalibrationError: it can't be written; an old file stays as it was.
    """
    text = render_calibration(changed)
    # What could not be read again would lose everything at the next start.
    parse_calibration(text, str(file.path))
    content = text.encode()
    leaks = scan(content, Vault())
    if leaks:
        raise CalibrationSecretError(
            f"{file.path}: not written: it would hold what looks like a secret "
            f"({leaks[0].kind} in line {leaks[0].line}); take it out of the reason or of the answers"
        )
    if len(content) > MOST:
        raise CalibrationError(f"{file.path}: not written: it would be larger than {MOST:,} bytes")
    try:
        if not file.path.parent.exists():
            private_folder(file.path.parent)
        replace_unchanged(file.path, file.content, content)
    except FileChangedError:
        raise CalibrationChangedError(
            f"{file.path}: not written: another program has changed it meanwhile; "
            "look at the new state, then try again"
        ) from None
    except OSError as error:
        raise CalibrationError(f"{file.path}: not written: {_why(error)}") from None
    return CalibrationFile(file.path, content, changed)


def update_calibration(path: Path, change: Callable[[Calibration], Calibration]) -> CalibrationFile:
    """Read, change and replace the file, anew where another program was faster.

    Raises:
        CalibrationError: it can't be read or written.
    """
    for _ in range(_TRIES - 1):
        file = read_calibration(path)
        try:
            return write_calibration(file, change(file.calibration))
        except CalibrationChangedError:
            continue
    file = read_calibration(path)
    return write_calibration(file, change(file.calibration))


def today() -> str:
    """The ISO date of a row that is written now, in UTC."""
    return datetime.now(UTC).date().isoformat()


def _why(error: Exception) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error)
