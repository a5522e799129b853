"""What a session is opened with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol

from smoke_tui.config.questions import Answer
from smoke_tui.config.session_config import SessionConfig
from smoke_tui.journal.events.values import Amendment, Program
from smoke_tui.journal.stream import Clock
from smoke_tui.runbook import Runbook
from smoke_tui.session.environment import this_program
from smoke_tui.session.resume import ResumableSession
from smoke_tui.session.secret_options import NO_SECRET_OPTIONS, SecretOptions
from smoke_tui.structs import Struct
from smoke_tui.world.live.browser_clipboard import OperatorIO
from smoke_tui.world.live.clock_ids import random_id
from smoke_tui.world.ports import Ids


class Answerer(Protocol):
    """Answers questions in place of the operator: consent, an answers file, a script."""

    async def answer(self, kind: str, data: Mapping[str, Any]) -> Answer | None:
        """The answer to a question; None leaves it to somebody else."""

    async def observe(self, kind: str, data: Mapping[str, Any], answer: Answer) -> None:
        """Take note of an answer that the operator gave."""


class SessionRequest(Struct, frozen=True, kw_only=True):
    """What a session is opened with.

    `state_dir` holds the folder of all sessions. `resumable` is the recorded session to resume,
    whose runbook is `runbook`; `rerun` then names one step that is done once more, `amendment`
    an answer of the operator that takes the place of an earlier one. `program` describes the
    program and its machine for the record; `clock` None is the machine's own.
    """

    runbook: Runbook
    config: SessionConfig
    state_dir: Path
    operator_io: OperatorIO
    answerer: Answerer | None = None
    secret_options: SecretOptions = NO_SECRET_OPTIONS
    resumable: ResumableSession | None = None
    rerun: str | None = None
    amendment: Amendment | None = None
    program: Callable[[SessionConfig], Program] = this_program
    clock: Clock | None = None
    ids: Ids = random_id
