"""The events upon which the LLM testing runbook has a threshold changed. Pure."""

from __future__ import annotations

from smoke_tui.judging.calibration import DEFAULT_TEST, Calibration, LogRow
from smoke_tui.structs import Struct


class Trigger(Struct, frozen=True):
    """An event upon which the runbook has a threshold changed; `row` is the first change by it."""

    number: int
    event: str
    action: str
    row: LogRow | None


def triggers(calibration: Calibration) -> tuple[Trigger, Trigger]:
    """Both triggers, each with the row by which it fired first.

    The runbook's "tune the default downward" after a regression that passed is read as less
    tolerance: a higher least ratio.
    """
    overrides = (row for row in calibration.log if row.test != DEFAULT_TEST)
    raises = (row for row in calibration.log if row.test == DEFAULT_TEST and row.new > row.old)
    return (
        Trigger(
            1,
            "first false positive that blocks a legitimate change",
            "a threshold of the test's own",
            next(overrides, None),
        ),
        Trigger(
            2,
            "first regression that passed",
            "a higher default threshold",
            next(raises, None),
        ),
    )
