"""Spend and quota over time."""

from __future__ import annotations

import asyncio
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content

from smoke_tui.history.trends import Point, points
from smoke_tui.tui.bindings import TRENDS
from smoke_tui.tui.render.header import badge
from smoke_tui.tui.render.trends import trends
from smoke_tui.tui.screens.base import Page
from smoke_tui.tui.theme import MUTED
from smoke_tui.tui.widgets.panel import ScrollPanel


class TrendsScreen(Page):
    """Small plots of the sessions that count, or of the rehearsals, which do not."""

    AUTO_FOCUS = "#trends"
    BINDINGS: ClassVar[list[BindingType]] = [*TRENDS]
    ABOUT = (
        "What sessions against the provider spent, and how full the quota was. An "
        "unknown is never a zero."
    )

    def __init__(self) -> None:
        super().__init__()
        self._rehearsed = False
        self._points: list[Point] | None = None

    def body(self) -> ComposeResult:
        """Yield the plots."""
        yield ScrollPanel("trends", title="Spend and quota")

    def header(self, width: int) -> Content:
        """What is shown, and whether it counts."""
        parts: list[Content | str | tuple[str, str]] = [(" Spend and quota ", "bold")]
        if self._rehearsed:
            parts.append(badge("these count nowhere"))
        return Content.assemble(*parts)

    def on_mount(self) -> None:
        """Begin to read the records."""
        self._read()

    def on_resize(self) -> None:
        """Draw again, once the layout is known."""
        self.call_after_refresh(self.draw)

    def action_rehearsals(self) -> None:
        """Show rehearsals in the place of real sessions, and back."""
        self._rehearsed = not self._rehearsed
        self.refresh_top()
        self._read()

    @work(exclusive=True)
    async def _read(self) -> None:
        self._points = None
        self.draw()
        self._points = await asyncio.to_thread(
            points, self.smoke.settings.state_dir, rehearsed=self._rehearsed
        )
        self.draw()

    def draw(self) -> None:
        """Draw the plots in the width there is."""
        if not self.is_attached:
            return
        panel = self.query_one("#trends", ScrollPanel)
        panel.show(
            Content.styled("Reading the records…", MUTED)
            if self._points is None
            else trends(self._points, panel.scrollable_content_region.width)
        )
