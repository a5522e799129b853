"""Walks of the real engine in a world of plain data: no sockets, no children, no waiting.

`walk` runs an engine over behaviours that return what a test wants, with a world that answers
timers and questions at once. Everything else (plan, rules, inbox, fold) is the product's own.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from smoke_tui.config.runbook_files import packaged
from smoke_tui.config.session_config import SessionConfig
from smoke_tui.engine.engine import Engine
from smoke_tui.journal.events.decisions import ServiceProvided
from smoke_tui.journal.events.event import Event
from smoke_tui.journal.file import Journal
from smoke_tui.journal.fold import fold
from smoke_tui.journal.state import State
from smoke_tui.journal.stream import EventStream, LiveStream, TextDelta
from smoke_tui.outcomes import Verdict
from smoke_tui.redaction import Vault
from smoke_tui.replay.stream import RecordedStream, RecordedWorld
from smoke_tui.replay.strict import Strict
from smoke_tui.runbook import Runbook, load, parse
from smoke_tui.stack.services import Service
from smoke_tui.steps.cost import asked_for, spend
from smoke_tui.world.context import StepContext
from smoke_tui.world.conversation import PendingRequest, World
from smoke_tui.world.loop import EngineLoop
from smoke_tui.world.requests.machine import Timer
from smoke_tui.world.requests.operator import Question
from smoke_tui.world.requests.processes import Spawn, StopChild
from smoke_tui.world.result import Result
from tests.helpers.events import incoming, make_event, opened_data

FRONT = "---\nschema: smoke/1\nid: walk\ntitle: Walk\nmodel: gpt-5-codex\n---\n\n# Walk\n"
LONGEST_WALK = 4000
LONGEST_DELAY = 100.0
PATIENCE = 60.0

Scripted = Result | BaseException | None
Behave = Callable[[StepContext], Scripted]
Reply = Callable[[str, Mapping[str, Any]], Mapping[str, str] | None]


def shipped() -> Runbook:
    """The runbook of the live smoke."""
    parsed = load(packaged() / "openai-subscription.md")
    assert parsed.runbook is not None
    return parsed.runbook


def book(*blocks: str) -> Runbook:
    """A runbook of step tables, in order; `fallback = true` makes a fallback."""
    parts = [FRONT]
    number = 0
    for block in blocks:
        fallback = "fallback = true" in block
        number += 0 if fallback else 1
        heading = "## Fallback: then" if fallback else f"## {number}. Step"
        runs = any(f'kind = "{kind}"' in block for kind in ("run", "service", "check"))
        needs_run = runs and "\nurl = " not in block
        run = "\n```bash run\ntrue\n```\n" if needs_run else ""
        parts.append(f"\n{heading}\n\nDo it.\n{run}\n```toml step\n{block.strip()}\n```\n")
    parsed = parse("".join(parts), "walk.md")
    assert parsed.runbook is not None, [str(found) for found in parsed.diagnostics]
    return parsed.runbook


def manual(step_id: str, *more: str) -> str:
    return "\n".join([f'id = "{step_id}"', 'kind = "manual"', 'ask = "?"', *more])


def call(step_id: str, *more: str) -> str:
    spend = 'spend = { kind = "subscription", max_calls = 2 }'
    return "\n".join(
        [
            f'id = "{step_id}"',
            'kind = "call"',
            'prompt = "p"',
            'effects = "spends"',
            *([] if any(m.startswith("spend") for m in more) else [spend]),
            *more,
        ]
    )


def told(*events: tuple[Any, ...], **config: Any) -> State:
    """The state after some events, each (word, step, try, data)."""
    first: tuple[Any, ...] = ("session.opened", None, None, opened_data(SessionConfig(**config)))
    return fold(
        make_event(seq, "T", seq, word, step, n, None, data)
        for seq, (word, step, n, data) in enumerate([first, *events])
    )


def tried(
    step: str,
    outcome: str | None = "pass",
    n: int = 1,
    cause: str = "walk",
    caller: str | None = None,
    code: str | None = None,
    **observed: Any,
) -> list[tuple[Any, ...]]:
    """The events of one try and, unless it is None, of its outcome."""
    events: list[tuple[Any, ...]] = [
        ("try.started", step, n, {"cause": cause, "caller": caller}),
        (
            "try.finished",
            step,
            n,
            {"code": code, "summary": "", "error": False, "observed": observed},
        ),
    ]
    if outcome is not None:
        data = {"outcome": outcome, "code": code, "summary": ""}
        events.append(("step.finished", step, n, data))
    return events


class TooLong(BaseException):
    """The walk did not end."""


@dataclass
class Walk:
    """A finished walk."""

    events: list[Event]
    verdict: Verdict | None
    state: State
    engine: Engine
    fault: BaseException | None = None

    def words(self, *wanted: str) -> list[tuple[str, str | None]]:
        return [(e.kind, e.step) for e in self.events if e.kind in wanted]

    def outcomes(self) -> dict[str, tuple[str, str | None]]:
        return {
            name: (step.outcome.value, step.code)
            for name, step in fold(self.events).steps.items()
            if step.outcome
        }

    def tries(self, step: str) -> list[tuple[str, str | None, str | None]]:
        return [(t.cause, t.caller, t.code) for t in fold(self.events).steps[step].tries]


class DataClock:
    """A second at every look."""

    def __init__(self) -> None:
        self.ticks = 0

    def wall(self) -> datetime:
        self.ticks += 1
        return datetime(2026, 11, 21, tzinfo=UTC) + timedelta(seconds=self.ticks)

    def milliseconds(self) -> int:
        return self.ticks * 1000


@dataclass
class DataWorld:
    """Answers timers below `LONGEST_DELAY` seconds, questions and stops; keeps the rest open.

    `on_request` comes first; where it says True, the request is left to it.
    """

    reply: Reply
    on_request: Callable[[PendingRequest, EventStream], bool]
    inbox: EventStream = field(init=False)
    stopped: list[int] = field(default_factory=list)

    def begin(self, job: PendingRequest) -> None:
        if self.on_request(job, self.inbox):
            return
        match job.request:
            case Question(kind, _, data):
                answer = self.reply(kind, {**data, "step": job.step})
                if answer is not None:
                    self.post(job, "answered", {"answer": {"by": "operator", **answer}})
            case Timer(seconds) if seconds < LONGEST_DELAY:
                self.post(job, "timer", {"seconds": seconds})
            case StopChild(child):
                self.stopped.append(child)
                self.post(job, "process", {"what": "stopped", "gone": True})

    def end(self, seq: int) -> None:
        """Nothing is under way."""

    def post(self, job: PendingRequest, ev: str, data: Mapping[str, Any]) -> None:
        self.inbox.post(incoming(ev, data, job.step, job.n, job.seq))


class MemorySink:
    """Keeps events in memory."""

    def __init__(self) -> None:
        self.events: list[Event] = []

    def sync(self) -> None:
        """Memory needs none."""

    def write(self, event: Event) -> None:
        event.line()
        self.events.append(event)
        if len(self.events) > LONGEST_WALK:
            raise TooLong

    def sync_due(self) -> None:
        """Nothing waits."""

    def keep(self, content: bytes) -> str:
        return "0" * 64


class Eyes:
    """A watcher made of a callable."""

    def __init__(self, see: Callable[[Event], None]) -> None:
        self.on_event = see

    def on_signal(self, signal: TextDelta) -> None:
        """Nothing is shown."""


def agreeing(kind: str, data: Mapping[str, Any]) -> Mapping[str, str] | None:
    """The answer that lets a walk go on."""
    agreed = {"begin": "run", "spend": "yes", "commands": "yes", "finish": "finish"}
    return {"do": agreed.get(kind, "pass")}


def walk(
    runbook: Runbook,
    behave: Behave,
    *,
    reply: Reply = agreeing,
    on_request: Callable[[PendingRequest, EventStream], bool] = lambda job, inbox: False,
    after: Callable[[Event, EventStream], None] = lambda event, inbox: None,
    config: SessionConfig | None = None,
) -> Walk:
    """Run one walk to its end. A behaviour that returns None waits for ever; it may raise."""
    config = config or SessionConfig()
    sink = MemorySink()
    world = DataWorld(reply, on_request)
    engines: list[Engine] = []
    inbox = LiveStream(
        sink,
        Vault(),
        DataClock(),
        [Eyes(lambda event: after(event, inbox))],
        first=lambda event: engines[0].watch(event),
    )
    world.inbox = inbox
    engines.append(engine_of(runbook, config, inbox, world, behave))
    inbox.post(incoming("session.opened", opened_data(config)))
    verdict, fault = walked(engines[0], inbox)
    return Walk(sink.events, verdict, engines[0].state, engines[0], fault)


def replayed(runbook: Runbook, done: Walk, behave: Behave) -> State:
    """Run a finished walk again from its events; raises what the recorded world raises."""
    engines: list[Engine] = []
    journal = Journal(Path("nowhere"), tuple(done.events), 0, (), 0)
    listener = Eyes(lambda event: engines[0].watch(event) if engines else None)
    inbox = RecordedStream(journal, [listener], Strict(journal.events))
    engines.append(engine_of(runbook, SessionConfig(), inbox, RecordedWorld(), behave))
    _, fault = walked(engines[0], inbox)
    if fault is not None:
        raise fault
    inbox.finish()
    return engines[0].state


def engine_of(
    runbook: Runbook, config: SessionConfig, inbox: EventStream, world: World, behave: Behave
) -> Engine:
    """An engine with a given behaviour for every kind of step."""

    async def behaviour(ctx: StepContext) -> Result:
        if ctx.step.kind == "service":
            old = ctx.resources.by_step.pop(ctx.step.id, None)
            if isinstance(old, Service):
                await old.stop(ctx)
        if ctx.step.spend is not None and ctx.step.kind in ("call", "turn"):
            await spend(ctx, "Spend?", {})
        result = behave(ctx)
        if isinstance(result, BaseException):
            raise result
        if result is None:
            await asyncio.get_running_loop().create_future()
        assert result is not None
        if ctx.step.kind == "service" and result.code is None:
            child = ctx.open(Spawn(("true",), "/"))
            ctx.keep_open(child)
            kept = Service(ctx.step.id, ctx.step.fields["ready"], child)
            ctx.provide(ServiceProvided(ctx.step.id), kept)
        return result

    return Engine(runbook, config, inbox, world, State(), asked_for(behaviour))


def walked(engine: Engine, inbox: EventStream) -> tuple[Verdict | None, BaseException | None]:
    """Run an engine to its end, or to what it raises."""
    loop = EngineLoop()
    try:
        inbox.deliver()
        loop.when_idle(inbox.deliver)
        task = loop.create_task(engine.run())
        try:
            return loop.run_until_complete(asyncio.wait_for(task, PATIENCE)), None
        except TooLong:
            raise AssertionError("the walk did not end") from None
        except Exception as error:
            return None, error
    finally:
        loop.when_idle(lambda: False)
        left = asyncio.all_tasks(loop)
        for one in left:
            one.cancel()
        if left:
            loop.run_until_complete(asyncio.wait(left))
        loop.close()


def passing(ctx: StepContext) -> Scripted:
    """Everything goes well."""
    return Result(
        None, "seen", {"route": "openai/subscription", "json": {"output_text": "x"}, "exit": 0}
    )


LIVE = shipped()
PAIR = book(manual("one"), manual("two", 'needs = ["one"]'))


def given_results(results: Mapping[tuple[str, int], Scripted]) -> Any:
    """Behaviours that do well except where a (step, try) is named."""
    return lambda ctx: results.get((ctx.step.id, ctx.n), passing(ctx))


def failing(step: str, *codes: str | None, **observed: Any) -> dict[tuple[str, int], Scripted]:
    """The codes of a step's tries, first to last."""
    return {
        (step, n): Result(code, f"try {n}", observed) for n, code in enumerate(codes, 1) if code
    }
