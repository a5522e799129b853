"""The battery screen: a grid of cases and results that fills while the battery runs."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, Final

from textual import work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content

from smoke_tui.journal.state import Battery
from smoke_tui.judging.battery import CallResult
from smoke_tui.judging.verdict import VIOLATION_TEXT, VIOLATIONS
from smoke_tui.presentation.format import one_line, shorten
from smoke_tui.presentation.live.battery import (
    LEGEND,
    BatteryGrid,
    Place,
    grid_for,
    progress_line,
    result_line,
)
from smoke_tui.structs import Struct
from smoke_tui.tui.bindings import BATTERY
from smoke_tui.tui.render.content import foreign, lines
from smoke_tui.tui.screens.base import Page
from smoke_tui.tui.theme import MUTED
from smoke_tui.tui.widgets.battery_rows import BatteryRows
from smoke_tui.tui.widgets.modals import TextBox, YesNo
from smoke_tui.tui.widgets.panel import Panel

TICK: Final = 0.2
"""Seconds between two looks at the record."""


class BatteryView(Struct, frozen=True):
    """A moment of a battery: its tries, the session's time in ms, the quota, whether it runs."""

    tries: list[Battery]
    elapsed: int
    quota: str
    running: bool


class BatteryScreen(Page):
    """A battery of one step; `stop` ends it, None where it is a record."""

    AUTO_FOCUS = "#battery-rows"
    BINDINGS: ClassVar[list[BindingType]] = [*BATTERY]
    ABOUT = (
        "Every call of a battery is a cell below its case, filled when its answer is in. n and p "
        "go to what is remarkable (a format violation, another verdict, no answer), enter reads "
        "it. s stops the battery after asking; a resumed session makes the missing calls alone."
    )

    def __init__(
        self, step: str, source: Callable[[], BatteryView], stop: Callable[[], object] | None
    ) -> None:
        super().__init__()
        self._step = step
        self._source = source
        self._stop = stop
        self._view = source()
        self._grid: BatteryGrid | None = None
        self._number = 0

    def body(self) -> ComposeResult:
        """Yield the figures and the grid."""
        yield Panel("battery-head")
        yield BatteryRows("battery-rows")

    def header(self, width: int) -> Content:
        """Which battery, and which remarkable call is marked."""
        grid = self._grid
        right = ""
        if grid is not None and grid.remarkable:
            right = f"{self._number} of {len(grid.remarkable):,} remarkable "
        name = one_line(grid.plan.title or grid.plan.pack if grid is not None else self._step)
        name = shorten(name, max(8, width - len(right) - 14))
        left = Content.assemble((" Battery ", "bold"), name)
        return Content.assemble(left, " " * max(1, width - left.cell_length - len(right)), right)

    def on_mount(self) -> None:
        """Draw the battery, and begin to follow it."""
        self.query_one(BatteryRows).border_title = "Results"
        self.tick()
        self.set_interval(TICK, self.tick)

    def tick(self) -> None:
        """Take in what was answered since, and draw it."""
        if not self.is_attached:
            return
        before, self._view = self._view, self._source()
        tries = self._view.tries
        if not tries:
            return
        grid = grid_for(self._grid, tries)
        if grid is not self._grid:
            self._grid, self._number = grid, 0
        new = grid.take(tries)
        self.query_one("#battery-head", Panel).show(self._figures(self._grid, tries[-1]))
        rows = self.query_one(BatteryRows)
        if new or rows.grid is not self._grid:
            rows.show(self._grid)
            self.refresh_top()
            self.refresh_bindings()
        elif before.running != self._view.running:
            self.refresh_bindings()

    def _figures(self, grid: BatteryGrid, battery: Battery) -> Content:
        asked = grid.plan.model or grid.plan.provider
        quota = f" · {self._view.quota}" if grid.plan.credential == "subscription" else ""
        return lines(
            Content.styled(progress_line(grid, battery, self._view.elapsed), "bold"),
            result_line(grid),
            foreign(f"{asked}{quota}", MUTED, limit=200),
            Content.styled(LEGEND, MUTED),
        )

    # --- what is asked for ------------------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Say which keys mean something now."""
        if action in ("go", "open"):
            return self._grid is not None and bool(self._grid.remarkable)
        if action == "stop":
            return self._stop is not None and self._view.running
        return True

    def _places(self) -> list[Place]:
        return sorted(self._grid.remarkable) if self._grid is not None else []

    def action_go(self, by: int) -> None:
        """Mark the next remarkable call, or the one before."""
        places, rows = self._places(), self.query_one(BatteryRows)
        if not places:
            return
        here = rows.place
        after = [at for at, place in enumerate(places) if here is None or place > here]
        before = [at for at, place in enumerate(places) if here is not None and place < here]
        at = (after or [0])[0] if by > 0 else (before or [len(places) - 1])[-1]
        self._number = at + 1
        rows.go(places[at])
        self.refresh_top()

    @work
    async def action_open(self) -> None:
        """Read the marked call; the first one, where none is marked."""
        rows, grid = self.query_one(BatteryRows), self._grid
        if grid is None or not grid.remarkable:
            return
        if rows.place not in grid.remarkable:
            self.action_go(1)
        place = rows.place
        if place is not None and place in grid.remarkable:
            result = grid.remarkable[place]
            expected = grid.plan.cases[place[0]].verdict
            title = f"{one_line(result.call.case, 50)}, repeat {result.call.repeat}"
            await self.app.push_screen_wait(TextBox(title, result_text(result, expected)))

    @work
    async def action_stop(self) -> None:
        """Stop the battery, after asking."""
        if self._stop is None or not self._view.running:
            return
        yes = await self.app.push_screen_wait(
            YesNo(
                "Stop",
                Content(
                    "Stop the battery? Calls under way are finished or lost; what is finished stays, "
                    "and a new try makes the missing calls alone."
                ),
                yes="stop it",
                no="let it run",
            )
        )
        if yes and self._view.running:
            self._stop()


def result_text(result: CallResult, expected: str) -> Content:
    """A remarkable call, with the judge's answer as it came, inert."""
    if result.error is not None:
        head = f"No answer: {result.error}"
    elif result.violation is not None:
        why = VIOLATIONS.get(result.violation, result.violation)
        head = f"{VIOLATION_TEXT}: {result.violation}, {why}"
    else:
        head = f"{result.verdict}, where {expected} is expected"
    return lines(
        Content.styled(head, "bold"),
        f"model {one_line(result.model or 'none named', 80)} · {result.ms:,} ms",
        "",
        foreign(result.raw) if result.raw else Content.styled("(an empty answer)", MUTED),
    )
