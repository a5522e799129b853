"""Comparisons of answers, in lines."""

from __future__ import annotations

from pathlib import Path

from smoke_tui.journal.state import StepState
from smoke_tui.plain.output import Output
from smoke_tui.presentation.drift.plain import plain_lines
from smoke_tui.presentation.report.drift_pairs import drift_pairs
from smoke_tui.presentation.report.export import stored_evidence
from smoke_tui.session.session_view import SessionView

MORE = "Type drift to read every difference."


def write_drift(
    output: Output,
    live: SessionView,
    step_state: StepState,
    *,
    every: bool = False,
    case: object = None,
) -> bool:
    """Write the comparisons of a step's last try; False where it has none.

    `every`: every difference, and also of answers that are the same; `case`: only those of a case.
    """
    pairs = drift_pairs(live.state, step_state, stored_evidence(Path(live.folder)))
    for pair in pairs:
        drift = pair.drift
        if (drift.drifted is False and not every) or case not in (None, drift.case):
            continue
        for line in plain_lines(pair, every=every, more=MORE, ascii_only=output.ascii_only):
            if line.quoted:
                output.quote(line.text)
            else:
                output.write(line.text)
    return bool(pairs)
