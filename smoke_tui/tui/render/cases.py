"""The table of cases, and the details of one: tier, substrate, marker, cost, age, state, ratio."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from textual.content import Content

from smoke_tui.judging.cases import (
    ACCEPTED,
    INVALID,
    NEEDS_NONE,
    PENDING_REVIEW,
    REGRESSION,
    CaseRow,
)
from smoke_tui.presentation.cases import HEADINGS, below_case, case_cells
from smoke_tui.presentation.format import one_line, shorten
from smoke_tui.presentation.recording_change import change_summary
from smoke_tui.session.case_table import ShownCase
from smoke_tui.tui.render.content import foreign, labelled, lines
from smoke_tui.tui.theme import FAIL, MUTED, PASS, WARN

EMPTY: Final = (
    "No case was found below this folder.\n\n"
    "A case is a recording of VCR or pytest-recording, or a file NAME.toml beside it:\n\n"
    '  schema = "smoke-case/1"\n'
    '  prompt = "Say hello."\n\n'
    "--project DIR names another checkout. `smoke-tui --rehearse cassette-refresh` has cases to "
    "try it with."
)
_STATE_STYLES: Final = {
    ACCEPTED: PASS,
    PENDING_REVIEW: WARN,
    REGRESSION: FAIL,
    INVALID: FAIL,
}
_NAME, _STATE, _STALE = 0, HEADINGS.index("State"), HEADINGS.index("Stale")
LEAST_NAME: Final = 16
"""Columns of a name that a table needs; in less each case takes two rows."""


def table(cases: Sequence[ShownCase], width: int, now: datetime) -> tuple[Content, list[Content]]:
    """The head and the rows: columns where they fit, else two rows a case."""
    cells = [(*case_cells(shown.row, now), shown.ratio) for shown in cases]
    heads = (*HEADINGS, "Ratio")
    widths = [max(len(row[at]) for row in [heads, *cells]) for at in range(len(heads))]
    rest = sum(widths[1:]) + 2 * len(widths[1:])
    room = width - rest
    if room < LEAST_NAME:
        return _head_of_two(), [_two_rows(row, width) for row in cells]
    widths[_NAME] = min(widths[_NAME], room)
    head = "  ".join(name.ljust(size) for name, size in zip(heads, widths, strict=True))
    return Content.styled(head.rstrip(), MUTED), [_columns(row, widths) for row in cells]


def _columns(row: Sequence[str], widths: Sequence[int]) -> Content:
    parts: list[tuple[str, str]] = []
    for at, (cell, size) in enumerate(zip(row, widths, strict=True)):
        text = _end(cell, size) if at == _NAME else cell
        parts.append((text.ljust(size) + "  ", _style(at, cell)))
    return Content.assemble(*parts).rstrip()


def _head_of_two() -> Content:
    return Content.styled("Case, state; tier · substrate · marker · cost · age", MUTED)


def _two_rows(row: Sequence[str], width: int) -> Content:
    state, stale, ratio = row[_STATE], row[_STALE], row[-1]
    marks = [(state, _style(_STATE, state))]
    if stale == "stale":
        marks.append((stale, WARN))
    if ratio != "-":
        marks.append((ratio, ""))
    room = width - sum(len(text) + 2 for text, _ in marks)
    first: list[tuple[str, str]] = [(_end(row[_NAME], max(8, room)), "bold")]
    for text, style in marks:
        first += [("  ", ""), (text, style)]
    below = f"  {below_case(tuple(row))}"
    return lines(Content.assemble(*first), Content.styled(shorten(below, width), MUTED))


def _end(name: str, room: int) -> str:
    """The end of a name: cases of one folder begin alike."""
    return name if len(name) <= room else f"…{name[len(name) - room + 1 :]}"


def _style(column: int, cell: str) -> str:
    if column == _STATE:
        return _STATE_STYLES.get(cell, MUTED)
    return WARN if column == _STALE and cell == "stale" else ""


def detail(shown: ShownCase | None, width: int) -> Content:
    """What is to be known of one case."""
    if shown is None:
        return Content("")
    row = shown.row
    rows: list[tuple[str, Content]] = [("case", foreign(row.case, "bold"))]
    if row.problem:
        rows.append(("problem", foreign(one_line(row.problem, 400), FAIL)))
    rows += [("state", _state(shown))]
    if row.stale:
        rows.append(("stale", foreign(one_line(row.stale, 300), WARN)))
    if row.state != NEEDS_NONE:
        rows.append(("ratio", Content(shown.threshold)))
    rows.append(("file", foreign(one_line(shown.path, 300))))
    if row.interactions or row.cut:
        cut = f", {row.cut} cut" if row.cut else ""
        rows.append(("holds", Content(f"{_exchanges(row)}{cut}")))
    if shown.last_act:
        rows.append(("last act", foreign(one_line(shown.last_act, 300), MUTED)))
    return lines(*(labelled(name, value, width) for name, value in rows))


def _exchanges(row: CaseRow) -> str:
    return f"{row.interactions} exchange{'' if row.interactions == 1 else 's'}"


def _state(shown: ShownCase) -> Content:
    state = shown.row.state
    parts: list[tuple[str, str]] = [(state, _STATE_STYLES.get(state, MUTED))]
    if shown.change is not None:
        parts.append((f"; {change_summary(shown.change)}", ""))
    if shown.waits:
        opened = (
            "its difference was opened: a decides" if shown.opened else "d opens its difference"
        )
        parts.append((f"; {opened}", ""))
    return Content.assemble(*parts)
