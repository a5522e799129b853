"""Decisions: pure functions of the runbook and of earlier facts, dated by the fact before them.

What was asked of the world is a decision, too; its classes are in `requests`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar

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
from smoke_tui.structs import field

# --- a try of a step --------------------------------------------------------------------------


class TryStarted(TryDecision, frozen=True):
    """A try of a step begins.

    `cause` is walk, again, retry, refresh, fallback, return, restart or resume; `caller` the step
    that a fallback is run for; `step_kind` and `title` are the step's own.
    """

    kind: ClassVar[str] = "try.started"

    cause: str
    caller: str | None
    step_kind: Annotated[str, key("kind", **ALWAYS)] = ""
    title: Annotated[str, ALWAYS] = ""


class TryFinished(TryDecision, frozen=True):
    """What a try came to, before rules; `error`: this tool broke."""

    kind: ClassVar[str] = "try.finished"

    code: str | None
    summary: str
    error: bool
    observed: Observed


class Evidence(DecisionBody, frozen=True):
    """Something that was seen and matters, under a name."""

    kind: ClassVar[str] = "evidence"

    @property
    def name(self) -> str:
        """What it is evidence of."""
        return self.tags["name"]


class RouteEvidence(Evidence, frozen=True):
    """The lines of evidence of a turn's route: name, what was seen, what that says."""

    tags: ClassVar[Mapping[str, str]] = {"name": "route"}

    lines: Annotated[tuple[tuple[str | int | float | bool | None, ...], ...], key("value")]


class ExpectationsEvidence(Evidence, frozen=True):
    """The expectations that did not hold: what was expected, and what was seen."""

    tags: ClassVar[Mapping[str, str]] = {"name": "expectations"}

    unmet: Annotated[tuple[tuple[str, ...], ...], key("value")]


class QuotaEvidence(Evidence, frozen=True):
    """The windows of the subscription's quota, from the usage page."""

    tags: ClassVar[Mapping[str, str]] = {"name": "quota"}

    windows: Annotated[tuple[QuotaWindow, ...], key("value")]


class DriftEvidence(Evidence, frozen=True):
    """An answer was compared with a recorded one."""

    tags: ClassVar[Mapping[str, str]] = {"name": "drift"}

    compared: Annotated[ComparedAnswers, key("value")]


class TriageEvidence(Evidence, frozen=True):
    """A drift was given a class."""

    tags: ClassVar[Mapping[str, str]] = {"name": "triage"}

    triaged: Annotated[TriagedDrift, key("value")]


class BatteryEvidence(Evidence, frozen=True):
    """What a battery is made of."""

    tags: ClassVar[Mapping[str, str]] = {"name": "battery"}

    planned: Annotated[BatteryPlan, key("value")]


class JudgeEvidence(Evidence, frozen=True):
    """A judge was asked whether an answer does what it has to."""

    tags: ClassVar[Mapping[str, str]] = {"name": "behaviour"}

    judged: Annotated[JudgedAnswer, key("value")]


class OtherEvidence(Evidence, frozen=True):
    """Evidence of any other name, as a JSON value."""

    other_name: Annotated[str, key("name")]
    value: Json

    @property
    def name(self) -> str:
        """What it is evidence of."""
        return self.other_name


class FindingRecorded(DecisionBody, frozen=True):
    """A finding: something to be looked at that decides nothing."""

    kind: ClassVar[str] = "finding"

    code: str
    message: str
    remedy: str


class RuleMatched(TryDecision, frozen=True, kw_only=True):
    """A rule of the runbook applies: its index in the step, its line, and what it makes of it."""

    kind: ClassVar[str] = "rule.matched"

    index: int
    line: int
    goto: Annotated[str | None, ALWAYS] = None
    why: Annotated[str | None, ALWAYS] = None
    outcome: Outcome | None
    code: Annotated[str | None, ALWAYS] = None


class BranchTaken(TryDecision, frozen=True):
    """The walk goes to a fallback; `line` is that of the rule that says so."""

    kind: ClassVar[str] = "branch.taken"

    to: str
    code: str | None
    line: Annotated[int | None, ALWAYS] = None


class RetryPlanned(TryDecision, frozen=True):
    """The engine tries the step once more after `seconds`, or after a refresh of the bundle."""

    kind: ClassVar[str] = "retry.planned"

    seconds: int | float
    code: str | None
    refresh: Annotated[bool, ALWAYS] = False


class StepFinished(StepDecision, frozen=True):
    """The outcome of a step; a waiver has a reason, and who waived it."""

    kind: ClassVar[str] = "step.finished"

    outcome: Outcome
    code: str | None
    summary: str
    reason: str | None = None
    by: str | None = None


# --- what steps leave -------------------------------------------------------------------------


