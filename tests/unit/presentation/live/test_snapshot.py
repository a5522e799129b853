"""Which step a snapshot shows."""

from __future__ import annotations

from tests.helpers.events import make_event
from tests.helpers.tui_records import DRIFT, asking, run_until


def test_between_two_tries_the_step_that_waits_is_shown() -> None:
    """Another has ended last, and it may even have failed."""
    run = run_until(lambda e: e.kind == "try.finished" and e.step == "authoring-turn")
    run.incoming.on_event(
        make_event(
            run.state.events,
            run.state.now,
            run.state.now_ms,
            "retry.planned",
            "authoring-turn",
            1,
            data={"seconds": 12.0, "code": "rate-limited", "refresh": False},
        )
    )
    assert run.drain()
    assert run.snapshot().shown.id == "authoring-turn"


def test_at_the_end_the_step_that_ended_last_is_shown() -> None:
    """A fallback may have begun after the step that it mends, which then ended after it."""
    run = asking("finish")
    run.state.order.remove(DRIFT)
    run.state.order.append(DRIFT)
    assert run.snapshot().shown.id == "authoring-turn"
