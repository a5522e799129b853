"""The options of `cassettes`, by their names on the command line."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from smoke_tui.config.names import RECORD_MODES
from smoke_tui.judging.triage import Cause, TriageClass
from smoke_tui.structs import Struct

REPLAY_ONLY: Final = RECORD_MODES[0]


class CassetteOptions(Struct, frozen=True, kw_only=True):
    """The options of `cassettes`; each heeds what `what` it belongs to.

    `what` is the thing to do, `paths` the files and folders (none: the working folder).
    `pre_push` (lint) is the remote of a push; `record_mode` and `rehearse` belong to record, the
    others to accept.
    """

    what: str
    paths: Sequence[str] = ()
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
    def files(self) -> list[Path]:
        """The files and folders; the working folder where none is named."""
        return [Path(path) for path in self.paths or ["."]]

    @property
    def needs_person(self) -> bool:
        """Whether `record` makes calls that somebody has to agree to."""
        return self.record_mode != REPLAY_ONLY and not self.rehearse
