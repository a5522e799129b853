"""The context a step works in: what it records, asks of the world, and leaves behind."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TypeVar

from smoke_tui.config.questions import Answer, Verb
from smoke_tui.config.session_config import SessionConfig
from smoke_tui.journal.events.body import DecisionBody
from smoke_tui.journal.events.codec import requested
from smoke_tui.journal.events.decisions import FindingRecorded, OtherEvidence, Provided
from smoke_tui.journal.events.facts import Answered
from smoke_tui.journal.stream import EventStream, Fact, TextDelta
from smoke_tui.redaction import Secret
from smoke_tui.runbook.model import Step
from smoke_tui.structs import Struct, field
from smoke_tui.world.call_history import EarlierBattery, EarlierCall
from smoke_tui.world.conversation import BodyReader, Conversation, PendingRequest, TimeLimit, World
from smoke_tui.world.requests.base import VALUE, Query, Request
from smoke_tui.world.requests.http import Exchange, HttpLimits
from smoke_tui.world.requests.machine import Timer
from smoke_tui.world.requests.operator import Question
from smoke_tui.world.resources import Resource, SessionResources, StepError
from smoke_tui.world.values import Text, show

A = TypeVar("A")
CheckCaps = Callable[[Step, str, str | None], None]
"""Refuses one more call of a step, of a kind of money, that costs at most so many dollars.

Raises:
    StepError: a cap leaves no room for it (`over-budget`).