class Captured(StepDecision, frozen=True):
    """A value for later steps; a secret's placeholder where it is one."""

    kind: ClassVar[str] = "captured"

    name: str
    value: Json


class Provided(StepDecision, frozen=True):
    """A resource that outlives its step."""

    kind: ClassVar[str] = "provided"
    tags_at: ClassVar[int] = 1

    name: str


class ServiceAdopted(Provided, frozen=True):
    """A service that ran already is used; nobody knows which variables it has."""

    tags: ClassVar[Mapping[str, str]] = {"kind": "service"}

    name: str
    adopted: bool


class ServiceProvided(Provided, frozen=True):
    """A service runs: its command, the session's variables it has, the command that stops it."""

    tags: ClassVar[Mapping[str, str]] = {"kind": "service"}

    name: str
    argv: Annotated[str, ALWAYS] = ""
    variables: Annotated[tuple[str, ...], ALWAYS] = ()
    stop_argv: Annotated[tuple[str, ...] | None, ALWAYS] = None
    cwd: Annotated[str, ALWAYS] = ""


class BundleProvided(Provided, frozen=True):
    """The credential bundle of a login."""

    tags: ClassVar[Mapping[str, str]] = {"kind": "bundle"}

    name: str


class ValueProvided(Provided, frozen=True):
    """A secret value that is gone with the program that holds it."""

    tags: ClassVar[Mapping[str, str]] = {"kind": "value"}

    name: str


class VariableProvided(Provided, frozen=True):
    """A variable for the environment of children: what may be shown of its value."""

    tags: ClassVar[Mapping[str, str]] = {"kind": "variable"}

    name: str
    public: Annotated[Mapping[str, Json], REST] = field(default_factory=dict)


class OtherProvided(Provided, frozen=True):
    """A resource of another kind."""

    name: str
    detail: Annotated[Mapping[str, Json], REST] = field(default_factory=dict)


class ResourceLost(DecisionBody, frozen=True):
    """Such a resource is gone."""

    kind: ClassVar[str] = "resource.lost"

    name: str


class Undone(DecisionBody, frozen=True):
    """Outcomes that do not count any more, and why; `changed` tells what has, by step."""

    kind: ClassVar[str] = "undone"

    steps: tuple[str, ...]
    why: Annotated[str, ALWAYS] = ""
    changed: Mapping[str, str] = field(default_factory=dict)


class Amended(StepDecision, frozen=True):
    """The operator's second answer takes the place of the first."""

    kind: ClassVar[str] = "amended"

    old: FormerOutcome
    answer: str
    why: str
    by: str


# --- money ------------------------------------------------------------------------------------


class SpendReserved(TryDecision, frozen=True):
    """Calls are about to be made.

    `spend_kind` is subscription or metered; `worst_usd` the most they can cost, as decimal text,
    None where that is not known. `detail` is what the operator was shown of it.
    """

    kind: ClassVar[str] = "spend.reserved"

    calls: int
    spend_kind: Annotated[str, key("kind", **ALWAYS)] = "subscription"
    worst_usd: Annotated[str | None, ALWAYS] = None
    model: str | None = None
    detail: Annotated[Mapping[str, Json], REST] = field(default_factory=dict)


class SpendReturned(TryDecision, frozen=True):
    """Calls that were reserved are not made."""

    kind: ClassVar[str] = "spend.returned"

    calls: int


class SpendSettled(TryDecision, frozen=True):
    """What a call cost, as far as it is known: tokens, decimal US dollars, quota windows.

    A price that was asked for and not found is None; one that was not asked for is omitted.
    `unknown_calls` is set where the usage of several calls was added up.
    """

    kind: ClassVar[str] = "spend.settled"

    spend_kind: Annotated[str, key("kind", **ALWAYS)] = ""
    unknown: Annotated[bool, ALWAYS] = False
    input_tokens: int | None = None
    cached_input_tokens: int | None = None
    output_tokens: int | None = None
    reasoning_tokens: int | None = None
    usd_api_equivalent: str | Omitted | None = OMITTED
    price_source: str | Omitted | None = OMITTED
    usd_metered: str | Omitted | None = OMITTED
    limits: Annotated[tuple[QuotaWindow, ...], ALWAYS] = ()
    unknown_calls: int | None = None


# --- the session ------------------------------------------------------------------------------


class SessionClosed(DecisionBody, frozen=True):
    """The verdict and the totals; `steps` are the outcomes by step."""

    kind: ClassVar[str] = "session.closed"

    verdict: Verdict
    steps: Annotated[Mapping[str, str], ALWAYS] = field(default_factory=dict)
    cancelled: Annotated[str | None, ALWAYS] = None
    calls: Annotated[int, ALWAYS] = 0
    commands_agreed: Annotated[bool, ALWAYS] = False
