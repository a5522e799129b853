"""The drift screen: what differs is seen at once, at every size, in every look."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from threading import Event

import pytest
from rich.cells import cell_len
from textual.color import Color

from smoke_tui.judging.drift import DriftPair, ToolCallDrift
from smoke_tui.tui.app import Goal, SmokeApp
from smoke_tui.tui.palettes import PALETTES
from smoke_tui.tui.screens.drift import DriftScreen, Load
from smoke_tui.tui.screens.home import HomeScreen
from smoke_tui.tui.widgets.drift_rows import DriftRows
from tests.helpers.app_driver import press, screen_strips, screen_text, settings, settled, until
from tests.helpers.drift_pairs import CALLS, NEW_PROSE, PROSE, pair
from tests.terminal.tui.test_colours import READABLE, ratio

SIZES = [(60, 16), (80, 24), (120, 40), (200, 50)]
CJK = ("日本語の文章を比べます。", "日本語の文書を比べます🎉。")
Look = Callable[[SmokeApp], object]


def shown(
    pairs: tuple[DriftPair, ...],
    *keys: str,
    size: tuple[int, int] = (120, 40),
    theme: str = "dark",
    wait: str = "",
    until_true: Callable[[], object] = lambda: True,
    look: Look = lambda app: None,
    **values: str,
) -> str:
    """The drift screen's text after some keys."""

    async def main() -> str:
        app = SmokeApp(settings(Path("state"), **values), Goal())
        async with app.run_test(size=size) as pilot:
            app.theme = theme
            await app.push_screen(DriftScreen("live-call", lambda: pairs))
            for key in ("", *keys):
                await until(pilot, lambda: "comparing" not in screen_text(app), "the comparison")
                if key:
                    await press(pilot, key)
            await until(pilot, lambda: wait in screen_text(app), wait)
            await until(pilot, until_true, "the wanted end")
            text = await settled(pilot)
            look(app)
            return text

    return asyncio.run(main())


@pytest.mark.parametrize("size", SIZES)
def test_a_drift_at_every_size(golden: Callable[[str, str], None], size: tuple[int, int]) -> None:
    golden(f"drift-{size[0]}", shown((pair(PROSE, NEW_PROSE, calls=CALLS),), size=size))


def test_in_plain_characters(golden: Callable[[str, str], None]) -> None:
    text = shown(
        (pair(f"{PROSE}\n{CJK[0]}", f"{NEW_PROSE}\n{CJK[1]}"),), size=(80, 24), ascii="true"
    )
    assert text.isascii()
    golden("drift-ascii", text)


def test_the_first_look_has_ratio_threshold_owner_and_the_first_difference() -> None:
    text = shown((pair(PROSE, NEW_PROSE, calls=CALLS),), size=(80, 24))
    for part in (
        "0.7234 < 0.80 (override; default 0.85)",
        "the pytest marker's",
        "[0].arguments.amount: 12 → 13",
        "[-12-]{+13+}",
        "difference 1 of 4",
    ):
        assert part in text


def test_keys_go_from_difference_to_difference() -> None:
    lines = [f"line {n}" for n in range(200)]
    others = [f"other {n}" if n % 50 == 25 else line for n, line in enumerate(lines)]
    far = pair("\n".join(lines), "\n".join(others))
    text = shown((far,), "n", "n", "n", "n", "n", wait="difference 4 of 4")
    assert "[-line-] 175" in text
    text = shown((far,), "n", "p", "p", wait="difference 1 of 4")
    assert "[-line-] 25" in text


def test_equal_text_is_folded_and_shown_in_full_by_a_key() -> None:
    drifted = pair(PROSE, NEW_PROSE)
    rows: list[int] = []
    look: Look = lambda app: rows.append(len(app.screen.query_one(DriftRows).rows))  # noqa: E731
    assert "1,881 equal characters" in shown((drifted,), look=look)
    assert "equal characters" not in shown((drifted,), "w", look=look)
    assert "1,881 equal characters" in shown((drifted,), "w", "w", look=look)
    assert rows[0] == rows[2] < rows[1]


def test_wide_characters_keep_the_columns_aligned() -> None:
    text = shown((pair("\n".join(CJK * 3), "\n".join(CJK[::-1] * 3)),))
    rows = [row for row in text.split("\n") if " │" in row[3:-3]]
    assert any("🎉" in row for row in rows)
    assert {cell_len(row[: row.index(" │", 3)]) for row in rows} == {58}


def test_comparisons_of_a_step_are_chosen_among() -> None:
    same = pair("a", "a", ratio=1.0, drifted=False, case="smoke/other-call")
    text = shown((same, pair(PROSE, NEW_PROSE)), wait="0.7234 < 0.80")
    assert "2 of 2" in text
    text = shown((same, pair(PROSE, NEW_PROSE)), "c", "k", "enter", wait="1.00 >= 0.80")
    assert "1 of 2" in text
    assert "= same" in text
    assert "The texts: no difference" in text


