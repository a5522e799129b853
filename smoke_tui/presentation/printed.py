"""What the commands of a failed step printed last: its own, or those of a service that died."""

from __future__ import annotations

from typing import Final

from smoke_tui.journal.events.decisions import ServiceAdopted, ServiceProvided
from smoke_tui.journal.state import State, Try
from smoke_tui.presentation.format import inert, shorten
from smoke_tui.runbook.model import Runbook, Step
from smoke_tui.structs import Struct

MOST_LINES: Final = 12
MOST_WIDTH: Final = 240

_OUTPUT_SAYS_NOTHING: Final = frozenset({"operator-declined", "guard-unmet", "interrupted"})
"""Codes of failures that are not the command's."""


class Printed(Struct, frozen=True):
    """The last lines of output of a step, with a head that says whose they are.

    `own`: they are the failed step's.
    """

    head: str
    lines: tuple[str, ...]
    own: bool = True


class LostProvider(Struct, frozen=True):
    """A service that died: its step, its last try, and what it exited with, where that is known."""

    step: Step
    attempt: Try

    @property
    def exit(self) -> int | None:
        """The exit code of its command."""
        return self.attempt.exit


def printed(runbook: Runbook, state: State, step: Step) -> Printed | None:
    """Return the output that explains a failed step; None where there is none."""
    step_state = state.steps.get(step.id)
    if step_state is None or not step_state.tries or step_state.code in _OUTPUT_SAYS_NOTHING:
        return None
    if step_state.code == "service-died":
        lost = lost_provider(runbook, state, step)
        if lost is not None:
            return _of_output(f"The last lines of {lost.step.id}", lost.attempt, own=False)
    return _of_output("The last lines of its output", step_state.tries[-1])


def lost_provider(runbook: Runbook, state: State, step: Step) -> LostProvider | None:
    """Return the service that a step needs, directly or through others, and that died."""
    needs = [step.id]
    for name in needs:
        needs += [n for n in runbook.step(name).needs if n not in needs]
    for resource in state.resources.values():
        if not isinstance(resource.provided, ServiceProvided | ServiceAdopted):
            continue
        if resource.alive or resource.left_behind or resource.step not in needs:
            continue
        tries = state.steps[resource.step].tries if resource.step in state.steps else []
        if tries:
            return LostProvider(runbook.step(resource.step), tries[-1])
    return None


def _of_output(head: str, attempt: Try, *, own: bool = True) -> Printed | None:
    if not attempt.output.length:
        return None
    return Printed(head, tuple(last_lines(attempt.output.text())), own)


def last_lines(text: str, most: int = MOST_LINES) -> list[str]:
    """Return the last lines of an output that are not blank, inert and of bounded width."""
    lines = [line.rstrip() for line in inert(text).split("\n")]
    lines = [shorten(line, MOST_WIDTH) for line in lines if line]
    return lines[-most:] or ["(blank lines alone)"]
