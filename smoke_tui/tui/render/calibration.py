"""The calibration as contents: default, triggers, the log as a table, stored pairs, what flips."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from textual.content import Content

from smoke_tui.judging.calibration import DEFAULT_TEST, Calibration, LogRow, ScoredPair
from smoke_tui.judging.drift import ratio_text
from smoke_tui.presentation.calibration import (
    COLUMNS,
    EMPTY,
    LOWERING,
    default_text,
    pair_rows,
    rescoring_rows,
    trigger_rows,
)
from smoke_tui.presentation.format import one_line
from smoke_tui.tui.render.content import foreign, lines, toned
from smoke_tui.tui.theme import MUTED, WARN

HOW: Final = (
    "The first row comes from a false positive: class a drift as one, in a walk or with "
    "`smoke-tui drift BASELINE CANDIDATE --class false-positive --why TEXT`. After a regression "
    "that passed, raise the default with d."
)
MOST_FLIPS: Final = 4
"""Flips that the box names before a change is written; there it can't be scrolled."""

_DATE: Final = 10
_NUMBER: Final = 6


def log_text(calibration: Calibration, pairs: Sequence[ScoredPair], width: int) -> Content:
    """The default, both triggers, the log, and the last re-scoring."""
    rows: list[Content | str] = [
        Content.assemble(("Default threshold ", "bold"), default_text(calibration)),
        *(toned(row) for row in trigger_rows(calibration, pairs)),
        "",
        *_table(calibration, width),
    ]
    if calibration.rescoring is not None:
        rows += [
            "",
            Content.styled(f"Last change, {calibration.rescoring.date}", "bold"),
            *(toned(row) for row in rescoring_rows(calibration.rescoring, written=True)),
        ]
    return lines(*rows)


def _table(calibration: Calibration, width: int) -> Iterator[Content]:
    longest = max((len(one_line(row.test, 200)) for row in calibration.log), default=0)
    test = max(len(DEFAULT_TEST), min(longest, width // 3))
    heads = (_DATE, test, _NUMBER, _NUMBER, 0)
    yield Content.styled(
        "  ".join(name.ljust(room) for name, room in zip(COLUMNS, heads, strict=True)), "bold"
    )
    if not calibration.log:
        yield Content.styled(EMPTY, MUTED)
        yield Content("")
        yield Content.styled(HOW, MUTED)
    for row in calibration.log:
        yield _row(row, test, width)


def _row(row: LogRow, test: int, width: int) -> Content:
    """A row; a test or reason that is longer than its column goes on below."""
    head = Content(f"{row.date:<{_DATE}}  ")
    indent = " " * (_DATE + 2)
    numbers = "  ".join(ratio_text(value).ljust(_NUMBER) for value in (row.old, row.new))
    name = one_line(row.test, 200)
    room = width - len(indent) - test - 2 * _NUMBER - 6
    if len(name) <= test and room >= 24:
        wrapped = foreign(row.reason).wrap(room)
        first = Content.assemble(head, name.ljust(test), "  ", numbers, "  ", *wrapped[:1])
        below = " " * (width - room)
        return lines(first, *(Content.assemble(below, rest) for rest in wrapped[1:]))
    return lines(
        Content.assemble(head, name.ljust(test), "  ", numbers),
        *(
            Content.assemble(indent, rest)
            for rest in foreign(row.reason).wrap(max(20, width - len(indent)))
        ),
    )


def pair_content(pair: ScoredPair) -> Content:
    """A stored pair, in two rows of the list."""
    return lines(*map(toned, pair_rows(pair)))


def change_text(changed: Calibration) -> Content:
    """What a change would do, before it is written."""
    row = changed.log[-1]
    name = "The default" if row.test == DEFAULT_TEST else row.test
    rows: list[Content | str] = [
        Content.assemble(
            (one_line(name, 120), "bold"),
            f": {ratio_text(row.old)} → {ratio_text(row.new)}",
        ),
        Content.assemble(("because ", MUTED), one_line(row.reason, 300)),
    ]
    if row.test == DEFAULT_TEST and row.new < row.old:
        rows.append(Content.styled(f"Take care: {LOWERING}.", WARN))
    assert changed.rescoring is not None
    flips = (
        toned(flip) for flip in rescoring_rows(changed.rescoring, written=False, most=MOST_FLIPS)
    )
    return lines(*rows, "", *flips)
