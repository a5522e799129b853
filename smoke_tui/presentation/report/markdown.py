"""The report as Markdown that stands alone on an issue."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Final

from smoke_tui.journal.state import State
from smoke_tui.outcomes import Outcome
from smoke_tui.presentation.format import duration, excerpt
from smoke_tui.presentation.report.check_result import in_order
from smoke_tui.presentation.report.escaping import as_markdown, in_code
from smoke_tui.presentation.report.exchanges import EvidenceReader, no_evidence
from smoke_tui.presentation.report.facts import StepRow, facts, not_done, step_rows
from smoke_tui.presentation.report.fitting import Listing, fit
from smoke_tui.presentation.report.markdown_details import details
from smoke_tui.presentation.report.verdict_text import (
    HONESTY,
    banner,
    notable_rows,
    verdict_paragraphs,
)
from smoke_tui.presentation.spans import Text, quote
from smoke_tui.runbook.model import Runbook

LIMIT: Final = 60_000
"""Bytes; code hosts refuse an issue's body over 65,536 characters."""


def markdown(runbook: Runbook, state: State, evidence: EvidenceReader = no_evidence) -> str:
    """Render the report, at most 60,000 bytes of UTF-8.

    If it would be longer, details are left out: those of passing tries, then the failing answers'
    texts, then exchanges, then texts that drifted, then the rest. The verdict, the facts, the table
    and what is worth a look stay; if even they are too long, rows of them are replaced by their
    number.
    """
    head = [
        Listing((), tuple(_opening(runbook, state)), 8_000, "({} more lines)"),
        Listing(
            ("| | |", "|---|---|"), tuple(_pairs(runbook, state)), 12_000, "| … | {} more facts |"
        ),
        _table(runbook, state),
        _not_done(runbook, state),
    ]
    notable = notable_rows(runbook, state)
    if notable:
        head.append(
            Listing(
                ("### What is worth a look", ""),
                tuple(f"- {as_markdown(row)}" for row in notable),
                13_000,
                "- … and {} more",
            )
        )
    folds = [details(state, step, evidence) for step in in_order(runbook, state)]
    return fit(LIMIT, head, [fold for fold in folds if fold is not None], _rebuild(state))


def _opening(runbook: Runbook, state: State) -> Iterable[str]:
    first = banner(state)
    if first is not None:
        yield as_markdown(first)
        yield ""
    marker = json.dumps(state.session)[1:-1].replace("--", "")[:100]
    yield f"<!-- smoke-report v1 session={marker} runbook={runbook.id} sha256={runbook.sha256} -->"
    issue = f" for {excerpt(runbook.issue, 80)}" if runbook.issue else ""
    yield f"## {as_markdown([excerpt(runbook.title) + issue])}"
    for paragraph in verdict_paragraphs(runbook, state):
        yield ""
        yield as_markdown(paragraph)


def _pairs(runbook: Runbook, state: State) -> Iterable[str]:
    for name, text in facts(runbook, state):
        yield f"| {as_markdown([name])} | {as_markdown(text)} |"


def _table(runbook: Runbook, state: State) -> Listing:
    """The table of steps; those that did not pass are left out last."""
    rows = step_rows(runbook, state)
    failed = frozenset(
        at for at, row in enumerate(rows) if row.outcome not in (Outcome.PASS, Outcome.NOT_RUN)
    )
    return Listing(
        ("| # | Step | Outcome | Tries | Time | What was seen |", "|--:|---|---|--:|--:|---|"),
        tuple(_row(row) for row in rows),
        18_000,
        "| … | {} more steps | | | | |",
        failed,
    )


def _row(row: StepRow) -> str:
    code = f" {as_markdown([quote(row.code, 60)])}" if row.code else ""
    return (
        f"| {row.label} | {as_markdown([excerpt(row.step.title)])} (`{row.step.id}`) "
        f"| **{row.outcome.value}**{code} | {row.tries} | {duration(row.ms)} "
        f"| {as_markdown(row.summary)} |"
    )


def _not_done(runbook: Runbook, state: State) -> Listing:
    rows: list[Text] = not_done(runbook, state)
    if not rows:
        return Listing((), ("**Not done or waived:** nothing.",), 100, "")
    if len(rows) == 1:
        return Listing((), (f"**Not done or waived:** {as_markdown(rows[0])}.",), 2_000, "")
    return Listing(
        ("**Not done or waived:**", ""),
        tuple(f"- {as_markdown(r)}" for r in rows),
        5_000,
        "- … and {} more",
    )


def _rebuild(state: State) -> list[str]:
    name = in_code(excerpt(state.session, 80))
    return [
        "<details><summary>Check this report</summary>",
        "",
        f"`smoke-tui report {name}` rebuilds this text byte for byte; `smoke-tui replay "
        f"{name}` runs the session again, offline, against its recorded answers; `smoke-tui "
        f"--check {name}` does both, and looks for secrets.",
        "",
        "</details>",
        "",
        HONESTY,
        "",
    ]