def test_the_comparison_that_is_asked_about_is_shown_first() -> None:
    other = pair("c", "d", case="smoke/other-call")

    async def main() -> str:
        app = SmokeApp(settings(Path("state")), Goal())
        async with app.run_test(size=(80, 24)) as pilot:
            load: Load = lambda: (pair("a", "b"), other)  # noqa: E731
            await app.push_screen(DriftScreen("live-call", load, "smoke/other-call"))
            await until(pilot, lambda: "[-c-]{+d+}" in screen_text(app), "the other one")
            return screen_text(app)

    assert "smoke/other-call · 2 of 2" in asyncio.run(main())


def test_an_answer_acts_on_nothing() -> None:
    text = shown((pair("a \x1b[31mb [bold]c[/bold]", "a \u202eb [bold]d[/bold]"),))
    assert "<U+001B>" in text
    assert "<U+202E>" in text
    assert "\u202e" not in text
    assert "[bold]" in text


def test_what_is_copied_is_every_difference(monkeypatch: pytest.MonkeyPatch) -> None:
    copied: list[str] = []
    monkeypatch.setattr(SmokeApp, "copy_to_clipboard", lambda app, text: copied.append(text))
    shown((pair(PROSE, NEW_PROSE),), "y", until_true=lambda: copied)
    assert "Recorded: hire in spring" in copied[0]
    assert "New: wait until autumn" in copied[0]


@pytest.mark.parametrize("end", ["b", "ctrl+q"])
def test_leaving_while_answers_are_read_disturbs_nothing(end: str) -> None:
    reading, left = Event(), Event()

    def load() -> tuple[DriftPair, ...]:
        reading.set()
        assert left.wait(30)
        return (pair(PROSE, NEW_PROSE),)

    async def main() -> None:
        app = SmokeApp(settings(Path("state")), Goal())
        async with app.run_test() as pilot:
            await app.push_screen(DriftScreen("live-call", load))
            await until(pilot, reading.is_set, "the reading")
            assert "Reading the answers" in screen_text(app)
            await press(pilot, end)
            left.set()
            if end == "b":
                await settled(pilot)
                assert isinstance(app.screen, HomeScreen)
        assert app.return_code in (None, 0)

    asyncio.run(main())


def test_a_session_without_comparisons_says_so() -> None:
    assert "Nothing was compared here." in shown(())


@pytest.mark.parametrize("theme", PALETTES)
def test_both_sides_can_be_told_apart_without_colours(theme: str) -> None:
    text = shown((pair("one two three", "one 2 three"),), theme=theme)
    row = next(row for row in text.split("\n") if "[-two-]" in row)
    assert "{+2+}" in row


def test_very_long_answers_are_drawn_a_screen_at_a_time() -> None:
    recorded = " ".join(f"word{n}" for n in range(12_000))
    new = recorded.replace("word500 ", "other ").replace("word11000 ", "another ")
    keys = ("w", "n", "n")
    text = shown((pair(recorded, new),), *keys, wait="difference 2 of 2", size=(80, 24))
    assert len(recorded) > 100_000
    assert "[-word11000-]{+another+}" in text


@pytest.mark.parametrize("theme", PALETTES)
def test_what_differs_can_be_read_in_both_themes(theme: str) -> None:
    contrasts: dict[str, float] = {}

    def look(app: SmokeApp) -> None:
        for strip in screen_strips(app.screen):
            for text, style, _ in strip:
                if style is not None and style.color and style.bgcolor and text.strip():
                    colours = (Color.from_rich_color(c) for c in (style.color, style.bgcolor))
                    contrasts[text.strip()] = ratio(*colours)

    shown((pair(PROSE, NEW_PROSE, note="a note", calls=CALLS),), theme=theme, look=look)
    assert {"[-12-]", "{+13+}", "a note", "▶", "… 1,881 equal characters …"} <= set(contrasts)
    words = {text: contrast for text, contrast in contrasts.items() if any(map(str.isalnum, text))}
    assert {text: contrast for text, contrast in words.items() if contrast < READABLE} == {}


def test_an_override_and_a_note_are_seen() -> None:
    text = shown(
        (pair("a", "b", drifted=None, bounds=(0.41, 0.93), note="too long to compare", calls=None),)
    )
    assert "? undecided" in text
    assert "between 0.41 and 0.93" in text
    assert "compare by hand" in text
    assert "too long to compare" in text


def test_a_hundred_differences_of_tool_calls_scroll() -> None:
    many = ToolCallDrift(True, tuple(f"[{n}].arguments.amount: 1 → 2" for n in range(100)))
    text = shown((pair("a", "b", calls=many),), "G", size=(80, 24))
    assert "[99].arguments.amount" in text
