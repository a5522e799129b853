"""The class of a drift, and what was done for it."""

from __future__ import annotations

from typing import Final

from smoke_tui.journal.events.values import TriagedDrift
from smoke_tui.judging.drift import ratio_text
from smoke_tui.presentation.format import excerpt
from smoke_tui.presentation.spans import Span, Text, as_text, listed, quote, strong

_CLASSES: Final = {
    "expected": "expected",
    "regression": "regression of the provider",
    "false-positive": "false positive",
}


def triage_rows(triaged: TriagedDrift) -> list[tuple[str, Text]]:
    """Return the class of a drift and what was done for it, as names and texts."""
    name = _CLASSES.get(triaged.triage_class, excerpt(triaged.triage_class, 60))
    table: list[tuple[str, Text]] = [
        ("class", [strong(name)]),
        ("case", [quote(triaged.case, 200)]),
    ]
    if triaged.reason:
        table.append(("reason", [quote(triaged.reason, 600)]))
    if triaged.changed:
        table.append(("changed", [quote(triaged.changed, 60)]))
    if triaged.paths:
        table.append(("in the working tree", listed(triaged.paths)))
    if triaged.replaced:
        table.append(("recorded answer replaced", [quote(triaged.replaced, 200)]))
    if triaged.threshold is not None:
        threshold = f"{ratio_text(triaged.threshold)} from the next try on"
        table.append(("threshold", [threshold]))
    if triaged.problem:
        table.append(("not done", [Span(excerpt(triaged.problem, 400), "bad")]))
    return table


def triage_line(triaged: TriagedDrift) -> str:
    """Return the class of a drift and what was done for it in a line."""
    (_, name), *rest = (row for row in triage_rows(triaged) if row[0] != "case")
    return "; ".join([as_text(name), *(f"{label}: {as_text(text)}" for label, text in rest)])
