"""Tries that the end of the program broke off, settled when the session is resumed."""

from __future__ import annotations

from smoke_tui.engine.amend import half_amended, settle_half_amended
from smoke_tui.engine.end_reasons import BROKEN_OFF
from smoke_tui.engine.record import record_outcome, settle
from smoke_tui.journal.events.decisions import StepFinished, TryFinished
from smoke_tui.journal.state import NOTHING_OBSERVED, State
from smoke_tui.journal.stream import EventStream
from smoke_tui.outcomes import Outcome
from smoke_tui.runbook.model import Runbook


def settle_broken_off(runbook: Runbook, state: State, stream: EventStream) -> None:
    """Settle the tries of a resumed session that the end of the program broke off.

    One that may have spent is never run again by itself; neither is a retry that was planned.
    """
    for step_state in list(state.steps.values()):
        if step_state.outcome is not None or not step_state.tries:
            continue
        if half_amended(step_state):
            settle_half_amended(runbook, state, step_state, stream)
            continue
        last = step_state.tries[-1]
        if step_state.pending == "retry":
            settle(state, step_state.id, stream)
            continue
        if step_state.pending is not None:
            continue
        if last.ended is None:
            stream.decide(
                TryFinished("interrupted", BROKEN_OFF, False, NOTHING_OBSERVED),
                step=step_state.id,
                attempt=last.n,
            )
        if not last.calls and runbook.step(step_state.id).effects == "remote":
            record_outcome(
                stream,
                step_state.id,
                last.n,
                StepFinished(
                    Outcome.BLOCKED,
                    "interrupted",
                    f"{BROKEN_OFF} What it changed elsewhere is not known. Look, then try "
                    "it again yourself.",
                ),
            )
        elif last.calls:
            spent = "was spent" if last.usage is not None else "may have been spent: unknown"
            record_outcome(
                stream,
                step_state.id,
                last.n,
                StepFinished(
                    Outcome.BLOCKED,
                    "interrupted",
                    f"{BROKEN_OFF} A call {spent}. Try it again yourself.",
                ),
            )
