"""What is known of a session at a moment: plain data, made by the fold over its events."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal, TypeAlias

from smoke_tui.config.session_config import SessionConfig
from smoke_tui.journal.events.battery_facts import BatteryAnswered, BatteryEnded
from smoke_tui.journal.events.codec import encode
from smoke_tui.journal.events.decisions import (
    Amended,
    BranchTaken,
    Evidence,
    Provided,
    RuleMatched,
    SessionClosed,
    SpendSettled,
    VariableProvided,
)
from smoke_tui.journal.events.event import EventOf
from smoke_tui.journal.events.facts import (
    Answered,
    HttpAnswered,
    Noted,
    SessionOpened,
    SessionResumed,
)
from smoke_tui.journal.events.requests import HttpRequested, QuestionAsked, Requested
from smoke_tui.journal.events.values import Amendment, BatteryPlan, Observed, Program, QuotaWindow
from smoke_tui.outcomes import Outcome, Verdict
from smoke_tui.redaction.secret import Json
from smoke_tui.structs import Struct, field

NO_CONFIG: Final = SessionConfig()
"""The settings where no session has been opened."""

NO_PROGRAM: Final = Program(tool="", config=NO_CONFIG, by="", host="")
NOTHING_OBSERVED: Final = Observed()

KEPT: Final = 4_000
"""Characters, at either end."""

OpenQuestion: TypeAlias = EventOf[QuestionAsked]
"""A question to the operator, as an event."""


class Ends(Struct):
    """The first and the last of a text that grows, in bounded memory whatever its length.

    It has lines of several sources, whole ones: `open_lines` holds what has no line break yet.
    """

    head: str = ""
    tail: str = ""
    length: int = 0
    open_lines: dict[str, str] = field(default_factory=dict)

    def add(self, text: str, source: str = "") -> None:
        """The next piece of it."""
        self.length += len(text)
        whole, line_break, rest = (self.open_lines.pop(source, "") + text).rpartition("\n")
        self._keep(whole + line_break)
        if len(rest) > KEPT:
            self._keep(rest)
        elif rest:
            self.open_lines[source] = rest

    def _keep(self, text: str) -> None:
        room = KEPT - len(self.head)
        self.head += text[:room]
        self.tail = (self.tail + text[room:])[-KEPT:]

    def text(self) -> str:
        """Both ends, and between them how many characters are not here."""
        last = "\n".join(self.open_lines.values())
        missing = (
            self.length - len(self.head) - len(self.tail) - sum(map(len, self.open_lines.values()))
        )
        if missing <= 0:
            return self.head + self.tail + last
        return f"{self.head}\n… ({missing:,} characters are left out here) …\n{self.tail}{last}"


class Battery(Struct):
    """A battery as far as it has come.

    `began` and `last` are the times of its plan and of its last finished call; `pauses` counts how
    often the provider asked to wait, until `paused_until` the last time.
    """

    plan: BatteryPlan
    began: int
    answers: list[BatteryAnswered] = field(default_factory=list)
    last: int = 0
    pauses: int = 0
    paused_until: int = 0
    ended: BatteryEnded | None = None


class Try(Struct):
    """One try of a step. Times are milliseconds since the session opened.

    `outcome` is what the step came to with this try, None where it was tried on; `model` is the one
    that a call of it asked. `exit` is the status of the last command that ended. `battery` is there
    where it is one. `values`, `variables` and `config` are what it was made with: captured values,
    marks of the session's variables, settings.
    """

    n: int
    cause: str
    caller: str | None
    seq: int
    started: int
    ended: int | None = None
    code: str | None = None
    summary: str = ""
    error: bool = False
    observed: Observed = NOTHING_OBSERVED
    evidence: list[Evidence] = field(default_factory=list)
    exchanges: list[int] = field(default_factory=list)
    output: Ends = field(default_factory=Ends)
    exit: int | None = None
    rule: RuleMatched | None = None
    calls: int = 0
    settled: int = 0
    kind: str = "subscription"
    worst_usd: str | None = None
    usage: SpendSettled | None = None
    outcome: Outcome | None = None
    model: str | None = None
    battery: Battery | None = None
    values: Mapping[str, Json] = field(default_factory=dict)
    variables: Mapping[str, str] = field(default_factory=dict)
    config: SessionConfig = NO_CONFIG

    def evidence_values(self) -> list[tuple[str, Json]]:
        """The name of each piece of evidence, and its JSON value."""
        return [(each.name, encode(each)["value"]) for each in self.evidence]


class StepState(Struct):
    """A step so far. `pending` says what the engine still has to do before it has an outcome.

    `word` is the kind of the question whose answer its outcome rests on, in the last try;
    `amended`: the operator has changed that answer since, and why. `account` names whose credential
    the session held in the last try.
    """

    id: str
    kind: str = ""
    tries: list[Try] = field(default_factory=list)
    outcome: Outcome | None = None
    code: str | None = None
    summary: str = ""
    reason: str | None = None
    by: str | None = None
    finished_seq: int | None = None
    pending: Literal["retry", "branch"] | None = None
    delay: float = 0.0
    retry_at: int = 0
    refresh: bool = False
    branch: BranchTaken | None = None
    branch_seq: int = 0
    word: str | None = None
    amended: Amended | None = None
    account: str | None = None

    @property
    def running(self) -> bool:
        """Whether its newest try has not ended."""
        return bool(self.tries) and self.tries[-1].ended is None

    @property
    def calls(self) -> int:
        """How many calls its tries have made."""
        return sum(attempt.calls for attempt in self.tries)

    @property
    def observed(self) -> Observed:
        """What the last try observed."""
        return self.tries[-1].observed if self.tries else NOTHING_OBSERVED


class Resource(Struct):
    """Something a step provided, and whether it is still there.

    `ailing` is why its address does not answer; None while it does. `left_behind`: it is gone
    because the program that held it ended, so a resumed session has it provided again.
    """

    step: str
    alive: bool
    provided: Provided
    left_behind: bool = False
    ailing: str | None = None
    seq: int = 0

    @property
    def name(self) -> str:
        """The name of the resource: its step's, a variable's, a value's."""
        return self.provided.name


