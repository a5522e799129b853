"""Decisions: pure functions of the runbook and of earlier facts, dated by the fact before them.

What was asked of the world is a decision, too; its classes are in `requests`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from smoke_tui.journal.events.body import (
    ALWAYS,
    OMITTED,
    REST,
    DecisionBody,
    Omitted,
    StepDecision,
    TryDecision,
    key,
)
from smoke_tui.journal.events.values import (
    BatteryPlan,
    ComparedAnswers,
    FormerOutcome,
    JudgedAnswer,
    Observed,
    QuotaWindow,
    TriagedDrift,
)
from smoke_tui.outcomes import Outcome, Verdict
from smoke_tui.redaction.secret import Json

# --- a try of a step --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class TryStarted(TryDecision):
    """A try of a step begins.

    `cause` is walk, again, retry, refresh, fallback, return, restart or resume; `caller` the step
    that a fallback is run for; `step_kind` and `title` are the step's own.
    """

    kind: ClassVar[str] = "try.started"

    cause: str
    caller: str | None
    step_kind: str = field(default="", metadata=key("kind", **ALWAYS))
    title: str = field(default="", metadata=ALWAYS)


@dataclass(frozen=True, slots=True)
class TryFinished(TryDecision):
    """What a try came to, before rules; `error`: this tool broke."""

    kind: ClassVar[str] = "try.finished"

    code: str | None
    summary: str
    error: bool
    observed: Observed


class Evidence(DecisionBody):
    """Something that was seen and matters, under a name."""

    __slots__ = ()

    kind: ClassVar[str] = "evidence"

    @property
    def name(self) -> str:
        """What it is evidence of."""
        return self.tags["name"]


@dataclass(frozen=True, slots=True)
class RouteEvidence(Evidence):
    """The lines of evidence of a turn's route: name, what was seen, what that says."""

    tags: ClassVar[Mapping[str, str]] = {"name": "route"}

    lines: tuple[tuple[str | int | float | bool | None, ...], ...] = field(metadata=key("value"))


@dataclass(frozen=True, slots=True)
class ExpectationsEvidence(Evidence):
    """The expectations that did not hold: what was expected, and what was seen."""

    tags: ClassVar[Mapping[str, str]] = {"name": "expectations"}

    unmet: tuple[tuple[str, ...], ...] = field(metadata=key("value"))


@dataclass(frozen=True, slots=True)
class QuotaEvidence(Evidence):
    """The windows of the subscription's quota, from the usage page."""

    tags: ClassVar[Mapping[str, str]] = {"name": "quota"}

    windows: tuple[QuotaWindow, ...] = field(metadata=key("value"))


@dataclass(frozen=True, slots=True)
class DriftEvidence(Evidence):
    """An answer was compared with a recorded one."""

    tags: ClassVar[Mapping[str, str]] = {"name": "drift"}

    compared: ComparedAnswers = field(metadata=key("value"))


@dataclass(frozen=True, slots=True)
class TriageEvidence(Evidence):
    """A drift was given a class."""

    tags: ClassVar[Mapping[str, str]] = {"name": "triage"}

    triaged: TriagedDrift = field(metadata=key("value"))


@dataclass(frozen=True, slots=True)
class BatteryEvidence(Evidence):
    """What a battery is made of."""

    tags: ClassVar[Mapping[str, str]] = {"name": "battery"}

    planned: BatteryPlan = field(metadata=key("value"))


@dataclass(frozen=True, slots=True)
class JudgeEvidence(Evidence):
    """A judge was asked whether an answer does what it has to."""

    tags: ClassVar[Mapping[str, str]] = {"name": "behaviour"}

    judged: JudgedAnswer = field(metadata=key("value"))


@dataclass(frozen=True, slots=True)
class OtherEvidence(Evidence):
    """Evidence of any other name, as a JSON value."""

    name: str = field()
    value: Json


@dataclass(frozen=True, slots=True)
class FindingRecorded(DecisionBody):
    """A finding: something to be looked at that decides nothing."""

    kind: ClassVar[str] = "finding"

    code: str
    message: str
    remedy: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleMatched(TryDecision):
    """A rule of the runbook applies: its index in the step, its line, and what it makes of it."""

    kind: ClassVar[str] = "rule.matched"

    index: int
    line: int
    goto: str | None = field(default=None, metadata=ALWAYS)
    why: str | None = field(default=None, metadata=ALWAYS)
    outcome: Outcome | None
    code: str | None = field(default=None, metadata=ALWAYS)


@dataclass(frozen=True, slots=True)
class BranchTaken(TryDecision):
    """The walk goes to a fallback; `line` is that of the rule that says so."""

    kind: ClassVar[str] = "branch.taken"

    to: str
    code: str | None
    line: int | None = field(default=None, metadata=ALWAYS)


@dataclass(frozen=True, slots=True)
class RetryPlanned(TryDecision):
    """The engine tries the step once more after `seconds`, or after a refresh of the bundle."""

    kind: ClassVar[str] = "retry.planned"

    seconds: int | float
    code: str | None
    refresh: bool = field(default=False, metadata=ALWAYS)


