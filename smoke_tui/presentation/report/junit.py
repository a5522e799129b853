"""The report as JUnit XML: a session is a test suite, a step a test case."""

from __future__ import annotations

from typing import Final
from xml.etree.ElementTree import Element, indent, tostring

from smoke_tui.failure_codes.texts import text_of_code
from smoke_tui.journal.battery import recorded_battery
from smoke_tui.journal.events.decisions import DriftEvidence
from smoke_tui.journal.spend import spend_of
from smoke_tui.journal.state import State, StepState
from smoke_tui.journal.verdict import PASSES, in_the_way
from smoke_tui.outcomes import Outcome, Verdict
from smoke_tui.presentation.drift.sentences import MOST_CALLS, call_rows, head_line
from smoke_tui.presentation.expected import expectations
from smoke_tui.presentation.format import cut_middle, one_line
from smoke_tui.presentation.printed import printed
from smoke_tui.presentation.report.battery import plain
from smoke_tui.presentation.report.check_result import in_order, seconds_of
from smoke_tui.presentation.report.html_builder import tag
from smoke_tui.presentation.report.judge_verdict import judged_of, result
from smoke_tui.presentation.report.verdict_text import (
    SENTENCES,
    banner,
    effective_verdict,
    verdict_paragraphs,
)
from smoke_tui.presentation.spans import as_text
from smoke_tui.runbook.model import Runbook, Step

SESSION: Final = "session"
"""Test case of the session itself, for a verdict that no step's error explains."""

MOST_OUTPUT: Final = 2_000


def junit(runbook: Runbook, state: State) -> str:
    """Render the session as a test suite; unless its verdict is a pass, it has an error."""
    steps = in_order(runbook, state)
    hindering = in_the_way(runbook, state)
    counts = {"failure": 0, "error": 0, "skipped": 0}
    cases: list[Element] = []
    for step in steps:
        step_state = state.steps.get(step.id, StepState(step.id))
        element = _element(step_state.outcome or Outcome.NOT_RUN, step.id in hindering)
        if element is not None:
            counts[element] += 1
        cases.append(_case(runbook, state, step, element))
    verdict = effective_verdict(runbook, state)
    if verdict not in PASSES and not counts["failure"] + counts["error"]:
        cases.append(_of_session(runbook, state, verdict))
        counts["error"] = 1
    seconds = (state.closed.ms if state.closed else state.now_ms) / 1000
    suite = tag(
        "testsuite",
        _properties(runbook, state),
        *cases,
        name=runbook.id if state.world != "rehearsed" else f"{runbook.id} (rehearsal)",
        tests=len(cases),
        failures=counts["failure"],
        errors=counts["error"],
        skipped=counts["skipped"],
        time=f"{seconds:.3f}",
        timestamp=state.started.removesuffix("Z"),
        hostname=state.opener.host,
    )
    indent(suite)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{tostring(suite, "unicode")}\n'


def _element(outcome: Outcome, hindering: bool) -> str | None:
    """The element inside a step's test case; None if the step passed."""
    if outcome is Outcome.PASS:
        return None
    if outcome is Outcome.FAIL:
        return "failure"
    return "error" if hindering or outcome is Outcome.ERROR else "skipped"


def _of_session(runbook: Runbook, state: State, verdict: Verdict) -> Element:
    """The test case of the session itself, with its error."""
    text = " ".join(as_text(text) for text in verdict_paragraphs(runbook, state))
    message = f"{verdict.value}: {SENTENCES[verdict]}"
    error = tag("error", text, message=message, type=verdict.value)
    return tag("testcase", error, classname=runbook.id, name=SESSION, time="0.000")


def _case(runbook: Runbook, state: State, step: Step, element: str | None) -> Element:
    step_state = state.steps.get(step.id, StepState(step.id))
    outcome = step_state.outcome or Outcome.NOT_RUN
    seconds = seconds_of(state, step_state)
    case = tag("testcase", classname=runbook.id, name=step.id, time=f"{seconds:.3f}")
    if element is None:
        return case
    word = f"{outcome.value} {step_state.code}" if step_state.code else outcome.value
    message = f"{word}: {step_state.summary}" if step_state.summary else word
    # The common schema has no type for what was skipped.
    kind = (step_state.code or outcome.value) if element != "skipped" else None
    case.append(tag(element, _explanation(runbook, state, step), message=message, type=kind))
    output = step_state.tries[-1].output if step_state.tries else None
    if output is not None and output.length and element != "skipped":
        case.append(tag("system-out", cut_middle(output.text(), MOST_OUTPUT)))
    return case


def _explanation(runbook: Runbook, state: State, step: Step) -> str:
    """What was expected and seen, why, the last lines of output, and what to do next."""
    step_state = state.steps.get(step.id, StepState(step.id))
    lines = [step_state.summary]
    for each in expectations(runbook, state, step):
        lines += [f"Expected: {each.with_line}", f"Seen: {each.actual}"]
    if step_state.reason:
        lines.append(f"{step_state.by or 'operator'}: {step_state.reason}")
    pieces = step_state.tries[-1].evidence if step_state.tries else []
    for piece in pieces:
        if isinstance(piece, DriftEvidence):
            drift = piece.compared.drift
            lines += [head_line(drift), *map(as_text, call_rows(drift, MOST_CALLS))]
        judged = judged_of(piece)
        if judged is not None:
            lines.append(f"{one_line(judged.expected)}: {as_text(result(judged))}")
    tried = recorded_battery(step_state)
    if tried is not None:
        lines += plain(tried)
    code = text_of_code(step_state.code, step_state.observed.values)
    if code is not None:
        lines.append(f"{code.what} Whose side: {code.side}. Next: {code.remedy}")
    output = printed(runbook, state, step)
    if output is not None:
        lines += [f"{output.head}:", *(f"  {line}" for line in output.lines)]
    return "\n".join(line for line in lines if line)


def _properties(runbook: Runbook, state: State) -> Element:
    spent = spend_of(state)
    first = banner(state)
    values = {
        "session": state.session,
        "verdict": effective_verdict(runbook, state).value,
        "world": state.world,
        "tool": state.opener.tool,
        "runbook.sha256": runbook.sha256,
        "origin": state.first_config.origin,
        "spend.calls": spent.calls,
        "spend.unknown_calls": spent.unknown_calls,
        "nothing-proven": as_text(first) if first is not None else None,
    }
    rows = (
        tag("property", name=name, value=value)
        for name, value in values.items()
        if value is not None
    )
    return tag("properties", *rows)
