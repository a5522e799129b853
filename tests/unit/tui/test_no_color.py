"""Without colours the terminal's own stay, and what was reversed still is."""

from __future__ import annotations

import pytest
from rich.style import Style

from smoke_tui.tui.no_color import plain


@pytest.mark.parametrize(
    ("style", "reversed_text"),
    [
        (Style(color="#ffffff", bgcolor="#000000", bold=True), False),
        (Style(color="#12151b", bgcolor="#dfe4ec", bold=True), True),
        (Style(color="#ff8592", bgcolor="#222936", bold=True), False),
        (Style(bold=True), False),
    ],
)
def test_no_colour_is_left(style: Style, reversed_text: bool) -> None:
    shown = plain(style)
    assert shown.color is not None
    assert shown.bgcolor is not None
    assert shown.color.is_default
    assert shown.bgcolor.is_default
    assert bool(shown.reverse) is reversed_text
    assert shown.bold
