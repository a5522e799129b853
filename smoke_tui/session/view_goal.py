"""What a front end is to show when it starts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from smoke_tui.structs import Struct

if TYPE_CHECKING:
    from smoke_tui.runbook import Runbook


class ViewGoal(Struct, frozen=True):
    """What a front end is to show when it starts, as it was named on the command line.

    `target` names a runbook, to be run live or in a rehearsal (`rehearse`, `scenario`). `session`
    names a recorded session to resume instead; `step` is one step of it to be done once more.
    `runbook` is one that was made for this goal, in place of a `target`.
    """

    target: str | None = None
    rehearse: bool = False
    scenario: str | None = None
    session: str | None = None
    step: str | None = None
    runbook: Runbook | None = None
