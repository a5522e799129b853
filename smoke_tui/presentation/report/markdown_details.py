"""What was asked and answered, try by try: failures open, passes folded, each part by its rank."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from smoke_tui.journal.state import State, StepState, Try
from smoke_tui.outcomes import Outcome
from smoke_tui.presentation.report import second_opinion
from smoke_tui.presentation.report.escaping import fenced, flat, middle_out, shorten
from smoke_tui.presentation.report.exchanges import (
    MOST_BODY,
    Evidence,
    body_text,
    exchange_text,
    failing,
    shown,
    support,
)
from smoke_tui.presentation.report.fitting import Fold, Part, Rank
from smoke_tui.presentation.report.obligations import (
    HEADINGS,
    UNRECORDED,
    is_unrecorded,
    proof_rows,
)
from smoke_tui.presentation.report.report_text import Said, Strong, Words, as_markdown, sentence
from smoke_tui.presentation.report.verdict_text import CAUSES
from smoke_tui.proof.obligations import EVIDENCE
from smoke_tui.runbook.model import Step

_AUTOMATIC: Final = re.compile(r"([@#:/.]|(?i:gh)(?=-))(?=\S)")

MOST_TRIES: Final = 40
"""Tries of a step that have details, the last ones."""


def details(state: State, step: Step, evidence: Evidence) -> Fold | None:
    """A step's details; None where it was never tried."""
    known = state.steps.get(step.id)
    if known is None or not known.tries:
        return None
    opened = "" if known.outcome is Outcome.PASS else " open"
    title = html.escape(shorten(flat(step.title), 200), quote=False)
    parts: list[Part] = []
    missing = len(known.tries) - MOST_TRIES
    if missing > 0:
        parts.append(Part(Rank.TRY, (f"_The first {missing} tries have no details here._", "")))
    for attempt in known.tries[-MOST_TRIES:]:
        parts += _try(state, known, attempt, evidence)
    return Fold((f"<details{opened}><summary>{_inert(title)}</summary>", ""), tuple(parts))


def _inert(text: str) -> str:
    """Inside our own HTML a code host still looks for names, issues and addresses."""
    return _AUTOMATIC.sub(r"\1&#8203;", text)


def _try(state: State, known: StepState, attempt: Try, evidence: Evidence) -> Iterator[Part]:
    passed = (
        attempt.ended is not None
        and attempt.code is None
        and not attempt.error
        and known.outcome in (Outcome.PASS, Outcome.WAIVED)
    )
    lines = [as_markdown(try_words(attempt)), ""]
    if not passed:
        lines += _support(state, attempt, evidence)
    for name, value in attempt.evidence:
        lines += [""] if name == EVIDENCE and lines[-1] else []
        lines += _evidence(name, value)
    if is_unrecorded(known, attempt):
        lines += [f"_{UNRECORDED}_", ""]
    yield Part(Rank.PASSED if passed else Rank.TRY, (*lines, *([""] if lines[-1] else [])))
    failed = failing(state, attempt)
    for seq in shown(state, attempt):
        yield Part(
            Rank.PASSED if passed else Rank.EXCHANGE,
            (*fenced(exchange_text(state, seq), "http"), ""),
        )
    if failed is not None:
        yield from _answer(state, failed, evidence)
    if not passed and attempt.output.length:
        text = middle_out(attempt.output.text(), MOST_BODY)
        yield Part(Rank.ANSWER, ("What the command printed:", "", *fenced(text), ""))


def try_words(attempt: Try) -> Words:
    """A try in a line: its number, why there was one, its code and what was seen."""
    why = f" ({CAUSES[attempt.cause]})" if attempt.cause in CAUSES else ""
    words: list[str | Said | Strong] = [Strong(f"Try {attempt.n}"), f"{why}: "]
    if attempt.ended is None:
        return [*words, "no end of it is in the record."]
    if attempt.code:
        words += [Said(attempt.code, 60), ": "]
    return [*words, Said(attempt.summary)]


def _answer(state: State, seq: int, evidence: Evidence) -> Iterator[Part]:
    found = body_text(state, seq, evidence)
    if found is None:
        return
    text, about = found
    if text:
        yield Part(Rank.ANSWER, (f"The failing answer's text ({about}):", "", *fenced(text), ""))
    else:
        yield Part(Rank.ANSWER, (f"The failing answer's text: {about}.", ""))


def _support(state: State, attempt: Try, evidence: Evidence) -> list[str]:
    rows = support(state, attempt, evidence)
    if not rows:
        return []
    return [
        "| What support asks for | |",
        "|---|---|",
        *(f"| {name} | {as_markdown(words)} |" for name, words in rows),
        "",
    ]


def _evidence(name: str, value: Any) -> Iterator[str]:
    if name == "trace":
        yield from fenced(middle_out(str(value), MOST_BODY))
        yield ""
    elif name == "route":
        yield "| Evidence | Seen | Says |"
        yield "|---|---|---|"
        for line in value[:50]:
            cells = ([sentence(line[0], 80)], [Said(line[1])], [sentence(line[2], 40)])
            yield f"| {' | '.join(as_markdown(cell) for cell in cells)} |"
        yield ""
    elif name == "expectations" and isinstance(value, list):
        yield from ("", "| Expected | Seen |")
        yield "|---|---|"
        for row in value[:50]:
            yield f"| {' | '.join(as_markdown([Said(cell, 400)]) for cell in row[:2])} |"
        yield ""
    elif name == EVIDENCE:
        yield from (f"| {' | '.join(HEADINGS)} |", "|---|---|---|")
        for row in proof_rows(value):
            yield (
                f"| {as_markdown([sentence(row.name, 80)])} | {as_markdown([row.word])} | "
                f"{as_markdown(row.witnesses)} |"
            )
        yield ""
    elif name == second_opinion.NAME and isinstance(value, Mapping):
        yield from second_opinion.markdown_lines(value)
    else:
        yield f"- {as_markdown(evidence_words(name, value))}"


def evidence_words(name: str, value: Any) -> Words:
    """A piece of evidence in a line: its plain values, each with its name."""
    words: list[str | Said] = [f"{sentence(name, 60)}: "]
    if not isinstance(value, Mapping):
        return [*words, Said(value)]
    for key, item in list(value.items())[:40]:
        if item is not None and not isinstance(item, list | dict):
            words += ["; "] if len(words) > 1 else []
            words += [f"{sentence(key, 60)} ", Said(item, 120)]
    return words
