"""The folders of recorded sessions."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from smoke_tui.journal.folders import JOURNAL, never_began


def session_folders(root: Path, *, unbegun: bool = False, prefix: str = "") -> Iterator[Path]:
    """The folders below `root` that hold a journal, newest name first.

    `unbegun`: also those of sessions that were killed before they had one. `prefix`: those alone
    whose names begin with it.
    """
    try:
        with os.scandir(root) as entries:
            names = sorted(
                (each.name for each in entries if each.name.startswith(prefix) and each.is_dir()),
                reverse=True,
            )
    except OSError:
        return
    for name in names:
        folder = root / name
        if os.path.isfile(f"{folder}/{JOURNAL}") or (unbegun and never_began(folder)):
            yield folder
