"""A second opinion in a report: both answers, and how the two requests differ."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from smoke_tui.journal.state import StepState
from smoke_tui.presentation.report.report_text import Said, Strong, Words, as_markdown, sentence

NAME: Final = "second-opinion"
"""The name of the evidence that holds one."""

HEADS: Final = ("Where", "Field", "Kind", "Ours", "The client's", "Known reason")
MOST_ROWS: Final = 60


def answers(value: Mapping[str, Any]) -> list[Words]:
    """What it came to, then both answers, a line each."""
    seen = value.get("their_status")
    status: Words = [" (HTTP ", Said(seen, 20), ")"] if seen else []
    return [
        [Strong(sentence(value.get("message"), 600)), " ", sentence(value.get("remedy"), 300)],
        [
            "Our shape, ",
            Said(value.get("our_shape"), 40),
            ": refused, ",
            Said(value.get("ours"), 60),
            ". The shape of the Codex CLI ",
            Said(value.get("client_version"), 60),
            " (template sha256 ",
            Said(value.get("template_sha256"), 64),
            "): ",
            Said(value.get("theirs"), 60),
            *status,
            ": ",
            Said(value.get("their_summary"), 300),
        ],
    ]


def rows(value: Mapping[str, Any]) -> list[list[Words]]:
    """The differences, cell by cell."""
    found = value.get("differences")
    return [
        [
            [sentence(each.get("where"), 20)],
            [Said(each.get("name"), 80)],
            [sentence(each.get("kind"), 20)],
            _side(each.get("ours")),
            _side(each.get("theirs")),
            [sentence(each.get("reason") or "none known", 160)],
        ]
        for each in (found if isinstance(found, list) else [])[:MOST_ROWS]
        if isinstance(each, Mapping)
    ]


def _side(value: Any) -> Words:
    return [Said(value, 120)] if value not in (None, "") else ["—"]


def markdown_lines(value: Mapping[str, Any]) -> Iterator[str]:
    """The whole as Markdown."""
    for words in answers(value):
        yield f"- {as_markdown(words)}"
    table = rows(value)
    if table:
        yield ""
        yield f"| {' | '.join(HEADS)} |"
        yield f"|{'---|' * len(HEADS)}"
        for cells in table:
            yield f"| {' | '.join(as_markdown(cell) for cell in cells)} |"
        yield ""


def opinions_of(known: StepState) -> list[Mapping[str, Any]]:
    """Every second opinion of a step, in the order of its tries."""
    return [
        value
        for attempt in known.tries
        for name, value in attempt.evidence
        if name == NAME and isinstance(value, Mapping)
    ]
