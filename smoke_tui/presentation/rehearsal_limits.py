"""What a rehearsal does not let out, as sentences: before it begins, and in its report."""

from __future__ import annotations

from collections.abc import Iterator

from smoke_tui.config.session_config import SessionConfig
from smoke_tui.presentation.format import count
from smoke_tui.presentation.spans import Text, quote
from smoke_tui.runbook.model import Runbook
from smoke_tui.runbook.rehearsing import Rehearsed, rehearsed_as


def rehearsal_limits(runbook: Runbook, config: SessionConfig) -> Iterator[Text]:
    """Where requests and commands go, which steps a stand-in answers, and which ones stop.

    Nothing where the whole walk is against the rehearsal's own servers and stack.
    """
    steps: dict[Rehearsed, list[str]] = {each: [] for each in Rehearsed}
    for step in runbook.steps:
        steps[rehearsed_as(step, in_own_folder=config.in_own_folder)].append(step.id)
    runs = [s.id for s in runbook.steps if s.commands and s.id in steps[Rehearsed.AS_IT_IS]]
    runs_here = bool(runs and config.in_own_folder)
    if not (runs_here or steps[Rehearsed.STOOD_IN] or steps[Rehearsed.CLOSED]):
        return
    yield ["A rehearsal lets nothing out: requests reach this machine alone."]
    if runs_here:
        folder = ["this folder"] if config.project == "." else [quote(config.project)]
        yield ["Commands run for real, in ", *folder, f": {', '.join(runs)}."]
    if stood_in := steps[Rehearsed.STOOD_IN]:
        verb = "is" if len(stood_in) == 1 else "are"
        yield [
            f"{count(len(stood_in), 'step')} {verb} answered by the runbook's stand-ins, not by the "
            f"product: {', '.join(stood_in)}."
        ]
    if closed := steps[Rehearsed.CLOSED]:
        yield [
            f"What reaches beyond this machine and has no stand-in is not done: {', '.join(closed)} "
            "(smoke-tui explain stand_in)."
        ]
