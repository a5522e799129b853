"""The report as one HTML file: no script, nothing loaded, readable on phones and on paper."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path
from typing import Final
from xml.etree.ElementTree import Element, tostring

from smoke_tui.journal.state import State
from smoke_tui.journal.verdict import PASSES
from smoke_tui.outcomes import Outcome
from smoke_tui.presentation.format import duration, excerpt
from smoke_tui.presentation.marks import MARKS
from smoke_tui.presentation.report.check_result import in_order
from smoke_tui.presentation.report.exchanges import EvidenceReader
from smoke_tui.presentation.report.facts import (
    StepRow,
    facts,
    not_done,
    setup,
    step_rows,
    summary_line,
)
from smoke_tui.presentation.report.failed_steps import FailedStep, failed_steps
from smoke_tui.presentation.report.html_builder import Node, tag
from smoke_tui.presentation.report.html_details import details
from smoke_tui.presentation.report.html_parts import (
    frame,
    inline,
    items,
    labelled,
    optional,
    section,
    table,
    wide,
)
from smoke_tui.presentation.report.html_timeline import timeline
from smoke_tui.presentation.report.proofs import Proof, proofs
from smoke_tui.presentation.report.verdict_text import (
    HONESTY,
    banner,
    effective_verdict,
    notable_rows,
    verdict_paragraphs,
)
from smoke_tui.runbook.model import Runbook

_CSS: Final = (Path(__file__).with_name("html.css")).read_text(encoding="utf-8")
_POLICY: Final = (
    "default-src 'none'; style-src 'sha256-"
    + base64.b64encode(hashlib.sha256(_CSS.encode()).digest()).decode()
    + "'; base-uri 'none'; form-action 'none'"
)

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
    verdict = effective_verdict(runbook, state)
    lead, *rest = verdict_paragraphs(runbook, state)
    issue = f" for {excerpt(runbook.issue, 80)}" if runbook.issue else ""
    warning = [tag("p", *inline(first), class_="banner", role="note")] if first is not None else []
    return [
        tag(
            "header",
            *warning,
            tag("h1", excerpt(runbook.title) + issue),
            tag(
                "section",
                tag("p", *inline(lead), class_="lead"),
                *(tag("p", *inline(text)) for text in rest),
                class_=f"verdict {'pass' if verdict in PASSES else 'bad'}",
                aria_label="Verdict",
            ),
            tag("p", *inline(summary_line(state))),
        )
    ]


def _main(runbook: Runbook, state: State, evidence: EvidenceReader) -> list[Node]:
    rows = not_done(runbook, state)
    notes = notable_rows(runbook, state)
    steps = [details(runbook, state, step, evidence) for step in in_order(runbook, state)]
    failed = [_failed(step) for step in failed_steps(runbook, state, evidence)]
    shown = [_proof(proof) for proof in proofs(runbook, state, evidence)]
    setting = tag("details", tag("summary", "Setup"), labelled(setup(runbook, state)))
    return [
        *optional("What failed", failed),
        *optional("Proof", [tag("div", *shown, class_="cards")] if shown else []),
        section("Session", labelled(facts(runbook, state))),
        section("Steps", _steps(step_rows(runbook, state))),
        section("Not done or waived", items(rows) if rows else tag("p", "Nothing.")),
        *optional("Over time", timeline(runbook, state)),
        *optional("Notes", [items(notes)] if notes else []),
        section("Details", *(step for step in steps if step is not None), setting),
    ]


def _failed(step: FailedStep) -> Element:
    nodes: list[Node] = [
        tag("h3", step.name),
        tag("p", *inline([step.failure.what])),
        labelled(step.rows),
    ]
    printed = step.failure.printed
    if printed is not None:
        nodes += [tag("h4", printed.head), frame("\n".join(printed.lines), printed.head)]
    if step.answer is not None:
        nodes += [tag("h4", "The answer"), frame(step.answer, "The answer")]
    return tag("article", *nodes, class_="card bad")


def _proof(proof: Proof) -> Element:
    nodes: list[Node] = [
        tag("h3", tag("span", proof.place, class_="place"), " ", proof.title),
        labelled(proof.rows),
    ]
    if proof.output:
        head = "Its last lines of output"
        nodes += [tag("h4", head), frame("\n".join(proof.output), head)]
    return tag("article", *nodes, class_="card pass")


def _steps(rows: list[StepRow]) -> Element:
    waited = any(row.waited for row in rows)
    heads = ["#", "Step", "Outcome", "Time", *(["Waited for the operator"] if waited else [])]
    body = [_row(row, waited=waited) for row in rows]
    caption = "Steps in the order they ran"
    return wide("Steps", table(caption, [*heads, "What was seen"], body, class_="hidden"))


def _row(row: StepRow, *, waited: bool) -> Element:
    code: list[Node] = [" ", tag("code", row.code)] if row.code else []
    tries = f", {row.tries} tries" if row.tries > 1 else ""
    mark = MARKS[row.outcome.value]
    waits = [
        tag("td", duration(row.waited) if row.waited else "–", class_="number", data_name="waited")
    ]
    return tag(
        "tr",
        tag("td", row.label, class_="number"),
        tag("th", row.title, scope="row"),
        tag(
            "td",
            tag(
                "strong", f"{mark.glyph} {row.outcome.value}", class_=_TONES.get(row.outcome, "bad")
            ),
            *code,
            tries,
        ),
        tag("td", duration(row.ms) if row.tries else "–", class_="number", data_name="time"),
        *(waits if waited else []),
        tag("td", *inline(row.summary), class_="seen"),
    )


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
