"""Conversations with the world, and the context a step works in."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from smoke_tui.config.session_config import SessionConfig
from smoke_tui.journal.stream import EventStream, Fact, TextDelta
from smoke_tui.redaction import Secret
from smoke_tui.runbook.model import Step
from smoke_tui.world.call_history import EarlierCall
from smoke_tui.world.conversation import Conversation, PendingRequest, TimeLimit, Watch, World
from smoke_tui.world.requests import (
    CallbackSpec,
    Exchange,
    HttpLimits,
    HttpRequest,
    PortError,
    Question,
    Sensitive,
    SpawnSpec,
    Text,
    show,
)
from smoke_tui.world.resources import SessionResources, StepEnd
from smoke_tui.world.spending import Paying

Answer = Mapping[str, str]


class StepContext(Paying):
    """All that a step's behaviour may touch.

    Every method that asks the world is a request in the journal; its answer is a fact.
    `before` is the code that the step's try before this one came to. `refused_models` are those
    that calls of this session were refused for, with the code, in their order; `earlier_calls` is
    what the last call learnt of each model. `asked_once` keeps answers that serve a whole try.
    """

    def __init__(
        self,
        inbox: EventStream,
        world: World,
        step: Step,
        n: int,
        config: SessionConfig,
        holdings: SessionResources,
        reserve: Callable[[StepContext, str, str | None], None],
        cause: str = "walk",
        before: str | None = None,
        refused_models: Mapping[str, str] | None = None,
        earlier_calls: Mapping[str, EarlierCall] | None = None,
    ) -> None:
        self._inbox = inbox
        self._world = world
        self._check_caps = reserve
        self._refs: Counter[str] = Counter()
        self._open: list[Conversation] = []
        self.step = step
        self.n = n
        self.cause, self.before = cause, before
        self.refused_models: Mapping[str, str] = refused_models or {}
        self.earlier_calls: Mapping[str, EarlierCall] = earlier_calls or {}
        self.asked_once: dict[str, Exchange] = {}
        self.limit: TimeLimit | None = None
        self.config = config
        self.holdings = holdings

    @property
    def now_ms(self) -> int:
        """The same, in milliseconds since the session opened."""
        return self._inbox.now_ms

    @property
    def now(self) -> str:
        """The time of the latest fact, ISO 8601 UTC; the only time a step knows."""
        return self._inbox.now

    def limits(self, seconds: float, idle: float = 30.0) -> HttpLimits:
        """Bounds of an exchange that may take `seconds`, or the step's own time limit."""
        total = (self.step.timeout or seconds) * self.config.patience
        return HttpLimits(total=total, idle=min(idle * self.config.patience, total))

    def fields(self, name: str) -> Any:
        """A field of the step's own kind; None where it was not given."""
        return self.step.fields.get(name)

    # --- the record -----------------------------------------------------------------------

    def decide(self, ev: str, data: Mapping[str, Any]) -> int:
        return self._inbox.decide(ev, data, step=self.step.id, n=self.n).seq

    def evidence(self, name: str, value: Any) -> None:
        """Say something that was seen; `value` is JSON or has secrets as leaves."""
        self.decide("evidence", {"name": name, "value": show(value)})

    def finding(self, code: str, message: str, remedy: str = "") -> None:
        """Say something worth a look that decides nothing."""
        self.decide("finding", {"code": code, "message": message, "remedy": remedy})

    def say(self, text: str) -> None:
        """Show text that is not recorded."""
        self._inbox.signal(TextDelta(self.step.id, self.n, text))

    def provide(self, name: str, resource: Any, **public: Any) -> None:
        """Hand a resource to the session; its conversation stays open after the step."""
        self.holdings.resources[name] = resource
        self.decide("provided", {"name": name, **public})

    def drop(self, conversation: Conversation) -> None:
        """End a conversation that the step holds."""
        if conversation in self._open:
            self._open.remove(conversation)
        conversation.release()

    def keep_open(self, conversation: Conversation) -> None:
        """Take a conversation out of the step's own care."""
        self._open.remove(conversation)

    def ref(self, kind: str) -> str:
        """The next name for a secret of this kind: step and try, not order of arrival."""
        self._refs[kind] += 1
        count = self._refs[kind]
        return f"{self.step.id}.{self.n}" + (f".{count}" if count > 1 else "")

    # --- asking the world -----------------------------------------------------------------

    def converse(
        self,
        port: str,
        shown: Mapping[str, Any],
        raw: Any,
        refs: Mapping[str, str] | None = None,
        watch: Watch | None = None,
    ) -> Conversation:
        seq = self.decide("request", {"port": port, **shown})
        conversation = Conversation(
            self._inbox,
            self._world,
            PendingRequest(seq, port, self.step.id, self.n, raw, refs or {}, watch),
        )
        self._open.append(conversation)
        return conversation

    async def _once(
        self,
        port: str,
        shown: Mapping[str, Any],
        raw: Any,
        refs: Mapping[str, str] | None = None,
        watch: Watch | None = None,
    ) -> Fact:
        return await self._whole(self.converse(port, shown, raw, refs, watch))

    async def _whole(self, conversation: Conversation) -> Fact:
        """The one fact of a conversation that has only one."""
        fact = await conversation.next()
        self._open.remove(conversation)
        conversation.done()
        return fact

    def release_all(self) -> None:
        """End every conversation the step still holds, newest first."""
        while self._open:
            self._open.pop().release()

    async def http(self, request: HttpRequest, watch: Watch | None = None) -> Exchange:
        """Send one request and wait for its whole answer.

        `watch` sees each redacted piece of the body as it comes; when it returns True the rest is
        awaited only for `limits.linger` seconds.
        """
        refs = self._sensitive_refs(request.sensitive)
        fact = await self._once("http", request.shown(), request, refs, watch)
        data = fact.data
        blob = data.get("blobs", {}).get("body")
        return Exchange(
            data["status"],
            tuple((name, value) for name, value in data["headers"]),
            fact.blobs.get("body", b""),
            tuple((offset, ms) for offset, ms in data["chunks"]),
            data["ms"],
            data["error"],
            data["error_text"],
            fact.secrets,
            blob["sha256"] if blob else None,
            fact.event.request_seq or 0,
        )

    def _sensitive_refs(self, sensitive: tuple[Sensitive, ...]) -> dict[str, str]:
        refs: dict[str, str] = {}
        for leaf in sensitive:
            refs[leaf.name] = self.ref(leaf.kind)
            refs.update(
                {f"{leaf.name}.{name}": self.ref(kind) for name, (_, kind) in leaf.nested.items()}
            )
        return refs

    async def draw_secret(self, name: str, kind: str, shape: str) -> Secret:
        """A random secret: `shape` is a key of the live world's table of shapes."""
        ref = self.ref(kind)
        fact = await self._once(
            "draw", {"name": name, "kind": kind, "shape": shape}, (kind, shape), {"value": ref}
        )
        return fact.secrets["value"]

    async def draw(self, name: str, shape: str) -> str:
        """A random value that is no secret."""
        fact = await self._once("draw", {"name": name, "kind": None, "shape": shape}, (None, shape))
        return str(fact.data["value"])

    def listen(self, spec: CallbackSpec) -> Conversation:
        """Open a login's callback; facts: ready (with the port), hit, busy, forbidden."""
        return self.converse("listen", spec.shown(), spec, {"code": self.ref("oauth-code")})

    def spawn(self, spec: SpawnSpec) -> Conversation:
        """Start a child; facts: started, output, parsed (hidden children), exited."""
        refs = self._sensitive_refs(spec.sensitive)
        if spec.hidden:
            refs["whole"] = self.ref("output")
        return self.converse("process", spec.shown(), spec, refs)

    async def stop(self, child: Conversation) -> bool:
        """Take a child down; whether it is proven gone."""
        fact = await self._once(
            "process", {"op": "stop", "of": child.job.seq}, ("stop", child.job.seq)
        )
        child.done()
        return bool(fact.data["gone"])

    def deadline(self, seconds: float) -> Conversation:
        """A timer; its one fact comes after `seconds`."""
        return self.converse("timer", {"seconds": seconds}, seconds)

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

    async def sleep(self, seconds: float) -> None:
        await self._once("timer", {"seconds": seconds}, seconds)

    async def browse(self, url: Text) -> str | None:
        """Open a page; None, or why it could not be opened."""
        fact = await self._once("browser", {"url": show(url)}, url)
        problem: str | None = fact.data["problem"]
        return problem

    async def offer(self, text: Any) -> str:
        """Offer a text to be carried elsewhere; how it was offered, in a word.

        Raises:
            PortError: it could not be offered.
        """
        fact = await self._once("clipboard", {"text": show(text)}, text)
        if fact.data["problem"]:
            raise PortError(fact.data["problem"])
        return str(fact.data["how"])

    async def take_back(self) -> None:
        """Clear what was offered, as far as that can be done."""
        await self._once("clipboard", {"clear": True}, None)

    def question(self, question: Question) -> Conversation:
        """Ask the operator; the one fact is the answer. Release withdraws the question."""
        refs = {"value": self.ref(question.secret)} if question.secret else {}
        shown = {
            "kind": question.kind,
            "text": question.text,
            "data": show(question.data),
            "secret": question.secret,
        }
        conversation = self.converse("operator", shown, question, refs)
        if self.limit is not None:
            # A person may think as long as they like; the limit is for machines.
            self.limit.hold()
            conversation.on_close = self.limit.go_on
        return conversation

    async def ask(self, question: Question) -> Answer:
        """Ask the operator and wait for the answer.

        Raises:
            StepEnd: nobody is here to answer (`needs-operator`).
        """
        return self.read_answer(await self._answer(question))

    async def ask_value(self, question: Question) -> Secret | None:
        """Ask for a value that is a secret; None where none was given.

        Raises:
            StepEnd: nobody is here to answer (`needs-operator`).
        """
        fact = await self._answer(question)
        self.read_answer(fact)
        return fact.secrets.get("value")

    async def _answer(self, question: Question) -> Fact:
        return await self._whole(self.question(question))

    def read_answer(self, fact: Fact) -> Answer:
        """An answer's fields.

        Raises:
            StepEnd: it says that nobody is here.
        """
        answer: Answer = fact.data["answer"]
        if answer.get("do") == "absent":
            raise StepEnd("needs-operator", answer.get("words") or "A person has to answer here.")
        return answer

    async def read_file(self, path: str, kind: str | None = None, *, scrub: bool = True) -> Fact:
        """Read a file. With `kind` its text is a secret (`value`), else data["text"]."""
        refs = {"value": self.ref(kind)} if kind else {}
        return await self._once(
            "file",
            {"op": "read", "path": path, "kind": kind, "scrub": scrub},
            ("read", path, kind, scrub),
            refs,
        )

    async def read_document(self, source: str, sensitive: tuple[Sensitive, ...]) -> Fact:
        """Read a JSON file, or what was given under that name, with its secret leaves taken out.

        data["document"] is the redacted JSON, or data["problem"] says why there is none.
        """
        return await self._once(
            "document", {"source": source}, (source, sensitive), self._sensitive_refs(sensitive)
        )

    async def keep_bundle(self, fields: Mapping[str, Any]) -> None:
        """Replace the file the bundle came from, as a whole, by its new form.

        Raises:
            StepEnd: it could not be written (`not-configured`); the new form is still in memory.
        """
        fact = await self._once("keep-bundle", {"fields": show(fields)}, fields)
        if fact.data["problem"]:
            raise StepEnd(
                "not-configured", f"The refreshed bundle could not be kept: {fact.data['problem']}."
            )

    async def capture_client(self, model: str | None, against: Secret | None = None) -> Fact:
        """Capture what the installed Codex CLI sends for a model; its text is a secret (`value`).

        data["problem"] says why there is none; with `against` data["compared"] counts the lines
        that were added and removed since that text.
        """
        program = self.config.codex
        shown = {"codex": program, "model": model, "against": show(against)}
        return await self._once(
            "codex-cli", shown, (program, model, against), {"value": self.ref("instructions")}
        )

    async def ledger(
        self,
        op: str,
        table: str,
        columns: Mapping[str, str],
        match: Text | None = None,
        since: str | None = None,
        response: str | None = None,
    ) -> Fact:
        """Read the stack's ledger: its clock (op `now`), or `rows` since a time or of `response`.

        data["problem"] says why it can't be read; data["now"] and data["rows"] are its answer,
        data["more"] tells of rows beyond the limit. `columns` maps what is wanted to its name.
        """
        shown = {
            "op": op,
            "table": table,
            "columns": dict(columns),
            "match": show(match),
            "since": since,
            **({} if response is None else {"response": response}),
        }
        return await self._once("ledger", shown, {**shown, "match": match})

    async def exists(self, path: str) -> bool:
        shown = {"op": "exists", "path": path}
        fact = await self._once("file", shown, ("exists", path, None, True))
        return bool(fact.data["exists"])

    async def environment(self, name: str, kind: str | None = None, *, scrub: bool = True) -> Fact:
        """Look at one variable: data["set"], and with `kind` its text as a secret (`value`)."""
        refs = {"value": self.ref(kind)} if kind else {}
        return await self._once("env", {"name": name, "kind": kind}, (name, kind, scrub), refs)

    async def find_command(self, name: str) -> bool:
        fact = await self._once("env", {"command": name}, (name, "command", True))
        return bool(fact.data["set"])

    async def first(self, *waits: Awaitable[Any]) -> tuple[int, Any]:
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

    # --- templates ------------------------------------------------------------------------

    def fill(self, template: str) -> Text:
        """Replace `{{ name }}` marks by what the session holds; secrets stay secrets.

        Raises:
            StepEnd: a name is not known yet (`not-configured`).
        """
        return self.holdings.fill(template, self.config)

    def fill_all(self, value: Any) -> Any:
        """`fill` for every string leaf of a JSON-like value."""
        return self.holdings.fill_all(value, self.config)
