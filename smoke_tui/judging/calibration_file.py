"""The calibration file: one JSON text, the same for the same calibration. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from typing import Final, get_args

from smoke_tui.judging.calibration import Calibration, Flip, LogRow, Rescoring, StoredPair
from smoke_tui.judging.drift import (
    AnswerDrift,
    DriftPair,
    RecordedAnswer,
    TextDrift,
    Threshold,
    ThresholdSource,
    ToolCallDrift,
)
from smoke_tui.judging.json_fields import Document, Fields, JsonShapeError
from smoke_tui.judging.triage import TRIAGE_CLASSES, TriageClass
from smoke_tui.structs import asdict

SCHEMA: Final = "smoke-calibration/1"

MOST: Final = 16 * 1024 * 1024
"""Bytes of a calibration file; a larger one is not read."""

_SOURCES: Final[tuple[ThresholdSource, ...]] = get_args(ThresholdSource)
_FLIP: Final = (
    "case",
    "baseline",
    "triage",
    "ratio",
    "before",
    "after",
    "drifted_before",
    "drifted_after",
)


class CalibrationError(ValueError):
    """A calibration file that can't be read; the text says where, why, and what to do."""


def render_calibration(calibration: Calibration) -> str:
    """The text of a calibration file: sorted keys, ASCII, one value a line."""
    content = {
        "schema": SCHEMA,
        "log": [asdict(row) for row in calibration.log],
        "pairs": [
            {
                "place": stored.place,
                "date": stored.date,
                "class": stored.triage,
                "reason": stored.reason,
            }
            | pair_to_json(stored.pair)
            for stored in calibration.pairs
        ],
        "rescoring": None if calibration.rescoring is None else asdict(calibration.rescoring),
    }
    return json.dumps(content, indent=1, sort_keys=True, allow_nan=False) + "\n"


def parse_calibration(text: str, name: str) -> Calibration:
    """Read the text of a calibration file; an empty text is an empty calibration.

    Raises:
        CalibrationError: it is no JSON, of another schema, or a value is missing or wrong.
    """
    if not text.strip():
        return Calibration()
    try:
        return _calibration(Document(text.removeprefix("\ufeff")).root)
    except JsonShapeError as error:
        raise CalibrationError(
            f"{name}:{error.line}: {error.problem}; correct it or move the file away; "
            "it was not changed"
        ) from None


def _calibration(root: Fields) -> Calibration:
    schema = root.text("schema")
    if schema != SCHEMA:
        raise root.error("schema", f"expected {SCHEMA!r}, got {schema!r}")
    root.only("schema", "log", "pairs", "rescoring")
    log = tuple(_row(fields) for fields in root.inner_list("log"))
    pairs = tuple(_stored(fields) for fields in root.inner_list("pairs"))
    rescoring = root.optional_inner("rescoring")
    return Calibration(log, pairs, None if rescoring is None else _rescoring(rescoring))


def _row(fields: Fields) -> LogRow:
    fields.only("date", "test", "old", "new", "reason")
    return LogRow(
        date=_date(fields),
        test=_filled(fields, "test"),
        old=fields.number("old", above=0),
        new=fields.number("new", above=0),
        reason=_filled(fields, "reason"),
    )


def _stored(fields: Fields) -> StoredPair:
    fields.only("place", "date", "class", "reason", *_PAIR)
    return StoredPair(
        pair=pair_from_json(fields),
        place=fields.text("place"),
        date=_date(fields),
        triage=_triage(fields, "class"),
        reason=fields.text("reason"),
    )


def _rescoring(fields: Fields) -> Rescoring:
    fields.only("date", "pairs", "flips")
    return Rescoring(
        _date(fields),
        fields.count("pairs"),
        tuple(_flip(flip) for flip in fields.inner_list("flips")),
    )


def _flip(fields: Fields) -> Flip:
    fields.only(*_FLIP)
    return Flip(
        case=fields.text("case"),
        baseline=fields.text("baseline"),
        triage=_triage(fields, "triage"),
        ratio=fields.number("ratio"),
        before=fields.number("before"),
        after=fields.number("after"),
        drifted_before=fields.optional_truth("drifted_before"),
        drifted_after=fields.optional_truth("drifted_after"),
    )


def _triage(fields: Fields, key: str) -> TriageClass | None:
    value = fields.optional_text(key, TRIAGE_CLASSES)
    return next((triage for triage in TRIAGE_CLASSES if triage == value), None)


def _date(fields: Fields) -> str:
    value = fields.text("date")
    try:
        date.fromisoformat(value)
    except ValueError:
        raise fields.error("date", f"expected a date such as 2026-11-28, got {value!r}") from None
    return value


def _filled(fields: Fields, key: str) -> str:
    value = fields.text(key)
    if not value.strip():
        raise fields.error(key, "it is empty")
    return value


_PAIR: Final = ("case", "baseline", "threshold", "text", "calls", "recorded", "new")


def pair_to_json(pair: DriftPair) -> dict[str, object]:
    """A comparison with both answers, as JSON."""
    drift = pair.drift
    return {
        "case": drift.case,
        "baseline": drift.baseline,
        "threshold": asdict(drift.threshold),
        "text": None if drift.text is None else asdict(drift.text),
        "calls": None
        if drift.calls is None
        else {"drifted": drift.calls.drifted, "differences": list(drift.calls.differences)},
        "recorded": _answer_to_json(pair.recorded),
        "new": _answer_to_json(pair.new),
    }


def pair_from_json(fields: Fields) -> DriftPair:
    """Read a comparison with both answers.

    Raises:
        JsonShapeError: a value is missing or wrong.
    """
    text, calls = fields.optional_inner("text"), fields.optional_inner("calls")
    drift = AnswerDrift(
        case=_filled(fields, "case"),
        baseline=fields.text("baseline"),
        threshold=_threshold(fields.inner("threshold")),
        text=None if text is None else _text(text),
        calls=None if calls is None else _calls(calls),
    )
    return DriftPair(drift, _answer(fields.inner("recorded")), _answer(fields.inner("new")))


def _threshold(fields: Fields) -> Threshold:
    fields.only("value", "source", "default", "place")
    source = fields.text("source", _SOURCES)
    return Threshold(
        value=fields.number("value"),
        source=next(name for name in _SOURCES if name == source),
        default=fields.number("default"),
        place=fields.text("place"),
    )


def _text(fields: Fields) -> TextDrift:
    return TextDrift(
        ratio=fields.number("ratio"),
        metric=fields.text("metric"),
        drifted=fields.optional_truth("drifted"),
        threshold=fields.number("threshold"),
        at_least=fields.number("at_least"),
        at_most=fields.number("at_most"),
        note=fields.text("note"),
    )


def _calls(fields: Fields) -> ToolCallDrift:
    return ToolCallDrift(fields.truth("drifted"), fields.texts("differences"))


def _answer_to_json(answer: RecordedAnswer) -> dict[str, object]:
    return {
        "text": answer.text,
        "tool_calls": [_call_to_json(call) for call in answer.tool_calls],
    }


def _call_to_json(call: Mapping[str, object]) -> dict[str, object]:
    """A tool call; arguments that JSON can't hold become text."""
    values = dict(call)
    try:
        json.dumps(values, allow_nan=False)
    except ValueError:
        return {key: v if isinstance(v, str) else json.dumps(v) for key, v in values.items()}
    return values


def _answer(fields: Fields) -> RecordedAnswer:
    fields.only("text", "tool_calls")
    calls = tuple(call.raw() for call in fields.inner_list("tool_calls"))
    return RecordedAnswer(fields.optional_text("text"), calls)
