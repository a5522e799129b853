"""The change record of a case's recordings: a file that is only appended to, one act a line.

Each line holds a check sum of itself, so that a changed or torn one is an error, and not a shorter
record.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Final, get_args

from smoke_tui.files import open_plain, sync_folder
from smoke_tui.judging.acceptance import Act, ActKind
from smoke_tui.judging.triage import TRIAGE_CLASSES
from smoke_tui.regex import regex

MOST: Final = 16 * 1024 * 1024
_KEYS: Final = ("time", "who", "act", "class", "why", "old", "new", "check")
_SHA256: Final = regex(r"[0-9a-f]{64}")


class ChangeRecordError(ValueError):
    """A change record is damaged, or can't be read or written; the text names file and line."""


def read_changes(path: Path) -> tuple[Act, ...]:
    """The acts of a change record, oldest first; none where there is no such file.

    Raises:
        ChangeRecordError: it can't be read, or is damaged.
    """
    try:
        with os.fdopen(open_plain(path), "rb") as file:
            content = file.read(MOST + 1)
    except FileNotFoundError:
        return ()
    except (OSError, ValueError) as error:
        raise ChangeRecordError(f"{path}: can't be read: {_why(error)}") from None
    return parse_changes(content, str(path))


def parse_changes(content: bytes, name: str) -> tuple[Act, ...]:
    """Read the bytes of a change record.

    Raises:
        ChangeRecordError: a line is damaged, or the last one is torn.
    """
    if len(content) > MOST:
        raise ChangeRecordError(f"{name}: it is larger than {MOST:,} bytes")
    lines = content.split(b"\n")
    if lines[-1]:
        raise ChangeRecordError(
            f"{name}:{len(lines)}: the last line is torn: it has no line end; restore the file "
            "from git, or remove that line"
        )
    return tuple(_act(line, f"{name}:{number}") for number, line in enumerate(lines[:-1], 1))


def append_act(path: Path, act: Act) -> None:
    """Append one act and bring it to the disk. Programs that append wait for each other.

    Raises:
        ChangeRecordError: the record is damaged, or can't be written; nothing was added.
    """
    line = render_act(act)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC
        fd = os.open(path, flags | os.O_NONBLOCK, 0o600)
    except OSError as error:
        raise ChangeRecordError(f"{path}: can't be written: {_why(error)}") from None
    with os.fdopen(fd, "rb+", buffering=0) as file:
        try:
            if not stat.S_ISREG(os.fstat(fd).st_mode):
                raise ChangeRecordError(f"{path}: it is no regular file")
            fcntl.flock(fd, fcntl.LOCK_EX)
            # What is damaged must not be hidden below a new line.
            before = file.read()
            parse_changes(before, str(path))
            written = file.write(line)
            if written != len(line):
                os.ftruncate(fd, len(before))
                raise ChangeRecordError(f"{path}: not written: the device is full")
            os.fsync(fd)
            sync_folder(path.absolute().parent)
        except OSError as error:
            raise ChangeRecordError(f"{path}: can't be written: {_why(error)}") from None


def render_act(act: Act) -> bytes:
    """The line of an act."""
    fields = {
        "time": act.time,
        "who": act.who,
        "act": act.act,
        "class": act.triage,
        "why": act.why,
        "old": act.old,
        "new": act.new,
    }
    return _rendered(fields | {"check": _check(fields)}) + b"\n"


def _rendered(fields: Mapping[str, object]) -> bytes:
    return json.dumps(fields, ensure_ascii=False).encode("utf-8", "backslashreplace")


def _check(fields: Mapping[str, object]) -> str:
    return hashlib.sha256(_rendered(fields)).hexdigest()[:16]


def _act(line: bytes, place: str) -> Act:
    try:
        fields = json.loads(line.decode("utf-8"))
    except (ValueError, RecursionError):
        raise _damaged(place, "it is no JSON object") from None
    if not isinstance(fields, dict) or tuple(fields) != _KEYS:
        raise _damaged(place, f"expected the keys {', '.join(_KEYS)}")
    check = fields.pop("check")
    if check != _check(fields):
        raise _damaged(place, "its check sum does not fit, so it was changed")
    texts = [fields[key] for key in ("time", "who", "why", "new")]
    old, triage, act = fields["old"], fields["class"], fields["act"]
    if (
        not all(isinstance(text, str) for text in texts)
        or not _SHA256.fullmatch(fields["new"])
        or not (old is None or (isinstance(old, str) and _SHA256.fullmatch(old)))
        or act not in get_args(ActKind)
        or not (triage is None if act == "opened" else triage in TRIAGE_CLASSES)
    ):
        raise _damaged(place, "a value is none that this tool writes")
    return Act(fields["time"], fields["who"], act, triage, fields["why"], old, fields["new"])


def _damaged(place: str, problem: str) -> ChangeRecordError:
    return ChangeRecordError(
        f"{place}: damaged: {problem}; restore the file from git; it was not changed"
    )


def _why(error: Exception) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error)
