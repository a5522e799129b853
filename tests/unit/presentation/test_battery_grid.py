"""The grid of a running battery, answer by answer, and the lines about how far it is."""

from __future__ import annotations

from smoke_tui.journal.battery import battery_tries
from smoke_tui.journal.events.battery_facts import BatteryAnswered, BatteryEnded, BatteryPaused
from smoke_tui.journal.events.body import Body
from smoke_tui.journal.events.decisions import BatteryEvidence
from smoke_tui.journal.events.event import Event, EventOf
from smoke_tui.journal.events.values import BatteryCase, BatteryPlan, QuotaWindow
from smoke_tui.journal.state import Battery, State, StepState, Try
from smoke_tui.presentation.live.battery import (
    BatteryGrid,
    BatteryProgress,
    grid_for,
    progress_line,
    result_line,
)
from smoke_tui.presentation.report.battery import battery_object

PLAN = BatteryPlan(
    pack="p",
    title="P",
    pack_sha256="0" * 64,
    prompts_sha256="1" * 64,
    cases=(BatteryCase("a", "", "", "PASS"), BatteryCase("b", "", "", "FAIL")),
    repeat=3,
    concurrency=2,
    provider="live",
    credential="subscription",
    model="m",
    host="h",
    temperature=None,
    usd_estimate=None,
)
WINDOW = QuotaWindow(300, 12.5, None)


def answer(case: str, repeat: int, text: str, error: str | None = None) -> BatteryAnswered:
    status = "completed" if error is None else "refused"
    return BatteryAnswered(case, repeat, text, status, 5, error, model="m", limits=(WINDOW,))


ANSWERS = (
    answer("a", 1, "PASS"),
    answer("b", 1, "PASS"),
    answer("a", 2, "PASSWORD field missing"),
    answer("b", 2, "", "rate-limited"),
)


def tried(*batteries: Battery) -> StepState:
    tries = [Try(n, "walk", None, 0, battery.began) for n, battery in enumerate(batteries, 1)]
    for attempt, battery in zip(tries, batteries, strict=True):
        attempt.battery = battery
    return StepState("s", "battery", tries)


def test_each_result_has_its_cell() -> None:
    grid, battery = BatteryGrid(PLAN), Battery(PLAN, 0, list(ANSWERS), 4000)
    assert grid.take([battery])
    assert [bytes(row) for row in grid.cells] == [b"P!.", b"xe."]
    assert (grid.finished, grid.answers, grid.conforming, grid.planned) == (4, 3, 2, 6)
    assert [each.raw for each in grid.remarkable.values()] == ["PASS", "PASSWORD field missing", ""]
    battery.paused_until = 6000
    assert progress_line(grid, battery, 4000) == (
        "4 of 6 calls · 1.0 a second · about 2.0 s left · waits 2.0 s, as the provider asked"
    )
    assert result_line(grid) == (
        "1 format violation · 1 as expected · 1 with the other verdict · 1 without an answer"
    )
    battery.answers.append(answer("b", 2, "FAIL: it is rude"))
    assert grid.take([battery])
    assert (bytes(grid.cells[1]), grid.finished) == (b"xF.", 4)
    assert not grid.take([battery])


def test_the_grid_of_the_record_spans_all_tries_of_a_battery() -> None:
    first = Battery(PLAN, 0, list(ANSWERS[:2]), 10)
    second = Battery(PLAN, 90, list(ANSWERS[2:]), 99)
    second.ended = BatteryEnded("20 calls in a row had no answer", 9)
    step = tried(first, second)
    tries = battery_tries(step.tries)
    grid = grid_for(None, tries)
    grid.take(tries)
    assert grid.finished == 4
    recorded = battery_object(step)
    assert recorded is not None
    assert (recorded["answers"], recorded["finished"], recorded["tries"]) == (3, 4, 2)
    assert recorded["stopped"] == "20 calls in a row had no answer"


def test_a_battery_that_came_to_its_end_is_not_continued() -> None:
    whole = Battery(PLAN, 0, list(ANSWERS[:3]), 10, ended=BatteryEnded(None, 9))
    grid = grid_for(None, [whole])
    grid.take([whole])
    again = battery_tries(tried(whole, Battery(PLAN, 90, [ANSWERS[0]], 99)).tries)
    assert len(again) == 1
    new = grid_for(grid, again)
    assert new is not grid
    new.take(again)
    assert new.finished == 1
    assert grid_for(new, again) is new


def test_a_refused_call_is_missing_and_its_battery_goes_on() -> None:
    refused = Battery(PLAN, 0, list(ANSWERS), 10, ended=BatteryEnded(None, 9))
    tries = battery_tries(tried(refused, Battery(PLAN, 90, [ANSWERS[0]], 99)).tries)
    assert len(tries) == 2


def at(ms: int, body: Body) -> Event:
    return EventOf(1, "2026-11-29T00:00:00.000Z", ms, body, "s", 1)


def test_front_ends_without_a_grid_get_a_line_now_and_then_and_at_the_end() -> None:
    battery = Battery(PLAN, 0, [], 0)
    state = State(steps={"s": tried(battery)})
    progress = BatteryProgress(10_000)
    assert progress.line(state, at(0, BatteryEvidence(PLAN))) is None

    def line(ms: int, answered: BatteryAnswered) -> str | None:
        battery.answers.append(answered)
        battery.last = ms
        return progress.line(state, at(ms, answered))

    assert line(100, ANSWERS[0]) is None
    assert line(10_000, ANSWERS[1]) == (
        "2 of 6 calls · 0.2 a second · about 20.0 s left · 2 of 2 conform · 5 h window 12.5 %"
    )
    assert line(10_500, ANSWERS[2]) is None
    assert progress.line(state, at(10_600, BatteryPaused(2.0, "HTTP 429"))) is None
    battery.ended = BatteryEnded("the cap of 3 calls is used up", 11_000)
    ended = progress.line(state, at(11_000, battery.ended))
    assert ended is not None
    assert ended.startswith("3 of 6 calls · 0.3 a second · the cap of 3 calls is used up · 2 of 3")
