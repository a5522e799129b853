"""A comparison of answers in the HTML report: two columns, readable without colours."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from smoke_tui.judging.drift import DriftPair
from smoke_tui.presentation.drift.difference import Difference
from smoke_tui.presentation.drift.sentences import missing
from smoke_tui.presentation.format import count
from smoke_tui.presentation.report.drift import shown_difference
from smoke_tui.presentation.report.html_builder import Node, tag
from smoke_tui.structs import Struct, field

MOST_DIFFERENCES: Final = 500
MOST_CHARACTERS: Final = 10_000


def texts_table(pair: DriftPair) -> list[Node]:
    """Return both texts beside each other; nothing where one is not at hand."""
    if pair.drift.text is None or missing(pair) is not None:
        return []
    difference, left_out = shown_difference(pair, MOST_DIFFERENCES, MOST_CHARACTERS)
    caption = f"The texts: {difference.text}"
    more = f"; {count(left_out, 'more difference')} not shown here" if left_out else ""
    table = tag(
        "table",
        tag("caption", caption + more),
        tag(
            "thead",
            tag("tr", tag("th", "recorded", scope="col"), tag("th", "new", scope="col")),
        ),
        tag("tbody", *_rows(difference)),
        class_="drift",
    )
    return [tag("div", table, class_="wide", tabindex="0", role="region", aria_label="Both texts")]


class _Cells(Struct):
    """The nodes of both sides of a row that is being filled."""

    recorded: list[Node] = field(default_factory=list)
    new: list[Node] = field(default_factory=list)

    def row(self) -> Iterator[Node]:
        """Yield the row, unless it is empty, and begin another."""
        if self.recorded or self.new:
            yield tag(
                "tr",
                tag("td", *self.recorded, data_name="recorded"),
                tag("td", *self.new, data_name="new"),
                class_="equal" if self.recorded == self.new else None,
            )
        self.recorded, self.new = [], []


def _rows(difference: Difference) -> Iterator[Node]:
    """Yield a row for each line that both texts have; lines of one alone are in the row before."""
    cells = _Cells()
    for stretch in difference.stretches:
        if stretch.folded:
            yield from cells.row()
            yield tag("tr", tag("td", stretch.recorded, colspan="2", class_="fold"))
        elif stretch.number:
            cells.recorded += _changed("del", stretch.recorded, difference.signs.gone)
            cells.new += _changed("ins", stretch.new, difference.signs.added)
        else:
            first, *lines = stretch.recorded.split("\n")
            _equal(cells, first)
            for line in lines:
                yield from cells.row()
                _equal(cells, line)
    yield from cells.row()


def _equal(cells: _Cells, text: str) -> None:
    if text:
        cells.recorded.append(text)
        cells.new.append(text)


def _changed(name: str, text: str, signs: tuple[str, str]) -> Sequence[Node]:
    return [tag(name, f"{signs[0]}{text}{signs[1]}")] if text else []
