"""Which step a snapshot shows."""

from __future__ import annotations

from typing import Any

from smoke_tui.session.session_view import SessionView
from smoke_tui.structs import replace
from tests.helpers.events import make_event, resumed_data
from tests.helpers.tui_records import DRIFT, asking, run_until


def between_two_tries() -> SessionView:
    run = run_until(lambda e: e.kind == "try.finished" and e.step == "authoring-turn")
    data = {"seconds": 12.0, "code": "rate-limited", "refresh": False}
    add(run, "retry.planned", "authoring-turn", 1, data)
    return run


def add(
    run: SessionView, kind: str, step: str | None, attempt: int | None, data: dict[str, Any]
) -> None:
    state = run.state
    run.incoming.on_event(
        make_event(state.events, state.now, state.now_ms, kind, step, attempt, data=data)
    )
    assert run.drain()


def test_between_two_tries_the_step_that_waits_is_shown() -> None:
    """Another has ended last, and it may even have failed."""
    assert between_two_tries().snapshot().shown.id == "authoring-turn"


def test_a_step_that_is_asked_about_is_shown_before_one_that_waits() -> None:
    """A session that is resumed between two tries asks for the login first."""
    run = between_two_tries()
    question = {"port": "operator", "kind": "begin", "text": "", "data": {"step": "oauth-login"}}
    add(run, "request", None, 1, {**question, "secret": None})
    assert run.snapshot().question is not None
    assert run.snapshot().shown.id == "oauth-login"


def test_at_the_end_the_step_that_ended_last_is_shown() -> None:
    """A fallback may have begun after the step that it mends, which then ended after it."""
    run = asking("finish")
    run.state.order.remove(DRIFT)
    run.state.order.append(DRIFT)
    assert run.snapshot().shown.id == "authoring-turn"


def test_a_resumed_session_shows_the_addresses_of_now() -> None:
    run = asking("tick")
    step = run.snapshot().shown
    before = run.state.config
    assert f"{before.stack_url}/org-settings" in run.snapshot().prose(step)
    now = replace(before, stack_url="http://127.0.0.1:41999")
    add(run, "session.resumed", None, None, resumed_data(now, rerun=None))
    assert "http://127.0.0.1:41999/org-settings" in run.snapshot().prose(step)
    assert run.snapshot().fill("{{ stack_url }}") == "http://127.0.0.1:41999"
