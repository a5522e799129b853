"""Markdown of runbooks as plain text, to be read on a screen or aloud."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from smoke_tui.presentation.prose import plain_prose, spoken_prose


def test_prose_is_reflowed_tables_aligned_code_kept() -> None:
    text = "One\ntwo.\n\n- a\n- b\n\n| A | Long |\n|---|---|\n| xx | y |\n\n```sh\nls\n```\n"
    assert plain_prose(text) == ("One two.\n\n- a\n- b\n\n    A   Long\n    xx  y\n\n    ls")


def test_prose_is_for_the_ear() -> None:
    text = (
        "# Head\n\nOne **bold**\nand `code`, <https://x.example/a> and [a page](b.md).\n\n"
        "| A | Long |\n|---|---|\n| x | y |\n\n```sh\n**ls** `x`\n```\n"
    )
    assert spoken_prose(text) == (
        "Head\n\nOne bold and code, https://x.example/a and a page (b.md).\n\nA: Long\nx: y\n\n"
        "    **ls** `x`"
    )


def test_lists_keep_their_marks_and_continued_lines_are_joined() -> None:
    text = "1. one\n   more\n   - a\n     b\n\n   second\n2. two\n\n> said\n> so\n\n---\n    x"
    lines = ["1. one more", "   - a b", "", "   second", "2. two", "", "> said so", "", "---"]
    assert plain_prose(text).split("\n") == [*lines, "    x"]


def test_what_markdown_would_hide_is_shown() -> None:
    text = "[a][x]\n\n[x]: https://x.example\n\n<!-- a comment -->"
    assert plain_prose(text) == text


@given(st.text(alphabet="ab *_-#>\n1.[]()<!&\\", max_size=80))
def test_no_text_outside_of_code_and_tables_is_lost(text: str) -> None:
    letters = {c for c in text if c in "ab"}
    assert letters <= set(plain_prose(text))
