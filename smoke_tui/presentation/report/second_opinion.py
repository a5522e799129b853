"""A second opinion in a report: both answers, and the differences of the requests."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from smoke_tui.journal.events.decisions import Evidence, OtherEvidence
from smoke_tui.journal.state import StepState
from smoke_tui.presentation.format import excerpt
from smoke_tui.presentation.spans import Text, quote, strong
from smoke_tui.redaction.secret import Json

NAME: Final = "second-opinion"
"""Name of the evidence that holds a second opinion."""

MOST_ROWS: Final = 60


def answers(value: Mapping[str, Json]) -> list[Text]:
    """Return the conclusion, then both answers, a line each."""
    their_status = value.get("their_status")
    status: Text = [" (HTTP ", quote(their_status, 20), ")"] if their_status else []
    return [
        [strong(excerpt(value.get("message"), 600)), " ", excerpt(value.get("remedy"), 300)],
        [
            "Our shape, ",
            quote(value.get("our_shape"), 40),
            ": refused, ",
            quote(value.get("ours"), 60),
            ". The shape of the Codex CLI ",
            quote(value.get("client_version"), 60),
            " (template sha256 ",
            quote(value.get("template_sha256"), 64),
            "): ",
            quote(value.get("theirs"), 60),
            *status,
            ": ",
            quote(value.get("their_summary"), 300),
        ],
    ]


def rows(value: Mapping[str, Json]) -> list[list[Text]]:
    """Return the differences as rows of cells."""
    differences = value.get("differences")
    return [
        [
            [excerpt(each.get("where"), 20)],
            [quote(each.get("name"), 80)],
            [excerpt(each.get("kind"), 20)],
            _side(each.get("ours")),
            _side(each.get("theirs")),
            [excerpt(each.get("reason") or "none known", 160)],
        ]
        for each in (differences if isinstance(differences, list) else [])[:MOST_ROWS]
        if isinstance(each, Mapping)
    ]


def _side(value: object) -> Text:
    return [quote(value, 120)] if value not in (None, "") else ["—"]


def opinion_of(evidence: Evidence) -> Mapping[str, Json] | None:
    """Return the second opinion that a piece of evidence is; None if it is none."""
    match evidence:
        case OtherEvidence(name, dict(value)) if name == NAME:
            return value
    return None


def opinions_of(step_state: StepState) -> list[Mapping[str, Json]]:
    """Return every second opinion of a step, in the order of its tries."""
    pieces = (opinion_of(piece) for attempt in step_state.tries for piece in attempt.evidence)
    return [opinion for opinion in pieces if opinion is not None]
