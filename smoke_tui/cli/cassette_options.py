"""The options of `cassettes`, by their names on the command line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from smoke_tui.config.names import RECORD_MODES
from smoke_tui.judging.triage import Cause, TriageClass

REPLAY_ONLY: Final = RECORD_MODES[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class CassetteOptions:
    """The options of `cassettes`; each heeds what `what` it belongs to.

    `pre_push` (lint) is the remote of a push; `record_mode` and `rehearse` belong to record, the
    others to accept.
    """

    json: bool = False
    pre_push: str | None = None
    record_mode: str = REPLAY_ONLY
    rehearse: bool = False
    triage: TriageClass | None = None
    cause: Cause | None = None
    named: str | None = None
    reason: str | None = None
    threshold: str | None = None
    count: int | None = None

    @property
    def needs_person(self) -> bool:
        """Whether `record` makes calls that somebody has to agree to."""
        return self.record_mode != REPLAY_ONLY and not self.rehearse
