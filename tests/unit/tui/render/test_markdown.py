"""Markdown as rows: every block, at every width, in the form a reader expects."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smoke_tui.tui.render.markdown import markdown_rows
from smoke_tui.tui.theme import STYLES

TEXT = """\
# A title

A *paragraph* of **two**
lines with `code`, a [name](https://example.org/x) and <https://example.org/y>.

- one
- two
  with more
  1. inner

> quoted

```http
GET /a/very/long/path/that/is/not/wrapped/at/words/but/folded HTTP/1.1

```

| # | Name | Outcome |
|--:|---|---|
| 1 | first | **pass** |
| 22 | a second one that is long | **fail** |

<!-- a comment -->

<details><summary>2. A fold</summary>

inside

</details>

---
"""


def plain(text: str, width: int = 60) -> list[str]:
    return [row.plain.rstrip() for row in markdown_rows(text, width)]


def test_every_block_has_its_form() -> None:
    assert plain(TEXT) == [
        "A title",
        "",
        "A paragraph of two lines with code, a name",
        "(https://example.org/x) and https://example.org/y.",
        "",
        "• one",
        "• two with more",
        "  1. inner",
        "",
        "│ quoted",
        "",
        "▏ GET /a/very/long/path/that/is/not/wrapped/at/words/but/fol",
        "▏ ded HTTP/1.1",
        "",
        " #  Name                       Outcome",
        "──────────────────────────────────────",
        " 1  first                      pass",
        "22  a second one that is long  fail",
        "",
        "<!-- a comment -->",
        "",
        "▾ 2. A fold",
        "",
        "inside",
        "",
        "─" * 60,
    ]


@pytest.mark.parametrize("width", [16, 30, 44, 200])
def test_no_row_is_wider_than_the_screen_and_no_word_is_lost(width: int) -> None:
    rows = markdown_rows(TEXT, width)
    assert max(row.cell_length for row in rows) <= width
    letters = "".join("".join(row.plain.split()) for row in rows)
    for word in ("paragraph", "quoted", "inner", "inside", "22"):
        assert word in letters


def test_an_outcome_has_its_colour_and_is_a_word_all_the_same() -> None:
    row = next(row for row in markdown_rows(TEXT, 80) if "fail" in row.plain)
    assert any(STYLES["bad"] in str(span.style) for span in row.spans)


def test_a_table_without_a_head_begins_with_its_rows() -> None:
    assert plain("| | |\n|---|---|\n| When | now |\n| Spend | 3 calls |\n") == [
        "When   now",
        "Spend  3 calls",
    ]


def test_a_text_that_is_no_markdown_is_shown_as_it_is() -> None:
    assert plain("[/bold] 100% $HOME <b>") == ["[/bold] 100% $HOME <b>"]


def test_control_characters_never_reach_the_terminal() -> None:
    assert "\x1b" not in "\n".join(plain("a\x1b[31mb `c\x1b]0;x\x07`"))


@given(st.text(alphabet="ab *_-#>\n1.[]()<!&\\|", max_size=80))
def test_no_letter_is_lost(text: str) -> None:
    assert {c for c in text if c in "ab"} <= set("".join(plain(text)))
