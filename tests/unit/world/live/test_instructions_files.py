"""Instructions as editors save them: mended and told; what can't be used is told as what it is."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from smoke_tui.world.live.text_files import FILE_LIMIT, mended_text, read_plain_file

BOM = "\ufeff"


@pytest.mark.parametrize(
    ("text", "mended", "count"),
    [
        ("One.\nTwo.\n", "One.\nTwo.\n", 0),
        (f"{BOM}One.\n", "One.\n", 1),
        ("One.\r\nTwo.\r\n", "One.\nTwo.\n", 1),
        ("One.\rTwo.", "One.\nTwo.", 1),
        (f"{BOM}One.\r\nTwo.\r\n", "One.\nTwo.\n", 2),
        (f"{BOM}{BOM}One.", "One.", 1),
        ("One\ufeffTwo", "One\ufeffTwo", 0),
        ("", "", 0),
    ],
)
def test_what_an_editor_put_in_is_taken_out_and_reported(
    text: str, mended: str, count: int
) -> None:
    kept, words = mended_text(text)
    assert (kept, len(words)) == (mended, count)


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("folder", "is a folder"),
        ("pipe", "not a regular file"),
        ("latin", "not UTF-8"),
        ("utf-16", "UTF-16"),
        ("huge", "is larger than"),
        ("missing", "does not exist"),
        ("nul", "its path can't be one"),
    ],
)
def test_what_can_t_be_read_is_reported_as_what_it_is(
    tmp_path: Path, kind: str, words: str
) -> None:
    path = tmp_path / "instructions.txt"
    if kind == "folder":
        path.mkdir()
    elif kind == "pipe":
        os.mkfifo(path)
    elif kind == "huge":
        with path.open("wb") as file:
            file.truncate(FILE_LIMIT + 1)
    elif kind != "missing":
        path.write_bytes({"latin": b"caf\xe9", "utf-16": "x".encode("utf-16"), "nul": b""}[kind])
    text, problem = read_plain_file(f"{path}\0" if kind == "nul" else str(path))
    assert text is None
    assert problem is not None
    assert words in problem
