"""A step's summary as the whole session explains it."""

from __future__ import annotations

from smoke_tui.journal.state import State, StepState


def summary_of(state: State, step_state: StepState) -> str:
    """Return a step's summary; of one that ended with its session, what ended that."""
    closed = state.closed
    if step_state.code == "interrupted" and closed is not None and closed.body.cancelled:
        return f"The session was ended while this step ran ({closed.body.cancelled})."
    return step_state.summary
