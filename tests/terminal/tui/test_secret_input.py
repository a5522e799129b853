"""The field for secrets: many lines in, the shape out, and the text given up once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from textual import events
from textual.content import Content
from textual.pilot import Pilot

from smoke_tui.tui.app import Goal, SmokeApp
from smoke_tui.tui.widgets.inputs import LIMIT, SecretInput
from smoke_tui.tui.widgets.modals import SecretLine
from tests.helpers.app_driver import screen_text, settings

Check = Callable[[Pilot[Any], SecretInput, list[str]], Awaitable[None]]


def with_field(tmp_path: Path, check: Check, problem: str | None = None) -> None:
    """Show a box with the field and run the check on it."""
    taken: list[str] = []

    def hand_over(text: str) -> str | None:
        taken.append(text)
        return problem

    async def main() -> None:
        app = SmokeApp(settings(tmp_path), Goal())
        async with app.run_test(size=(80, 24)) as pilot:
            await app.push_screen(SecretLine("A secret", Content("Give it."), hand_over))
            await pilot.pause()
            await check(pilot, app.screen.query_one(SecretInput), taken)

    asyncio.run(main())


async def paste(pilot: Pilot[Any], field: SecretInput, text: str) -> None:
    field.post_message(events.Paste(text))
    await pilot.pause()
    await pilot.pause()


def test_a_paste_of_many_lines_is_taken_whole_and_shown_by_its_shape(tmp_path: Path) -> None:
    pem = "-----BEGIN-----\nabcDEF123\n-----END-----\n"

    async def check(pilot: Pilot[Any], field: SecretInput, taken: list[str]) -> None:
        await paste(pilot, field, pem)
        shown = screen_text(pilot.app)
        assert "✓ 3 lines, 40 characters" in shown
        assert "abcDEF" not in shown
        await pilot.press("enter")
        await pilot.pause()
        assert taken == [pem]
        assert field.empty
        assert not isinstance(pilot.app.screen, SecretLine)

    with_field(tmp_path, check)


def test_it_can_not_be_copied_out_or_selected(tmp_path: Path) -> None:
    async def check(pilot: Pilot[Any], field: SecretInput, taken: list[str]) -> None:
        await paste(pilot, field, "TOPSECRET")
        await pilot.press("x", "ctrl+a", "ctrl+c", "ctrl+x", "shift+home", "ctrl+c")
        await pilot.click(field, times=3)
        await pilot.press("ctrl+c")
        assert "TOPSECRET" not in pilot.app.clipboard
        assert "TOPSECRET" not in screen_text(pilot.app)
        assert "TOPSECRET" not in repr(field) + str(field.render())
        assert not field.allow_select

    with_field(tmp_path, check)


def test_a_refused_one_says_why_and_is_gone(tmp_path: Path) -> None:
    async def check(pilot: Pilot[Any], field: SecretInput, taken: list[str]) -> None:
        await pilot.press("a", "b", "backspace", "c", "enter")
        await pilot.pause()
        assert taken == ["ac"]
        assert field.empty
        assert "Not taken: it is another login's." in screen_text(pilot.app)
        await pilot.press("enter")
        assert taken == ["ac"]

    with_field(tmp_path, check, "it is another login's")


def test_what_can_not_be_meant_is_not_taken(tmp_path: Path) -> None:
    async def check(pilot: Pilot[Any], field: SecretInput, taken: list[str]) -> None:
        await paste(pilot, field, "a\x1b[201~b")
        assert field.empty
        await paste(pilot, field, "x" * (LIMIT + 1))
        assert field.empty
        assert "Not taken" in screen_text(pilot.app)

    with_field(tmp_path, check)
