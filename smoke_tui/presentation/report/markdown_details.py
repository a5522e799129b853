"""Details of each step in Markdown, try by try, folded."""

from __future__ import annotations

import html
from collections.abc import Iterator
from typing import Final

from smoke_tui.journal.events.decisions import (
    BatteryEvidence,
    Evidence,
    ExpectationsEvidence,
    OtherEvidence,
)
from smoke_tui.journal.events.values import TriagedDrift
from smoke_tui.journal.state import State, StepState, Try
from smoke_tui.judging.drift import DriftPair
from smoke_tui.outcomes import GOOD_OUTCOMES
from smoke_tui.presentation.drift.triage import triage_rows
from smoke_tui.presentation.format import cut_middle
from smoke_tui.presentation.report import battery, drift, judge_verdict, second_opinion
from smoke_tui.presentation.report.drift_pairs import pair_of
from smoke_tui.presentation.report.escaping import as_markdown, fenced
from smoke_tui.presentation.report.exchanges import (
    MOST_BODY,
    EvidenceReader,
    body_text,
    exchange_text,
    failing,
    shown,
    support,
)
from smoke_tui.presentation.report.fitting import Fold, Part, Rank
from smoke_tui.presentation.report.markdown_table import pairs, table
from smoke_tui.presentation.report.obligations import UNRECORDED, is_unrecorded
from smoke_tui.presentation.report.try_text import evidence_rows, table_of, try_text
from smoke_tui.presentation.spans import Row
from smoke_tui.presentation.step_names import number_of, title_of
from smoke_tui.proof.obligations import EVIDENCE
from smoke_tui.regex import regex
from smoke_tui.runbook.model import Runbook, Step

_AUTOMATIC: Final = regex(r"([@#:/.]|(?i:gh)(?=-))(?=\S)")

MOST_TRIES: Final = 40
"""Tries of a step that have details: the last ones."""


def details(runbook: Runbook, state: State, step: Step, evidence: EvidenceReader) -> Fold | None:
    """Return a step's details; None if it was never tried."""
    step_state = state.steps.get(step.id)
    if step_state is None or not step_state.tries:
        return None
    outcome = step_state.outcome.value if step_state.outcome is not None else "not ended"
    tries = f", {len(step_state.tries)} tries" if len(step_state.tries) > 1 else ""
    title = html.escape(
        f"{number_of(runbook, step)}. {title_of(step)}: {outcome}{tries}", quote=False
    )
    parts: list[Part] = []
    missing = len(step_state.tries) - MOST_TRIES
    if missing > 0:
        parts.append(Part(Rank.TRY, (f"_The first {missing} tries have no details here._", "")))
    for attempt in step_state.tries[-MOST_TRIES:]:
        parts += _try(state, step_state, attempt, evidence)
    return Fold((f"<details><summary>{_inert(title)}</summary>", ""), tuple(parts))


def _inert(text: str) -> str:
    """Break names, issues and addresses, which code hosts link inside HTML, too."""
    return _AUTOMATIC.sub(r"\1&#8203;", text)


