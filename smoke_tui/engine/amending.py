"""Amending the operator's word: an outcome that rests on it, said otherwise afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from smoke_tui.journal.state import State, StepState
from smoke_tui.outcomes import Outcome

ANSWERS: Final[Mapping[str, Mapping[str, tuple[Outcome, str | None]]]] = {
    "manual": {"pass": (Outcome.PASS, None), "fail": (Outcome.FAIL, "expectation-unmet"),
               "blocked": (Outcome.BLOCKED, "operator-declined")},
    "attest": {"yes": (Outcome.PASS, None), "no": (Outcome.BLOCKED, "route-unproven")},
}
"""What an amended word makes of a step, by the kind of the question."""


class NotAmendable(ValueError):
    """A step's outcome can't be amended so; the text says why and what can be done."""


def amendable(state: State) -> dict[str, tuple[str, ...]]:
    """The steps whose outcome rests on the operator's word, and the words that each takes."""
    return {name: tuple(ANSWERS[str(known.word)]) for name, known in state.steps.items()
            if _rests_on_word(known)}


def _rests_on_word(known: StepState) -> bool:
    if known.word not in ANSWERS or known.outcome is None:
        return False
    return (known.word != "attest" or known.outcome is Outcome.PASS
            or known.code == "route-unproven")


def amended(state: State, step_id: str, answer: str) -> tuple[Outcome, str | None]:
    """The outcome and code that an answer gives a step, in place of the operator's former one.

    Raises:
        NotAmendable: the outcome does not rest on the operator's word, or the answer is none.
    """
    steps = amendable(state)
    if step_id not in steps:
        raise NotAmendable(
            f"what came of {step_id!r} does not rest on the operator's word; `rerun` does a step "
            f"again (here it could be amended: {', '.join(steps) or 'nothing'})")
    answers = ANSWERS[str(state.steps[step_id].word)]
    if answer not in answers:
        raise NotAmendable(f"{step_id!r} takes {' or '.join(answers)}, not {answer!r}")
    return answers[answer]
