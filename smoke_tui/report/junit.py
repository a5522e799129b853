"""JUnit XML that CI systems read: one test suite a session, one test case a step."""

from __future__ import annotations

from typing import Final
from xml.sax.saxutils import escape, quoteattr

from smoke_tui.code_texts import text_of_code
from smoke_tui.journal.state import State, StepState
from smoke_tui.journal.verdict import PASSES, in_the_way
from smoke_tui.outcomes import Outcome, Verdict
from smoke_tui.report.check_object import in_order, seconds_of
from smoke_tui.report.escaping import middle_out
from smoke_tui.report.spend import spend_of
from smoke_tui.report.told import SENTENCES, banner, standing_of, verdict_words
from smoke_tui.report.words import as_text
from smoke_tui.runbook.model import Runbook, Step
from smoke_tui.secrecy import clean

SESSION: Final = "session"
"""The test case that stands for the session itself, where no step is in the way of a pass."""

MOST_OUTPUT: Final = 2_000


def junit(runbook: Runbook, state: State) -> str:
    """The session as one test suite; without a verdict that is a pass it has an error at least."""
    counts = {"failure": 0, "error": 0, "skipped": 0}
    cases: list[str] = []
    steps = in_order(runbook, state)
    hindering = in_the_way(runbook, state)
    for step in steps:
        known = state.steps.get(step.id, StepState(step.id))
        element = _element(known.outcome or Outcome.NOT_RUN, step.id in hindering)
        if element is not None:
            counts[element] += 1
        cases += _case(runbook, step, known, element)
    verdict = standing_of(runbook, state)
    number = len(steps)
    if verdict not in PASSES and not counts["failure"] + counts["error"]:
        cases += _of_session(runbook, state, verdict)
        counts["error"], number = 1, number + 1
    seconds = (state.closed.ms if state.closed else state.now_ms) / 1000
    name = runbook.id if state.world != "rehearsed" else f"{runbook.id} (rehearsal)"
    totals = (
        f'tests="{number}" failures="{counts["failure"]}" '
        f'errors="{counts["error"]}" skipped="{counts["skipped"]}" time="{seconds:.3f}"'
    )
    return "\n".join(
        [
            '<?xml version="1.0" encoding="UTF-8"?>',
            f"<testsuite name={_attribute(name)} {totals} "
            f"timestamp={_attribute(state.started.removesuffix('Z'))} "
            f"hostname={_attribute(str(state.opened['host']))}>",
            *_properties(runbook, state),
            *cases,
            "</testsuite>",
            "",
        ]
    )


def _element(outcome: Outcome, hindering: bool) -> str | None:
    """What stands inside a step's test case; None: it passed."""
    if outcome is Outcome.PASS:
        return None
    if outcome is Outcome.FAIL:
        return "failure"
    return "error" if hindering or outcome is Outcome.ERROR else "skipped"


def _of_session(runbook: Runbook, state: State, verdict: Verdict) -> list[str]:
    """An error of the session itself."""
    said = " ".join(as_text(words) for words in verdict_words(runbook, state))
    return [
        f'  <testcase classname={_attribute(runbook.id)} name={_attribute(SESSION)} time="0.000">',
        f"    <error message={_attribute(f'{verdict.value}: {SENTENCES[verdict]}')} "
        f"type={_attribute(verdict.value)}>{escape(_plain(said))}</error>",
        "  </testcase>",
    ]


def _case(runbook: Runbook, step: Step, known: StepState, element: str | None) -> list[str]:
    outcome = known.outcome or Outcome.NOT_RUN
    opening = (
        f"  <testcase classname={_attribute(runbook.id)} name={_attribute(step.id)} "
        f'time="{seconds_of(known):.3f}"'
    )
    if element is None:
        return [f"{opening}/>"]
    word = f"{outcome.value} {known.code}" if known.code else outcome.value
    # The common schema has no type for what was skipped.
    kind = f" type={_attribute(known.code or outcome.value)}" if element != "skipped" else ""
    message = _attribute(f"{word}: {known.summary}" if known.summary else word)
    lines = [
        f"{opening}>",
        f"    <{element} message={message}{kind}>{escape(_plain(_told(known)))}</{element}>",
    ]
    printed = known.tries[-1].output if known.tries else None
    if printed is not None and printed.length and element != "skipped":
        text = escape(_plain(middle_out(printed.text(), MOST_OUTPUT)))
        lines.append(f"    <system-out>{text}</system-out>")
    return [*lines, "  </testcase>"]


def _told(known: StepState) -> str:
    """What was seen, why, and what to do next."""
    lines = [known.summary]
    if known.reason:
        lines.append(f"{known.by or 'operator'}: {known.reason}")
    code = text_of_code(known.code, known.observed)
    if code is not None:
        lines.append(f"{code.what} Whose side: {code.side}. Next: {code.remedy}")
    return "\n".join(line for line in lines if line)


def _properties(runbook: Runbook, state: State) -> list[str]:
    spent = spend_of(state)
    first = banner(state)
    values = {
        "session": state.session,
        "verdict": standing_of(runbook, state).value,
        "world": state.world,
        "tool": state.opened.get("tool"),
        "runbook.sha256": runbook.sha256,
        "origin": state.opened["config"].get("origin"),
        "spend.calls": spent["calls"],
        "spend.unknown_calls": spent["unknown_calls"],
        "nothing-proven": as_text(first) if first is not None else None,
    }
    rows = [
        f"    <property name={_attribute(name)} value={_attribute(str(value))}/>"
        for name, value in values.items()
        if value is not None
    ]
    return ["  <properties>", *rows, "  </properties>"]


def _plain(text: str) -> str:
    """Without what XML 1.0 can't hold."""
    return "".join(c for c in clean(text) if c in "\n\t" or (c >= " " and c not in "\ufffe\uffff"))


def _attribute(text: str) -> str:
    return quoteattr(_plain(text))
