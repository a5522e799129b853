"""Values that events hold: secrets' public parts, answers, observations, quota windows, outcomes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from smoke_tui.config.session_config import SessionConfig
from smoke_tui.journal.events.body import ALWAYS, FLAT, WHOLE, key, needs
from smoke_tui.judging.drift import AnswerDrift
from smoke_tui.outcomes import Outcome
from smoke_tui.redaction.secret import Json
from smoke_tui.structs import Struct, field


class RecordedSecret(Struct, frozen=True):
    """What a record holds of a secret: its kind, its name, and the parts that may be shown."""

    kind: str
    ref: str
    public: Mapping[str, Json]


class Blob(Struct, frozen=True):
    """A piece of evidence beside the journal: SHA-256 in hex, and size in bytes."""

    sha256: str
    bytes: int


class RecordedRunbook(Struct, frozen=True):
    """The runbook a session was opened with; `path` is the file's name alone."""

    id: str
    path: str
    sha256: str
    text: str


class Project(Struct, frozen=True):
    """The checkout: its git revision, and whether it has changes that are not committed."""

    revision: str
    dirty: bool


class Amendment(Struct, frozen=True):
    """The operator's second answer about a step, and why it is another."""

    step: str
    answer: str
    why: str
    by: str


class QuotaWindow(Struct, frozen=True):
    """A window of the subscription's quota, as headers or the usage page tell it.

    `used_percent` counts from 0 to 100; `resets_at` is ISO 8601 UTC; `limit` names the quota, None
    for the account's own.
    """

    window_minutes: int
    used_percent: int | float
    resets_at: str | None
    limit: str | None = None

    @property
    def name(self) -> str:
        """How long it lasts, in hours or days."""
        hours = self.window_minutes / 60
        return f"{hours:g} h" if hours < 48 else f"{hours / 24:g} d"


class FormerOutcome(Struct, frozen=True):
    """The outcome of a step before it was amended."""

    outcome: Outcome
    code: Annotated[str | None, ALWAYS] = None
    summary: Annotated[str, ALWAYS] = ""


class Observed(Struct, frozen=True):
    """What a try observed: what rules, expectations, reports and the engine may read of it.

    `fresh`: the credential was fresh. `failure_text` (key `said`): the words of a failure. `delay`:
    seconds the answer asks to wait. `values` is all of it, in the order of the record; the other
    fields are parts of it whose form is checked.
    """

    status: int | None = None
    headers: tuple[tuple[str, str], ...] = ()
    fresh: bool = True
    failure_text: Annotated[str | None, key("said")] = None
    delay: int | float | None = None
    values: Annotated[Mapping[str, Json], WHOLE] = field(default_factory=dict)

    def value(self, name: str) -> Json:
        """A part of any name; None where it was not observed."""
        return self.values.get(name)

    def text(self, name: str) -> str | None:
        """A part that is a text and not empty; None where it is not."""
        value = self.values.get(name)
        return value if isinstance(value, str) and value else None


class Program(Struct, frozen=True, kw_only=True):
    """The program that wrote to a journal from here on: version, settings, who and where.

    `rules` is the number of the rules it decides by. `network` names the variables of the
    environment that change where requests go; `project` is None where there is no checkout.
    """

    tool: str
    rules: Annotated[int, ALWAYS] = 1
    config: Annotated[
        SessionConfig, needs("world", "origin", "codex_url", "issuer", "user_agent", "originator")
    ]
    real_provider: Annotated[bool, ALWAYS] = False
    by: str
    host: str
    system: Annotated[str, ALWAYS] = ""
    python: Annotated[str, ALWAYS] = ""
    network: Annotated[tuple[str, ...], ALWAYS] = ()
    project: Annotated[Project | None, ALWAYS] = None
    pid: Annotated[int | None, ALWAYS] = None


class RecordingFile(Struct, frozen=True):
    """One recording of a case: how many whole exchanges it holds, and why it no longer fits.

    `model` and `world` are what it notes; None where another program recorded.
    """

    exchanges: int
    stale: str | None = None
    model: str | None = None
    world: str | None = None


class RecordedCase(Struct, frozen=True, kw_only=True):
    """A case of recorded exchanges, as it was when a step began.

    `path` is its cassette below the project's folder. `accepted` is the recording that replays,
    `pending` the one that waits for its review. The prompt is None without a case file; `problem`
    is why the case or a recording of it can't be read.
    """

    name: str
    path: str
    prompt: str | None = None
    prompt_sha256: str | None = None
    model: str | None = None
    shape: str | None = None
    tier: str
    marker: str
    substrate: str
    sensitive: tuple[str, ...] = ()
    accepted: RecordingFile | None = None
    pending: RecordingFile | None = None
    problem: str | None = None


class ComparedAnswers(Struct, frozen=True):
    """A comparison of an answer with the recorded one; both are evidence, as they were read."""

    recorded: Blob
    new: Blob
    drift: Annotated[AnswerDrift, FLAT]


class JudgedAnswer(Struct, frozen=True, kw_only=True):
    """What a judge made of an answer: its verdict, or the code of a call that came to none.

    `expected` is the behaviour that was asked for, `answer` the evidence that was judged, without
    the words that mark single calls; `raw` is the judge's answer, whole; `prompts_sha256` names
    both prompts.
    """

    expected: str
    answer: Blob
    prompts_sha256: str
    model: str | None
    verdict: str | None = None
    reason: str | None = None
    exact: bool = False
    violation: str | None = None
    raw: str = ""
    response_id: str | None = None
    code: str | None = None


class TriagedDrift(Struct, frozen=True, kw_only=True):
    """The class that the operator gave a drift, and what was done for it.

    `triage_class` is expected, regression or false-positive; `changed` what of prompt, template,
    fixture and model changed on purpose, `paths` the changes in the working tree; `threshold` is
    the one from the next try on; `ticket` is the draft of a ticket; `problem` why a file could not
    be written.
    """

    case: str
    triage_class: Annotated[str, key("class")]
    reason: str = ""
    changed: str | None = None
    paths: tuple[str, ...] = ()
    replaced: str | None = None
    threshold: float | None = None
    ticket: Blob | None = None
    problem: str | None = None


class BatteryCase(Struct, frozen=True):
    """A case of a battery, as its report needs it."""

    id: str
    tag: str
    about: str
    verdict: str


class BatteryPlan(Struct, frozen=True):
    """What a battery is made of; `finished_before` calls were finished in earlier tries.

    `usd_estimate` is decimal text, for all planned calls; None where nothing prices them.
    `temperature` is None where it can't be chosen. `settings` are the judge's, as they are in force.
    """

    pack: str
    title: str
    pack_sha256: str
    prompts_sha256: str
    cases: tuple[BatteryCase, ...]
    repeat: int
    concurrency: int
    provider: str
    credential: str
    model: str | None
    host: str | None
    temperature: str | None
    usd_estimate: str | None
    finished_before: int = 0
    settings: Mapping[str, str] = field(default_factory=dict)