ROUTINE_FINDINGS: Final = frozenset({"catalogue-shape"})
"""Codes of findings that a run in which nothing is amiss can have, too."""


class Finding(Struct):
    """Something worth a look."""

    step: str | None
    code: str
    message: str
    remedy: str

    @property
    def severity(self) -> Literal["info", "warning"]:
        """Whether the finding is routine."""
        return "info" if self.code in ROUTINE_FINDINGS else "warning"


class Ruling(Struct, frozen=True):
    """What deciding a record again came to, where it is not what the record says.

    `verdict` is at best what the record bears out; `words` say why.
    """

    verdict: Verdict
    words: str


class State(Struct):
    """Everything that follows from the events so far.

    `configs` are the settings of each program that wrote to the session, the opener's first.
    `limits` are the windows of the quota by minutes and name, as they were first and last seen.
    `waits` are the times the operator was waited for: the step, from when, until when. `account`
    tells whose credential the session has, `account_from` which step brought it; None in records
    from before there was a mark for it. `ruling` is set by who decides a record again.
    """

    session: str = ""
    opened: SessionOpened | None = None
    configs: list[SessionConfig] = field(default_factory=list)
    started: str = ""
    now: str = ""
    now_ms: int = 0
    events: int = 0
    steps: dict[str, StepState] = field(default_factory=dict)
    order: list[str] = field(default_factory=list)
    questions: dict[int, OpenQuestion] = field(default_factory=dict)
    requests: dict[int, EventOf[Requested]] = field(default_factory=dict)
    exchanges: dict[int, tuple[EventOf[HttpRequested], EventOf[HttpAnswered]]] = field(
        default_factory=dict
    )
    resources: dict[str, Resource] = field(default_factory=dict)
    captured: dict[str, Json] = field(default_factory=dict)
    branches: list[EventOf[BranchTaken]] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    notes: list[EventOf[Noted]] = field(default_factory=list)
    limits: dict[tuple[int, str], tuple[QuotaWindow, QuotaWindow]] = field(default_factory=dict)
    waiting_ms: int = 0
    waits: list[tuple[str | None, int, int]] = field(default_factory=list)
    attested: list[EventOf[Answered]] = field(default_factory=list)
    resumes: list[EventOf[SessionResumed]] = field(default_factory=list)
    again: str | None = None
    amend: Amendment | None = None
    amendments: list[EventOf[Amended]] = field(default_factory=list)
    account: str | None = None
    account_from: str | None = None
    commands_agreed: bool = False
    stopped: bool = False
    cancelled: str | None = None
    verdict: Verdict | None = None
    closed: EventOf[SessionClosed] | None = None
    ruling: Ruling | None = None

    @property
    def config(self) -> SessionConfig:
        """The settings of the program that runs the session, or ran it last."""
        return self.configs[-1] if self.configs else NO_CONFIG

    @property
    def first_config(self) -> SessionConfig:
        """The settings that the session was opened with."""
        return self.configs[0] if self.configs else NO_CONFIG

    @property
    def variables(self) -> dict[str, str]:
        """The session's variables, each with a mark of its value: another one, another mark."""
        return {
            resource.name: str(resource.provided.public.get("sha256") or resource.seq)
            for resource in self.resources.values()
            if isinstance(resource.provided, VariableProvided)
        }

    def step(self, step_id: str) -> StepState:
        """The state of a step, made where there is none."""
        return self.steps.setdefault(step_id, StepState(step_id))

    def worked(self, step_id: str, begun: int, until: int | None) -> int:
        """Milliseconds from `begun` to `until` without those in which the step waited for answers."""
        end = self.now_ms if until is None else until
        waited = sum(
            min(to, end) - max(since, begun)
            for step, since, to in self.waits
            if step == step_id and to > begun and since < end
        )
        return max(0, end - begun - waited)

    @property
    def left(self) -> bool:
        """Whether the session was broken off by who ran it: closed, and yet not at its end."""
        return self.closed is not None and bool(self.closed.body.cancelled)

    @property
    def world(self) -> str:
        """Where the session ran: live or rehearsed."""
        return self.first_config.world

    @property
    def opener(self) -> Program:
        """The program that opened the session."""
        return self.opened.program if self.opened is not None else NO_PROGRAM

    @property
    def program(self) -> Program:
        """The program that runs the session, or ran it last."""
        return self.resumes[-1].body.program if self.resumes else self.opener


class TypicalDuration(Struct, frozen=True):
    """A step's usual time without the operator's: the median, and of how many sessions."""

    ms: int
    sessions: int
