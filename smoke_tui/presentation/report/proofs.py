"""The proof of each step that is one: who answered, by which route, with what, when."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Final
from urllib.parse import urlsplit

from smoke_tui.journal.events.decisions import DriftEvidence, OtherEvidence, RouteEvidence
from smoke_tui.journal.state import State, StepState, Try
from smoke_tui.judging.answers import NONCE
from smoke_tui.outcomes import GOOD_OUTCOMES
from smoke_tui.presentation.conditions import conditions_text
from smoke_tui.presentation.drift.sentences import proof as drift_proof
from smoke_tui.presentation.format import duration, excerpt, moment
from smoke_tui.presentation.printed import last_lines
from smoke_tui.presentation.report.battery import battery_of
from smoke_tui.presentation.report.battery import proof_rows as battery_rows
from smoke_tui.presentation.report.check_result import in_order
from smoke_tui.presentation.report.exchanges import EvidenceReader, request_id
from smoke_tui.presentation.report.recorded_answers import step_answer
from smoke_tui.presentation.spans import Row, Text, quote
from smoke_tui.presentation.step_names import place_of, title_of
from smoke_tui.runbook.model import Runbook, Step
from smoke_tui.structs import Struct

MOST_ANSWER: Final = 300
"""Characters of an answer that are shown, around its nonce."""

MOST_PROOFS: Final = 6


class Proof(Struct, frozen=True):
    """What a passed step shows: its place, its rows, and the last lines its commands printed."""

    step: Step
    place: str
    title: str
    rows: tuple[Row, ...]
    output: tuple[str, ...] = ()


def proven(runbook: Runbook, state: State) -> list[Step]:
    """Return the steps marked as a proof that were met, in the order they ran."""
    met = [
        step
        for step in in_order(runbook, state)
        if step.proof and _outcome_is_good(state.steps.get(step.id))
    ]
    return [step for step in met if state.steps[step.id].tries]


def _outcome_is_good(step_state: StepState | None) -> bool:
    return step_state is not None and step_state.outcome in GOOD_OUTCOMES


def proofs(runbook: Runbook, state: State, evidence: EvidenceReader) -> list[Proof]:
    """Return the proofs of a session, at most six."""
    return [_proof(runbook, state, step, evidence) for step in proven(runbook, state)[:MOST_PROOFS]]


def _proof(runbook: Runbook, state: State, step: Step, evidence: EvidenceReader) -> Proof:
    step_state = state.steps[step.id]
    attempt = step_state.tries[-1]
    tried = f", try {attempt.n}" if attempt.n > 1 else ""
    judged = battery_of(step_state, attempt)
    if judged is not None:
        place = place_of(runbook, step)
        return Proof(step, place, title_of(step), tuple(battery_rows(judged)))
    rows = [
        *_call(state, step_state, attempt, evidence),
        *_comparisons(attempt),
        *_commands(attempt),
        *_expectations(step),
    ]
    rows = rows or [("Shown", [excerpt(step_state.summary, 400)])]
    output = last_lines(attempt.output.text()) if attempt.output.length else []
    place = place_of(runbook, step) + tried
    return Proof(step, place, title_of(step), tuple(rows), tuple(output))


# --- a call's answer ----------------------------------------------------------------------------


def _call(
    state: State, step_state: StepState, attempt: Try, evidence: EvidenceReader
) -> Iterator[Row]:
    observed = attempt.observed
    model, asked = observed.text("model"), observed.text("model_asked")
    if model:
        differs = asked is not None and asked != model
        other: Text = [", asked for ", quote(asked, 80)] if differs else []
        yield "Model", [quote(model, 80), *other]
    call = _call_exchange(state, attempt)
    if call is not None:
        address = urlsplit(state.exchanges[call][0].body.url)
        through = " (the stack under test)" if step_state.kind == "turn" else ""
        yield "Asked", [quote(f"{address.netloc}{address.path}", 120), through]
    if observed.text("route"):
        yield "Route", [quote(observed.text("route"), 80)]
    plan = _plan(state, attempt)
    if plan:
        yield "Plan", [quote(plan, 40)]
    identity = request_id(observed)
    if identity:
        yield "Request id", [quote(identity, 120)]
    if observed.text("response_id"):
        yield "Response id", [quote(observed.text("response_id"), 120)]
    yield from _answer(state, step_state, attempt, evidence, call)
    if call is not None:
        answered = state.exchanges[call][1]
        took = f", after {duration(answered.body.ms)}" if answered.body.ms else ""
        yield "Answered at", [f"{moment(answered.time)}{took}"]
    usage = attempt.usage
    if usage is not None and usage.input_tokens is not None:
        yield "Tokens", [f"{usage.input_tokens:,} in, {usage.output_tokens or 0:,} out"]
    yield from _ledger(attempt)


def _call_exchange(state: State, attempt: Try) -> int | None:
    """The exchange of a try that was the call."""
    if not attempt.calls:
        return None
    posts = [s for s in attempt.exchanges if state.exchanges[s][0].body.method == "POST"]
    named = attempt.observed.value("exchange")
    return named if isinstance(named, int) and named in posts else next(reversed(posts), None)


def _plan(state: State, attempt: Try) -> str | None:
    """The plan that the answer names, else the one of the login."""
    headers = {name.lower(): value for name, value in attempt.observed.headers}
    if "x-codex-plan-type" in headers:
        return headers["x-codex-plan-type"]
    if not attempt.calls:
        return None
    for step_state in state.steps.values():
        for piece in step_state.tries[-1].evidence if step_state.tries else ():
            match piece:
                case OtherEvidence("bundle", {"plan": str(plan)}):
                    return plan
    return None


def _answer(
    state: State,
    step_state: StepState,
    attempt: Try,
    evidence: EvidenceReader,
    call: int | None,
) -> Iterator[Row]:
    """The nonce that was sent, and the answer that holds it."""
    sent = json.dumps(state.exchanges[call][0].body.body) if call is not None else ""
    nonce = next(iter(NONCE.findall(sent)), None)
    answer = step_answer(state, step_state, evidence) if attempt.calls else None
    text = answer.answer.text if answer is not None else None
    if nonce is not None:
        yield "Nonce", [quote(nonce, 60)]
    if text is not None:
        held = nonce is not None and nonce in text
        holds = ", which holds the nonce" if held else ""
        yield "Answer", ["“", _around(text, nonce if held else None), f"”{holds}"]


def _around(text: str, nonce: str | None) -> str:
    """An answer's text on one line, around its nonce where it is long."""
    flat = excerpt(text, len(text) + 1)
    if len(flat) <= MOST_ANSWER:
        return flat
    at = flat.find(nonce) if nonce is not None else 0
    begin = max(0, min(at - MOST_ANSWER // 2, len(flat) - MOST_ANSWER))
    part = flat[begin : begin + MOST_ANSWER]
    return f"{'…' if begin else ''}{part}{'…' if begin + MOST_ANSWER < len(flat) else ''}"


def _ledger(attempt: Try) -> Iterator[Row]:
    """The lines of the ledger among the evidence of a turn's route."""
    for piece in attempt.evidence:
        if isinstance(piece, RouteEvidence):
            for line in piece.lines:
                name = str(line[0])
                if name.startswith("ledger: "):
                    yield (
                        "Ledger",
                        [f"{excerpt(name.removeprefix('ledger: '), 80)}: ", excerpt(line[1])],
                    )


# --- other kinds --------------------------------------------------------------------------------


def _comparisons(attempt: Try) -> Iterator[Row]:
    for piece in attempt.evidence:
        if isinstance(piece, DriftEvidence):
            yield "Compared", drift_proof(piece.compared.drift)


def _commands(attempt: Try) -> Iterator[Row]:
    for piece in attempt.evidence:
        match piece:
            case OtherEvidence("command", {"argv": argv, "exit": code}):
                text: Text = [quote(argv, 200), f" ended with {excerpt(code, 12)}"]
                yield "Command", text


def _expectations(step: Step) -> Iterator[Row]:
    """What the runbook expects, all of which was met."""
    for match in step.expect:
        met = f" (runbook line {match.line}): met"
        yield "Expected", [excerpt(conditions_text(match.conditions), 300), met]


def last_line(step_state: StepState) -> str | None:
    """Return the last line that a step's commands printed; None if they printed nothing."""
    attempt = step_state.tries[-1] if step_state.tries else None
    if attempt is None or not attempt.output.length:
        return None
    return last_lines(attempt.output.text(), 1)[0]
