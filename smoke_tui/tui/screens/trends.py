"""Spend and quota over time."""

from __future__ import annotations

import asyncio
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content

from smoke_tui.history.trends import Point, points
from smoke_tui.tui.render.header import badge
from smoke_tui.tui.render.trends import trends
from smoke_tui.tui.screens.base import Page
from smoke_tui.tui.theme import MUTED
from smoke_tui.tui.widgets.panel import ScrollPanel


class TrendsPage(Page):
    """Small plots of the sessions that count; on demand of the rehearsals, which count nowhere."""

    AUTO_FOCUS = "#trends"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("r", "rehearsals", "Rehearsals or real ones", id="trends.rehearsals"),
        Binding("b,escape,backspace", "app.pop_screen", "Back", id="trends.back", key_display="b"),
        Binding("t", "app.toggle_dark", "Theme", show=False, id="app.theme"),
        Binding("q", "app.leave", "Leave", id="app.leave"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._rehearsed = False
        self._found: list[Point] | None = None

    def body(self) -> ComposeResult:
        yield ScrollPanel("trends", title="Spend and quota")

    def header(self, width: int) -> Content:
        parts: list[Content | str | tuple[str, str]] = [(" Spend and quota ", "bold")]
        if self._rehearsed:
            parts.append(badge("these count nowhere"))
        return Content.assemble(*parts)

    def on_mount(self) -> None:
        self._read()

    def on_resize(self) -> None:
        self.call_after_refresh(self.draw)

    def action_rehearsals(self) -> None:
        """Show rehearsals in the place of real sessions, and back."""
        self._rehearsed = not self._rehearsed
        self.refresh_top()
        self._read()

    @work(exclusive=True)
    async def _read(self) -> None:
        self._found = None
        self.draw()
        self._found = await asyncio.to_thread(
            points, self.smoke.settings.state_dir, rehearsed=self._rehearsed
        )
        self.draw()

    def draw(self) -> None:
        """Show what was found in the width there is."""
        if not self.is_attached:
            return
        panel = self.query_one("#trends", ScrollPanel)
        panel.show(
            Content.styled("Reading the records…", MUTED)
            if self._found is None
            else trends(self._found, panel.scrollable_content_region.width)
        )
