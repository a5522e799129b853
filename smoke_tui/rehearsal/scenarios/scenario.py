"""What a scenario is made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from smoke_tui.failure_codes.table import (
    CODES,
)
from smoke_tui.rehearsal.provider.catalogue import ALL_SLUGS, Version
from smoke_tui.rehearsal.provider.replies import Reply
from smoke_tui.rehearsal.provider.streaming import Script

NEVER: Final = None

StackMode = Literal[
    "subscription",
    "platform-key",
    "organization-header",
    "own-key",
    "other-model",
    "unproven",
    "canned",
    "claimed",
    "login-page",
    "never-ready",
    "dies",
    "save-error",
    "seed-fails",
    "seed-half-way",
    "seed-hangs",
    "seed-mute",
    "seed-lacks-world",
]
"""What the stand-in stack does; anything but the first strikes the stack alone."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """One scenario, as data: what differs from a rehearsal where all goes well.

    `refusal` answers every Responses call; with `at_edge` it answers every request under
    /backend-api, the unauthenticated preflight included; `from_between` says that something on the
    way answers, without the marks of the provider's edge. `drift_after` is the number of completed
    calls after which only the current instructions are accepted (None: no drift). `operator` holds
    answers by kind of question that differ from the usual ones ("open" is the browser). `basis`
    says where the answer was seen. With `only_model` a refusal strikes that model alone, with
    `only_plain` plain requests for lite models, with `raised` clients that are older; the
    unfiltered catalogue then names `raised` as the minimum, and `hides_raised` lists nothing to an
    older client. `answer_headers` stand on every stream.
    """

    name: str
    sentence: str
    basis: str = "captured from client 0.169"
    refusal: Reply | None = None
    at_edge: bool = False
    from_between: bool = False
    reset: bool = False
    script: Script = field(default_factory=Script)
    drift_after: int | None = NEVER
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
    operator: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @property
    def code(self) -> str | None:
        """The code of outcomes.md that this scenario leads to: its name, or how that begins."""
        words = self.name.split("-")
        starts = ("-".join(words[:count]) for count in range(len(words), 0, -1))
        return next((start for start in starts if start in CODES), None)


class RehearsalError(Exception):
    """The rehearsal itself could not go on; the message is a plain sentence, free of secrets."""
