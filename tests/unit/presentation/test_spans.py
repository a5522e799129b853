"""Styled text: the same text for every output."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from smoke_tui.presentation.report.escaping import as_markdown
from smoke_tui.presentation.spans import Text, as_text, listed, quote, row, spans, strong


def test_a_text_is_the_same_in_each_output_but_for_its_styles() -> None:
    text: Text = [strong("Broken:"), " call of ", quote("a|b `c`"), "."]
    assert as_text(text) == "Broken: call of a|b `c`."
    assert as_markdown(text) == "**Broken:** call of `` a|b `c` ``."


def test_a_row_keeps_its_tones() -> None:
    assert [span.tone for span in spans(row("a", ("b", "warn")))] == ["", "warn"]


def test_a_long_list_says_how_much_it_leaves_out() -> None:
    assert as_text(listed(["a"] * 22)).endswith("a, a and 2 more")
    assert as_text([quote("x" * 310)]) == f"{'x' * 300}… (10 more characters)"


@given(st.text(max_size=40))
def test_foreign_text_is_on_one_line_without_controls(text: str) -> None:
    shown = as_text([quote(text)])
    assert len(shown.splitlines()) <= 1
    assert "\x1b" not in shown
