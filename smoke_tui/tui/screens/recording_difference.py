"""The difference of a recording, whole: fields by path, answers word by word. Showing it opens it."""

from __future__ import annotations

import asyncio
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content

from smoke_tui.errors import CommandError
from smoke_tui.judging.drift import DriftPair
from smoke_tui.judging.recording_changes import RecordingChange
from smoke_tui.presentation.format import one_line
from smoke_tui.presentation.recording_change import change_lines, ratio_summary
from smoke_tui.redaction import Vault
from smoke_tui.session.cassette_review import CassetteReviews, ReviewedCase
from smoke_tui.structs import replace
from smoke_tui.tui.bindings import DIFFERENCE
from smoke_tui.tui.render.content import foreign, lines
from smoke_tui.tui.screens.base import Page
from smoke_tui.tui.screens.case_decision import ask_and_decide
from smoke_tui.tui.screens.drift import DriftScreen
from smoke_tui.tui.theme import MUTED, WARN
from smoke_tui.tui.widgets.panel import Panel, ScrollPanel


class DifferenceScreen(Page):
    """One case's new recording against the accepted one."""

    AUTO_FOCUS = "#difference"
    BINDINGS: ClassVar[list[BindingType]] = [*DIFFERENCE]
    ABOUT = (
        "What differs between the new recording and the accepted one: requests and responses "
        "field by field (old → new), answers word by word: [-only recorded-], {+only new+}. "
        "v shows the answers side by side; a decides on the recording."
    )

    def __init__(
        self, reviews: CassetteReviews, case: ReviewedCase, change: RecordingChange
    ) -> None:
        super().__init__()
        self.reviews = reviews
        self.case = case
        self.change = change

    def body(self) -> ComposeResult:
        """Yield the warnings and the difference."""
        yield Panel("case-head")
        yield ScrollPanel("difference", title="Accepted → new")

    def header(self, width: int) -> Content:
        """The case, and the ratio of its least similar answer."""
        right = f"ratio {ratio_summary(self.change)} "
        name = one_line(self.case.name, max(8, width - len(right) - 14))
        left = Content.assemble((" Difference ", "bold"), name)
        return Content.assemble(left, " " * max(1, width - left.cell_length - len(right)), right)

    def on_mount(self) -> None:
        """Show the difference; only then it counts as opened."""
        self._show()

    @work(exclusive=True)
    async def _show(self) -> None:
        try:
            rows, warnings = await asyncio.to_thread(self._read)
            self.query_one("#difference", ScrollPanel).show(lines(*rows))
            head = [foreign(f"held against: {self.case.review.accepted_place or 'nothing'}", MUTED)]
            head += [foreign(f"! {warning}", WARN) for warning in warnings]
            self.query_one("#case-head", Panel).show(lines(*head))
            self.case = await asyncio.to_thread(self.reviews.mark_opened, self.case)
        except CommandError as error:
            self.smoke.notify_error(error)
        self.refresh_bindings()

    def _read(self) -> tuple[list[Content], tuple[str, ...]]:
        vault = Vault()
        rows = [
            foreign(vault.redact_text(line), _style(line), limit=4_000_000)
            for line in change_lines(self.change, self.case.name)
        ]
        return rows, self.reviews.warnings((self.case,))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Say which keys mean something."""
        return bool(self.change.pairs) if action == "answers" else True

    def action_answers(self) -> None:
        """Show the answers side by side."""
        pairs = self.change.pairs
        self.app.push_screen(
            DriftScreen(self.case.name, lambda: tuple(_redacted(pair) for pair in pairs))
        )

    @work
    async def action_decide(self) -> None:
        """Decide on the recording; then it is left."""
        if await ask_and_decide(self, self.reviews, (self.case,)):
            self.app.pop_screen()


def _redacted(pair: DriftPair) -> DriftPair:
    """A pair without what another program may have recorded unredacted."""
    vault = Vault()
    recorded, new = (
        replace(answer, text=None if answer.text is None else vault.redact_text(answer.text))
        for answer in (pair.recorded, pair.new)
    )
    drift, calls = pair.drift, pair.drift.calls
    if calls is not None:
        differences = tuple(vault.redact_text(difference) for difference in calls.differences)
        drift = replace(drift, calls=replace(calls, differences=differences))
    return replace(pair, drift=drift, recorded=recorded, new=new)


def _style(line: str) -> str:
    if line.startswith("Exchange "):
        return "bold"
    return MUTED if line.startswith("  ") and not line.startswith("  |") else ""
