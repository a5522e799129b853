"""Reading plain files."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from smoke_tui.files import NotRegularError, open_plain, read_plain


def test_a_regular_file_is_read(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"abc")
    assert read_plain(tmp_path / "file") == b"abc"
    with pytest.raises(OSError, match="larger than 2 bytes"):
        read_plain(tmp_path / "file", 2)


def test_neither_links_nor_folders_nor_pipes_are_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to(tmp_path / "pipe")
    for path in (tmp_path, tmp_path / "pipe"):
        with pytest.raises(NotRegularError):
            open_plain(path)
    with pytest.raises(OSError, match="symbolic link") as caught:
        open_plain(tmp_path / "link")
    assert caught.value.errno == errno.ELOOP
