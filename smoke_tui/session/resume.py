"""Resume a session that was broken off, or rerun one of its steps."""

from __future__ import annotations

from pathlib import Path

from smoke_tui.config.nearest import did_you_mean
from smoke_tui.engine.plan import Finish, all_needs, plan
from smoke_tui.journal.events.kinds import SCHEMA
from smoke_tui.journal.file import Journal, JournalFile
from smoke_tui.journal.load import InvalidRecordError, load_state
from smoke_tui.journal.state import State
from smoke_tui.outcomes import Outcome
from smoke_tui.redaction import placeholders_in
from smoke_tui.runbook import Runbook
from smoke_tui.runbook.kinds import KINDS
from smoke_tui.structs import Struct


class ResumableSession(Struct):
    """A session that can be gone on with, its journal open for writing."""

    file: JournalFile
    journal: Journal
    runbook: Runbook
    state: State

    def check_step(self, rerun: str | None) -> None:
        """Check that the session can be resumed, and that it has the step to be done once more.

        Raises:
            ValueError: the session has no step of that name, or its runbook is not whole.
        """
        if placeholders_in(self.runbook.text):
            raise ValueError(
                "the record holds its runbook with a part hidden, as an older version "
                "kept it: it can be read and replayed, not resumed; correct the "
                "runbook (`smoke-tui lint`) and begin a new session"
            )
        ids = [step.id for step in self.runbook.steps]
        if rerun is not None and rerun not in ids:
            raise ValueError(
                f"--step {rerun!r}: the session has no such step (it has {', '.join(ids)})"
                f"{did_you_mean(rerun, ids)}"
            )

    def undone(self, rerun: str | None) -> list[str]:
        """Passed steps that hold only in a rehearsal's world, which is gone, to be done once more.

        None where nothing is left to do: a proof that was acknowledged stays.
        """
        if self.state.world != "rehearsed":
            return []
        if rerun is None and isinstance(plan(self.runbook, self.state), Finish):
            return []
        wanted = (
            all_needs(self.runbook, self.runbook.step(rerun))
            if rerun is not None
            else {step.id for step in self.runbook.steps}
        )
        return [
            step.id
            for step in self.runbook.steps
            if step.id in wanted
            and KINDS[step.kind].made_in_world
            and step.id in self.state.steps
            and self.state.steps[step.id].outcome is Outcome.PASS
        ]


def open_resumable(folder: Path, *, finished: bool = False) -> ResumableSession:
    """Open a recorded session to resume it; `finished`: also one that is closed.

    Raises:
        InvalidRecordError: it is finished, damaged, or of a newer version.
        StorageError: another program has it, or it can't be written.
    """
    file = JournalFile.reopen(folder)
    try:
        journal, runbook, state = load_state(folder)
        schema = state.opened.schema if state.opened is not None else None
        if schema != SCHEMA:
            raise InvalidRecordError(
                f"{folder}: written by another version ({schema}); it can be read, not resumed"
            )
        if state.closed is not None and not state.left and not finished:
            raise InvalidRecordError(
                f"{folder.name} is finished; `smoke-tui rerun {folder.name} --step "
                "ID` does one step of it again"
            )
    except BaseException:
        file.close()
        raise
    return ResumableSession(file, journal, runbook, state)
