"""How long something may take: from earlier sessions, or when it would be stopped."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from smoke_tui.history.durations import (
    usual_times,
)
from smoke_tui.journal.events.event import Event
from smoke_tui.journal.file import read_journal
from smoke_tui.journal.state import (
    TypicalDuration,
)
from smoke_tui.plain.prompt import standing as plain_standing
from smoke_tui.presentation.live.briefing import facts_of
from smoke_tui.presentation.live.progress import CELLS, SHORTEST, pace, pause, usually
from smoke_tui.presentation.live.snapshot import Snapshot
from smoke_tui.presentation.spans import as_text
from smoke_tui.session.live_view import LiveView
from smoke_tui.tui.app import Goal, SmokeApp
from smoke_tui.tui.render.question_bar import standing
from smoke_tui.tui.screens.session import SessionScreen
from smoke_tui.tui.widgets.modals import YesNo
from tests.helpers.app_driver import (
    keep,
    press,
    recorded,
    run_until,
    screen_text,
    settings,
    until,
)
from tests.helpers.events import change_event, make_event
from tests.helpers.paths import TUI_RECORDS

RUNBOOK = "openai-subscription"


def tries(events: list[Event], step: str) -> tuple[int, int]:
    """When the step's last try began and ended."""
    begun = [e.ms for e in events if e.step == step and e.kind == "try.started"]
    ended = [e.ms for e in events if e.step == step and e.kind == "try.finished"]
    return begun[-1], ended[-1]


def slower(folder: Path, step: str, by: int) -> None:
    """The record with everything after the beginning of a step's try so much later."""
    events = read_journal(folder).events
    since = next(e.seq for e in events if e.step == step and e.kind == "try.started")
    (folder / "journal.jsonl").write_bytes(
        b"".join((replace(e, ms=e.ms + by) if e.seq > since else e).line() for e in events)
    )


def test_the_usual_time_is_the_middle_one_of_what_passed(tmp_path: Path) -> None:
    for number, by in enumerate((0, 60_000, 5_000)):
        slower(keep(tmp_path, f"20310101T00000{number}Z-0000"), "boot-stack", by)
    events = list(read_journal(TUI_RECORDS / "edge-challenge").events)
    known = usual_times(tmp_path, RUNBOOK, "rehearsed")
    begun, ended = tries(events, "boot-stack")
    waited = sum(
        e.ms
        for e in events
        if e.kind == "answered"
        and e.step == "boot-stack"
        and begun < e.ms <= ended
        and e.data["answer"]["by"] == "operator"
    )
    assert waited == 0
    assert known["boot-stack"] == TypicalDuration(ended - begun + 5_000, 3)
    # The call failed there: that says nothing of how long one takes.
    assert "live-call" not in known
    assert usual_times(tmp_path, RUNBOOK, "live") == {}
    assert usual_times(tmp_path, "another", "rehearsed") == {}


def test_the_operator_s_time_is_not_the_step_s(tmp_path: Path) -> None:
    run = run_until(lambda e: e.kind == "answered" and e.data["answer"]["by"] == "operator")
    step, since, _ = run.state.waits[-1]
    assert step is not None
    run.state.waits[-1] = (step, since, since + 4_000)
    assert run.state.worked(step, since - 1_000, since + 5_000) == 2_000
    assert run.state.worked(step, since + 1_000, since + 5_000) == 1_000
    assert run.state.worked(step, since - 1_000, since + 1_000) == 1_000
    assert run.state.worked("other", since, since + 5_000) == 5_000


def scene_at(run: LiveView, after: int, usual: int | None) -> Snapshot:
    """The running step `after` milliseconds into its try."""
    running = run.scene().running
    assert running is not None
    known = {} if usual is None else {running.id: TypicalDuration(usual, 4)}
    return replace(run.scene(), elapsed=running.tries[-1].started + after, usual=known)


@pytest.mark.parametrize(
    ("after", "usual", "said"),
    [
        (0, 10_000, "╌" * CELLS + "  usually 0:10"),
        (5_000, 10_000, "━" * (CELLS // 2) + "╌" * (CELLS // 2) + "  usually 0:10"),
        (11_000, 10_000, "longer than usual (0:10)"),
        (500, SHORTEST - 1, ""),
        (500, None, ""),
    ],
)
def test_a_running_step_is_told_against_its_usual_time(
    after: int, usual: int | None, said: str
) -> None:
    run = run_until(lambda e: e.kind == "try.started" and e.step == "boot-stack")
    scene = scene_at(run, after, usual)
    assert scene.running is not None
    told = as_text(pace(scene, scene.running))
    assert told == said
    assert told in standing(scene).text.plain
    assert "of at most" in standing(scene).title
    # Since when stands in the title, and only there.
    assert standing(scene).text.plain.startswith("▶ Boot the local stack")


def test_what_is_known_of_a_step_is_told_before_it_is_begun() -> None:
    run = LiveView(recorded()[0])
    step = run.runbook.step("boot-stack")
    scene = replace(run.scene(), usual={"boot-stack": TypicalDuration(12_300, 4)})
    assert usually(scene, step).startswith("usually 12.3 s, as in 4 earlier sessions")
    assert "Takes" in dict(facts_of(scene, step))
    assert "Takes" not in dict(facts_of(run.scene(), step))


def test_a_pause_before_a_retry_is_counted_down() -> None:
    run = run_until(lambda e: e.kind == "try.finished" and e.step == "live-call")
    last = run.state.now_ms
    assert pause(run.scene()) == ()
    run.on_event(
        make_event(
            run.state.events,
            run.state.now,
            last,
            "retry.planned",
            "live-call",
            1,
            data={"seconds": 12.0, "code": "rate-limited", "refresh": False},
        )
    )
    assert run.drain()
    assert as_text(pause(replace(run.scene(), elapsed=last))).startswith("In 0:12 a new try of ")
    later = replace(run.scene(), elapsed=last + 11_500)
    assert as_text(pause(later)).startswith("In 0:01 a new try of ")
    assert "In 0:01" in standing(later).text.plain
    assert "In 0:01 a new try of Make one live call." in plain_standing(later)


def test_a_pause_before_a_retry_can_be_stopped(tmp_path: Path) -> None:
    runbook, events = recorded()
    at = next(n for n, e in enumerate(events) if e.kind == "try.finished" and e.step == "live-call")
    paused = change_event(
        events[at],
        seq=events[at].seq + 1,
        kind="retry.planned",
        data={"seconds": 12.0, "code": "rate-limited", "refresh": False},
    )
    run = LiveView.of_record(runbook, [*events[: at + 1], paused])

    async def main() -> None:
        app = SmokeApp(settings(tmp_path / "state"), Goal())
        async with app.run_test(size=(80, 24)) as pilot:
            await app.push_screen(SessionScreen(run))
            await until(pilot, lambda: "s stop this step" in screen_text(app))
            await press(pilot, "s")
            await until(pilot, lambda: isinstance(app.screen, YesNo))
            assert "Stop 2. Make one live call?" in screen_text(app)

    asyncio.run(main())
