"""The difference of two recordings of a case in lines: fields by path, answers word by word."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from smoke_tui.judging.drift import DriftPair, ratio_text
from smoke_tui.judging.recording_changes import ABSENT, ExchangeChange, FieldChange, RecordingChange
from smoke_tui.judging.word_diff import word_diff
from smoke_tui.presentation.drift.plain import QUOTE, plain_lines
from smoke_tui.presentation.format import count, inert, one_line

_SHORT: Final = 60
"""Characters of a value that stands on one line with the other."""
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
    sign = {True: "<", False: "≥", None: "?"}[text.drifted]
    return f"{ratio_text(text.ratio)} {sign} {limit}"


def change_lines(change: RecordingChange, name: str, *, ascii_only: bool = False) -> Iterator[str]:
    """Yield the whole difference of the case of this name; nothing of it is left out."""
    yield f"{one_line(name)}: {change_summary(change)}"
    for exchange in change.exchanges:
        yield ""
        yield from _exchange(exchange, ascii_only)


def _exchange(exchange: ExchangeChange, ascii_only: bool) -> Iterator[str]:
    kinds = {
        "new": "only in the new recording",
        "gone": "only in the accepted recording",
        "equal": "nothing differs",
        "changed": "changed",
    }
    yield f"Exchange {exchange.number}: {one_line(exchange.title)}: {kinds[exchange.kind]}"
    for field in exchange.fields:
        yield from _field(field)
    if exchange.answers is not None and exchange.kind == "changed":
        yield "The answers:"
        for line in plain_lines(exchange.answers, every=True, ascii_only=ascii_only):
            yield f"{QUOTE if line.quoted else '  '}{line.text}".rstrip()


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
        piece.new
        if piece.equal
        else f"{_within(piece.recorded, '[-', '-]')}{_within(piece.new, '{+', '+}')}"
        for piece in word_diff(old, new)
    )


def _within(text: str, opened: str, closed: str) -> str:
    return "\n".join(f"{opened}{line}{closed}" if line else "" for line in text.split("\n"))
