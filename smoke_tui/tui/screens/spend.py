"""What was spent: recorded sessions, the stack's ledger, and the query to it."""

from __future__ import annotations

import asyncio
from typing import ClassVar, Final

from textual import work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content

from smoke_tui.errors import UsageError
from smoke_tui.history.find import sessions_root
from smoke_tui.history.spending import sessions_spend
from smoke_tui.presentation.format import count, one_line
from smoke_tui.session.secret_options import ledger_address
from smoke_tui.session.spend_sources import SHOWN_DAYS, daily_cost, ledger_table, model_names
from smoke_tui.tui.bindings import SPEND
from smoke_tui.tui.render.content import lines
from smoke_tui.tui.render.spend import ledger_text, problem_text, query_text, sessions_text
from smoke_tui.tui.screens.base import Page
from smoke_tui.tui.screens.trends import TrendsScreen
from smoke_tui.tui.theme import MUTED
from smoke_tui.tui.widgets.modals import Line
from smoke_tui.tui.widgets.panel import ScrollPanel
from smoke_tui.world.daily_cost import MOST_DAYS, CostByDay, DailyCost, Tier

_READING: Final = Content.styled("Reading…", MUTED)


class SpendScreen(Page):
    """Two tables by day, chosen by days, tier and models, and the ledger's query as text."""

    AUTO_FOCUS = "#spent"
    BINDINGS: ClassVar[list[BindingType]] = [*SPEND]
    ABOUT = (
        "What recorded sessions spent, and what the stack's own ledger says. Rehearsals, fakes "
        "and replays cost nothing and are never counted; an unknown is never a zero."
    )

    def __init__(self) -> None:
        super().__init__()
        self._days = SHOWN_DAYS
        self._tier: Tier = "platform"
        self._models: tuple[str, ...] = ()

    @property
    def question(self) -> DailyCost:
        """The question to the ledger, as it is chosen now.

        Raises:
            UsageError: a configured name of its table or a column makes no sense.
        """
        table = ledger_table(self.smoke.settings, None)
        return daily_cost(table, self._days, self._tier, self._models)

    def body(self) -> ComposeResult:
        """Yield the two tables."""
        yield ScrollPanel("spent", title="Recorded sessions")
        yield ScrollPanel("ledger", title="The stack's ledger")

    def header(self, width: int) -> Content:
        """What is chosen."""
        chosen = f"last {count(self._days, 'day')}, days in UTC"
        return Content.assemble((" Spend ", "bold"), (chosen, MUTED))

    def on_mount(self) -> None:
        """Begin to read."""
        self.action_again()

    def action_again(self) -> None:
        """Read both once more."""
        self.refresh_top()
        self.query_one("#spent", ScrollPanel).show(_READING)
        self.query_one("#ledger", ScrollPanel).show(_READING)
        self._read_sessions()
        self._read_ledger()

    @work(exclusive=True, group="spent")
    async def _read_sessions(self) -> None:
        days, root = self._days, sessions_root(self.smoke.settings)
        spend = await asyncio.to_thread(sessions_spend, root, days, self.smoke.now())
        self.query_one("#spent", ScrollPanel).show(sessions_text(spend, days))

    @work(exclusive=True, group="ledger")
    async def _read_ledger(self) -> None:
        panel = self.query_one("#ledger", ScrollPanel)
        try:
            question = self.question
        except UsageError as problem:
            panel.show(problem_text(str(problem)))
            return
        answer = await self._ask(question)
        panel.show(lines(ledger_text(answer, question), query_text(question)))

    async def _ask(self, question: DailyCost) -> CostByDay | None:
        """The ledger's answer; None where no ledger is attached."""
        try:
            address = ledger_address(self.smoke.settings)
        except UsageError as problem:
            return CostByDay(problem=str(problem))
        if address is None:
            return None
        from smoke_tui.world.live.ledger.daily_cost import ask_daily_cost

        return await ask_daily_cost(address, question)

    # --- what is asked for ----------------------------------------------------------------

    @work
    async def action_days(self) -> None:
        """Ask for another number of days."""
        text = await self.app.push_screen_wait(
            Line(
                "Days",
                Content(f"How many days back? From 1 to {MOST_DAYS}."),
                prefill=str(self._days),
                check=_days_problem,
            )
        )
        if text is not None:
            self._days = int(text)
            self.action_again()

    def action_tier(self) -> None:
        """Ask for the rows of organisations' domains instead of the platform's, and back."""
        self._tier = "org" if self._tier == "platform" else "platform"
        self.action_again()

    @work
    async def action_models(self) -> None:
        """Ask for the models whose rows count."""
        text = await self.app.push_screen_wait(
            Line(
                "Models",
                Content("Which models of the ledger, with commas? Empty: all but fake*, replay*."),
                prefill=", ".join(self._models),
                check=_models_problem,
            )
        )
        if text is not None:
            self._models = model_names(text)
            self.action_again()

    def action_copy(self) -> None:
        """Send the query to the terminal's clipboard."""
        try:
            query = self.question.sql()
        except UsageError as problem:
            self.smoke.notify_error(problem)
            return
        self.smoke.send_to_clipboard(query, "the query", "smoke-tui spend --sql prints it")

    def action_plots(self) -> None:
        """Show spend and quota as plots over the sessions."""
        self.app.push_screen(TrendsScreen())


def _days_problem(text: str) -> str | None:
    """Why a text is no number of days; None where it is one."""
    fits = text.isascii() and text.isdecimal() and len(text) < 6 and 1 <= int(text) <= MOST_DAYS
    return None if fits else f"{one_line(text, 20)!r}: give a number from 1 to {MOST_DAYS}."


def _models_problem(text: str) -> str | None:
    return "A model's name holds no control character." if not text.isprintable() else None