@dataclass(frozen=True, slots=True)
class StepFinished(StepDecision):
    """The outcome of a step; a waiver has a reason, and who waived it."""

    kind: ClassVar[str] = "step.finished"

    outcome: Outcome
    code: str | None
    summary: str
    reason: str | None = None
    by: str | None = None


# --- what steps leave -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Captured(StepDecision):
    """A value for later steps; a secret's placeholder where it is one."""

    kind: ClassVar[str] = "captured"

    name: str
    value: Json


class Provided(StepDecision):
    """A resource that outlives its step."""

    __slots__ = ()

    kind: ClassVar[str] = "provided"
    tags_at: ClassVar[int] = 1

    name: str


@dataclass(frozen=True, slots=True)
class ServiceAdopted(Provided):
    """A service that ran already is used; nobody knows which variables it has."""

    tags: ClassVar[Mapping[str, str]] = {"kind": "service"}

    name: str
    adopted: bool


@dataclass(frozen=True, slots=True)
class ServiceProvided(Provided):
    """A service runs: its command, the session's variables it has, the command that stops it."""

    tags: ClassVar[Mapping[str, str]] = {"kind": "service"}

    name: str
    argv: str = field(default="", metadata=ALWAYS)
    variables: tuple[str, ...] = field(default=(), metadata=ALWAYS)
    stop_argv: tuple[str, ...] | None = field(default=None, metadata=ALWAYS)
    cwd: str = field(default="", metadata=ALWAYS)


@dataclass(frozen=True, slots=True)
class BundleProvided(Provided):
    """The credential bundle of a login."""

    tags: ClassVar[Mapping[str, str]] = {"kind": "bundle"}

    name: str


@dataclass(frozen=True, slots=True)
class ValueProvided(Provided):
    """A secret value that is gone with the program that holds it."""

    tags: ClassVar[Mapping[str, str]] = {"kind": "value"}

    name: str


@dataclass(frozen=True, slots=True)
class VariableProvided(Provided):
    """A variable for the environment of children: what may be shown of its value."""

    tags: ClassVar[Mapping[str, str]] = {"kind": "variable"}

    name: str
    public: Mapping[str, Json] = field(default_factory=dict, metadata=REST)


@dataclass(frozen=True, slots=True)
class OtherProvided(Provided):
    """A resource of another kind."""

    name: str
    detail: Mapping[str, Json] = field(default_factory=dict, metadata=REST)


@dataclass(frozen=True, slots=True)
class ResourceLost(DecisionBody):
    """Such a resource is gone."""

    kind: ClassVar[str] = "resource.lost"

    name: str


@dataclass(frozen=True, slots=True)
class Undone(DecisionBody):
    """Outcomes that do not count any more, and why; `changed` tells what has, by step."""

    kind: ClassVar[str] = "undone"

    steps: tuple[str, ...]
    why: str = field(default="", metadata=ALWAYS)
    changed: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Amended(StepDecision):
    """The operator's second answer takes the place of the first."""

    kind: ClassVar[str] = "amended"

    old: FormerOutcome
    answer: str
    why: str
    by: str


# --- money ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SpendReserved(TryDecision):
    """Calls are about to be made.

    `spend_kind` is subscription or metered; `worst_usd` the most they can cost, as decimal text,
    None where that is not known. `detail` is what the operator was shown of it.
    """

    kind: ClassVar[str] = "spend.reserved"

    calls: int
    spend_kind: str = field(default="subscription", metadata=key("kind", **ALWAYS))
    worst_usd: str | None = field(default=None, metadata=ALWAYS)
    model: str | None = None
    detail: Mapping[str, Json] = field(default_factory=dict, metadata=REST)


@dataclass(frozen=True, slots=True)
class SpendReturned(TryDecision):
    """Calls that were reserved are not made."""

    kind: ClassVar[str] = "spend.returned"

    calls: int


@dataclass(frozen=True, slots=True)
class SpendSettled(TryDecision):
    """What a call cost, as far as it is known: tokens, decimal US dollars, quota windows.

    A price that was asked for and not found is None; one that was not asked for is omitted.
    `unknown_calls` is set where the usage of several calls was added up.
    """

    kind: ClassVar[str] = "spend.settled"

    spend_kind: str = field(default="", metadata=key("kind", **ALWAYS))
    unknown: bool = field(default=False, metadata=ALWAYS)
    input_tokens: int | None = None
    cached_input_tokens: int | None = None
    output_tokens: int | None = None
    reasoning_tokens: int | None = None
    usd_api_equivalent: str | Omitted | None = OMITTED
    price_source: str | Omitted | None = OMITTED
    usd_metered: str | Omitted | None = OMITTED
    limits: tuple[QuotaWindow, ...] = field(default=(), metadata=ALWAYS)
    unknown_calls: int | None = None


# --- the session ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SessionClosed(DecisionBody):
    """The verdict and the totals; `steps` are the outcomes by step."""

    kind: ClassVar[str] = "session.closed"

    verdict: Verdict
    steps: Mapping[str, str] = field(default_factory=dict, metadata=ALWAYS)
    cancelled: str | None = field(default=None, metadata=ALWAYS)
    calls: int = field(default=0, metadata=ALWAYS)
    commands_agreed: bool = field(default=False, metadata=ALWAYS)
