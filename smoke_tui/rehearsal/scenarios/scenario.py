"""The description of a scenario."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

from smoke_tui.config.questions import Answer
from smoke_tui.failure_codes.table import CODES
from smoke_tui.rehearsal.provider.catalogue import ALL_SLUGS, Version
from smoke_tui.rehearsal.provider.replies import Reply
from smoke_tui.rehearsal.provider.streaming import Script
from smoke_tui.structs import Struct, field

NO_DRIFT: Final = None

ANSWER: Final = "This answer is rehearsed, and the word asked for is {nonce} as it was given."
"""The text of an answer; `{nonce}` is the word that the call asks for."""

StackMode = Literal[
    "subscription", "platform-key", "organization-header", "own-key", "other-model", "unproven",
    "canned", "claimed", "login-page", "never-ready", "dies", "save-error", "seed-fails",
    "seed-half-way", "seed-hangs", "seed-mute", "seed-lacks-world",
]  # fmt: skip
"""Behaviour of the stand-in stack; any but the first affects the stack alone."""


class Scenario(Struct, frozen=True):
    """One scenario, as data: the difference from a rehearsal without faults.

    `basis` is the source of the response. `refusal` answers every Responses call; with `at_edge`
    every request under /backend-api, the unauthenticated preflight included; `from_between` omits
    the headers of the provider's edge, as a filter on the way would. With `only_model` a refusal
    applies to that model only, with `only_plain` to plain requests for lite models, with `raised`
    to older clients; the unfiltered catalogue then gives `raised` as the minimum, and with
    `hides_raised` lists nothing to an older client. `drift_after` is the number of completed calls
    after which only the current instructions are accepted (None: no drift). `operator` holds
    answers by kind of question that differ from the default; with `opens_pages` False the browser
    stays closed. `answer` is the text of every stream; `answer_headers` are added to every stream.
    `runbook` is the id of the runbook that notices it. `judge` is how every seventh verdict is
    given, `verdict` the text of every one of them; the judged calls from the first to before the
    second number of `judge_limited` are refused for their rate.
    """

    name: str
    sentence: str
    basis: str = "captured from client 0.169"
    refusal: Reply | None = None
    at_edge: bool = False
    from_between: bool = False
    reset: bool = False
    script: Script = field(default_factory=Script)
    answer: str = ANSWER
    drift_after: int | None = NO_DRIFT
    listed: tuple[str, ...] = ALL_SLUGS
    authorize_error: tuple[str, str] | None = None
    authorize_page: Reply | None = None
    exchange: Reply | None = None
    refresh: Reply | Literal["reset"] | None = None
    device: Reply | None = None
    only_model: str | None = None
    only_plain: bool = False
    raised: Version | None = None
    hides_raised: bool = False
    answer_headers: tuple[tuple[str, str], ...] = ()
    omit_claims: frozenset[str] = frozenset()
    omit_tokens: frozenset[str] = frozenset()
    stack: StackMode = "subscription"
    operator: Mapping[str, Answer] = field(default_factory=dict)
    opens_pages: bool = True
    runbook: str = "openai-subscription"
    judge: Literal["right", "wrong", "adversarial"] = "right"
    judge_limited: tuple[int, int] | None = None
    verdict: str | None = None

    @property
    def code(self) -> str | None:
        """The failure code that this scenario leads to: its name, or the start of its name."""
        words = self.name.split("-")
        prefixes = ("-".join(words[:count]) for count in range(len(words), 0, -1))
        return next((prefix for prefix in prefixes if prefix in CODES), None)


class RehearsalError(Exception):
    """The rehearsal itself failed; the message is a sentence without secrets."""
