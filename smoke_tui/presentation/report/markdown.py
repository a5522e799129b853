"""The report as Markdown that stands alone on an issue."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Final

from smoke_tui.journal.state import State
from smoke_tui.outcomes import Outcome
from smoke_tui.presentation.format import duration, excerpt
from smoke_tui.presentation.report.check_result import in_order
from smoke_tui.presentation.report.escaping import as_cell, as_markdown, code, fenced
from smoke_tui.presentation.report.exchanges import EvidenceReader, no_evidence
from smoke_tui.presentation.report.facts import (
    StepRow,
    facts,
    not_done,
    setup,
    step_rows,
    summary_line,
)
from smoke_tui.presentation.report.failed_steps import FailedStep, failed_steps
from smoke_tui.presentation.report.fitting import Fold, Listing, Part, Rank, fit
from smoke_tui.presentation.report.markdown_details import details
from smoke_tui.presentation.report.markdown_table import pairs
from smoke_tui.presentation.report.proofs import Proof, proofs
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

    The claim and its proof come first, or what failed; then who, when and what it cost, the steps,
    and what to know of them. What is longer is folded. If the report would be too long, details
    are left out: those of passing tries, then the failing answers' texts, then exchanges, then
    texts that drifted, then the rest. What comes before the details stays; if even that is too
    long, rows of it are replaced by their number.
    """
    head = [
        Listing((), tuple(_opening(runbook, state)), 5_000, "({} more lines)"),
        *_section(
            "What failed",
            _blocks(_failed(step) for step in failed_steps(runbook, state, evidence)),
            9_000,
            "… and {} more steps",
        ),
        *_section(
            "Proof",
            _blocks(_proof(proof) for proof in proofs(runbook, state, evidence)),
            9_000,
            "… and {} more",
        ),
        Listing(
            ("### Session", "", f"| Session | {code(excerpt(state.session, 80))} |", "|---|---|"),
            tuple(f"| {name} | {as_cell(text)} |" for name, text in facts(runbook, state)),
            7_000,
            "| … | {} more facts |",
        ),
        _steps(runbook, state),
        _not_done(runbook, state),
        *_section(
            "Notes",
            [f"- {as_markdown(row)}" for row in notable_rows(runbook, state)],
            9_000,
            "- … and {} more",
        ),
        Listing(("### Details",), (), 0, ""),
    ]
    folds = [details(runbook, state, step, evidence) for step in in_order(runbook, state)]
    folds.append(_setup(runbook, state))
    return fit(LIMIT, head, [fold for fold in folds if fold is not None], _rebuild(state))


def _section(title: str, rows: Sequence[str], room: int, more: str) -> list[Listing]:
    """A section with a heading; none without rows."""
    return [Listing((f"### {title}", ""), tuple(rows), room, more)] if rows else []


def _blocks(blocks: Iterable[list[str]]) -> list[str]:
    """Blocks of lines as rows, with a blank line between them."""
    rows = ["\n".join(lines).rstrip() for lines in blocks]
    return [f"{row}\n" for row in rows[:-1]] + rows[-1:]


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
    yield ""
    yield as_markdown(summary_line(state))


def _failed(step: FailedStep) -> list[str]:
    lines = [f"**{as_markdown([step.name])}.** {as_markdown([step.failure.what])}", ""]
    lines += [f"- {label}: {as_markdown(text)}" for label, text in step.rows]
    lines.append("")
    printed = step.failure.printed
    if printed is not None:
        lines += [f"{as_markdown([printed.head])}:", "", *fenced("\n".join(printed.lines)), ""]
    if step.answer is not None:
        lines += ["The answer:", "", *fenced(step.answer), ""]
    return lines


def _proof(proof: Proof) -> list[str]:
    heads = (proof.place, as_cell([proof.title]))
    lines = pairs(heads, proof.rows)
    if proof.output:
        lines += ["Its last lines of output:", "", *fenced("\n".join(proof.output)), ""]
    return lines


def _steps(runbook: Runbook, state: State) -> Listing:
    """The table of steps; those that did not pass are left out last."""
    rows = step_rows(runbook, state)
    failed = frozenset(
        at for at, row in enumerate(rows) if row.outcome not in (Outcome.PASS, Outcome.NOT_RUN)
    )
    waited = any(row.waited for row in rows)
    heads = "| # | Step | Outcome | Time |"
    rule = "|--:|---|---|--:|"
    if waited:
        heads, rule = f"{heads} Waited for the operator |", f"{rule}--:|"
    return Listing(
        ("### Steps", "", f"{heads} What was seen |", f"{rule}---|"),
        tuple(_row(row, waited=waited) for row in rows),
        12_000,
        f"| … | {{}} more steps | | |{' |' * waited} |",
        failed,
    )


def _row(row: StepRow, *, waited: bool) -> str:
    failure = f" {as_cell([quote(row.code, 60)])}" if row.code else ""
    tries = f", {row.tries} tries" if row.tries > 1 else ""
    cells = [
        row.label,
        as_cell([row.title]),
        f"**{row.outcome.value}**{failure}{tries}",
        duration(row.ms) if row.tries else "–",
    ]
    if waited:
        cells.append(duration(row.waited) if row.waited else "–")
    return f"| {' | '.join([*cells, as_cell(row.summary)])} |"


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


def _setup(runbook: Runbook, state: State) -> Fold:
    """What is needed to repeat the session, folded."""
    return Fold(
        ("<details><summary>Setup: runbook, tool, machine, client</summary>", ""),
        (Part(Rank.TRY, tuple(pairs(("Setup", "Value"), setup(runbook, state)))),),
    )


def _rebuild(state: State) -> list[str]:
    name = excerpt(state.session, 80).replace("`", "'")
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
