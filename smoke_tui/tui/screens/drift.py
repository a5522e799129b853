"""The drift screen: a recorded answer and a new one, word by word."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.worker import get_current_worker

from smoke_tui.journal.state import State, StepState
from smoke_tui.judging.drift import DriftPair
from smoke_tui.presentation.drift.difference import Difference, difference_of, folded
from smoke_tui.presentation.drift.plain import plain_text
from smoke_tui.presentation.drift.sentences import DRIFT_MARKS, result
from smoke_tui.presentation.format import count, one_line, shorten
from smoke_tui.presentation.report.drift_pairs import drift_pairs
from smoke_tui.presentation.report.export import stored_evidence
from smoke_tui.tui.bindings import DRIFT
from smoke_tui.tui.render.drift import Line, Sheet, sheet, summary
from smoke_tui.tui.screens.base import Page
from smoke_tui.tui.theme import MUTED, STYLES, ascii_only
from smoke_tui.tui.widgets.drift_rows import DriftRows
from smoke_tui.tui.widgets.modals import Choose
from smoke_tui.tui.widgets.panel import Panel

Load = Callable[[], tuple[DriftPair, ...]]
"""Reads the comparisons that are shown; it may take a while, so it runs in a thread."""


class DriftScreen(Page):
    """One comparison of several; both answers are compared and laid out in a thread.

    `case` is the one that is shown first.
    """

    AUTO_FOCUS = "#drift-rows"
    BINDINGS: ClassVar[list[BindingType]] = [*DRIFT]
    ABOUT = (
        "A recorded answer and a new one, word by word. [-These words-] are only in the "
        "recorded answer, {+these+} only in the new one; - and + at the edge mark their rows. "
        "Long equal text is folded, and its size said. Blanks, tabs and line ends that differ are "
        "drawn, and what can't be seen is spelled as <U+200B>."
    )

    def __init__(self, title: str, load: Load, case: object = None) -> None:
        super().__init__()
        self._name = title
        self._load = load
        self._case = case
        self._pairs: tuple[DriftPair, ...] = ()
        self._at = 0
        self._whole = False
        self._difference: Difference | None = None
        self._width = 0
        self._busy = True

    @property
    def pair(self) -> DriftPair | None:
        """The shown comparison; None until it is read."""
        return self._pairs[self._at] if self._pairs else None

    def body(self) -> ComposeResult:
        """Yield the result, and both answers."""
        yield Panel("drift-head")
        yield DriftRows("drift-rows")

    def header(self, width: int) -> Content:
        """What is compared, and the difference that is marked."""
        pair, right = self.pair, ""
        if self._busy:
            right = "comparing … "
        elif self._difference is not None and self._difference.differences:
            number = self.query_one(DriftRows).number
            right = f"difference {number} of {self._difference.differences:,} "
        several = f" · {self._at + 1} of {len(self._pairs)}" if len(self._pairs) > 1 else ""
        room = width - len(right) - len(several) - 8
        name = shorten(one_line(pair.drift.case if pair else self._name), max(8, room))
        left = Content.assemble((" Drift ", "bold"), name, (several, MUTED))
        gap = max(1, width - left.cell_length - len(right))
        return Content.assemble(left, " " * gap, right)

    def on_mount(self) -> None:
        """Read what is to be shown."""
        self.query_one(DriftRows).border_title = "Recorded and new"
        self._show_line("Reading the answers …")
        self._read()

    def on_resize(self) -> None:
        """Lay out again for the new width."""
        self.call_after_refresh(self._lay_out)

    # --- in a thread ------------------------------------------------------------------------

    @work(thread=True, exclusive=True, group="drift")
    def _read(self) -> None:
        worker, pairs = get_current_worker(), self._load()
        if not worker.is_cancelled:
            self.app.call_from_thread(self._take, pairs)

    def _take(self, pairs: tuple[DriftPair, ...]) -> None:
        if not self.is_attached:
            return
        self._pairs = pairs
        if pairs:
            self._show_pair(self._first(pairs))
            return
        self._busy = False
        self.refresh_top()
        self._show_line("Nothing was compared here.")

    def _first(self, pairs: tuple[DriftPair, ...]) -> int:
        """Which comparison is shown first: the wanted case's, else the first that drifted."""
        drifted = [at for at, pair in enumerate(pairs) if pair.drift.drifted is not False]
        wanted = [at for at in drifted if pairs[at].drift.case == self._case]
        return next(iter((*wanted, *drifted)), 0)

    def _show_pair(self, at: int) -> None:
        self._at, self._difference, self._busy = at, None, True
        pair = self._pairs[at]
        self.query_one("#drift-head", Panel).show(summary(pair))
        sizes = " with ".join(
            count(len(answer.text or ""), "character") for answer in (pair.recorded, pair.new)
        )
        self.query_one(DriftRows).number = 0
        self._show_line(f"Comparing {sizes} …")
        self.refresh_top()
        self.refresh_bindings()
        self.call_after_refresh(self._compare, pair, ascii_only(self.app))

    @work(thread=True, exclusive=True, group="drift")
    def _compare(self, pair: DriftPair, plain: bool) -> None:
        worker, difference = get_current_worker(), difference_of(pair, ascii_only=plain)
        if not worker.is_cancelled:
            self.app.call_from_thread(self._compared, difference)

    def _compared(self, difference: Difference) -> None:
        if self.is_attached:
            self._difference, self._width = difference, 0
            self._lay_out()

    def _lay_out(self) -> None:
        """Lay out what was compared, where the width is another than before."""
        if not self.is_attached:
            return
        width = self.query_one(DriftRows).scrollable_content_region.width - 1
        pair, difference = self.pair, self._difference
        if pair is None or difference is None or width in (self._width, -1):
            return
        self._width, self._busy = width, True
        self.refresh_top()
        self._make_rows(pair, difference, width)

    @work(thread=True, exclusive=True, group="drift")
    def _make_rows(self, pair: DriftPair, difference: Difference, width: int) -> None:
        shown = difference if self._whole else folded(difference)
        worker, rows = get_current_worker(), sheet(pair, shown, width)
        if not worker.is_cancelled:
            self.app.call_from_thread(self._show_rows, rows)

    # --- what is shown ----------------------------------------------------------------------

    def _show_rows(self, rows: Sheet) -> None:
        if not self.is_attached:
            return
        view = self.query_one(DriftRows)
        view.border_title = "Recorded left, new right" if rows.columns else "Recorded and new"
        view.show(rows)
        self._busy = False
        view.call_after_refresh(self._go, max(1, view.number) if rows.starts else 0)
        self.refresh_bindings()

    def _show_line(self, text: str) -> None:
        self.query_one(DriftRows).show(Sheet((Line(((text, "muted"),)),)))

    def _go(self, number: int) -> None:
        self.query_one(DriftRows).go(number)
        self.refresh_top()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Say which keys mean something."""
        if action == "other":
            return len(self._pairs) > 1
        if action in ("go", "whole"):
            return self._difference is not None and bool(self._difference.differences)
        return self.pair is not None if action == "copy" else True

    def action_go(self, by: int) -> None:
        """Go to the next difference, or the one before."""
        difference = self._difference
        if difference is not None and difference.differences:
            number = self.query_one(DriftRows).number + by
            self._go(min(difference.differences, max(1, number)))

    def action_whole(self) -> None:
        """Show the equal text in full, or fold it again."""
        self._whole, self._width = not self._whole, 0
        self._lay_out()

    @work(exclusive=True)
    async def action_other(self) -> None:
        """Choose another comparison of the step."""
        options = []
        for at, pair in enumerate(self._pairs):
            mark = DRIFT_MARKS[pair.drift.drifted]
            options.append(
                (
                    str(at),
                    Content.assemble(
                        (f"{mark.glyph} {mark.word}  ", STYLES[mark.tone]),
                        f"{result(pair.drift)}  ",
                        (one_line(pair.drift.case, 60), MUTED),
                        (f" · {one_line(pair.drift.baseline, 60)}", MUTED),
                    ),
                )
            )
        chosen = await self.app.push_screen_wait(
            Choose(
                "Comparisons", Content("Which one is to be shown?"), options, start=str(self._at)
            )
        )
        if chosen is not None:
            self._show_pair(int(chosen))

    @work(thread=True, exclusive=True, group="copy")
    def action_copy(self) -> None:
        """Send the comparison, every difference of it, to the terminal's clipboard."""
        if self.pair is not None:
            text = plain_text(self.pair, every=True)
            self.app.call_from_thread(
                self.smoke.send_to_clipboard, text, "the comparison", "smoke-tui drift prints it"
            )


def show_drift(
    page: Page, state: State, step_state: StepState, folder: Path, case: object = None
) -> None:
    """Show the comparisons of a step's last try, that of a case first, over a screen."""
    evidence = stored_evidence(folder)
    page.app.push_screen(
        DriftScreen(step_state.id, lambda: drift_pairs(state, step_state, evidence), case)
    )
