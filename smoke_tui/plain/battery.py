"""What a battery came to, in lines: what was counted, what may be claimed, what was remarkable."""

from __future__ import annotations

from smoke_tui.journal.battery import recorded_battery
from smoke_tui.journal.state import StepState
from smoke_tui.plain.output import Output
from smoke_tui.presentation.format import titled
from smoke_tui.presentation.report.battery import case_rows, claims, rows, texts
from smoke_tui.presentation.spans import as_text


def write_battery(output: Output, step_state: StepState) -> bool:
    """Write a step's battery, the answers that are remarkable quoted; False where there is none."""
    battery = recorded_battery(step_state)
    if battery is None:
        return False
    for name, text in rows(battery):
        output.write(f"{titled(name)}: {as_text(text)}")
    for cells in case_rows(battery.summary):
        name, expected, runs, conforming, as_expected, flips, *_ = map(as_text, cells)
        output.write(
            f"Case {name}: {expected} expected; {runs} made, {conforming} conform, {as_expected} as "
            f"expected, {flips} flips."
        )
    for claim in claims(battery):
        output.write(f"Claim: {as_text(claim)}")
    shown, more = texts(battery.summary)
    for head, text in shown:
        output.write(f"{head}:")
        output.quote(text)
    if more:
        output.write(f"{more:,} more are in the record.")
    return True