"""


class Attempt(Struct, frozen=True):
    """Which try of which step a context is for, and what the session has learnt before it.

    `session` and `runbook` are their names, `runbook_file` is that of its file. `before` is the code
    that the step's try before this one came to. `refused_models` are those that calls of this
    session were refused for, with the code, in their order; `earlier_calls` is what the last call
    learnt of each model; `battery` is what the step's tries have finished of a battery that was
    broken off.
    """

    step: Step
    n: int = 1
    cause: str = "walk"
    session: str = ""
    runbook: str = ""
    runbook_file: str = ""
    before: str | None = None
    refused_models: Mapping[str, str] = field(default_factory=dict)
    earlier_calls: Mapping[str, EarlierCall] = field(default_factory=dict)
    battery: EarlierBattery | None = None


class StepContext:
    """All that a step's behaviour may touch.

    Everything that it asks of the world is a request in the journal; its answer is a fact.
    `asked_once` keeps answers that serve a whole try.
    """

    def __init__(
        self,
        stream: EventStream,
        world: World,
        config: SessionConfig,
        resources: SessionResources,
        attempt: Attempt,
        check_caps: CheckCaps = lambda step, kind, worst_usd: None,
    ) -> None:
        self._stream = stream
        self._world = world
        self._check_caps = check_caps
        self._refs: Counter[str] = Counter()
        self._open: list[Conversation] = []
        self.config = config
        self.resources = resources
        self.attempt = attempt
        self.step = attempt.step
        self.n = attempt.n
        self.asked_once: dict[str, Exchange] = {}
        self.limit: TimeLimit | None = None

    @property
    def now_ms(self) -> int:
        """Milliseconds since the session opened, at the latest fact."""
        return self._stream.now_ms

    @property
    def now(self) -> str:
        """The time of the latest fact, ISO 8601 UTC; the only time a step knows."""
        return self._stream.now

    def limits(self, seconds: float, idle: float = 30.0) -> HttpLimits:
        """Bounds of an exchange that may take `seconds`, or the step's own time limit."""
        total = (self.step.timeout or seconds) * self.config.patience
        return HttpLimits(total=total, idle=min(idle * self.config.patience, total))

    def check_caps(self, kind: str, worst_usd: str | None) -> None:
        """Refuse one more call that could go over a cap of the step or the session's budget.

        Raises:
            StepError: a cap leaves no room for it (`over-budget`).
        """
        self._check_caps(self.step, kind, worst_usd)

    # --- the record -----------------------------------------------------------------------

    def decide(self, body: DecisionBody) -> int:
        """Record a decision of this try; the number of its event."""
        return self._stream.decide(body, step=self.step.id, attempt=self.n).seq

    def evidence(self, name: str, value: object) -> None:
        """Record something observed; `value` is JSON or has secrets as leaves."""
        self.decide(OtherEvidence(name, show(value)))

    def finding(self, code: str, message: str, remedy: str = "") -> None:
        """Record something that deserves attention and decides nothing."""
        self.decide(FindingRecorded(code, message, remedy))

    def show_delta(self, text: str) -> None:
        """Show a piece of an answer's text that is not recorded."""
        self._stream.signal(TextDelta(self.step.id, self.n, text))

    def provide(self, provided: Provided, resource: Resource) -> None:
        """Hand a resource to the session; its conversations stay open after the step."""
        self.resources.by_step[provided.name] = resource
        self.decide(provided)

    # --- asking the world -----------------------------------------------------------------

    def open(self, request: Request, reader: BodyReader | None = None) -> Conversation:
        """Make a request whose facts the caller follows; the step ends it, or `release_all`."""
        refs = {name: self._ref(kind) for name, kind in request.secret_kinds().items()}
        seq = self.decide(requested(request.port_name, request.shown()))
        pending = PendingRequest(seq, self.step.id, self.n, request, refs, reader)
        conversation = Conversation(self._stream, self._world, pending)
        self._open.append(conversation)
        if isinstance(request, Question) and self.limit is not None:
            # A person may think as long as they like; the limit is for machines.
            self.limit.hold()
            conversation.on_close = self.limit.go_on
        return conversation

    async def perform(self, request: Query[A], reader: BodyReader | None = None) -> A:
        """Make a request and wait for its answer.

        `reader` sees each redacted piece of an HTTP body as it comes in; when it returns True the
        rest is awaited only for `limits.linger` seconds.
        """
        return request.answer(await self._only_fact(request, reader))

    async def ask(self, question: Question) -> Answer:
        """Ask the operator and wait for the answer.

        Raises:
            StepError: nobody is here to answer (`needs-operator`).
        """
        return answer_of(await self._only_fact(question))

    async def ask_value(self, question: Question) -> Secret | None:
        """Ask for a value that is a secret; None where none was given.

        Raises:
            StepError: nobody is here to answer (`needs-operator`).
        """
        fact = await self._only_fact(question)
        answer_of(fact)
        return fact.secrets.get(VALUE)

    async def _only_fact(self, request: Request, reader: BodyReader | None = None) -> Fact:
        conversation = self.open(request, reader)
        fact = await conversation.next()
        self._open.remove(conversation)
        conversation.done()
        return fact

    def deadline(self, seconds: float) -> Conversation:
        """A timer; its one fact comes after `seconds`."""
        return self.open(Timer(seconds))

    async def sleep(self, seconds: float) -> None:
        """Wait for `seconds` of the world's time."""
        await self.perform(Timer(seconds))

    async def first(self, *waits: Awaitable[A]) -> tuple[int, A]:
        """Wait for the first of several; where two are ready the earlier argument wins."""
        tasks = [asyncio.ensure_future(wait) for wait in waits]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        for index, task in enumerate(tasks):
            if task.done() and not task.cancelled():
                return index, task.result()
        raise asyncio.CancelledError

    def drop(self, conversation: Conversation) -> None:
        """End a conversation that the step holds."""
        if conversation in self._open:
            self._open.remove(conversation)
        conversation.release()

    def finish(self, conversation: Conversation) -> None:
        """Take out a conversation whose last fact has come: nothing needs to be recorded."""
        self._open.remove(conversation)
        conversation.done()

    def keep_open(self, conversation: Conversation) -> None:
        """Take a conversation out of the step's own care."""
        self._open.remove(conversation)

    def release_all(self) -> None:
        """End every conversation the step still holds, newest first."""
        while self._open:
            self._open.pop().release()

    @contextmanager
    def result_known(self) -> Iterator[None]:
        """Stop the step's clock for what only adds to a result: no time-out may replace that.

        What is done inside has to be bounded by limits of its own.
        """
        limit = self.limit
        if limit is not None:
            limit.hold()
        try:
            yield
        finally:
            if limit is not None:
                limit.go_on()

    def _ref(self, kind: str) -> str:
        """The next reference of a secret of this kind: step and try, not order of arrival."""
        self._refs[kind] += 1
        count = self._refs[kind]
        return f"{self.step.id}.{self.n}" + (f".{count}" if count > 1 else "")

    # --- templates ------------------------------------------------------------------------

    def fill(self, template: str) -> Text:
        """Replace `{{ name }}` marks by what the session holds; secrets stay secrets.

        Raises:
            StepError: no step has given a value of that name yet (`not-configured`).
        """
        return self.resources.fill(template, self.config)

    def fill_all(self, value: object) -> object:
        """`fill` for every string leaf of a JSON-like value."""
        return self.resources.fill_all(value, self.config)


def recorded_answer(fact: Fact) -> Answer:
    """The operator's answer that a fact holds, even where it says that nobody is here."""
    body = fact.event.body
    assert isinstance(body, Answered)
    return body.answer


def answer_of(fact: Fact) -> Answer:
    """The operator's answer.

    Raises:
        StepError: it says that nobody is here (`needs-operator`).
    """
    answer = recorded_answer(fact)
    if answer.do == Verb.ABSENT:
        raise StepError("needs-operator", answer.words or "A person has to answer here.")
    return answer
