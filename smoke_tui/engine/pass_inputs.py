"""What a pass was made with: it holds for these values, and is undone when one of them changes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from smoke_tui.config.session_config import SessionConfig
from smoke_tui.engine.plan import all_needs
from smoke_tui.failure_codes.table import CODES, outcome_of
from smoke_tui.journal.state import State, StepState, Try
from smoke_tui.outcomes import Outcome
from smoke_tui.runbook.kinds import KINDS
from smoke_tui.runbook.model import Runbook, Step
from smoke_tui.runbook.templates import names
from smoke_tui.structs import Struct


def made_otherwise(runbook: Runbook, state: State) -> dict[str, str]:
    """The passes that were made with values that are others now, and what has changed.

    A step's own pass, and with it the passes of what needs it, near or far.
    """
    changes: dict[str, str] = {}
    for step in runbook.steps:
        step_state = state.steps.get(step.id)
        if step_state is None or step_state.outcome is not Outcome.PASS or not step_state.tries:
            continue
        changed = _changed(step, step_state.tries[-1], state)
        if changed is None:
            undone = all_needs(runbook, step) & changes.keys()
            changed = next(
                (f"{need}, which it needs" for need in step.needs if need in undone),
                "what it needs" if undone else None,
            )
        if changed is not None:
            changes[step.id] = changed
    return changes


def _changed(step: Step, attempt: Try, state: State) -> str | None:
    """A value that the try was made with and that is another now; None: all are the same."""
    used = set(names_used(step))
    for name in sorted(used & attempt.values.keys() & state.captured.keys()):
        if attempt.values[name] != state.captured[name]:
            return f"the value of {name}"
    if step.commands or step.kind == "call":
        for name, mark in attempt.variables.items():
            if state.variables.get(name, mark) != mark:
                return f"the variable {name}"
    if KINDS[step.kind].calls_model or "model" in used:
        before, now = (model_of(step, config) for config in (attempt.config, state.config))
        if before != now:
            return f"the model, from {before or 'none'} to {now or 'none'}"
    return None


def names_used(step: Step) -> Iterator[str]:
    """The names of every template in any field of a step."""
    texts: list[Any] = [
        *(part for command in step.commands for part in command.argv),
        *step.env.values(),
        *(guard.value for guard in step.guards),
        *step.fields.values(),
    ]
    while texts:
        value = texts.pop()
        if isinstance(value, str):
            yield from names(value)
        elif isinstance(value, Mapping):
            texts += value.values()
        elif isinstance(value, list | tuple):
            texts += value
        elif hasattr(value, "http"):
            texts += [value.http, value.tcp]


def model_of(step: Step, config: SessionConfig) -> str | None:
    """The model that a step asks for by its settings; None: none is named."""
    model = config.model or step.fields.get("model") or config.runbook_model
    return str(model) if model else None


class OfFirstModel(Struct, frozen=True):
    """A step's outcome with the model that was asked first, and a sentence about it."""

    outcome: Outcome
    code: str
    words: str


def of_first_model(step_state: StepState) -> OfFirstModel | None:
    """Return the result of the model that was asked first, if another one's pass hides it.

    The newest try passed with another model, which replaces no failure of the first. None where the
    pass is valid.
    """
    asked = [attempt for attempt in step_state.tries if attempt.model is not None]
    if not asked or asked[-1] is not step_state.tries[-1]:
        return None
    newest, first = asked[-1], asked[0].model
    former = next(attempt for attempt in reversed(asked) if attempt.model == first)
    if newest.model == first or former.outcome is Outcome.PASS:
        return None
    if _taken_from_the_catalogue(former):
        return None
    code = former.code or "expectation-unmet"
    fresh = former.observed.fresh
    return OfFirstModel(
        former.outcome or outcome_of(code, fresh_credential=fresh),
        code,
        f"{first} was asked first and did not pass ({code}). Another model, {newest.model}, passed "
        f"on try {newest.n}; that does not replace it: begin a session with that model.",
    )


def _taken_from_the_catalogue(attempt: Try) -> bool:
    """Whether a model was refused that nobody had named: it was only the first of the catalogue.

    Asking for the next one hides no failure; no operator named the one that is not served.
    """
    code = CODES.get(attempt.code or "")
    return (
        code is not None
        and code.group == "model"
        and (attempt.observed.text("model_from") or "").startswith("the catalogue")
    )
