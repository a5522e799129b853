"""The difference of two recordings of a case in lines: fields by path, answers word by word."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from smoke_tui.judging.answers import without_nonce
from smoke_tui.judging.drift import DriftPair, ratio_text
from smoke_tui.judging.recording_changes import ABSENT, ExchangeChange, FieldChange, RecordingChange
from smoke_tui.judging.word_diff import word_diff
from smoke_tui.presentation.drift.plain import QUOTE
from smoke_tui.presentation.drift.sentences import DRIFT_MARKS, call_rows, result
from smoke_tui.presentation.format import count, inert, one_line
from smoke_tui.presentation.spans import as_text

_SHORT: Final = 60
"""Characters of a value that stands on one line with the other."""
_EQUAL: Final = 800
"""Characters of equal text between two differences that are shown in full."""
_WHOLE: Final = 4_000_000
"""Characters of a value: a review leaves nothing out."""


def change_summary(change: RecordingChange) -> str:
    """One line: how many exchanges differ, and how."""
    if change.first:
        return f"a first recording, {count(len(change.exchanges), 'exchange')}"
    kinds = [exchange.kind for exchange in change.exchanges]
    parts = [f"{kinds.count(kind)} {kind}" for kind in ("changed", "new", "gone") if kind in kinds]
    total = count(len(kinds), "exchange")
    return f"{total}, {', '.join(parts)}" if parts else f"{total}, nothing differs"


def ratio_summary(change: RecordingChange) -> str:
    """The least similar answer's ratio and its threshold; "-" where no answers were compared."""
    return "-" if change.lowest is None else pair_summary(change.lowest)


def pair_summary(pair: DriftPair) -> str:
    """A pair's ratio and threshold; "-" where no texts were compared."""
    if pair.drift.text is None:
        return "-"
    text, limit = pair.drift.text, ratio_text(pair.drift.threshold.value)
    sign = {True: "<", False: ">=", None: "?"}[text.drifted]
    return f"{ratio_text(text.ratio)} {sign} {limit}"


def change_lines(change: RecordingChange, name: str, *, ascii_only: bool = False) -> Iterator[str]:
    """Yield the whole difference of the case of this name; nothing of it is left out."""
    yield f"{one_line(name)}: {change_summary(change)}"
    for exchange in change.exchanges:
        yield ""
        yield from _exchange(exchange)


def _exchange(exchange: ExchangeChange) -> Iterator[str]:
    """What the operator changed first, then what the model answered, then the rest."""
    kinds = {
        "new": "only in the new recording",
        "gone": "only in the accepted recording",
        "equal": "nothing differs",
        "changed": "changed",
    }
    yield f"Exchange {exchange.number}: {one_line(exchange.title)}: {kinds[exchange.kind]}"
    bodies = [field for field in exchange.fields if field.path.startswith("request.body")]
    for field in bodies:
        yield from _field(field)
    if exchange.answers is not None and exchange.kind == "changed":
        yield from _answers(exchange.answers)
    for field in exchange.fields:
        if field not in bodies:
            yield from _field(field)


def _answers(pair: DriftPair) -> Iterator[str]:
    drift = pair.drift
    place = f"; threshold: {drift.threshold.place}" if drift.threshold.place else ""
    mark = DRIFT_MARKS[drift.drifted]
    yield f"  response.answer: {mark.glyph} {mark.word}: {result(drift)}{place}"
    for row in call_rows(drift):
        yield f"{QUOTE}{as_text(row)}"
    old, new = (without_nonce(answer.text or "") for answer in (pair.recorded, pair.new))
    if old != new:
        text = _marked(inert(old, _WHOLE), inert(new, _WHOLE))
        yield from (f"{QUOTE}{line}".rstrip() for line in text.split("\n"))


def _field(field: FieldChange) -> Iterator[str]:
    path = one_line(field.path)
    old, new = inert(field.old, _WHOLE), inert(field.new, _WHOLE)
    if "\n" not in old + new and len(old) <= _SHORT and len(new) <= _SHORT:
        if field.old == ABSENT:
            yield f"  {path}: + {new}"
        elif field.new == ABSENT:
            yield f"  {path}: - {old}"
        else:
            yield f"  {path}: {old} → {new}"
        return
    yield f"  {path}:"
    if ABSENT in (field.old, field.new):
        sign, text = ("+", new) if field.old == ABSENT else ("-", old)
        for line in text.split("\n"):
            yield f"    {sign} {line}".rstrip()
        return
    yield from (f"{QUOTE}{line}".rstrip() for line in _marked(old, new).split("\n"))


def _marked(old: str, new: str) -> str:
    return "".join(
        _folded(piece.new)
        if piece.equal
        else f"{_within(piece.recorded, '[-', '-]')}{_within(piece.new, '{+', '+}')}"
        for piece in word_diff(old, new)
    )


def _folded(text: str) -> str:
    """Equal text of any length in few lines; what differs is never folded."""
    if len(text) <= _EQUAL:
        return text
    end = _EQUAL // 4
    return f"{text[:end]} … ({len(text) - 2 * end:,} equal characters) … {text[-end:]}"


def _within(text: str, opened: str, closed: str) -> str:
    return "\n".join(f"{opened}{line}{closed}" if line else "" for line in text.split("\n"))
