"""Markdown of runbooks as plain text, to be read aloud."""

from __future__ import annotations

from smoke_tui.presentation.prose import spoken_prose


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
    assert spoken_prose(text).split("\n") == [*lines, "    x"]
