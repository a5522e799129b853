"""What the next call takes from earlier calls of a session: models asked for, or refused."""

from __future__ import annotations

from collections.abc import Iterator

from smoke_tui.failure_codes.table import CODES
from smoke_tui.journal.battery import battery_tries, is_concluded
from smoke_tui.journal.events.values import Observed
from smoke_tui.journal.state import State, Try
from smoke_tui.world.call_history import EarlierBattery, EarlierCall


def refused_models(state: State) -> dict[str, str]:
    """The models that calls were refused for, with the code; the last refusal comes last."""
    refusals: dict[str, str] = {}
    for attempt in _calls(state):
        code = CODES.get(attempt.code or "")
        model = str(attempt.observed.value("model_asked"))
        if code is None:
            refusals.pop(model, None)
        elif code.group == "model" and attempt.code != "model-unlisted":
            refusals.pop(model, None)
            refusals[model] = code.name
    return refusals


def earlier_calls(state: State) -> dict[str, EarlierCall]:
    """What the last call of each model learnt of it, as its try observed it."""
    return {
        str(attempt.observed.value("model_asked")): EarlierCall(
            attempt.code,
            attempt.observed.text("client_version"),
            attempt.observed.text("served_from"),
            _needed(attempt.observed),
        )
        for attempt in _calls(state)
        if attempt.ended is not None
    }


def earlier_battery(state: State, step: str) -> EarlierBattery | None:
    """What a step's tries have finished of a battery that was broken off; None where none was.

    A battery that came to its end is not continued: who runs the step again wants it anew.
    """
    tries = state.step(step).tries
    group = battery_tries(tries)
    if not group or is_concluded(tries):
        return None
    answers = tuple(answered for battery in group for answered in battery.answers)
    return EarlierBattery(group[-1].plan, answers, sum(attempt.calls for attempt in tries))


def _needed(observed: Observed) -> str | None:
    """The client version that a gate asked for."""
    about = observed.value("about")
    version = about.get("needs_version") if isinstance(about, dict) else None
    return version if isinstance(version, str) and version else None


def last_model(state: State) -> str | None:
    """The model that the last call asked for; None where none was made, or the record is old."""
    last = next(
        (
            attempt
            for attempt in reversed(list(_calls(state)))
            if attempt.observed.value("client_version")
        ),
        None,
    )
    return str(last.observed.value("model_asked")) if last is not None else None


def _calls(state: State) -> Iterator[Try]:
    """The tries that made a call of their own, in the order they began."""
    tries = (attempt for step_state in state.steps.values() for attempt in step_state.tries)
    yield from sorted((t for t in tries if t.observed.value("model_asked")), key=lambda t: t.seq)
