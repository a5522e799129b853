"""The cases screen: the table of cases, and the review of their recordings."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.widgets import OptionList

from smoke_tui.errors import CommandError, UsageError
from smoke_tui.presentation.format import count, one_line
from smoke_tui.session.case_table import ShownCase, read_table, waiting
from smoke_tui.session.cassette_review import CassetteReviews, ReviewedCase, ReviewPlace
from smoke_tui.tui.bindings import CASES
from smoke_tui.tui.render.cases import EMPTY, detail, table
from smoke_tui.tui.render.content import foreign, lines
from smoke_tui.tui.screens.base import Page
from smoke_tui.tui.screens.case_decision import ask_and_decide
from smoke_tui.tui.screens.recording_difference import DifferenceScreen
from smoke_tui.tui.theme import MUTED, WARN
from smoke_tui.tui.widgets.modals import Pick, TextBox
from smoke_tui.tui.widgets.panel import Panel, ScrollPanel
from smoke_tui.world.cassettes.lint import LintResult, lint_paths


class CasesScreen(Page):
    """Every case of a project: tier, substrate, marker, cost, age, stale or not, state, ratio."""

    AUTO_FOCUS = "#cases"
    BINDINGS: ClassVar[list[BindingType]] = [*CASES]
    ABOUT = (
        "Every case with its tier, substrate, marker and cost, and how far the review of its "
        "recording is. A new recording waits until its difference was opened (d) and a person "
        "decided on it with a class (a). Fake and replayed cases cost exactly $0."
    )

    def __init__(self, place: ReviewPlace) -> None:
        super().__init__()
        self.reviews = CassetteReviews(place, (place.project,))
        self.cases: tuple[ShownCase, ...] = ()
        self._reading = True

    def body(self) -> ComposeResult:
        """Yield the table and the details of the chosen case."""
        yield Panel("case-head")
        yield Pick(dom_id="cases")
        yield ScrollPanel("case-detail", title="The chosen case")

    def header(self, width: int) -> Content:
        """The project, and how many recordings wait."""
        if self._reading:
            right = "reading … "
        else:
            right = f"{count(len(self.cases), 'case')}, {len(waiting(self.cases))} waiting "
        name = f"below {one_line(str(self.reviews.place.project), max(8, width - len(right) - 16))}"
        left = Content.assemble((" Cases ", "bold"), (name, MUTED))
        return Content.assemble(left, " " * max(1, width - left.cell_length - len(right)), right)

    def on_mount(self) -> None:
        """Begin to read."""
        self.action_again()

    def on_resize(self) -> None:
        """Draw again, once the layout is known."""
        self.call_after_refresh(self.fill)

    def on_screen_resume(self) -> None:
        """Read again: a difference may have been opened, a recording decided on."""
        self.action_again()

    @work(exclusive=True, group="cases")
    async def action_again(self) -> None:
        """Read every case once more."""
        try:
            self.cases = await asyncio.to_thread(read_table, self.reviews)
        except CommandError as error:
            self._reading = False
            self.query_one("#case-head", Panel).show(foreign(str(error), WARN))
            self.refresh_top()
            return
        self._reading = False
        self.fill()
        self.refresh_top()
        self.refresh_bindings()

    def fill(self) -> None:
        """Draw the table in the width there is."""
        if self._reading or not self.is_attached:
            return
        pick = self.query_one("#cases", Pick)
        pick.display = bool(self.cases)
        self.query_one("#case-detail").display = bool(self.cases)
        head = self.query_one("#case-head", Panel)
        if not self.cases:
            head.show(Content(EMPTY))
            return
        width = max(40, pick.scrollable_content_region.width - 2)
        names, rows = table(self.cases, width, self.smoke.now())
        head.show(names)
        first = not pick.option_count
        pick.fill([(str(number), row) for number, row in enumerate(rows)])
        if first:
            # What waits for a decision is what the operator came for.
            pick.highlighted = next((n for n, case in enumerate(self.cases) if case.waits), 0)
        self._show_detail()

    @property
    def chosen(self) -> ShownCase | None:
        """The case under the cursor."""
        at = self.query_one("#cases", Pick).highlighted
        return self.cases[at] if at is not None and at < len(self.cases) else None

    def on_option_list_option_highlighted(self) -> None:
        """Show the details of the chosen case."""
        self._show_detail()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Open the difference of the chosen case."""
        self.action_difference()

    def _show_detail(self) -> None:
        panel = self.query_one("#case-detail", ScrollPanel)
        panel.show(detail(self.chosen, max(40, panel.size.width - 6)))
        self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Say which keys mean something."""
        if action == "difference":
            return self.chosen is not None and self.chosen.change is not None
        if action == "decide":
            return self.chosen is not None and self.chosen.change is not None
        if action == "decide_all":
            return len(waiting(self.cases)) > 1
        return True

    # --- what can be done -------------------------------------------------------------------

    def action_difference(self) -> None:
        """Open the difference of the chosen case."""
        shown = self.chosen
        if shown is None or shown.reviewed is None:
            return
        if shown.change is None:
            self.app.notify(f"Nothing waits for a review here: {shown.row.state}.", markup=False)
            return
        self.app.push_screen(DifferenceScreen(self.reviews, shown.reviewed, shown.change))

    @work
    async def action_decide(self) -> None:
        """Decide on the recording of the chosen case."""
        shown = self.chosen
        if shown is not None and shown.reviewed is not None:
            await self._decide((shown.reviewed,))

    @work
    async def action_decide_all(self) -> None:
        """Decide on every recording that waits, with one class."""
        await self._decide(waiting(self.cases))

    async def _decide(self, cases: tuple[ReviewedCase, ...]) -> None:
        unopened = [case for case in cases if not case.review.opened]
        if unopened:
            self.smoke.notify_error(
                f"{unopened[0].name}: open its difference first (d)"
                + (f"; so for {len(unopened) - 1} more" if len(unopened) > 1 else "")
            )
            return
        if await ask_and_decide(self, self.reviews, cases):
            self.action_again()

    @work(exclusive=True, group="lint")
    async def action_lint(self) -> None:
        """Check every recording for secrets."""
        project = self.reviews.place.project
        try:
            result = await asyncio.to_thread(lint_paths, [project])
        except (CommandError, UsageError, OSError) as error:
            self.smoke.notify_error(error)
            return
        self.app.push_screen(TextBox("Redaction lint", _lint_text(result, project)))


def _lint_text(result: LintResult, project: Path) -> Content:
    rows = [foreign(line.text().removeprefix(f"{project}/"), WARN) for line in result.lines]
    nothing = not result.checked
    return lines(
        *rows, Content.styled(result.summary(), WARN if rows or nothing else "$text-success")
    )
