"""Whose threshold a comparison takes: the nearest of those that there are."""

from __future__ import annotations

from smoke_tui.judging.drift import DEFAULT_THRESHOLD, Threshold, ThresholdSource


def nearest_threshold(
    *,
    calibration: Threshold | None = None,
    runbook: float | None = None,
    case_file: float | None = None,
    marker: float | None = None,
    default: float = DEFAULT_THRESHOLD,
    places: dict[ThresholdSource, str] | None = None,
) -> Threshold:
    """The threshold of a comparison.

    `calibration` is the newest row of the calibration log for the case; `places` are where the
    others stand.
    """
    if calibration is not None:
        return Threshold(calibration.value, "calibration", default, calibration.place)
    named: tuple[tuple[ThresholdSource, float | None], ...] = (
        ("runbook", runbook),
        ("case", case_file),
        ("marker", marker),
    )
    for source, value in named:
        if value is not None:
            return Threshold(float(value), source, default, (places or {}).get(source, ""))
    return Threshold(default, "default", default, (places or {}).get("default", ""))
