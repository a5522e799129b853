"""The `smoke-check/1` object: a session's result for scripts."""

from __future__ import annotations

from typing import Any, Final

from smoke_tui.failure_codes.texts import text_of_code
from smoke_tui.journal.spend import spend_of
from smoke_tui.journal.state import State, StepState
from smoke_tui.journal.verdict import chosen, is_partial
from smoke_tui.outcomes import BAD_OUTCOMES, Exit, Outcome, Verdict
from smoke_tui.presentation.expected import expectations
from smoke_tui.presentation.printed import printed
from smoke_tui.presentation.report.battery import battery_object
from smoke_tui.presentation.report.obligations import obligations_of
from smoke_tui.presentation.report.second_opinion import opinions_of
from smoke_tui.runbook.lint.diagnostics import Diagnostic
from smoke_tui.runbook.model import Runbook, Step
from smoke_tui.structs import asdict

SCHEMA: Final = "smoke-check/1"


def check_object(
    runbook: Runbook,
    state: State,
    *,
    exit_code: int,
    verdict: Verdict | None,
    findings: list[dict[str, Any]] | None = None,
) -> dict[str, Any]:
    """Return the result of a run or a preflight; `verdict` is None if nothing was run."""
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
        "steps": [step_object(runbook, state, step) for step in in_order(runbook, state)],
        "spend": spend_of(state).table(),
        "findings": findings if findings is not None else findings_of(runbook, state),
    }


def invalid_object(path: str, diagnostics: tuple[Diagnostic, ...]) -> dict[str, Any]:
    """Return the result of a runbook that can't be parsed: its problems alone."""
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
        "spend": spend_of(State()).table(),
        "findings": [_of_runbook(problem, problem.severity) for problem in diagnostics],
    }


def in_order(runbook: Runbook, state: State) -> list[Step]:
    """Return the chosen steps: those that ran, in that order, then the rest."""
    steps = {step.id: step for step in chosen(runbook, state)}
    ran = [steps[step_id] for step_id in state.order if step_id in steps]
    return ran + [step for step in steps.values() if step.id not in state.order]


def step_object(runbook: Runbook, state: State, step: Step) -> dict[str, Any]:
    """Return an entry of `steps`: outcome, tries, time, evidence and spend of a step."""
    step_state = state.steps.get(step.id, StepState(step.id))
    outcome = step_state.outcome or Outcome.NOT_RUN
    remedy = _remedy(step_state)
    opinions = opinions_of(step_state)
    battery = battery_object(step_state)
    failed = outcome in BAD_OUTCOMES
    expected = expectations(runbook, state, step) if failed else ()
    output = printed(runbook, state, step) if failed else None
    waited = waited_ms(state, step_state)
    return {
        "id": step.id,
        "kind": step.kind,
        "title": step.title,
        "outcome": outcome.value,
        "code": step_state.code,
        "tries": len(step_state.tries),
        "seconds": seconds_of(state, step_state),
        "summary": step_state.summary,
        "remedy": remedy,
        "evidence": [f"sha256:{digest}" for digest in evidence_digests(state, step_state)],
        "spend": spend_of(state, step_state).table()
        if any(t.calls for t in step_state.tries)
        else {},
        "obligations": obligations_of(step_state.tries[-1]) if step_state.tries else [],
        # Only where there was one, so that older readers see what they know.
        **({"waiting_seconds": round(waited / 1000, 3)} if waited else {}),
        **({"expected": [asdict(each) for each in expected]} if expected else {}),
        **({"output": {"head": output.head, "lines": list(output.lines)}} if output else {}),
        **({"second_opinion": opinions[-1]} if opinions else {}),
        **({"battery": battery} if battery is not None else {}),
    }


def _remedy(step_state: StepState) -> str:
    """The remedy of a step's code, filled with what was observed."""
    code_text = text_of_code(step_state.code, step_state.observed.values)
    return code_text.remedy if code_text is not None else ""


def seconds_of(state: State, step_state: StepState) -> float:
    """Return what all tries of a step took, in seconds, without waits for the operator."""
    return round(worked_ms(state, step_state) / 1000, 3)


def worked_ms(state: State, step_state: StepState) -> int:
    """Return what all tries of a step took, in milliseconds, without waits for the operator."""
    return sum(
        state.worked(step_state.id, attempt.started, attempt.ended or attempt.started)
        for attempt in step_state.tries
    )


def waited_ms(state: State, step_state: StepState) -> int:
    """Return how long the tries of a step waited for the operator, in milliseconds."""
    total = sum((t.ended or t.started) - t.started for t in step_state.tries)
    return total - worked_ms(state, step_state)


def evidence_digests(state: State, step_state: StepState) -> list[str]:
    """Return the sha256 digests of a step's stored bodies, each once, in order."""
    digests: list[str] = []
    for attempt in step_state.tries:
        for seq in attempt.exchanges:
            _, fact = state.exchanges[seq]
            for blob in fact.blobs.values():
                if blob.bytes and blob.sha256 not in digests:
                    digests.append(blob.sha256)
    return digests


def findings_of(runbook: Runbook, state: State) -> list[dict[str, Any]]:
    """Return the failure codes of steps as errors, then the session's and the runbook's findings."""
    rows = []
    for step in in_order(runbook, state):
        step_state = state.steps.get(step.id)
        if (
            step_state is not None
            and step_state.code is not None
            and step_state.outcome is not Outcome.PASS
        ):
            rows.append(
                finding(step_state.code, "error", step.id, step_state.summary, _remedy(step_state))
            )
    rows += [finding(f.code, f.severity, f.step, f.message, f.remedy) for f in state.findings]
    return rows + [_of_runbook(warning, "warning") for warning in runbook.warnings]


def _of_runbook(problem: Diagnostic, severity: str) -> dict[str, Any]:
    row = finding(problem.code, severity, None, problem.message, problem.remedy)
    return {**row, "path": problem.path, "line": problem.line, "col": problem.col}


def finding(
    code: str, severity: str, step: str | None, message: str, remedy: str
) -> dict[str, Any]:
    """Return an entry of `findings`; path, line and column are of runbook problems only."""
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
