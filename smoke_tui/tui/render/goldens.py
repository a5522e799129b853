"""Scenario goldens as contents: a comparison's three texts beside each other or stacked."""

from __future__ import annotations

from typing import Final

from rich.cells import cell_len, chop_cells, set_cell_size
from textual.content import Content

from smoke_tui.judging.goldens.comparison import Comparison
from smoke_tui.judging.goldens.evaluation import Evaluation
from smoke_tui.judging.goldens.trace import Trace
from smoke_tui.presentation.format import count, shorten
from smoke_tui.presentation.goldens import (
    difference_bytes,
    differences_of,
    scorecard_rows,
    segment_row,
    state_of,
    visible,
)
from smoke_tui.presentation.marks import MARKS
from smoke_tui.tui.render.content import lines, toned
from smoke_tui.tui.theme import MUTED, STYLES

COLUMNS_FROM: Final = 96
"""Cells from which three texts stand beside each other."""
BEFORE: Final = 2
"""Equal lines before the first difference."""
SHORT: Final = 6
"""Rows of a panel that has none for equal lines, or for the byte."""
MOST_LINES: Final = 300

LONGEST: Final = 2000
"""Characters of a line."""

_NO_LINE_END: Final = b" (no line end)"
_SIDES: Final = ("run 1", "run 2", "golden")
_GOLDEN: Final = 2


def comparison_entry(comparison: Comparison) -> Content:
    """A comparison's row in the list."""
    mark = MARKS["pass" if comparison.equal else "fail"]
    return Content.assemble((f"{mark.glyph} ", STYLES[mark.tone]), comparison.name)


def trace_text(trace: Trace | None, width: int) -> Content:
    """The trace, a row a segment."""
    if trace is None:
        return Content.styled("There is no trace: the scenario can't be run.", MUTED)
    return lines(*(toned(segment_row(segment, width)) for segment in trace.segments))


def scorecard_text(evaluation: Evaluation) -> Content:
    """The scorecard of the first run."""
    if evaluation.runs is None:
        return Content.styled("There is no scorecard: the scenario can't be run.", MUTED)
    return lines(*(toned(row) for row in scorecard_rows(evaluation.runs[0].scorecard)))


def sides_text(comparison: Comparison, width: int, height: int) -> Content:
    """Run 1, run 2 and the golden: beside each other, or line below line where it is narrow.

    What is the same before the first difference is left out, but for some lines.
    """
    texts = [
        _split(text) for text in (comparison.run_1, comparison.run_2, comparison.golden or b"")
    ]
    first = min(
        (
            difference.line - 1
            for difference in (comparison.between_runs, comparison.to_golden)
            if difference is not None
        ),
        default=0,
    )
    start = max(0, first - BEFORE) if height > SHORT else first
    end = min(start + MOST_LINES, max(map(len, texts)))
    rows: list[Content | str] = [Content(state_of(comparison))]
    if height > SHORT:
        differences = differences_of(comparison)
        rows += [Content.styled(difference_bytes(each), MUTED) for each in differences]
    if width >= COLUMNS_FROM and not comparison.of_inputs:
        rows += _columns(texts, range(start, end), width)
    else:
        both = "inputs" if comparison.of_inputs else "runs"
        rows += _interleaved(texts, range(start, end), both)
    left_out = max(map(len, texts)) - end
    if left_out:
        rows.append(Content.styled(f"and {count(left_out, 'more line')}", MUTED))
    return lines(*rows)


def _columns(texts: list[list[bytes]], numbers: range, width: int) -> list[Content]:
    """The three texts beside each other."""
    room = (width - 6) // 3 - 2
    heads = "  ".join(set_cell_size(name, room) for name in _SIDES)
    rows = [Content.styled(f"{'':6}{heads}".rstrip(), "bold")]
    for at in numbers:
        # A line that differs is shown whole: its difference may be far to the right.
        pieces = [
            (chop_cells(line, room) if _differs(texts, at) else [_cut(line, room)]) or [""]
            for line in _line(texts, at)
        ]
        for part in range(max(map(len, pieces))):
            cells: list[tuple[str, str]] = [(f"{'' if part else at + 1:>5} ", MUTED)]
            for side, chunks in enumerate(pieces):
                chunk = chunks[part] if part < len(chunks) else ""
                cells.append((f"{set_cell_size(chunk, room)}  ", _style(texts, at, side)))
            rows.append(Content.assemble(*cells))
    return rows


def _cut(line: str, room: int) -> str:
    return line if cell_len(line) <= room else f"{set_cell_size(line, room - 1)}…"


def _interleaved(texts: list[list[bytes]], numbers: range, both: str) -> list[Content]:
    """A line once where all are the same, else that of each below the other.

    `both` is what two runs of the same line are called.
    """
    rows = []
    for at in numbers:
        sides = _line(texts, at)
        number = (f"{at + 1:>5} ", MUTED)
        if not _differs(texts, at):
            rows.append(Content.assemble(number, f"{'':7}{sides[0]}"))
            continue
        named = [*zip(_SIDES, sides, strict=True)]
        if sides[0] == sides[1]:
            named = [(both, sides[0]), named[_GOLDEN]]
        for name, line in named:
            side = _GOLDEN if name == _SIDES[_GOLDEN] else 0
            rows.append(
                Content.assemble(
                    number if name == named[0][0] else f"{'':6}",
                    (f"{name:<7}", "bold"),
                    (line, _style(texts, at, side)),
                )
            )
    return rows


def _line(texts: list[list[bytes]], at: int) -> list[str]:
    return [shorten(visible(text[at]), LONGEST) if at < len(text) else "" for text in texts]


def _differs(texts: list[list[bytes]], at: int) -> bool:
    return len({text[at] if at < len(text) else None for text in texts}) > 1


def _style(texts: list[list[bytes]], at: int, side: int) -> str:
    """What a golden holds is to go, what a run made is to come."""
    if not _differs(texts, at):
        return "not bold"
    return STYLES["gone"] if side == _GOLDEN else STYLES["added"]


def _split(text: bytes) -> list[bytes]:
    """The lines of a text; only the last may come without its line end, which is then said."""
    whole = text.split(b"\n")
    return whole[:-1] if whole[-1] == b"" else [*whole[:-1], whole[-1] + _NO_LINE_END]
