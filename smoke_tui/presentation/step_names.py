"""Names of steps: their number in the runbook, and their title without it."""

from __future__ import annotations

from typing import Final

from smoke_tui.presentation.format import excerpt
from smoke_tui.regex import regex
from smoke_tui.runbook.model import Runbook, Step

_NUMBER: Final = regex(r"^\d+[.)]\s+")
_FALLBACK: Final = "Fallback: "


def title_of(step: Step) -> str:
    """Return a step's title on one line, without its number."""
    return excerpt(_NUMBER.sub("", step.title)) or step.id


def number_of(runbook: Runbook, step: Step) -> str:
    """Return the number of a step in its runbook; F for a fallback."""
    if step.fallback:
        return "F"
    return str([each.id for each in runbook.steps if not each.fallback].index(step.id) + 1)


def place_of(runbook: Runbook, step: Step) -> str:
    """Return where a step stands: "Step 2", "Fallback"."""
    return "Fallback" if step.fallback else f"Step {number_of(runbook, step)}"


def named(runbook: Runbook, step: Step) -> str:
    """Return a step's place and title: "Step 2, Make one live call"."""
    title = title_of(step).removeprefix(_FALLBACK)
    return f"{place_of(runbook, step)}, {title}"
