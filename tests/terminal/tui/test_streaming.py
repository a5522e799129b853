"""A fast answer costs no more than ten looks a second, and no more memory than the feed may have.

Ten seconds of a stream are driven tick by tick; nothing waits for a clock.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from textual.geometry import Region

from smoke_tui.journal.stream import TextDelta
from smoke_tui.presentation.live.log_buffer import LINES, LONGEST, SPARE, LogBuffer
from smoke_tui.session.session_view import PENDING_TEXT, SessionView
from smoke_tui.tui.app import Goal, SmokeApp
from smoke_tui.tui.screens.session import TICK, SessionScreen
from smoke_tui.tui.widgets.log_view import LogView
from smoke_tui.tui.widgets.panel import Panel
from tests.helpers.app_driver import settings, until
from tests.helpers.tui_records import recorded

SECONDS, DELTAS = 10, 300
TICKS = round(SECONDS / TICK)


class Driven(SessionView):
    """A record whose time is what it is told to be."""

    at = 0

    @property
    def elapsed(self) -> int:
        return self.at


class Still(SessionScreen):
    """A walk that ticks only when it is told to."""

    def on_mount(self) -> None:
        self.tick()


def running() -> Driven:
    """The record up to where the live call's answer would begin."""
    runbook, events = recorded("instructions-drift")
    at = next(n for n, e in enumerate(events) if e.kind == "spend.reserved")
    run = Driven(runbook)
    for event in events[: at + 1]:
        run.incoming.on_event(event)
    while run.drain():
        continue
    run.at = run.state.now_ms
    return run


def test_three_hundred_deltas_a_second_are_drawn_ten_times(tmp_path: Path) -> None:
    run = running()
    walk = Still(run)
    drawn: dict[str, int] = {}

    async def main() -> None:
        app = SmokeApp(settings(tmp_path), Goal())
        async with app.run_test(size=(80, 24)) as pilot:
            await app.push_screen(walk)
            await pilot.pause()
            tail = walk.query_one("#output", LogView)
            panels = {
                str(panel.id or (panel.parent and panel.parent.id)): panel
                for panel in walk.query(Panel)
            }
            before = {name: panel.draws for name, panel in panels.items()}
            first = tail.draws
            number = 0
            for tick in range(TICKS):
                for _ in range(round(DELTAS * TICK)):
                    number += 1
                    run.incoming.on_signal(TextDelta("live-call", 1, f"word{number} "))
                run.at += round(TICK * 1000)
                walk.tick()
                if tick % 10 == 9:
                    await pilot.pause()
            drawn.update({name: panels[name].draws - before[name] for name in panels})
            drawn["output"] = tail.draws - first
            assert f"word{SECONDS * DELTAS}" in tail.rows[-1]

    asyncio.run(main())
    assert drawn.pop("output") <= TICKS
    # What tells the time changes once a second, the rest not at all.
    ticking = {name: count for name, count in drawn.items() if count}
    assert set(ticking) <= {"top", "step-list", "bar-text"}
    assert max(ticking.values()) <= SECONDS + 1


def test_a_growing_answer_is_scrolled_before_it_is_drawn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A layout of the screen, or a scroll after the drawing, would draw each tick twice."""
    run = running()
    walk = Still(run)
    layouts: list[LogView] = []
    refresh = LogView.refresh

    def counted(
        view: LogView, *regions: Region, repaint: bool = True, layout: bool = False, **more: bool
    ) -> LogView:
        if layout:
            layouts.append(view)
        return refresh(view, *regions, repaint=repaint, layout=layout, **more)

    async def main() -> None:
        app = SmokeApp(settings(tmp_path), Goal())
        async with app.run_test(size=(80, 24)) as pilot:
            await app.push_screen(walk)
            tail = walk.query_one("#output", LogView)

            def say(lines: int) -> None:
                run.incoming.on_signal(TextDelta("live-call", 1, "line\n" * lines))
                walk.tick()

            say(60)
            await until(pilot, lambda: tail.scroll_offset.y == tail.max_scroll_y > 0)
            monkeypatch.setattr(LogView, "refresh", counted)
            for _ in range(TICKS):
                say(3)
                assert tail.virtual_size.height == len(tail.rows)
                assert tail.scroll_offset.y == tail.max_scroll_y
            assert not layouts
            # A log that needs no scroll bar changes the layout once more.
            run.log = LogBuffer()
            say(1)
            assert layouts

    asyncio.run(main())


def test_the_feed_keeps_a_bounded_part_of_a_long_stream() -> None:
    run = running()
    kept: list[int] = []
    for _ in range(10 * TICKS):
        for number in range(round(DELTAS * TICK)):
            run.incoming.on_signal(TextDelta("live-call", 1, f"word {number} of a line\n"))
        run.drain()
        kept.append(sum(len(line.text) for line in run.log.lines))
        assert len(run.log.lines) <= LINES + SPARE
        assert run.incoming.backlog[1] <= PENDING_TEXT
    assert max(kept[TICKS:]) <= (LINES + SPARE) * 30
    assert max(len(line.text) for line in run.log.lines) <= LONGEST


def test_a_line_without_an_end_is_bounded_too() -> None:
    run = running()
    for _ in range(TICKS):
        for _ in range(round(DELTAS * TICK)):
            run.incoming.on_signal(TextDelta("live-call", 1, "x" * 400))
        while run.drain():
            continue
    assert max(len(line.text) for line in run.log.lines) <= LONGEST
    assert len(run.log.lines) <= LINES + SPARE
