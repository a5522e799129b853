"""The golden screen: a scenario's trace, the eight comparisons, both runs beside the goldens."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import OptionList

from smoke_tui.config.settings import config_dir
from smoke_tui.errors import CommandError
from smoke_tui.judging.goldens.comparison import Comparison
from smoke_tui.judging.goldens.evaluation import Evaluation
from smoke_tui.presentation.format import one_line, shorten
from smoke_tui.presentation.goldens import summary, update_rows
from smoke_tui.session.configure import refuse_in_ci
from smoke_tui.tui.bindings import GOLDEN
from smoke_tui.tui.render.content import lines, toned
from smoke_tui.tui.render.goldens import comparison_entry, scorecard_text, sides_text, trace_text
from smoke_tui.tui.screens.base import Page
from smoke_tui.tui.theme import MUTED
from smoke_tui.tui.widgets.modals import Choose, Pick, YesNo
from smoke_tui.tui.widgets.panel import Panel, ScrollPanel
from smoke_tui.world.goldens.folder import PackFolder, available_packs, evaluate_pack, write_goldens


class TakeGolden(YesNo):
    """Asks whether one generated file is to be written, with every line that changes."""

    AUTO_FOCUS = "#long-text"

    def __init__(self, name: str, difference: Content) -> None:
        super().__init__(
            "Update", Content(f"Write {name}? So it changes:"), yes="write it", no="leave it"
        )
        self._difference = difference

    def inside(self) -> ComposeResult:
        """Yield the lines that change."""
        yield ScrollPanel("long-text", content=self._difference)


class GoldenScreen(Page):
    """One scenario; it is run in a thread."""

    AUTO_FOCUS = "#comparisons"
    BINDINGS: ClassVar[list[BindingType]] = [*GOLDEN]
    ABOUT = (
        "A scenario of fakes, run twice: both runs have to be the same bytes as each other and as "
        "the goldens. Choose a comparison to see run 1, run 2 and the golden. An update writes "
        "generated files only, each after its difference was shown; it is refused where CI is set."
    )

    def __init__(self, pack: PackFolder) -> None:
        super().__init__()
        self.pack = pack
        self.evaluation: Evaluation | None = None
        self.busy = True

    def body(self) -> ComposeResult:
        """Yield the result, the trace, the comparisons, both runs beside the golden."""
        yield Panel("golden-head")
        with Horizontal(id="golden-upper"):
            yield ScrollPanel("golden-trace", title="Trace of run 1")
            comparisons = Pick(dom_id="comparisons")
            comparisons.border_title = "Comparisons"
            yield comparisons
        yield ScrollPanel("golden-scorecard", title="Scorecard, computed from the trace")
        yield ScrollPanel("golden-sides", title="Run 1, run 2, golden")

    def header(self, width: int) -> Content:
        """Which scenario, and where it is."""
        name = one_line(self.pack.name, 60)
        room = max(0, width - len(name) - 11)
        return Content.assemble(
            (" Golden ", "bold"),
            name,
            (f"  {shorten(one_line(self.pack.shown, 400), room)}", MUTED),
        )

    def on_mount(self) -> None:
        """Run it."""
        self.action_again()

    def on_resize(self) -> None:
        """Draw again, once the layout is known."""
        self.call_after_refresh(self.draw)

    @work(exclusive=True, group="golden")
    async def action_again(self) -> None:
        """Read the files and run the scenario twice."""
        self.busy = True
        self._show_head(Content.styled("Running it twice …", MUTED))
        self.refresh_bindings()
        self.evaluation = await asyncio.to_thread(evaluate_pack, self.pack)
        self.busy = False
        self.refresh_bindings()
        self._fill()

    @property
    def gone(self) -> bool:
        """Whether the screen was left while something ran; then nothing is drawn."""
        return not self.is_attached or not self.query("#golden-sides")

    def _show_head(self, content: Content) -> None:
        if not self.gone:
            self.query_one("#golden-head", Panel).show(content)

    def _fill(self) -> None:
        if self.gone:
            return
        comparisons = self.evaluation.comparisons if self.evaluation is not None else ()
        pick = self.query_one("#comparisons", Pick)
        pick.fill([(str(at), comparison_entry(each)) for at, each in enumerate(comparisons)])
        differing = [at for at, comparison in enumerate(comparisons) if not comparison.equal]
        if differing:
            pick.highlighted = differing[0]
        self.draw()

    @property
    def chosen(self) -> Comparison | None:
        """The comparison under the cursor."""
        at = self.query_one("#comparisons", Pick).highlighted
        comparisons = self.evaluation.comparisons if self.evaluation is not None else ()
        return comparisons[at] if at is not None and at < len(comparisons) else None

    def draw(self) -> None:
        """Draw everything in the width there is."""
        evaluation = self.evaluation
        if self.gone or evaluation is None:
            return
        self._show_head(toned(summary(evaluation)))
        trace = self.query_one("#golden-trace", ScrollPanel)
        runs = evaluation.runs
        trace.show(
            trace_text(
                None if runs is None else runs[0].trace, trace.scrollable_content_region.width
            )
        )
        self.query_one("#golden-scorecard", ScrollPanel).show(scorecard_text(evaluation))
        self._draw_sides()

    def _draw_sides(self) -> None:
        if self.gone:
            return
        panel = self.query_one("#golden-sides", ScrollPanel)
        comparison = self.chosen
        if comparison is None:
            panel.show(Content(""))
            return
        sides = "inputs, golden" if comparison.of_inputs else "run 1, run 2, golden"
        panel.border_title = f"{comparison.name}: {sides}"
        region = panel.scrollable_content_region
        panel.show(sides_text(comparison, region.width, region.height))
        panel.scroll_home(animate=False)

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        """Show the comparison under the cursor."""
        self._draw_sides()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Say which keys mean something."""
        if action == "update":
            return not self.busy and self.evaluation is not None and bool(self.evaluation.outdated)
        return True

    def action_scorecard(self) -> None:
        """Show the scorecard in the place of the comparison, or the comparison again."""
        self.toggle_class("-scorecard")
        self.call_after_refresh(self.draw)

    @work(exclusive=True, group="golden")
    async def action_update(self) -> None:
        """Show each difference, and write the files that were accepted."""
        evaluation = self.evaluation
        if evaluation is None:
            return
        if refuse_in_ci():
            self.smoke.notify_error("ci-refused: an update is for a person, and CI is set.")
            return
        accepted = []
        for name in evaluation.outdated:
            rows = await asyncio.to_thread(update_rows, evaluation, name)
            difference = lines(*(toned(row) for row in rows))
            answer = await self.app.push_screen_wait(TakeGolden(name, difference))
            if answer is None:
                self.app.notify("Nothing was written.")
                return
            if answer:
                accepted.append(name)
        try:
            written = await asyncio.to_thread(write_goldens, self.pack, evaluation, accepted)
        except CommandError as error:
            self.smoke.notify_error(error)
        else:
            self.app.notify(
                f"Written: {', '.join(written)}." if written else "Nothing was written.",
                markup=False,
            )
        self.action_again()


def _entry(pack: PackFolder) -> Content:
    return lines(
        Content.styled(one_line(pack.name, 60), "bold"),
        Content.styled(f"  {one_line(pack.shown, 200)}", MUTED),
    )


async def show_goldens(page: Page) -> None:
    """Ask which scenario, where there are several, and show it over a screen."""
    packs = await asyncio.to_thread(available_packs, cwd=Path.cwd(), config_dir=config_dir())
    if not packs:
        page.smoke.notify_error(
            "No scenario was found in runbooks/goldens; `smoke-tui new NAME --from golden` makes one."
        )
        return
    at = 0
    if len(packs) > 1:
        options = [(str(number), _entry(pack)) for number, pack in enumerate(packs)]
        answer = await page.app.push_screen_wait(
            Choose("Scenarios", Content("Which one is to be run?"), options)
        )
        if answer is None:
            return
        at = int(answer)
    page.app.push_screen(GoldenScreen(packs[at]))
