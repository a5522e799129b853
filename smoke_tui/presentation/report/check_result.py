"""The `smoke-check/1` object: a session for scripts."""

from __future__ import annotations

from typing import Any, Final

from smoke_tui.failure_codes.texts import text_of_code
from smoke_tui.journal.spend import spend_of
from smoke_tui.journal.state import State, StepState
from smoke_tui.journal.verdict import chosen, is_partial
from smoke_tui.outcomes import Exit, Outcome, Verdict
from smoke_tui.presentation.report.obligations import obligations_of
from smoke_tui.presentation.report.second_opinion import opinions_of
from smoke_tui.runbook.lint.diagnostics import Diagnostic
from smoke_tui.runbook.model import Runbook, Step

SCHEMA: Final = "smoke-check/1"


def check_object(
    runbook: Runbook,
    state: State,
    *,
    exit_code: int,
    verdict: Verdict | None,
    findings: list[dict[str, Any]] | None = None,
) -> dict[str, Any]:
    """The result of a run or a look. `verdict` None: nothing was run."""
    return {
        "schema": SCHEMA,
        "exit_code": exit_code,
        "verdict": verdict.value if verdict is not None else None,
        "partial": is_partial(state),
        "world": state.world,
        "session": state.session or None,
        "runbook": {"id": runbook.id, "path": runbook.path, "sha256": runbook.sha256},
        "started": state.started or None,
        "finished": state.closed.time if state.closed else None,
        "origin": {"declared": state.first_config.origin, "hints": []},
        "steps": [step_object(state, step) for step in in_order(runbook, state)],
        "spend": spend_of(state),
        "findings": findings if findings is not None else findings_of(runbook, state),
    }


def invalid_object(path: str, diagnostics: tuple[Diagnostic, ...]) -> dict[str, Any]:
    """The result for a runbook that does not parse: its problems, and nothing else."""
    return {
        "schema": SCHEMA,
        "exit_code": int(Exit.INVALID),
        "verdict": None,
        "partial": False,
        "world": None,
        "session": None,
        "runbook": {"id": None, "path": path, "sha256": None},
        "started": None,
        "finished": None,
        "origin": {"declared": "unknown", "hints": []},
        "steps": [],
        "spend": spend_of(State()),
        "findings": [_of_runbook(problem, problem.severity) for problem in diagnostics],
    }


def in_order(runbook: Runbook, state: State) -> list[Step]:
    """Chosen steps: in the order they first ran, then those never reached."""
    steps = {step.id: step for step in chosen(runbook, state)}
    ran = [steps[step_id] for step_id in state.order if step_id in steps]
    return ran + [step for step in steps.values() if step.id not in state.order]


def step_object(state: State, step: Step) -> dict[str, Any]:
    """One entry of `steps`: outcome, tries, time, evidence and spend of a step."""
    known = state.steps.get(step.id, StepState(step.id))
    outcome = known.outcome or Outcome.NOT_RUN
    remedy = _remedy(known)
    opinions = opinions_of(known)
    return {
        "id": step.id,
        "kind": step.kind,
        "title": step.title,
        "outcome": outcome.value,
        "code": known.code,
        "tries": len(known.tries),
        "seconds": seconds_of(known),
        "summary": known.summary,
        "remedy": remedy,
        "evidence": [f"sha256:{digest}" for digest in evidence_digests(state, known)],
        "spend": spend_of(state, known) if any(t.calls for t in known.tries) else {},
        "obligations": obligations_of(known.tries[-1]) if known.tries else [],
        # Only where there was one, so that older readers see what they know.
        **({"second_opinion": opinions[-1]} if opinions else {}),
    }


def _remedy(known: StepState) -> str:
    """What to do next, as the answer's own fields have it."""
    told = text_of_code(known.code, known.observed)
    return told.remedy if told is not None else ""


def seconds_of(known: StepState) -> float:
    """How long a step's tries took together."""
    total = sum((t.ended or t.started) - t.started for t in known.tries)
    return round(total / 1000, 3)


def evidence_digests(state: State, known: StepState) -> list[str]:
    """The evidence of a step's exchanges, by sha256, in order and once each."""
    digests: list[str] = []
    for attempt in known.tries:
        for seq in attempt.exchanges:
            _, fact = state.exchanges[seq]
            for blob in fact.data.get("blobs", {}).values():
                if blob["bytes"] and blob["sha256"] not in digests:
                    digests.append(blob["sha256"])
    return digests


def findings_of(runbook: Runbook, state: State) -> list[dict[str, Any]]:
    """What is worth a look: the steps' codes as errors, then the findings, by their severity."""
    rows = []
    for step in in_order(runbook, state):
        known = state.steps.get(step.id)
        if known is not None and known.code is not None and known.outcome is not Outcome.PASS:
            rows.append(finding(known.code, "error", step.id, known.summary, _remedy(known)))
    rows += [finding(f.code, f.severity, f.step, f.message, f.remedy) for f in state.findings]
    return rows + [_of_runbook(warning, "warning") for warning in runbook.warnings]


def _of_runbook(problem: Diagnostic, severity: str) -> dict[str, Any]:
    row = finding(problem.code, severity, None, problem.message, problem.remedy)
    return {**row, "path": problem.path, "line": problem.line, "col": problem.col}


def finding(
    code: str, severity: str, step: str | None, message: str, remedy: str
) -> dict[str, Any]:
    """One entry of `findings`; only problems of a runbook have a path, a line and a column."""
    return {
        "code": code,
        "severity": severity,
        "path": None,
        "line": None,
        "col": None,
        "step": step,
        "message": message,
        "remedy": remedy,
    }