def _try(
    state: State, step_state: StepState, attempt: Try, evidence: EvidenceReader
) -> Iterator[Part]:
    passed = (
        attempt.ended is not None
        and attempt.code is None
        and not attempt.error
        and step_state.outcome in GOOD_OUTCOMES
    )
    lines = [as_markdown(try_text(attempt)), ""]
    if not passed:
        lines += _support(state, attempt, evidence)
    rank = Rank.PASSED if passed else Rank.TRY
    plain: list[Row] = []
    for piece in attempt.evidence:
        if isinstance(piece, BatteryEvidence):
            continue
        pair, triaged = pair_of(piece, evidence), drift.triaged_of(piece)
        verdict = judge_verdict.judged_of(piece)
        as_table = any((pair, triaged, verdict)) or piece.name == EVIDENCE
        lines += [""] if as_table and lines and lines[-1] else []
        if pair is not None:
            yield Part(rank, (*lines, *_compared(pair)))
            yield from _texts(pair)
            lines = []
        elif triaged is not None:
            yield Part(rank, (*lines, *_triaged(triaged)))
            yield from _ticket(triaged, evidence)
            lines = []
        elif verdict is not None:
            lines += [*pairs(("Judge", "Value"), judge_verdict.rows(verdict))]
        elif table_of(piece) is not None or _is_trace(piece):
            lines += _evidence(piece)
        else:
            plain += evidence_rows(piece)
    if plain:
        lines += [*([""] if lines and lines[-1] else []), *pairs(("Evidence", "Value"), plain)]
    if is_unrecorded(step_state, attempt):
        lines += [f"_{UNRECORDED}_", ""]
    if lines:
        yield Part(rank, (*lines, *([""] if lines[-1] else [])))
    judged = battery.battery_of(step_state, attempt)
    if judged is not None:
        yield Part(Rank.TRY, tuple(battery.markdown(judged)))
    failed = failing(state, attempt)
    exchanges = shown(state, attempt)
    if exchanges:
        text = [
            line for seq in exchanges for line in (*fenced(exchange_text(state, seq), "http"), "")
        ]
        fold = ("<details><summary>Exchanges</summary>", "", *text, "</details>", "")
        yield Part(Rank.PASSED if passed else Rank.EXCHANGE, fold)
    if failed is not None:
        yield from _answer(state, failed, evidence)
    if attempt.output.length:
        output = cut_middle(attempt.output.text().rstrip(), MOST_BODY)
        lines = ["What it printed:", "", *fenced(output), ""]
        yield Part(Rank.PASSED if passed else Rank.ANSWER, tuple(lines))


def _answer(state: State, seq: int, evidence: EvidenceReader) -> Iterator[Part]:
    answer = body_text(state, seq, evidence)
    if answer is None:
        return
    text, about = answer
    if text:
        yield Part(Rank.ANSWER, (f"The failing answer's text ({about}):", "", *fenced(text), ""))
    else:
        yield Part(Rank.ANSWER, (f"The failing answer's text: {about}.", ""))


def _compared(pair: DriftPair) -> Iterator[str]:
    if pair.drift.drifted is False:
        yield from (f"- {as_markdown(drift.passed(pair.drift))}", "")
        return
    yield from pairs(("Drift", "Value"), drift.rows(pair))
    yield from drift.markdown_calls(pair.drift)


def _triaged(triaged: TriagedDrift) -> Iterator[str]:
    yield from pairs(("Triage of the drift", "Value"), triage_rows(triaged))


def _texts(pair: DriftPair) -> Iterator[Part]:
    lines = () if pair.drift.drifted is False else tuple(drift.markdown_texts(pair))
    if lines:
        yield Part(Rank.DRIFT, lines)


def _ticket(triaged: TriagedDrift, evidence: EvidenceReader) -> Iterator[Part]:
    text = drift.ticket(triaged, evidence)
    if text is not None:
        shown_text = cut_middle(text, drift.MOST_TICKET)
        yield Part(Rank.DRIFT, ("Draft of a ticket:", "", *fenced(shown_text, "markdown"), ""))


def _support(state: State, attempt: Try, evidence: EvidenceReader) -> list[str]:
    rows = support(state, attempt, evidence)
    if not rows:
        return []
    return pairs(("What support asks for", "Value"), rows)


def _is_trace(piece: Evidence) -> bool:
    return isinstance(piece, OtherEvidence) and piece.name == "trace"


def _evidence(piece: Evidence) -> Iterator[str]:
    if isinstance(piece, OtherEvidence) and piece.name == "trace":
        yield from (*fenced(cut_middle(str(piece.value), MOST_BODY)), "")
        return
    columns = table_of(piece)
    if columns is None:
        return
    opinion = second_opinion.opinion_of(piece)
    if opinion is not None:
        yield from (f"- {as_markdown(text)}" for text in second_opinion.answers(opinion))
        if not columns.rows:
            return
    if opinion is not None or isinstance(piece, ExpectationsEvidence):
        yield ""
    yield from table(columns.heads, columns.rows)
