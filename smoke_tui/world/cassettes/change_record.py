"""The change record of a cassette: who accepted which recording when, and why. Only appended to.

One JSON object a line in `NAME.changes.jsonl`, beside the cassette: VCR drops every key of ours
where it writes a cassette anew.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from smoke_tui.files import open_plain, read_plain

SCHEMA: Final = "smoke-cassette-change/1"
_MOST: Final = 16 * 1024 * 1024


class ChangeRecordError(ValueError):
    """A change record can't be read or written. The text names file and line."""


@dataclass(frozen=True, slots=True)
class Change:
    """One accepted recording. `old` and `new` are `Cassette.digest()`; `old` is None of the first.

    `triage` is the class of the change; `when` is ISO 8601 UTC.
    """

    when: str
    who: str
    why: str
    triage: str
    old: str | None
    new: str


def read_changes(path: Path) -> tuple[Change, ...]:
    """All changes, oldest first; none where there is no file.

    Raises:
        ChangeRecordError: a line is none of ours.
    """
    try:
        text = read_plain(path, _MOST).decode("utf-8")
    except FileNotFoundError:
        return ()
    except (OSError, UnicodeDecodeError) as error:
        raise ChangeRecordError(f"{path}: it can't be read: {error}") from None
    changes = []
    for number, line in enumerate(text.splitlines(), 1):
        try:
            fields = json.loads(line)
            if fields.pop("schema") != SCHEMA:
                raise ValueError("of another schema")
            changes.append(Change(**fields))
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            raise ChangeRecordError(
                f"{path}:{number}: no line of a change record; restore the file from version "
                "control, it is only appended to"
            ) from None
    return tuple(changes)


def append_change(path: Path, change: Change) -> None:
    """Append one change and bring it to the disk; the text has to be redacted already.

    Raises:
        OSError: it can't be written, or the file is a link or no regular file.
    """
    line = json.dumps({"schema": SCHEMA} | asdict(change), ensure_ascii=False) + "\n"
    if path.exists() or path.is_symlink():
        os.close(open_plain(path))
    fd = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    try:
        os.write(fd, line.encode("utf-8"))
        os.fsync(fd)
    finally:
        os.close(fd)
