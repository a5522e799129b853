"""What a failed try was expected to show, what was seen instead, and where the runbook says so."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from smoke_tui.journal.events.decisions import ExpectationsEvidence, OtherEvidence
from smoke_tui.journal.state import State, StepState, Try
from smoke_tui.presentation.conditions import conditions_text
from smoke_tui.presentation.format import excerpt
from smoke_tui.presentation.printed import lost_provider
from smoke_tui.proof.obligations import EVIDENCE, read_obligations
from smoke_tui.runbook.model import Condition, Match, Ready, Runbook, Step
from smoke_tui.runbook.templates import fill
from smoke_tui.structs import Struct

MOST: Final = 8
"""Expectations of one try that are shown."""


class Expected(Struct, frozen=True):
    """An expectation that was not met.

    Attributes:
        expected: What the runbook, or the kind of step, asks for.
        actual: What there was instead.
        line: The line of the runbook that says so; None where none does.
    """

    expected: str
    actual: str
    line: int | None = None

    @property
    def with_line(self) -> str:
        """The expectation, with the line of the runbook that says so."""
        return self.expected if self.line is None else f"{self.expected} (runbook line {self.line})"


def expectations(runbook: Runbook, state: State, step: Step) -> tuple[Expected, ...]:
    """Return what the last try of a failed step was expected to show; empty where nothing says."""
    step_state = state.steps.get(step.id)
    if step_state is None or not step_state.tries or step_state.code is None:
        return ()
    attempt = step_state.tries[-1]
    recorded = next((e for e in attempt.evidence if isinstance(e, ExpectationsEvidence)), None)
    if recorded is not None:
        return tuple(_unmet(step, recorded.unmet))[:MOST]
    derived = _of_code(runbook, state, step, step_state, attempt)
    return () if derived is None else (derived,)


# --- recorded expectations, with their lines ---------------------------------------------------


def _unmet(step: Step, rows: Sequence[Sequence[object]]) -> Iterator[Expected]:
    """Recorded rows, which stand in the order of the runbook's conditions, with their lines."""
    left = [(match, condition) for match in step.expect for condition in match.conditions]
    for row in rows:
        expected = excerpt(row[0], 300)
        at = next((n for n, (_, c) in enumerate(left) if _matches(c, expected)), None)
        match: Match | None = None
        if at is not None:
            match = left[at][0]
            left = left[at + 1 :]
        yield Expected(expected, excerpt(row[1], 300), match.line if match else None)


_STARTS = {
    "code": "the code ",
    "status": "status ",
    "header": "header ",
    "body_contains": "body to contain ",
    "json": "json ",
    "route": "route ",
    "exit": "exit ",
    "origin": "origin ",
    "behaves": "an answer that behaves so",
}
"""How the text of an unmet condition starts, by its word; others are texts of comparisons."""


def _matches(condition: Condition, expected: str) -> bool:
    start = _STARTS.get(condition.word)
    if start is None:
        return not expected.startswith(tuple(_STARTS.values()))
    if condition.word == "json":
        return expected.startswith(f"{start}{condition.value} to ")
    return expected.startswith(start)


# --- expectations that follow from the code ----------------------------------------------------

_OBLIGATIONS: Final[Mapping[str, str]] = {
    "answered with a stream": "an answer with a stream of events",
    "one end of the stream": "a stream that ends once, with response.completed",
    "complete response": "a complete response",
    "one response id": "one response id in all events",
    "subscription route": "an answer on the subscription",
    "no other route": "an answer on the subscription alone",
    "no refusal": "an answer that is no refusal",
    "text as it was streamed": "the final text to be the streamed one",
    "final answer": "a final answer with text",
    "text of the answer": "an answer with text",
    "nonce in the final answer": "the nonce in the answer",
    "nonce in the answer": "the nonce in the answer",
    "usage of a call": "the token usage of a call",
    "turn answered": "an answered turn",
}
"""What an obligation of a call asks for, by its recorded name."""


def _of_code(
    runbook: Runbook, state: State, step: Step, step_state: StepState, attempt: Try
) -> Expected | None:
    summary = excerpt(step_state.summary, 400)
    match step_state.code:
        case "command-failed":
            return _command(step, attempt, summary)
        case "service-died":
            return _service(runbook, state, step)
        case "not-ready":
            return _ready(state, step, summary)
        case "command-timeout" | "timeout" | "login-timeout":
            return Expected("an end within the step's time limit", summary, step.fence_line)
        case "guard-unmet":
            guard = next(
                (g for g in step.guards if summary.endswith(f"runbook line {g.line})")), None
            )
            if guard is None:
                return None
            return Expected(f"{guard.test} {excerpt(guard.value)}", guard.why, guard.line)
        case "expectation-unmet":
            return (
                _capture(step, summary) or _obligation(attempt, summary) or _declared(step, summary)
            )
    return _obligation(attempt, summary)


def _command(step: Step, attempt: Try, summary: str) -> Expected:
    command = next((c for c in step.commands if f"`{c.text}`" in summary), None)
    if command is None:
        return Expected("every command to end with 0", summary)
    shown = summary if attempt.exit is None else f"it ended with {attempt.exit}"
    return Expected(f"`{excerpt(command.text)}` to end with 0", shown, command.line)


def _service(runbook: Runbook, state: State, step: Step) -> Expected | None:
    lost = lost_provider(runbook, state, step)
    if lost is None:
        return None
    ended = "it died" if lost.exit is None else f"it ended with {lost.exit}"
    return Expected(f"{lost.step.id} to run until this step ends", ended, lost.step.fence_line)


def _capture(step: Step, summary: str) -> Expected | None:
    """A value that was to be captured from an output."""
    for capture in step.capture:
        if f"holds no {capture.name} " in summary:
            where = f" (JSON path {capture.json})" if capture.json else ""
            wanted = f"the output to hold {capture.name}{where}"
            return Expected(wanted, "it does not hold it", step.fence_line)
    return None


def _declared(step: Step, summary: str) -> Expected | None:
    """All that the runbook expects, where the record does not say which of it was not met."""
    if not step.expect:
        return None
    wanted = " and ".join(conditions_text(match.conditions) for match in step.expect)
    return Expected(excerpt(wanted, 300), summary, step.expect[0].line)


def _ready(state: State, step: Step, summary: str) -> Expected | None:
    ready = step.fields.get("ready")
    if not isinstance(ready, Ready):
        return None
    values = {"stack_url": state.config.stack_url, **state.captured}
    if ready.http:
        wanted = f"status {ready.status} of {excerpt(fill(ready.http, values))}"
    elif ready.tcp:
        wanted = f"a connection to {excerpt(fill(ready.tcp, values))}"
    else:
        wanted = f"a line of output that matches {excerpt(ready.line)}"
    return Expected(f"{wanted} within the time limit", summary, step.fence_line)


def _obligation(attempt: Try, summary: str) -> Expected | None:
    """The first obligation of a call that its answer did not meet."""
    for piece in attempt.evidence:
        if not isinstance(piece, OtherEvidence) or piece.name != EVIDENCE:
            continue
        for obligation in read_obligations(piece.value):
            if obligation.status != "holds":
                return Expected(_wanted(obligation.name, attempt), summary)
    return None


def _wanted(obligation: str, attempt: Try) -> str:
    model = attempt.observed.text("model_asked")
    if obligation == "served model":
        name = excerpt(model, 80) if model is not None else "that was asked for"
        return f"an answer of the model {name}"
    return _OBLIGATIONS.get(obligation, obligation)
