"""The report as one JSON object: `smoke-check/1`, and under `report` the rest."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any, Final

from smoke_tui.journal.events.codec import encode
from smoke_tui.journal.state import State, StepState, Try
from smoke_tui.outcomes import VERDICT_EXITS
from smoke_tui.presentation.report.check_result import check_object, in_order
from smoke_tui.presentation.report.drift_json import drift_values
from smoke_tui.presentation.report.exchanges import EvidenceReader, body_text, failing, support
from smoke_tui.presentation.report.facts import changed_settings, facts, not_done, setup
from smoke_tui.presentation.report.failed_steps import failed_steps
from smoke_tui.presentation.report.judge_verdict import judged_values
from smoke_tui.presentation.report.proofs import proofs
from smoke_tui.presentation.report.verdict_text import (
    HONESTY,
    banner,
    effective_verdict,
    notable_rows,
    verdict_paragraphs,
)
from smoke_tui.presentation.spans import Row, as_text
from smoke_tui.redaction import inert_json
from smoke_tui.runbook.model import Runbook

SCHEMA: Final = "smoke-report/1"
MOST_EXCHANGES: Final = 200
"""Exchanges listed of one try; the number of the others is given."""


def standalone(runbook: Runbook, state: State, evidence: EvidenceReader) -> str:
    """Return the object as text."""
    verdict = effective_verdict(runbook, state)
    value = check_object(runbook, state, exit_code=VERDICT_EXITS[verdict], verdict=verdict)
    value["report"] = _report(runbook, state, evidence)
    text = json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False, default=str)
    return inert_json(text) + "\n"


def _report(runbook: Runbook, state: State, evidence: EvidenceReader) -> dict[str, Any]:
    first = banner(state)
    return {
        "schema": SCHEMA,
        "title": runbook.title,
        "issue": runbook.issue,
        "nothing_proven": as_text(first) if first is not None else None,
        "verdict": [as_text(paragraph) for paragraph in verdict_paragraphs(runbook, state)],
        "proofs": [
            {"step": each.step.id, "rows": _rows(each.rows), "output": list(each.output)}
            for each in proofs(runbook, state, evidence)
        ],
        "failed": [
            {
                "step": each.step.id,
                "what": each.failure.what,
                "rows": _rows(each.rows),
                "output": list(each.failure.printed.lines) if each.failure.printed else [],
            }
            for each in failed_steps(runbook, state, evidence)
        ],
        "facts": _rows([*facts(runbook, state), *setup(runbook, state)]),
        "not_done": [as_text(text) for text in not_done(runbook, state)],
        "worth_a_look": [as_text(text) for text in notable_rows(runbook, state)],
        "branches": [
            {
                "step": event.step,
                "try": event.attempt,
                "at": event.time,
                "code": event.body.code,
                "to": event.body.to,
                "line": event.body.line,
            }
            for event in state.branches
        ],
        "resumes": [
            {
                "at": event.time,
                "by": event.body.program.by,
                "host": event.body.program.host,
                "rerun": event.body.rerun,
                **({"settings": changed} if changed else {}),
            }
            for event, changed in changed_settings(state)
        ],
        "attested": [
            {
                "step": event.step,
                "try": event.attempt,
                "at": event.time,
                "words": event.body.answer.words or "",
            }
            for event in state.attested
        ],
        "amended": [
            {"step": event.step, "try": event.attempt, "at": event.time, **encode(event.body)}
            for event in state.amendments
        ],
        "honesty": HONESTY,
        "notes": [{"at": event.time, "text": event.body.text} for event in state.notes],
        "waiting_seconds": round(state.waiting_ms / 1000, 3),
        "tries": [
            _try(state, step_state, attempt, evidence)
            for step in in_order(runbook, state)
            for step_state in [state.steps.get(step.id, StepState(step.id))]
            for attempt in step_state.tries
        ],
    }


def _rows(rows: Iterable[Row]) -> list[dict[str, str]]:
    return [{"name": name, "text": as_text(text)} for name, text in rows]


def _try(
    state: State, step_state: StepState, attempt: Try, evidence: EvidenceReader
) -> dict[str, Any]:
    failed = failing(state, attempt)
    answer = body_text(state, failed, evidence) if failed is not None else None
    return {
        "step": step_state.id,
        "try": attempt.n,
        "cause": attempt.cause,
        "code": attempt.code,
        "summary": attempt.summary,
        "begun": _seconds(attempt.started),
        "ended": _seconds(attempt.ended) if attempt.ended is not None else None,
        "rule": encode(attempt.rule) if attempt.rule is not None else None,
        "calls": attempt.calls,
        "usage": encode(attempt.usage) if attempt.usage is not None else None,
        "evidence": [{"name": name, "value": value} for name, value in attempt.evidence_values()],
        "drift": drift_values(attempt.evidence, evidence),
        "judged": judged_values(attempt.evidence),
        "exchanges": [_exchange(state, seq) for seq in _listed(attempt.exchanges)],
        "exchanges_not_listed": len(attempt.exchanges) - len(_listed(attempt.exchanges)),
        "support": {name: as_text(text) for name, text in support(state, attempt, evidence)}
        or None,
        "failing_answer": answer[0] if answer is not None else None,
        "output": attempt.output.text() if attempt.output.length else None,
    }


def _listed(exchanges: Sequence[int]) -> Sequence[int]:
    """The first and the last of very many, such as the probes of a service over hours."""
    if len(exchanges) <= MOST_EXCHANGES:
        return exchanges
    return [*exchanges[: MOST_EXCHANGES // 2], *exchanges[-MOST_EXCHANGES // 2 :]]


def _exchange(state: State, seq: int) -> dict[str, Any]:
    request, fact = state.exchanges[seq]
    return {
        "method": request.body.method,
        "url": request.body.url,
        "status": fact.body.status,
        "error": fact.body.error,
        "ms": fact.body.ms,
        "bodies": {
            name: {"sha256": f"sha256:{blob.sha256}", "bytes": blob.bytes}
            for name, blob in fact.blobs.items()
        },
    }


def _seconds(ms: int) -> float:
    return round(ms / 1000, 3)
