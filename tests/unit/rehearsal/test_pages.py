"""The look of the rehearsal's pages: every text can be read on its ground, by day and by night."""

from __future__ import annotations

import re

import pytest

from smoke_tui.rehearsal.stack.tools.dev.stack_markup import STYLE

PAIRS = {
    ("ink", "paper"): 7.0,
    ("ink", "panel"): 7.0,
    ("soft", "panel"): 4.5,
    ("note-ink", "note-paper"): 7.0,
    ("bad", "paper"): 4.5,
    ("bad", "panel"): 4.5,
    ("bad", "bad-paper"): 4.5,
    ("good", "good-paper"): 4.5,
    ("on-accent", "accent"): 4.5,
    ("accent", "paper"): 3.0,
    ("edge", "paper"): 3.0,
    ("edge", "panel"): 3.0,
}
"""Text or edge, its ground, and the contrast they need (WCAG 2.2, 1.4.3, 1.4.6 and 1.4.11)."""


def looks() -> list[dict[str, str]]:
    """The colours by day, and those by night."""
    return [
        dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", block))
        for block in re.findall(r":root \{([^}]*)\}", STYLE)
    ]


def light(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("look", looks(), ids=["day", "night"])
def test_contrast(look: dict[str, str]) -> None:
    for (front, ground), needed in PAIRS.items():
        high, low = sorted((light(look[front]), light(look[ground])), reverse=True)
        assert (high + 0.05) / (low + 0.05) >= needed, (front, ground)
