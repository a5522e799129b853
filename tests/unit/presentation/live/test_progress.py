"""Progress of a running step against its typical duration and its limit."""

from __future__ import annotations

import pytest

from smoke_tui.journal.state import TypicalDuration
from smoke_tui.plain.prompt import needed_now
from smoke_tui.presentation.live.briefing import facts_of
from smoke_tui.presentation.live.progress import CELLS, SHORTEST, pace, pause, usually
from smoke_tui.presentation.live.snapshot import Snapshot
from smoke_tui.presentation.spans import as_text
from smoke_tui.session.session_view import SessionView
from smoke_tui.structs import replace
from smoke_tui.tui.render.question_bar import question_bar
from tests.helpers.events import make_event
from tests.helpers.tui_records import recorded, run_until


def test_a_time_that_is_short_is_no_usual_one() -> None:
    run = SessionView(recorded()[0])
    step = run.runbook.step("boot-stack")
    for ms, told in ((SHORTEST - 1, False), (SHORTEST, True)):
        snapshot = replace(run.snapshot(), typical={step.id: TypicalDuration(ms, 4)})
        assert bool(usually(snapshot, step)) is told


def scene_at(run: SessionView, after: int, usual: int | None) -> Snapshot:
    """The running step `after` milliseconds into its try."""
    running = run.snapshot().running
    assert running is not None
    known = {} if usual is None else {running.id: TypicalDuration(usual, 4)}
    return replace(run.snapshot(), elapsed=running.tries[-1].started + after, typical=known)


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
def test_a_running_step_is_reported_against_its_usual_time(
    after: int, usual: int | None, said: str
) -> None:
    run = run_until(lambda e: e.kind == "try.started" and e.step == "boot-stack")
    snapshot = scene_at(run, after, usual)
    assert snapshot.running is not None
    told = as_text(pace(snapshot, snapshot.running))
    assert told == said
    assert told in question_bar(snapshot).text.plain
    assert "of at most" in question_bar(snapshot).title
    # Since when stands in the title, and only there.
    assert question_bar(snapshot).text.plain.startswith("▶ Boot the local stack")


def test_what_is_known_of_a_step_is_reported_before_it_is_begun() -> None:
    run = SessionView(recorded()[0])
    step = run.runbook.step("boot-stack")
    snapshot = replace(run.snapshot(), typical={"boot-stack": TypicalDuration(12_300, 4)})
    assert usually(snapshot, step).startswith("usually 12.3 s, as in 4 earlier sessions")
    assert "Takes" in dict(facts_of(snapshot, step))
    assert "Takes" not in dict(facts_of(run.snapshot(), step))


def test_a_pause_before_a_retry_is_counted_down() -> None:
    run = run_until(lambda e: e.kind == "try.finished" and e.step == "live-call")
    last = run.state.now_ms
    assert pause(run.snapshot()) == ()
    run.incoming.on_event(
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
    assert as_text(pause(replace(run.snapshot(), elapsed=last))).startswith("In 0:12 a new try of ")
    later = replace(run.snapshot(), elapsed=last + 11_500)
    assert as_text(pause(later)).startswith("In 0:01 a new try of ")
    assert "In 0:01" in question_bar(later).text.plain
    assert "In 0:01 a new try of Make one live call." in needed_now(later)
