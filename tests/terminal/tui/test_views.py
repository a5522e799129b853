"""The parts that draw, as functions: feed, tables, header, bounds."""

from __future__ import annotations

import asyncio
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from smoke_tui.failure_codes.table import (
    CODES,
)
from smoke_tui.journal.stream import TextDelta
from smoke_tui.outcomes import (
    Outcome,
    Verdict,
)
from smoke_tui.presentation.failure import SIDES, request_id
from smoke_tui.presentation.format import shape_of
from smoke_tui.presentation.live.choices import ASKS
from smoke_tui.presentation.live.log_buffer import LINES, LONGEST, NEAR, SPARE, LogBuffer
from smoke_tui.presentation.live.snapshot import Snapshot
from smoke_tui.presentation.marks import MARKS, ascii_text
from smoke_tui.session.live_view import PENDING_TEXT, LiveView
from smoke_tui.session.open import origin_warning
from smoke_tui.tui.app import Goal, SmokeApp
from smoke_tui.tui.render.header import session_header
from smoke_tui.tui.screens.session import SessionScreen
from smoke_tui.tui.widgets.log_view import LogView
from smoke_tui.tui.widgets.panel import Panel
from smoke_tui.world.requests import QUESTIONS
from tests.helpers.app_driver import recorded, run_until, settings, settled, until


def test_every_question_has_keys_and_every_state_a_look() -> None:
    assert set(ASKS) == set(QUESTIONS)
    assert {str(o) for o in Outcome} | {str(v) for v in Verdict} <= set(MARKS)
    assert {code.side for code in CODES.values()} == set(SIDES)
    for kind, choices in ASKS.items():
        keys = [choice.key for choice in choices]
        assert len(keys) == len(set(keys)), kind
    assert all(choice.key != "enter" for choice in ASKS["attest"] + ASKS["confirm"])


def test_marks_are_one_character_in_both_forms() -> None:
    for mark in MARKS.values():
        assert len(ascii_text(mark.glyph)) == 1
        assert ascii_text(mark.glyph) != "?" or mark.word == "needs you"


@given(st.lists(st.text(alphabet="ab\n\x1b]0;\x07\u009b é", max_size=12), max_size=12))
def test_text_in_pieces_is_the_text_as_a_whole(pieces: list[str]) -> None:
    apart, whole = LogBuffer(), LogBuffer()
    for piece in pieces:
        apart.pour("s", piece)
    whole.pour("s", "".join(pieces))
    strip = [line.text for line in apart.lines]
    assert [t for t in strip if t] == [line.text for line in whole.lines if line.text]
    assert "\x1b" not in "".join(strip)
    assert "\u009b" not in "".join(strip)


def test_a_line_goes_on_where_another_came_between_until_that_is_far_up() -> None:
    feed = LogBuffer()
    feed.pour("s", "waiting for ")
    feed.add("GET /healthz")
    feed.pour("s", "it\n")
    feed.pour("s", "\nmore ")
    assert [line.text for line in feed.lines] == ["waiting for it", "GET /healthz", "", "more "]
    feed.changed()
    for number in range(NEAR):
        feed.add(str(number))
    feed.pour("s", "\n")
    assert feed.changed() == 4
    feed.pour("s", "of it\n")
    assert [line.text for line in feed.lines][3:] == ["more ", "0", "1", "2", "3", "of it"]


def test_the_feed_is_bounded_in_lines_and_in_their_length() -> None:
    feed = LogBuffer()
    feed.pour("s", "x" * (3 * LONGEST))
    assert max(len(line.text) for line in feed.lines) <= LONGEST
    feed.pour("s", "y\n" * (3 * LINES))
    assert len(feed.lines) <= LINES + SPARE
    assert feed.first > 0


def test_the_same_line_again_is_counted() -> None:
    feed = LogBuffer()
    for _ in range(5):
        feed.add("GET /healthz", key="k")
    assert [line.shown for line in feed.lines] == ["GET /healthz  ×5"]


def test_a_flood_of_text_is_not_kept() -> None:
    run = LiveView(recorded()[0])
    for _ in range(1000):
        run.on_signal(TextDelta("live-call", 1, "x" * 1000))
    assert run.backlog[1] <= PENDING_TEXT + 1000
    while run.drain():
        continue
    assert sum(len(line.text) for line in run.feed.lines) <= PENDING_TEXT + 2000


def test_the_badge_and_the_spend_are_in_every_header() -> None:
    run = run_until(lambda e: e.kind == "spend.reserved")
    scene = Snapshot(run.runbook, run.state, run.elapsed)
    for width in (60, 80, 100, 160, 200):
        text = session_header(scene, width).plain
        assert "REHEARSAL" in text
        assert "calls 1 of 4 (1 unknown)" in text
        assert len(text) <= width


def test_small_words() -> None:
    assert shape_of("a") == "1 line, 1 character"
    assert shape_of("a\nb\nc\n") == "3 lines, 6 characters"
    assert request_id({"headers": [["CF-Ray", "r"], ["x-request-id", "q"]]}) == "x-request-id q"
    runbook = recorded()[0]
    assert origin_warning(runbook, "datacenter")
    assert origin_warning(runbook, "unknown")
    assert origin_warning(runbook, "office") is None


def test_only_what_changed_is_drawn(tmp_path: Path) -> None:
    async def main() -> None:
        app = SmokeApp(settings(tmp_path), Goal())
        async with app.run_test(size=(160, 45)) as pilot:
            run = run_until(lambda e: e.kind == "try.started")
            walk = SessionScreen(run)
            await app.push_screen(walk)
            await settled(pilot)
            before = {panel: panel.draws for panel in walk.query(Panel)}
            for number in range(300):
                run.on_signal(TextDelta("oauth-login", 1, f"word {number} "))
            walk.tick()
            assert {panel: panel.draws for panel in walk.query(Panel)} == before
            assert "word 299" in walk.query_one("#output", LogView).rows[-1]

    asyncio.run(main())


def test_the_output_follows_its_end_until_it_is_scrolled_up(tmp_path: Path) -> None:
    async def main() -> None:
        app = SmokeApp(settings(tmp_path), Goal())
        async with app.run_test(size=(80, 24)) as pilot:
            run = run_until(lambda e: e.kind == "try.started")
            walk = SessionScreen(run)
            await app.push_screen(walk)
            tail = walk.query_one("#output", LogView)

            def at_end() -> bool:
                return tail.scroll_offset.y == tail.max_scroll_y > 0

            async def say(count: int) -> None:
                rows = len(tail.rows) + count
                run.on_signal(TextDelta("oauth-login", 1, "line\n" * count))
                await until(pilot, lambda: len(tail.rows) >= rows)

            await say(60)
            await until(pilot, at_end)
            await pilot.press("g")
            await until(pilot, lambda: tail.scroll_offset.y == 0)
            await say(20)
            await settled(pilot)
            assert tail.scroll_offset.y == 0
            await pilot.press("G")
            await until(pilot, at_end)
            await say(20)
            await until(pilot, at_end)

    asyncio.run(main())
