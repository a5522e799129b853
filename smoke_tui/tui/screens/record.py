"""A recorded session walked through event by event, with the state it had at each."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content

from smoke_tui.files import (
    StorageError,
)
from smoke_tui.journal.decision_rules import RULES
from smoke_tui.journal.events.event import Event
from smoke_tui.journal.fold import apply
from smoke_tui.journal.load import (
    InvalidRecord,
)
from smoke_tui.journal.state import State
from smoke_tui.presentation.format import one_line, shorten
from smoke_tui.presentation.live.snapshot import Snapshot
from smoke_tui.replay.run import (
    Rechecked,
    recheck,
)
from smoke_tui.runbook import Runbook
from smoke_tui.tui.render.header import badge
from smoke_tui.tui.render.record import event_detail, event_rows, time_bar
from smoke_tui.tui.render.steps import rail
from smoke_tui.tui.screens.base import Page
from smoke_tui.tui.theme import FAIL, MUTED, PASS
from smoke_tui.tui.widgets.panel import Panel, ScrollPanel

_LEAPS = ("try.started", "step.finished", "branch.taken", "session.resumed", "session.closed")


class RecordPage(Page):
    """The cursor is an event; everything on the screen is a function of the events up to it."""

    AUTO_FOCUS = "#detail"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("right,l", "move(1)", "Next", id="record.next", key_display="→", priority=True),
        Binding("left,h", "move(-1)", "Before", id="record.before", key_display="←", priority=True),
        Binding("right_square_bracket", "leap(1)", "Leap", id="record.leap", key_display="]"),
        Binding(
            "left_square_bracket", "leap(-1)", "The one before", show=False, id="record.leap_back"
        ),
        Binding("home,0", "go(0)", "First event", show=False, id="record.first", priority=True),
        Binding(
            "end,dollar_sign", "go(-1)", "Last event", show=False, id="record.last", priority=True
        ),
        Binding("v", "verify", "Replay", id="record.verify"),
        Binding("b,escape,backspace", "app.pop_screen", "Back", id="record.back", key_display="b"),
        Binding("t", "app.toggle_dark", "Theme", show=False, id="app.theme"),
        Binding("q", "app.leave", "Leave", id="app.leave"),
    ]

    def __init__(self, runbook: Runbook, events: tuple[Event, ...], folder: Path) -> None:
        super().__init__()
        self.runbook = runbook
        self.events = events
        self.folder = folder
        self.at = 0
        self._state = State()
        self._folded = 0
        self._said: Content | None = None

    def body(self) -> ComposeResult:
        yield Panel("time-bar")
        with Horizontal(id="columns"):
            yield ScrollPanel("rail", title="Steps, as they stood")
            with Vertical(id="middle"):
                yield Panel("event-rows")
                yield ScrollPanel("detail", title="Event")

    def header(self, width: int) -> Content:
        opened = self.events[0].data
        row = Content.assemble((" Record ", "bold"), (self.folder.name[-4:], MUTED), " ")
        if opened["config"]["world"] == "rehearsed":
            row = Content.assemble(row, badge(opened["config"].get("scenario")))
        room = width - row.cell_length - 1
        title = shorten(one_line(self.runbook.title), room) if room >= 12 else ""
        return Content.assemble(row, f" {title}")

    def on_mount(self) -> None:
        self.call_after_refresh(self.draw)

    def on_resize(self) -> None:
        self.call_after_refresh(self.draw)

    @property
    def state(self) -> State:
        """What the session knew after this event."""
        if self._folded > self.at + 1:
            self._state, self._folded = State(), 0
        for event in self.events[self._folded : self.at + 1]:
            apply(self._state, event)
        self._folded = self.at + 1
        return self._state

    def draw(self) -> None:
        """Show the moment under the cursor."""
        if not self.is_attached:
            return
        scene = Snapshot(self.runbook, self.state, self.events[self.at].ms)
        bar = time_bar(self.events, self.at, self.size.width)
        self.query_one("#time-bar", Panel).show(
            bar if self._said is None else Content("\n").join([bar, self._said])
        )
        column = self.query_one("#rail", ScrollPanel)
        column.show(rail(scene, max(10, column.scrollable_content_region.width)))
        width = self.query_one("#middle").size.width
        rows = max(3, min(12, self.size.height // 4))
        self.query_one("#event-rows", Panel).show(event_rows(self.events, self.at, rows, width - 2))
        detail = self.query_one("#detail", ScrollPanel)
        if detail.show(event_detail(self.events[self.at])):
            detail.scroll_home(animate=False)

    def action_move(self, by: int) -> None:
        """To the event after, or before."""
        self.at = min(len(self.events) - 1, max(0, self.at + by))
        self.draw()

    def action_leap(self, by: int) -> None:
        """To where a try begins, a step ends, the walk branches, or the session changes hands."""
        at = self.at + by
        while 0 < at < len(self.events) - 1 and self.events[at].kind not in _LEAPS:
            at += by
        self.action_move(at - self.at)

    def action_go(self, at: int) -> None:
        """To the first event, or the last."""
        self.at = at % len(self.events)
        self.draw()

    @work(exclusive=True)
    async def action_verify(self) -> None:
        """Run the session again, offline; go to where it differs."""
        try:
            done = await asyncio.to_thread(recheck, self.folder)
        except (InvalidRecord, StorageError) as error:
            self._said = Content.styled(f" ✗ {one_line(error, 300)}", FAIL)
        else:
            self._said = self._verified(done)
        self.draw()

    def _verified(self, done: Rechecked) -> Content:
        """What deciding the record again came to; goes to where it differs."""
        if done.divergence is not None:
            self.at = min(done.divergence.seq, len(self.events) - 1)
            return Content.styled(
                f" ✗ differs at event {done.divergence.seq}: {one_line(done.divergence.why, 300)}",
                FAIL,
            )
        if done.ruling is not None:
            return Content.styled(f" ✗ {one_line(done.ruling.words, 300)}", FAIL)
        events = f"{done.state.events:,} events, 0 differences"
        if done.rules != RULES:
            return Content.styled(
                f" ✓ decided again by today's rules: {events} in the verdict", PASS
            )
        return Content.styled(f" ✓ replayed offline: {events}", PASS)
