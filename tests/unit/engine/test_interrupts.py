"""What stops a walk from outside: cancels, and services that are lost."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from smoke_tui.journal.events.event import Event
from smoke_tui.journal.fold import fold
from smoke_tui.journal.stream import EventStream
from smoke_tui.outcomes import Verdict
from smoke_tui.world.requests.machine import Timer
from tests.helpers.engine_runs import (
    LIVE,
    PAIR,
    agreeing,
    book,
    failing,
    given_results,
    manual,
    passing,
    walk,
)
from tests.helpers.events import data_of, incoming


def cancel_at(word: str, step: str, scope: str = "session") -> Any:
    """Cancel as soon as an event of that word is seen for that step."""
    done: list[int] = []

    def after(event: Event, inbox: EventStream) -> None:
        if event.kind == word and event.step == step and not done:
            done.append(event.seq)
            inbox.post(incoming("cancelled", {"scope": scope, "why": "SIGINT"}))

    return after


def test_cancelling_the_session_stops_the_running_step_and_the_session() -> None:
    done = walk(PAIR, lambda ctx: None, after=cancel_at("try.started", "one"))
    assert done.outcomes() == {"one": ("blocked", "interrupted")}
    assert done.verdict is Verdict.BLOCKED
    assert data_of(done.events[-1])["cancelled"] == "SIGINT"


def test_cancelling_a_step_goes_on_with_the_next() -> None:
    two = book(manual("one"), manual("two"))
    done = walk(
        two, given_results({("one", 1): None}), after=cancel_at("try.started", "one", "step")
    )
    assert done.outcomes() == {"one": ("blocked", "interrupted"), "two": ("pass", None)}


def test_cancelling_while_a_question_is_open_withdraws_it() -> None:
    def reply(kind: str, data: Mapping[str, Any]) -> Mapping[str, str] | None:
        return None if kind == "begin" else agreeing(kind, data)

    done = walk(PAIR, passing, reply=reply, after=cancel_at("request", "one"))
    assert done.verdict is Verdict.INCOMPLETE
    asked = next(e for e in done.events if e.kind == "request")
    assert [e.request_seq for e in done.events if e.kind == "release"] == [asked.seq]
    assert fold(done.events).questions == {}


def test_cancelling_during_the_wait_before_a_retry_makes_no_further_call() -> None:
    done = walk(
        LIVE,
        given_results(failing("live-call", "overloaded", delay=90)),
        on_request=lambda job, inbox: job.request == Timer(90),
        after=cancel_at("retry.planned", "live-call"),
    )
    assert done.fault is None, "the walk has to notice the cancel while it waits"
    assert len(done.tries("live-call")) == 1
    assert sum(1 for e in done.events if e.kind == "spend.reserved") == 1
    assert done.events[-1].kind == "session.closed"


def lose(service: str, when: str, step: str) -> Any:
    """The child of a service ends as soon as an event of that word is seen for that step."""
    children: dict[str, Event] = {}
    posted: list[bool] = []

    def after(event: Event, inbox: EventStream) -> None:
        if (
            event.kind == "request"
            and data_of(event)["port"] == "process"
            and "argv" in data_of(event)
        ):
            children[str(event.step)] = event
        if event.kind == when and event.step == step and not posted:
            posted.append(True)
            child = children[service]
            inbox.post(
                incoming(
                    "process", {"what": "exited", "code": 1}, child.step, child.attempt, child.seq
                )
            )

    return after


def test_losing_a_service_stops_and_blocks_what_needs_it() -> None:
    done = walk(
        LIVE,
        given_results({("seed-org", 1): None}),
        after=lose("boot-stack", "try.started", "seed-org"),
    )
    assert ("resource.lost", "boot-stack") in done.words("resource.lost")
    assert done.outcomes()["seed-org"] == ("blocked", "service-died")
    assert done.outcomes()["boot-stack"] == ("pass", None)
    assert "authoring-turn" not in done.outcomes()


@pytest.mark.parametrize("running", ["paste-credential", "authoring-turn"])
def test_losing_a_service_reaches_what_hangs_on_it_by_others(running: str) -> None:
    done = walk(
        LIVE, given_results({(running, 1): None}), after=lose("boot-stack", "try.started", running)
    )
    assert done.fault is None
    assert done.outcomes()[running] == ("blocked", "service-died")


def test_losing_a_service_between_steps_blocks_the_next_that_needs_it() -> None:
    done = walk(LIVE, passing, after=lose("boot-stack", "provided", "boot-stack"))
    assert done.outcomes()["paste-credential"] == ("blocked", "service-died")
    assert fold(done.events).steps["paste-credential"].tries == []


def test_losing_a_service_leaves_other_steps_alone() -> None:
    apart = book(
        'id = "boot"\nkind = "service"\neffects = "local"\nready = { tcp = "127.0.0.1:1" }',
        manual("free"),
    )
    done = walk(apart, passing, after=lose("boot", "try.started", "free"))
    assert done.outcomes()["free"] == ("pass", None)


def test_resources_are_stopped_at_the_end_the_latest_first() -> None:
    service = 'kind = "service"\neffects = "local"\nready = { tcp = "127.0.0.1:1" }'
    done = walk(book(f'id = "first"\n{service}', f'id = "second"\n{service}'), passing)
    stops = [
        e.step
        for e in done.events
        if e.kind == "request"
        and data_of(e)["port"] == "process"
        and data_of(e).get("op") == "stop"
    ]
    assert stops == ["second", "first"]
