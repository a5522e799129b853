"""What is muted is quieter than the text around it, and both can be read, light and dark."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from textual.color import Color

from smoke_tui.tui.app import Goal, SmokeApp
from smoke_tui.tui.palettes import PALETTES
from smoke_tui.tui.screens.session import SessionScreen
from tests.helpers.app_driver import screen_strips, settings, settled
from tests.helpers.events import data_of
from tests.helpers.tui_records import run_until

READABLE = 4.5
"""WCAG 2.2, 1.4.3."""


def contrasts_of(theme: str, size: tuple[int, int], state_dir: Path) -> dict[str, float]:
    """Every text of a walk and how far it stands out from what is behind it."""
    contrasts: dict[str, float] = {}

    async def main() -> None:
        app = SmokeApp(settings(state_dir), Goal())
        async with app.run_test(size=size) as pilot:
            app.theme = theme
            screen = SessionScreen(
                run_until(lambda e: data_of(e).get("kind") == "begin" and e.step == "boot-stack")
            )
            await app.push_screen(screen)
            await settled(pilot)
            for strip in screen_strips(screen):
                for text, style, _ in strip:
                    if style is None or style.reverse or not any(c.isalnum() for c in text):
                        continue
                    fore, back = style.color, style.bgcolor
                    assert fore is not None
                    assert back is not None
                    contrasts[text.strip()] = ratio(
                        Color.from_rich_color(fore), Color.from_rich_color(back)
                    )

    asyncio.run(main())
    return contrasts


@pytest.mark.parametrize("theme", PALETTES)
def test_what_says_how_much_is_out_of_sight_can_be_read(theme: str, tmp_path: Path) -> None:
    contrasts = contrasts_of(theme, (100, 24), tmp_path)
    cut = {text: found for text, found in contrasts.items() if "more row" in text}
    assert cut
    assert {text: found for text, found in cut.items() if found < READABLE} == {}


@pytest.mark.parametrize("theme", PALETTES)
def test_every_text_can_be_read_and_muted_is_quieter(theme: str, tmp_path: Path) -> None:
    contrasts = contrasts_of(theme, (200, 50), tmp_path)
    assert {text: found for text, found in contrasts.items() if found < READABLE} == {}
    assert contrasts["nothing yet"] < contrasts["Notes"]
    assert contrasts["to do"] < contrasts["Notes"]
    assert contrasts["Seen"] < contrasts["Notes"]
    assert (
        next(found for text, found in contrasts.items() if "waiting for the sign-in" in text)
        < contrasts["Notes"]
    )


def ratio(one: Color, other: Color) -> float:
    """How far apart two colours are, from 1 to 21."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: Color) -> float:
    parts = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in colour.normalized
    ]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]
