"""JUnit XML that CI systems read: one test case a step."""

from __future__ import annotations

from typing import Final
from xml.sax.saxutils import escape, quoteattr

from smoke_tui.journal.fold import State, StepState
from smoke_tui.outcomes import Outcome
from smoke_tui.report.check_object import in_order, seconds_of
from smoke_tui.runbook.model import Runbook
from smoke_tui.secrecy import clean

ELEMENTS: Final = {
    Outcome.FAIL: "failure", Outcome.ERROR: "error", Outcome.BLOCKED: "error",
    Outcome.EXPECTED_LIMITATION: "skipped", Outcome.WAIVED: "skipped", Outcome.NOT_RUN: "skipped",
}
"""What stands inside a test case; a pass has nothing."""


def junit(runbook: Runbook, state: State) -> str:
    """The session as one test suite."""
    cases = []
    counts = {"failure": 0, "error": 0, "skipped": 0}
    for step in in_order(runbook, state):
        known = state.steps.get(step.id, StepState(step.id))
        outcome = known.outcome or Outcome.NOT_RUN
        open_tag = (f"<testcase classname={_attribute(runbook.id)} name={_attribute(step.id)} "
                    f'time="{seconds_of(known):.3f}"')
        element = ELEMENTS.get(outcome)
        if element is None:
            cases.append(f"  {open_tag}/>")
            continue
        counts[element] += 1
        word = f"{outcome.value} {known.code}" if known.code else outcome.value
        cases.append(f"  {open_tag}>\n    <{element} message={_attribute(word)}>"
                     f"{escape(_plain(known.summary))}</{element}>\n  </testcase>")
    seconds = (state.closed.ms if state.closed else state.now_ms) / 1000
    name = runbook.id if state.world != "rehearsed" else f"{runbook.id} (rehearsal)"
    return "\n".join([
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<testsuite name={_attribute(name)} tests="{len(cases)}" '
        f'failures="{counts["failure"]}" errors="{counts["error"]}" '
        f'skipped="{counts["skipped"]}" time="{seconds:.3f}" '
        f"timestamp={_attribute(state.started)}>",
        *cases, "</testsuite>", "",
    ])


def _plain(text: str) -> str:
    """Without what XML 1.0 can't hold."""
    return "".join(c for c in clean(text) if c in "\n\t" or (c >= " " and c not in "\ufffe\uffff"))


def _attribute(text: str) -> str:
    return quoteattr(_plain(text))
