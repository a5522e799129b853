"""A recorded session event by event, with the state it had at each."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content

from smoke_tui.config.session_config import SessionConfig
from smoke_tui.files import StorageError
from smoke_tui.journal.decision_rules import RULES
from smoke_tui.journal.events.decisions import BranchTaken, SessionClosed, StepFinished, TryStarted
from smoke_tui.journal.events.event import Event
from smoke_tui.journal.events.facts import SessionOpened, SessionResumed
from smoke_tui.journal.events.values import Program
from smoke_tui.journal.fold import apply
from smoke_tui.journal.load import InvalidRecordError
from smoke_tui.journal.state import State
from smoke_tui.presentation.format import one_line, shorten
from smoke_tui.presentation.live.snapshot import Snapshot
from smoke_tui.replay.run import Rechecked, recheck
from smoke_tui.runbook import Runbook
from smoke_tui.tui.bindings import RECORD
from smoke_tui.tui.render.header import badge
from smoke_tui.tui.render.record import event_detail, event_rows, time_bar
from smoke_tui.tui.render.steps import step_list
from smoke_tui.tui.screens.base import Page
from smoke_tui.tui.theme import FAIL, MUTED, PASS
from smoke_tui.tui.widgets.modals import Line, required
from smoke_tui.tui.widgets.panel import Panel, ScrollPanel

_LEAPS = TryStarted | StepFinished | BranchTaken | SessionResumed | SessionClosed


class RecordScreen(Page):
    """The cursor is an event; everything on the screen is a function of the events up to it."""

    AUTO_FOCUS = "#detail"
    BINDINGS: ClassVar[list[BindingType]] = [*RECORD]
    ABOUT = (
        "A session that was recorded: every event in its order, the steps as they stood, "
        "and how far through its time you are. Nothing here can change it."
    )

    def __init__(self, runbook: Runbook, events: tuple[Event, ...], folder: Path) -> None:
        super().__init__()
        self.runbook = runbook
        self.events = events
        self.folder = folder
        self.at = 0
        self._state = State()
        self._applied = 0
        self._replay_result: Content | None = None
        self._words = ""

    def body(self) -> ComposeResult:
        """Yield the time bar, the steps, the events around the cursor, and the event."""
        yield Panel("time-bar")
        with Horizontal(id="columns"):
            yield ScrollPanel("step-list", title="Steps, as they stood")
            with Vertical(id="middle"):
                yield Panel("event-rows")
                yield ScrollPanel("detail", title="Event")

    def header(self, width: int) -> Content:
        """The session, whether it counts, and the runbook."""
        row = Content.assemble((" Record ", "bold"), (self.folder.name[-4:], MUTED), " ")
        match self.events[0].body:
            case SessionOpened(program=Program(config=SessionConfig(world="rehearsed") as config)):
                row = Content.assemble(row, badge(config.scenario))
        room = width - row.cell_length - 1
        title = shorten(one_line(self.runbook.title), room) if room >= 12 else ""
        return Content.assemble(row, f" {title}")

    def on_mount(self) -> None:
        """Draw, once the layout is known."""
        self.call_after_refresh(self.draw)

    def on_resize(self) -> None:
        """Draw again, once the layout is known."""
        self.call_after_refresh(self.draw)

    @property
    def state(self) -> State:
        """The state of the session after this event."""
        if self._applied > self.at + 1:
            self._state, self._applied = State(), 0
        for event in self.events[self._applied : self.at + 1]:
            apply(self._state, event)
        self._applied = self.at + 1
        return self._state

    def draw(self) -> None:
        """Show the event under the cursor."""
        if not self.is_attached:
            return
        snapshot = Snapshot(self.runbook, self.state, self.events[self.at].ms)
        bar = time_bar(self.events, self.at, self.size.width)
        self.query_one("#time-bar", Panel).show(
            bar if self._replay_result is None else Content("\n").join([bar, self._replay_result])
        )
        column = self.query_one("#step-list", ScrollPanel)
        column.show(step_list(snapshot, max(10, column.scrollable_content_region.width)))
        width = self.query_one("#middle").size.width
        rows = max(3, min(12, self.size.height // 4))
        self.query_one("#event-rows", Panel).show(event_rows(self.events, self.at, rows, width - 2))
        detail = self.query_one("#detail", ScrollPanel)
        if detail.show(event_detail(self.events[self.at])):
            detail.scroll_home(animate=False)

    def action_move(self, by: int) -> None:
        """Go to the event after, or before."""
        self.at = min(len(self.events) - 1, max(0, self.at + by))
        self.draw()

    def action_leap(self, by: int) -> None:
        """Go to where a try begins, a step ends, a branch is taken, or the session is resumed."""
        at = self.at + by
        while 0 < at < len(self.events) - 1 and not isinstance(self.events[at].body, _LEAPS):
            at += by
        self.action_move(at - self.at)

    def action_find(self) -> None:
        """Ask for words, then go to the next event that has them."""
        self.app.push_screen(
            Line(
                "Find",
                Content(
                    "Which words? n goes to the next event that has them, N to the one before."
                ),
                prefill=self._words,
                take="find",
                check=required,
            ),
            self.find,
        )

    def find(self, words: str | None) -> None:
        """Go to the next event that has these words."""
        if words:
            self._words = words
            self.action_match(1)

    @work(exclusive=True, group="find")
    async def action_match(self, by: int) -> None:
        """Go to the next event that has the words, or to the one before; from the end on again."""
        if not self._words:
            return
        order = [
            (self.at + by * step) % len(self.events) for step in range(1, len(self.events) + 1)
        ]
        at = await asyncio.to_thread(self._first_with, order, self._words)
        if at is None:
            self.app.notify(f"No event has “{self._words}”.", markup=False)
            return
        self.at = at
        self.draw()

    def _first_with(self, order: list[int], words: str) -> int | None:
        wanted = words.casefold()
        return next(
            (n for n in order if wanted in event_detail(self.events[n]).plain.casefold()), None
        )

    def action_copy_event(self) -> None:
        """Send the event under the cursor to the terminal's clipboard."""
        text = event_detail(self.events[self.at]).plain
        self.smoke.send_to_clipboard(text, "the event", "its journal holds it")

    def action_go(self, at: int) -> None:
        """Go to the first event, or the last."""
        self.at = at % len(self.events)
        self.draw()

    @work(exclusive=True)
    async def action_verify(self) -> None:
        """Replay the session offline; go to where it differs."""
        try:
            done = await asyncio.to_thread(recheck, self.folder)
        except (InvalidRecordError, StorageError) as error:
            self._replay_result = Content.styled(f" ✗ {one_line(error, 300)}", FAIL)
        else:
            self._replay_result = self._verified(done)
        self.draw()

    def _verified(self, done: Rechecked) -> Content:
        """The result of a replay; go to where it differs."""
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


def show_record(page: Page, folder: Path) -> None:
    """Show a recorded session event by event, over a screen."""
    loaded = page.load(folder)
    if loaded is not None:
        journal, runbook, _ = loaded
        page.app.push_screen(RecordScreen(runbook, journal.events, folder))
