"""A failed step explained: what happened, what was expected and seen, whose side, what next."""

from __future__ import annotations

from typing import Final

from smoke_tui.failure_codes.texts import text_of_code
from smoke_tui.journal.spend import spend_of
from smoke_tui.journal.state import State, StepState
from smoke_tui.outcomes import BAD_OUTCOMES, Outcome
from smoke_tui.presentation.expected import expectations
from smoke_tui.presentation.format import one_line, window_name
from smoke_tui.presentation.live.snapshot import Snapshot
from smoke_tui.presentation.printed import Printed, printed
from smoke_tui.presentation.report.exchanges import no_evidence, support
from smoke_tui.presentation.spans import as_text
from smoke_tui.presentation.step_summary import summary_of
from smoke_tui.runbook.model import Runbook, Step
from smoke_tui.structs import Struct, replace

FULL: Final = 100
"""Percentage at which a quota window is used up."""
SIDES: Final = {
    "us": "ours: the request or this tool",
    "this machine": "this machine's or its network's",
    "this network": "this network's",
    "the account": "the account's",
    "the provider": "the provider's",
    "the stack": "the stack's",
    "the operator": "yours",
    "nobody": "nobody's",
}
_LONG: Final = frozenset({"Asked", "Answered at"})
"""What the log shows beside the failure already."""

Facts = list[tuple[str, str]]


class Failure(Struct, frozen=True):
    """What happened, in a sentence, with labelled details and the last lines of output."""

    what: str
    facts: Facts
    printed: Printed | None = None


def failure(snapshot: Snapshot, step: Step) -> Failure | None:
    """Explain the failure of a step for a front end; None if the step did not fail."""
    explained = explain(snapshot.runbook, snapshot.state, step)
    if explained is None:
        return None
    step_state = snapshot.of(step)
    if step_state.outcome is Outcome.ERROR:
        explained.facts.append(("Next", "Report it with the session's folder: " + snapshot.folder))
        return explained
    facts = _with_code(explained.facts)
    attempt = step_state.tries[-1] if step_state.tries else None
    rows = support(snapshot.state, attempt, no_evidence) if attempt is not None else []
    shown = [(name, value) for name, value in rows if name not in _LONG]
    if shown:
        text = " · ".join(f"{_inside(name)} {one_line(as_text(value))}" for name, value in shown)
        facts.append(("Support", text))
    return replace(explained, facts=facts)


def _with_code(facts: Facts) -> Facts:
    """Facts with the code behind what was seen, where it takes no row of a small screen."""
    code = next((text for label, text in facts if label == "Code"), None)
    kept = [fact for fact in facts if fact[0] != "Code"]
    last = max((at for at, fact in enumerate(kept) if fact[0] == "Seen"), default=None)
    if code is not None and last is not None:
        kept[last] = ("Seen", f"{kept[last][1]} [{code}]")
    return kept


def explain(runbook: Runbook, state: State, step: Step) -> Failure | None:
    """Explain the failure of a step; None if the step did not fail."""
    step_state = state.steps.get(step.id, StepState(step.id))
    if step_state.outcome is None or step_state.outcome not in BAD_OUTCOMES:
        return None
    if step_state.outcome is Outcome.ERROR:
        return Failure(
            "The tool itself broke; this says nothing about the thing under test.",
            [("Seen", one_line(step_state.summary, 400))],
        )
    code = text_of_code(step_state.code, step_state.observed.values)
    facts: Facts = []
    expected = expectations(runbook, state, step)
    for each in expected:
        facts += [("Expected", each.with_line), ("Seen", each.actual)]
    if not expected:
        facts.append(("Seen", one_line(summary_of(state, step_state), 400)))
    facts.append(("Code", one_line(step_state.code or "none")))
    rule = step_state.tries[-1].rule if step_state.tries else None
    if step_state.outcome is Outcome.EXPECTED_LIMITATION and rule:
        facts.append(("Rule", f"runbook line {rule.line}: {one_line(rule.why or '')}"))
    if code:
        facts += [("Side", SIDES[code.side]), ("Next", code.remedy)]
    facts += [("Resets", text) for text in _resets(state, step_state.code)]
    what = code.what if code else "The step did not end well."
    return Failure(what, facts, printed(runbook, state, step))


def _inside(label: str) -> str:
    """A label inside a sentence: names stay as they are."""
    return label if label.startswith("User-") else label[:1].lower() + label[1:]


def _resets(state: State, code: str | None) -> list[str]:
    """Reset times of the quota windows that are used up, as far as an answer gave them."""
    if code != "usage-limit-reached":
        return []
    full = [
        window
        for window in spend_of(state).limits or ()
        if window.resets_at and window.used_percent_after >= FULL
    ]
    return [
        f"the window of {window_name(window.window_minutes)} at {one_line(window.resets_at)}"
        for window in full
    ]
