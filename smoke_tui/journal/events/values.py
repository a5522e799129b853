"""Values that events hold: secrets' public parts, answers, observations, quota windows, outcomes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from smoke_tui.config.session_config import SessionConfig
from smoke_tui.journal.events.body import ALWAYS, FLAT, WHOLE, key, needs
from smoke_tui.judging.drift import AnswerDrift
from smoke_tui.outcomes import Outcome
from smoke_tui.redaction.secret import Json


@dataclass(frozen=True, slots=True)
class RecordedSecret:
    """What a record holds of a secret: its kind, its name, and the parts that may be shown."""

    kind: str
    ref: str
    public: Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class Blob:
    """A piece of evidence beside the journal: SHA-256 in hex, and size in bytes."""

    sha256: str
    bytes: int


@dataclass(frozen=True, slots=True)
class RecordedRunbook:
    """The runbook a session was opened with; `path` is the file's name alone."""

    id: str
    path: str
    sha256: str
    text: str


@dataclass(frozen=True, slots=True)
class Project:
    """The checkout: its git revision, and whether it has changes that are not committed."""

    revision: str
    dirty: bool


@dataclass(frozen=True, slots=True)
class Amendment:
    """The operator's second answer about a step, and why it is another."""

    step: str
    answer: str
    why: str
    by: str


@dataclass(frozen=True, slots=True)
class QuotaWindow:
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


@dataclass(frozen=True, slots=True)
class FormerOutcome:
    """The outcome of a step before it was amended."""

    outcome: Outcome
    code: str | None = field(default=None, metadata=ALWAYS)
    summary: str = field(default="", metadata=ALWAYS)


@dataclass(frozen=True, slots=True)
class Observed:
    """What a try observed: what rules, expectations, reports and the engine may read of it.

    `fresh`: the credential was fresh. `failure_text` (key `said`): the words of a failure. `delay`:
    seconds the answer asks to wait. `values` is all of it, in the order of the record; the other
    fields are parts of it whose form is checked.
    """

    status: int | None = None
    headers: tuple[tuple[str, str], ...] = ()
    fresh: bool = True
    failure_text: str | None = field(default=None, metadata=key("said"))
    delay: int | float | None = None
    values: Mapping[str, Json] = field(default_factory=dict, metadata=WHOLE)

    def value(self, name: str) -> Json:
        """A part of any name; None where it was not observed."""
        return self.values.get(name)

    def text(self, name: str) -> str | None:
        """A part that is a text and not empty; None where it is not."""
        value = self.values.get(name)
        return value if isinstance(value, str) and value else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """The program that wrote to a journal from here on: version, settings, who and where.

    `rules` is the number of the rules it decides by. `network` names the variables of the
    environment that change where requests go; `project` is None where there is no checkout.
    """

    tool: str
    rules: int = field(default=1, metadata=ALWAYS)
    config: SessionConfig = field(
        metadata=needs("world", "origin", "codex_url", "issuer", "user_agent", "originator")
    )
    real_provider: bool = field(default=False, metadata=ALWAYS)
    by: str
    host: str
    system: str = field(default="", metadata=ALWAYS)
    python: str = field(default="", metadata=ALWAYS)
    network: tuple[str, ...] = field(default=(), metadata=ALWAYS)
    project: Project | None = field(default=None, metadata=ALWAYS)
    pid: int | None = field(default=None, metadata=ALWAYS)


@dataclass(frozen=True, slots=True)
class RecordingFile:
    """One recording of a case: how many whole exchanges it holds, and why it no longer fits.

    `model` and `world` are what it notes; None where another program recorded.
    """

    exchanges: int
    stale: str | None = None
    model: str | None = None
    world: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedCase:
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


@dataclass(frozen=True, slots=True)
class ComparedAnswers:
    """A comparison of an answer with the recorded one; both are evidence, as they were read."""

    recorded: Blob
    new: Blob
    drift: AnswerDrift = field(metadata=FLAT)


@dataclass(frozen=True, slots=True, kw_only=True)
class TriagedDrift:
    """The class that the operator gave a drift, and what was done for it.

    `triage_class` is expected, regression or false-positive; `changed` what of prompt, template,
    fixture and model changed on purpose, `paths` the changes in the working tree; `threshold` is
    the one from the next try on; `ticket` is the draft of a ticket; `problem` why a file could not
    be written.
    """

    case: str
    triage_class: str = field(metadata=key("class"))
    reason: str = ""
    changed: str | None = None
    paths: tuple[str, ...] = ()
    replaced: str | None = None
    threshold: float | None = None
    ticket: Blob | None = None
    problem: str | None = None
