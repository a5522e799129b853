"""The report as one HTML file: no script, nothing loaded, readable on phones and on paper."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final
from xml.etree.ElementTree import Element, tostring

from smoke_tui.journal.battery import RecordedBattery
from smoke_tui.journal.events.decisions import BatteryEvidence, OtherEvidence
from smoke_tui.journal.state import State, StepState, Try
from smoke_tui.journal.verdict import PASSES
from smoke_tui.outcomes import GOOD_OUTCOMES, Outcome
from smoke_tui.presentation.drift.sentences import MOST_CALLS, call_rows
from smoke_tui.presentation.drift.triage import triage_rows
from smoke_tui.presentation.format import cut_middle, duration, excerpt, inert
from smoke_tui.presentation.report import battery, drift, judge_verdict, second_opinion
from smoke_tui.presentation.report.check_result import in_order
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
from smoke_tui.presentation.report.facts import Row, StepRow, facts, not_done, step_rows
from smoke_tui.presentation.report.html_builder import Node, tag
from smoke_tui.presentation.report.html_timeline import timeline
from smoke_tui.presentation.report.markdown_details import MOST_TRIES
from smoke_tui.presentation.report.obligations import UNRECORDED, is_unrecorded
from smoke_tui.presentation.report.try_text import Table, evidence_table, evidence_text, try_text
from smoke_tui.presentation.report.verdict_text import (
    HONESTY,
    banner,
    effective_verdict,
    notable_rows,
    verdict_paragraphs,
)
from smoke_tui.presentation.spans import Text, spans
from smoke_tui.runbook.model import Runbook, Step

_CSS: Final = (Path(__file__).with_name("html.css")).read_text(encoding="utf-8")
_POLICY: Final = (
    "default-src 'none'; style-src 'sha256-"
    + base64.b64encode(hashlib.sha256(_CSS.encode()).digest()).decode()
    + "'; base-uri 'none'; form-action 'none'"
)
MOST_ROWS: Final = 500
"""Rows shown of one list; a session may hold a hundred thousand notes."""

_TONES: Final = {
    Outcome.PASS: "pass",
    Outcome.WAIVED: "muted",
    Outcome.NOT_RUN: "muted",
    Outcome.EXPECTED_LIMITATION: "warn",
    Outcome.BLOCKED: "warn",
}


def page(runbook: Runbook, state: State, evidence: EvidenceReader) -> str:
    """Render the document."""
    title = f"{excerpt(runbook.title)}: {effective_verdict(runbook, state).value}"
    document = tag(
        "html",
        tag(
            "head",
            tag("meta", charset="utf-8"),
            tag("meta", http_equiv="Content-Security-Policy", content=_POLICY),
            tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
            tag("meta", name="referrer", content="no-referrer"),
            tag("meta", name="color-scheme", content="light dark"),
            tag("title", title),
            tag("style", _CSS),
        ),
        tag(
            "body",
            *_header(runbook, state),
            tag("main", *_main(runbook, state, evidence)),
            _footer(runbook, state),
        ),
        lang="en",
    )
    return f"<!DOCTYPE html>\n{tostring(document, 'unicode', method='html')}\n"


def _header(runbook: Runbook, state: State) -> list[Node]:
    first = banner(state)
    good = effective_verdict(runbook, state) in PASSES
    lead, *rest = verdict_paragraphs(runbook, state)
    issue = f" for {excerpt(runbook.issue, 80)}" if runbook.issue else ""
    return [
        tag(
            "header",
            *(
                [tag("p", *_inline(first), class_="banner", role="note")]
                if first is not None
                else []
            ),
            tag("h1", excerpt(runbook.title) + issue),
            tag(
                "section",
                tag("p", *_inline(lead), class_="lead"),
                *(tag("p", *_inline(text)) for text in rest),
                class_=f"verdict {'pass' if good else 'bad'}",
                aria_label="Verdict",
            ),
        )
    ]


def _main(runbook: Runbook, state: State, evidence: EvidenceReader) -> list[Node]:
    rows: Sequence[Text] = not_done(runbook, state)
    notable = notable_rows(runbook, state)
    steps = [_step(state, step, evidence) for step in in_order(runbook, state)]
    return [
        _section("Facts", _pairs(facts(runbook, state))),
        _section("Steps", _steps(step_rows(runbook, state))),
        *_optional("Over time", timeline(state)),
        _section("Not done or waived", _items(rows) if rows else tag("p", "Nothing.")),
        *_optional("What is worth a look", [_items(notable)] if notable else []),
        *_optional("Evidence", [step for step in steps if step is not None]),
    ]


def _section(title: str, *nodes: Node) -> Element:
    name = title.lower().replace(" ", "-")
    return tag("section", tag("h2", title, id=name), *nodes, aria_labelledby=name)


def _optional(title: str, nodes: Sequence[Node]) -> list[Element]:
    return [_section(title, *nodes)] if nodes else []


def _pairs(rows: Sequence[Row]) -> Element:
    return tag(
        "dl", *(tag("div", tag("dt", name), tag("dd", *_inline(text))) for name, text in rows)
    )


def _items(rows: Sequence[Text]) -> Element:
    more = [tag("li", f"… and {len(rows) - MOST_ROWS:,} more")] if len(rows) > MOST_ROWS else []
    return tag("ul", *(tag("li", *_inline(text)) for text in rows[:MOST_ROWS]), *more)


def _steps(rows: Sequence[StepRow]) -> Element:
    heads = ("#", "Step", "Outcome", "Tries", "Time", "What was seen")
    table = _table("Steps in the order they ran", heads, map(_row, rows), class_="hidden")
    return _wide("Steps", table)


def _table(caption: str, heads: Iterable[str], rows: Iterable[Element], **more: str) -> Element:
    """A table; `more` are attributes of its caption."""
    return tag(
        "table",
        tag("caption", caption, **more),
        tag("thead", tag("tr", *(tag("th", name, scope="col") for name in heads))),
        tag("tbody", *rows),
    )


def _wide(label: str, table: Element) -> Element:
    """A region that scrolls sideways on a narrow screen."""
    return tag("div", table, class_="wide", tabindex="0", role="region", aria_label=label)


def _row(row: StepRow) -> Element:
    code: list[Node] = [" ", tag("code", row.code)] if row.code else []
    return tag(
        "tr",
        tag("td", row.label),
        tag("th", excerpt(row.step.title), " ", tag("code", row.step.id), scope="row"),
        tag("td", tag("strong", row.outcome.value, class_=_TONES.get(row.outcome, "bad")), *code),
        tag("td", str(row.tries), class_="number", data_name="tries"),
        tag("td", duration(row.ms), class_="number", data_name="time"),
        tag("td", *_inline(row.summary, "span"), class_="seen"),
    )


def _step(state: State, step: Step, evidence: EvidenceReader) -> Element | None:
    step_state = state.steps.get(step.id)
    if step_state is None or not step_state.tries:
        return None
    bad = step_state.outcome not in GOOD_OUTCOMES
    hidden = len(step_state.tries) - MOST_TRIES
    more = [tag("p", f"The first {hidden} tries have no details here.")] if hidden > 0 else []
    return tag(
        "details",
        tag("summary", excerpt(step.title)),
        *more,
        *(
            node
            for attempt in step_state.tries[-MOST_TRIES:]
            for node in _try(state, step_state, attempt, evidence)
        ),
        open=bad,
    )


def _try(state: State, step_state: StepState, attempt: Try, evidence: EvidenceReader) -> list[Node]:
    nodes: list[Node] = [tag("h3", *_inline(try_text(attempt), "span"))]
    asked = support(state, attempt, evidence)
    if asked:
        nodes += [tag("h4", "What support asks for"), _pairs(asked)]
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
        nodes += [_pre(text, "The failing answer's text")] if text else []
    if attempt.output.length and (attempt.code or attempt.error):
        nodes += [
            tag("h4", "What the command printed"),
            _pre(cut_middle(attempt.output.text(), MOST_BODY), "What the command printed"),
        ]
    exchanges = shown(state, attempt)
    if exchanges:
        nodes.append(
            tag(
                "details",
                tag("summary", "Exchanges"),
                *(_pre(exchange_text(state, seq), "Exchange") for seq in exchanges),
            )
        )
    return nodes


def _battery(judged: RecordedBattery) -> list[Node]:
    shown, more = battery.texts(judged.summary)
    table = Table("Cases of the battery", battery.CASE_HEADS, battery.case_rows(judged.summary))
    nodes: list[Node] = [
        tag("h4", "Battery"),
        _pairs(battery.rows(judged)),
        tag("h4", "What may be claimed"),
        _items(battery.claims(judged)),
        _evidence_table(table),
    ]
    for head, text in shown:
        nodes += [tag("p", head), _pre(inert(text), head)]
    return [*nodes, tag("p", f"… and {more:,} more; the record holds each.")] if more else nodes


def _evidence(attempt: Try, evidence: EvidenceReader) -> list[Node]:
    lines: list[Text] = []
    nodes: list[Node] = []
    for piece in attempt.evidence:
        if isinstance(piece, BatteryEvidence):
            continue
        pair, triaged = pair_of(piece, evidence), drift.triaged_of(piece)
        if pair is not None and pair.drift.drifted is False:
            lines.append(drift.passed(pair.drift))
            continue
        if pair is not None:
            nodes += [tag("h4", "Drift"), _pairs(drift.rows(pair))]
            calls = call_rows(pair.drift, MOST_CALLS)
            nodes += [tag("h4", "Differences of the tool calls"), _items(calls)] if calls else []
            nodes += texts_table(pair)
            continue
        if triaged is not None:
            nodes += [tag("h4", "Triage of the drift"), _pairs(triage_rows(triaged))]
            draft = drift.ticket(triaged, evidence)
            if draft is not None:
                text = cut_middle(draft, drift.MOST_TICKET)
                nodes += [tag("h4", "Draft of a ticket"), _pre(text, "Draft of a ticket")]
            continue
        verdict = judge_verdict.judged_of(piece)
        if verdict is not None:
            nodes += [tag("h4", "Judge"), _pairs(judge_verdict.rows(verdict))]
            continue
        table = evidence_table(piece)
        opinion = second_opinion.opinion_of(piece)
        if opinion is not None:
            nodes += [tag("h4", "Second opinion"), _items(second_opinion.answers(opinion))]
        if table is not None:
            nodes += [_evidence_table(table)] if table.rows or opinion is None else []
        elif isinstance(piece, OtherEvidence) and piece.name == "trace":
            nodes.append(_pre(cut_middle(str(piece.value), MOST_BODY), "Trace"))
        else:
            lines.append(evidence_text(piece))
    return [_items(lines), *nodes] if lines else nodes


def _evidence_table(table: Table) -> Element:
    rows = []
    for cells in table.rows:
        first, *rest = (tag("td", *_inline(cell)) for cell in cells)
        if table.named:
            first.tag, first.attrib["scope"] = "th", "row"
        rows.append(tag("tr", first, *rest))
    return _wide(table.label, _table(table.label, table.heads, rows))


def _pre(text: str, label: str) -> Element:
    return tag("pre", text, tabindex="0", role="region", aria_label=label)


def _inline(text: Text, quotation: str = "code") -> list[Node]:
    return [
        tag(quotation, span.text or "(empty)")
        if span.foreign
        else tag("strong", span.text)
        if span.tone == "strong"
        else span.text
        for span in spans(text)
    ]


def _footer(runbook: Runbook, state: State) -> Element:
    name = excerpt(state.session, 80)
    return tag(
        "footer",
        tag(
            "p",
            tag("code", f"smoke-tui report {name} --format html"),
            " rebuilds this page byte for byte; ",
            tag("code", f"smoke-tui replay {name}"),
            " runs the session again, offline, against its recorded answers.",
        ),
        tag(
            "p", "Runbook ", tag("code", runbook.id), ", sha256 ", tag("code", runbook.sha256), "."
        ),
        tag("p", HONESTY),
    )
