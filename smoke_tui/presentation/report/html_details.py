"""Details of each step in the HTML page, try by try, folded."""

from __future__ import annotations

from xml.etree.ElementTree import Element

from smoke_tui.journal.battery import RecordedBattery
from smoke_tui.journal.events.decisions import BatteryEvidence, OtherEvidence
from smoke_tui.journal.state import State, StepState, Try
from smoke_tui.presentation.drift.sentences import MOST_CALLS, call_rows
from smoke_tui.presentation.drift.triage import triage_rows
from smoke_tui.presentation.format import cut_middle, inert
from smoke_tui.presentation.marks import MARKS
from smoke_tui.presentation.report import battery, drift, judge_verdict, second_opinion
from smoke_tui.presentation.report.drift_html import texts_table
from smoke_tui.presentation.report.drift_pairs import pair_of
from smoke_tui.presentation.report.exchanges import (
    MOST_BODY,
    EvidenceReader,
    body_text,
    exchange_text,
    failing,
    shown,
    support,
)
from smoke_tui.presentation.report.html_builder import Node, tag
from smoke_tui.presentation.report.html_parts import evidence_table, frame, inline, items, labelled
from smoke_tui.presentation.report.markdown_details import MOST_TRIES
from smoke_tui.presentation.report.obligations import UNRECORDED, is_unrecorded
from smoke_tui.presentation.report.try_text import Table, evidence_rows, table_of, try_text
from smoke_tui.presentation.spans import Row, Text
from smoke_tui.presentation.step_names import number_of, title_of
from smoke_tui.runbook.model import Runbook, Step


def details(runbook: Runbook, state: State, step: Step, evidence: EvidenceReader) -> Element | None:
    """Return a step's details; None if it was never tried."""
    step_state = state.steps.get(step.id)
    if step_state is None or not step_state.tries:
        return None
    hidden = len(step_state.tries) - MOST_TRIES
    more = [tag("p", f"The first {hidden} tries have no details here.")] if hidden > 0 else []
    return tag(
        "details",
        tag("summary", f"{number_of(runbook, step)}. {title_of(step)}", _outcome(step_state)),
        *more,
        *(
            node
            for attempt in step_state.tries[-MOST_TRIES:]
            for node in _try(state, step_state, attempt, evidence)
        ),
    )


def _outcome(step_state: StepState) -> Element:
    word = MARKS[step_state.outcome.value].word if step_state.outcome is not None else "not ended"
    tries = f", {len(step_state.tries)} tries" if len(step_state.tries) > 1 else ""
    return tag("span", f"{word}{tries}", class_="how")


def _try(state: State, step_state: StepState, attempt: Try, evidence: EvidenceReader) -> list[Node]:
    nodes: list[Node] = [tag("h3", *inline(try_text(attempt)))]
    asked = support(state, attempt, evidence)
    if asked:
        nodes += [tag("h4", "What support asks for"), labelled(asked)]
    nodes += _evidence(attempt, evidence)
    judged = battery.battery_of(step_state, attempt)
    if judged is not None:
        nodes += _battery(judged)
    if is_unrecorded(step_state, attempt):
        nodes.append(tag("p", UNRECORDED))
    failed = failing(state, attempt)
    answer = body_text(state, failed, evidence) if failed is not None else None
    if answer is not None:
        text, about = answer
        nodes.append(tag("h4", f"The failing answer's text ({about})"))
        nodes += [frame(text, "The failing answer's text")] if text else []
    if attempt.output.length:
        output = cut_middle(attempt.output.text(), MOST_BODY)
        nodes += [tag("h4", "What it printed"), frame(output, "What it printed")]
    exchanges = shown(state, attempt)
    if exchanges:
        nodes.append(
            tag(
                "details",
                tag("summary", "Exchanges"),
                *(frame(exchange_text(state, seq), "Exchange") for seq in exchanges),
            )
        )
    return nodes


def _battery(judged: RecordedBattery) -> list[Node]:
    shown, more = battery.texts(judged.summary)
    table = Table("Cases of the battery", battery.CASE_HEADS, battery.case_rows(judged.summary))
    nodes: list[Node] = [
        tag("h4", "Battery"),
        labelled(battery.rows(judged)),
        tag("h4", "What may be claimed"),
        items(battery.claims(judged)),
        evidence_table(table),
    ]
    for head, text in shown:
        nodes += [tag("p", head), frame(inert(text), head)]
    return [*nodes, tag("p", f"… and {more:,} more; the record holds each.")] if more else nodes


def _evidence(attempt: Try, evidence: EvidenceReader) -> list[Node]:
    lines: list[Text] = []
    rows: list[Row] = []
    nodes: list[Node] = []
    for piece in attempt.evidence:
        if isinstance(piece, BatteryEvidence):
            continue
        pair, triaged = pair_of(piece, evidence), drift.triaged_of(piece)
        if pair is not None and pair.drift.drifted is False:
            lines.append(drift.passed(pair.drift))
            continue
        if pair is not None:
            nodes += [tag("h4", "Drift"), labelled(drift.rows(pair))]
            calls = call_rows(pair.drift, MOST_CALLS)
            nodes += [tag("h4", "Differences of the tool calls"), items(calls)] if calls else []
            nodes += texts_table(pair)
            continue
        if triaged is not None:
            nodes += [tag("h4", "Triage of the drift"), labelled(triage_rows(triaged))]
            draft = drift.ticket(triaged, evidence)
            if draft is not None:
                text = cut_middle(draft, drift.MOST_TICKET)
                nodes += [tag("h4", "Draft of a ticket"), frame(text, "Draft of a ticket")]
            continue
        verdict = judge_verdict.judged_of(piece)
        if verdict is not None:
            nodes += [tag("h4", "Judge"), labelled(judge_verdict.rows(verdict))]
            continue
        table = table_of(piece)
        opinion = second_opinion.opinion_of(piece)
        if opinion is not None:
            nodes += [tag("h4", "Second opinion"), items(second_opinion.answers(opinion))]
        if table is not None:
            nodes += [evidence_table(table)] if table.rows or opinion is None else []
        elif isinstance(piece, OtherEvidence) and piece.name == "trace":
            nodes.append(frame(cut_middle(str(piece.value), MOST_BODY), "Trace"))
        else:
            rows += evidence_rows(piece)
    first = [items(lines)] if lines else []
    return [*first, *nodes, labelled(rows)] if rows else [*first, *nodes]
