"""Keeping one setting in config.toml; every other line of the file stays as it is."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Final

from smoke_tui.config.settings import config_dir
from smoke_tui.errors import UsageError
from smoke_tui.files import StorageError, private_folder, replace_plain
from smoke_tui.regex import regex

_TABLE: Final = regex(r"^\s*\[", re.MULTILINE)


def with_setting(text: str, key: str, value: str) -> str:
    """The text of a configuration file with a key before its first table, changed or added.

    Raises:
        UsageError: the text does not parse, or the key can't be set without changing more.
    """
    line = f'{key} = "{value}"'
    first_table = _TABLE.search(text)
    at = first_table.start() if first_table is not None else len(text)
    head, tables = text[:at], text[at:]
    present = re.compile(rf"^{re.escape(key)}[ \t]*=.*$", re.MULTILINE)
    head = present.sub(line, head, count=1) if present.search(head) else f"{line}\n{head}"
    try:
        wanted = {**tomllib.loads(text), key: value}
        changed = head + tables
        if tomllib.loads(changed) != wanted:
            raise UsageError(f"{key} can't be set there without changing more")
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise UsageError(str(error)) from None
    return changed


def keep_setting(key: str, value: str) -> Path:
    """Write a setting into the user's config.toml, and return the file.

    Raises:
        UsageError: there is no home folder, or the file can't be read, changed or written.
    """
    folder = config_dir()
    if folder is None:
        raise UsageError("there is no home folder to keep settings in")
    path = folder / "config.toml"
    try:
        text = path.read_text(encoding="utf-8-sig") if path.exists() else ""
        changed = with_setting(text, key, value)
        if not folder.exists():
            private_folder(folder)
        replace_plain(path, changed.encode())
    except (OSError, StorageError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise UsageError(f"{path}: {why}") from None
    return path
