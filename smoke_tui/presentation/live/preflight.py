"""What a preflight has to say before a live session begins: what is in the way, and what to do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, Literal

from smoke_tui.presentation.format import count, inert, one_line
from smoke_tui.presentation.live.snapshot import name_of
from smoke_tui.presentation.spans import Text, row
from smoke_tui.runbook.model import Runbook
from smoke_tui.structs import Struct

GUARD: Final = "guard-unmet"
"""The code of a guard that is not met."""


class Finding(Struct, frozen=True):
    """One result of a preflight; an info is a check that passed, or a fact about the setup."""

    code: str
    severity: Literal["error", "warning", "info"]
    step: str | None
    message: str
    remedy: str = ""


def problem_rows(runbook: Runbook, findings: Sequence[Finding]) -> list[Text]:
    """What is in the way of a live session, each with what to do; empty where nothing is."""
    order = [step.id for step in runbook.steps]
    problems = sorted(
        (finding for finding in findings if finding.severity != "info"),
        key=lambda finding: order.index(finding.step) if finding.step in order else len(order),
    )
    if not problems:
        return []
    are = "thing is" if len(problems) == 1 else "things are"
    rows: list[Text] = [row((f"{len(problems)} {are} in the way. Nothing was spent.", "strong"))]
    for finding in problems:
        where = f"{_place(runbook, finding.step)}: " if finding.step is not None else ""
        rows.append(row(("✗ ", "warn"), (where, "strong"), inert(one_line(finding.message, 400))))
        if finding.remedy:
            rows.append(row(("  To do: ", "muted"), one_line(finding.remedy, 300)))
    return rows


def clear_text(findings: Sequence[Finding]) -> str:
    """That nothing is in the way, with the number of checks that passed."""
    passed = sum(finding.severity == "info" for finding in findings)
    return f"Preflight: nothing is in the way ({count(passed, 'check')} passed). Nothing was spent."


def unmet_guards(findings: Sequence[Finding]) -> Mapping[str, str]:
    """The text of the guard that is not met, by step."""
    return {f.step: f.message for f in findings if f.code == GUARD and f.step is not None}


def _place(runbook: Runbook, step_id: str) -> str:
    walk = [step.id for step in runbook.steps if not step.fallback]
    number = f"{walk.index(step_id) + 1} " if step_id in walk else ""
    return f"{number}{name_of(runbook.step(step_id))}"
