"""A comparison of answers as JSON values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from smoke_tui.journal.events.decisions import Evidence
from smoke_tui.judging.drift import DriftPair
from smoke_tui.presentation.drift.difference import bounded, difference_of
from smoke_tui.presentation.drift.sentences import missing
from smoke_tui.presentation.report.drift_pairs import pair_of
from smoke_tui.presentation.report.exchanges import EvidenceReader

MOST_DIFFERENCES: Final = 200
MOST_CHARACTERS: Final = 2_000


def drift_values(pieces: Sequence[Evidence], evidence: EvidenceReader) -> list[dict[str, Any]]:
    """Return the comparisons of a try, in their order."""
    pairs = (pair_of(piece, evidence) for piece in pieces)
    return [drift_value(pair) for pair in pairs if pair is not None]


def drift_value(pair: DriftPair) -> dict[str, Any]:
    """Return a comparison; what was not compared is null.

    Texts of differences are as the views show them: what can't be seen is spelled by its code.
    """
    drift = pair.drift
    threshold, text, calls = drift.threshold, drift.text, drift.calls
    return {
        "case": drift.case,
        "baseline": drift.baseline,
        "drifted": drift.drifted,
        "threshold": {
            "value": threshold.value,
            "source": threshold.source,
            "default": threshold.default,
            "place": threshold.place,
        },
        "text": None
        if text is None
        else {
            "drifted": text.drifted,
            "ratio": text.ratio,
            "at_least": text.at_least,
            "at_most": text.at_most,
            "metric": text.metric,
            "note": text.note,
            **_differences(pair),
        },
        "tool_calls": None
        if calls is None
        else {"drifted": calls.drifted, "differences": list(calls.differences)},
    }


def _differences(pair: DriftPair) -> dict[str, Any]:
    if missing(pair) is not None:
        return {"differences": None, "differences_not_listed": None}
    whole = difference_of(pair)
    listed = bounded(whole, MOST_DIFFERENCES, MOST_CHARACTERS)
    return {
        "differences": [
            {"line": each.line, "recorded": each.recorded, "new": each.new}
            for each in listed.stretches
            if each.number
        ],
        "differences_not_listed": max(0, whole.differences - MOST_DIFFERENCES),
    }
