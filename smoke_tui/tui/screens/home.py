"""The home screen: runbooks to run, recorded sessions to read."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.events import DescendantFocus
from textual.widgets import OptionList

from smoke_tui import __version__
from smoke_tui.config.settings import config_dir
from smoke_tui.presentation.format import one_line
from smoke_tui.process_setup import recorder_of
from smoke_tui.tui.bindings import HOME
from smoke_tui.tui.render.content import foreign, labelled, lines
from smoke_tui.tui.render.home import (
    NO_SESSIONS,
    SESSION_CHOICES,
    Entry,
    Recorded,
    entry_row,
    former_session,
    home_header,
    no_runbooks,
    recorded_row,
)
from smoke_tui.tui.screens.base import Page
from smoke_tui.tui.theme import MUTED, WARN
from smoke_tui.tui.widgets.detail import Detail
from smoke_tui.tui.widgets.modals import Choose, Pick, YesNo
from smoke_tui.tui.widgets.panel import Panel

if TYPE_CHECKING:
    from smoke_tui.runbook import Runbook

SESSIONS_SHOWN = 200


class HomeScreen(Page):
    """Runbooks on one side, recorded sessions on the other."""

    AUTO_FOCUS = "#runbooks"
    BINDINGS: ClassVar[list[BindingType]] = [*HOME]
    ABOUT = (
        "Choose a runbook to walk, or a recorded session to read. A rehearsal needs no "
        "account and spends nothing; a live run is yours to start."
    )
    HELP_ROWS = (
        ("home.goldens", "o", "scenarios of fakes and their goldens"),
        ("home.calibration", "d", "thresholds of drift"),
    )

    def __init__(self) -> None:
        super().__init__()
        self.entries: list[Entry] = []
        self.recorded: list[Recorded] = []
        self._selected_in = "runbooks"
        self._was_read = self._detail_due = self._shown_before = False

    def body(self) -> ComposeResult:
        """Yield notices, the runbooks and the recorded sessions."""
        yield Panel("recorder")
        with Horizontal(id="lists"):
            with Vertical(id="picks"):
                books = Pick(dom_id="runbooks")
                books.border_title = "Runbooks"
                yield books
                records = Pick(dom_id="sessions")
                records.border_title = "Recorded sessions"
                yield records
            yield Detail()

    def header(self, width: int) -> Content:
        """The program, its version, and what it does."""
        return home_header(__version__, width)

    def begin(self) -> None:
        """Read what there is; look for a recorder and for processes left behind.

        Called once the first frame is drawn: nobody waits for it before an empty terminal.
        """
        self.read()
        self._show_recorder()
        self._offer_clean_up()

    @work
    async def _show_recorder(self) -> None:
        """Warn that a recorder of the terminal keeps what is shown, revealed secrets included."""
        recorder = await asyncio.to_thread(recorder_of, dict(os.environ))
        if recorder:
            row = self.query_one("#recorder", Panel)
            row.display = True
            row.show(Content.styled(f"what is shown is recorded: {recorder}", WARN))

    @work
    async def _offer_clean_up(self) -> None:
        """Show what an interrupted session has left running, and offer to stop it."""
        from smoke_tui.history.leftovers import left_behind

        left = await asyncio.to_thread(left_behind, self.smoke.settings.state_dir)
        if not left:
            return
        yes = await self.app.push_screen_wait(
            YesNo(
                "Left behind",
                lines(*(foreign(f"{process.sentence()}.") for process in left)),
                yes="stop it" if len(left) == 1 else "stop them",
                no="leave it",
            )
        )
        if yes:
            gone = [await asyncio.to_thread(process.end) for process in left]
            self.app.notify(
                "Stopped." if all(gone) else "Something may still run; look for it.",
                severity="information" if all(gone) else "warning",
            )

    def on_screen_resume(self) -> None:
        """Read again: a session may have been added."""
        if self._shown_before:
            self.call_after_refresh(self.read)
        self._shown_before = True

    def on_resize(self) -> None:
        """Draw again, once the layout is known."""
        self.call_after_refresh(self.fill)

    def read(self) -> None:
        """Read which runbooks and sessions there are."""
        from smoke_tui.config.runbook_files import available
        from smoke_tui.history.index import session_folders
        from smoke_tui.tui.home_lists import main_first, read_entries, read_recorded

        paths = available(cwd=Path.cwd(), config_dir=config_dir())
        self.entries = main_first(read_entries(paths, self.smoke.settings.project))
        folders = list(session_folders(self.smoke.settings.state_dir / "sessions"))
        self.recorded = [read_recorded(folder) for folder in folders[:SESSIONS_SHOWN]]
        most = SESSIONS_SHOWN
        words = f": the newest {most} of {len(folders)}" if len(folders) > most else ""
        self.query_one("#sessions", Pick).border_title = f"Recorded sessions{words}"
        self._was_read = True
        self.fill()

    def fill(self) -> None:
        """Draw the lists in the width there is."""
        if not self.is_attached or not self._was_read:
            return
        books, records = self.query_one("#runbooks", Pick), self.query_one("#sessions", Pick)
        width = max(30, books.scrollable_content_region.width - 2)
        books.empty = Content(no_runbooks())
        records.empty = Content(NO_SESSIONS)
        books.fill(
            [(str(number), entry_row(entry, width)) for number, entry in enumerate(self.entries)]
        )
        now = self.smoke.now()
        records.fill(
            [
                (str(number), recorded_row(row, now, width, former_session(self.recorded, row)))
                for number, row in enumerate(self.recorded)
            ]
        )
        self.show_detail()

    def on_descendant_focus(self, event: DescendantFocus) -> None:
        """Show what is selected in the list that has the focus."""
        if event.widget.id in ("runbooks", "sessions"):
            self._selected_in = event.widget.id
            self.show_detail()

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        """Show what is selected now."""
        if event.option_list.id == self._selected_in:
            self.show_detail()

    def show_detail(self) -> None:
        """Show the selected runbook or session beside the lists: once, whatever has changed."""
        if self._was_read and not self._detail_due:
            self._detail_due = True
            self.call_after_refresh(self._draw_detail)

    def _draw_detail(self) -> None:
        self._detail_due = False
        if not self.is_attached:
            return
        detail, now = self.query_one(Detail), self.smoke.now()
        at = self.query_one(f"#{self._selected_in}", Pick).highlighted
        if self._selected_in == "sessions":
            if at is not None and at < len(self.recorded):
                detail.show_session(self.recorded[at], now)
            else:
                detail.show_nothing(NO_SESSIONS)
        elif at is not None and at < len(self.entries):
            detail.show_runbook(self.entries[at], self.recorded, now)
        else:
            detail.show_nothing(no_runbooks())

    def chosen(self) -> Runbook | None:
        """The runbook under the cursor; None where it does not parse, which is then shown."""
        at = self.query_one("#runbooks", Pick).highlighted
        if at is None or at >= len(self.entries):
            return None
        entry = self.entries[at]
        if entry.runbook is None:
            self.app.notify(
                f"It does not parse: {one_line(entry.problem, 200)}", severity="error", markup=False
            )
        return entry.runbook

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Ask what is to be done with the chosen runbook or session."""
        number = int(event.option_id or 0)
        if event.option_list.id == "sessions":
            self._open_session(self.recorded[number])
        else:
            self._begin()

    @work
    async def _open_session(self, recorded: Recorded) -> None:
        """Ask what is to be done with a recorded session."""
        before = former_session(self.recorded, recorded)
        choices = [
            (name, lines(words, Content.styled(f"  {more}", MUTED)))
            for name, words, more in SESSION_CHOICES
            if (name != "resume" or recorded.unfinished)
            and (name != "compare" or before is not None)
        ]
        how = await self.app.push_screen_wait(
            Choose(
                "Recorded session",
                Content.assemble(
                    (one_line(recorded.runbook or recorded.folder.name, 60), "bold"),
                    (f"  {recorded.folder.name}", MUTED),
                ),
                choices,
            )
        )
        match how:
            case "resume":
                from smoke_tui.tui.screens.session import resume

                resume(self.smoke, recorded.folder)
            case "report":
                await self._show_report(recorded.folder)
            case "events":
                from smoke_tui.tui.screens.record import show_record

                show_record(self, recorded.folder)
            case "compare" if before is not None:
                from smoke_tui.tui.screens.compare import show_comparison

                show_comparison(self, before.folder, recorded.folder)

    async def _show_report(self, folder: Path) -> None:
        """Show the report of a recorded session, whose verdict is decided again in a thread."""
        from smoke_tui.files import StorageError
        from smoke_tui.journal.load import InvalidRecordError
        from smoke_tui.redaction import Vault
        from smoke_tui.replay.run import load_rechecked
        from smoke_tui.tui.screens.report import ReportScreen

        try:
            checked = await asyncio.to_thread(load_rechecked, folder)
        except (InvalidRecordError, StorageError) as error:
            self.smoke.notify_error(error)
            return
        self.app.push_screen(ReportScreen(checked.runbook, checked.state, folder, Vault()))

    def action_spend(self) -> None:
        """Show what was spent."""
        from smoke_tui.tui.screens.spend import SpendScreen

        self.app.push_screen(SpendScreen())

    def action_cases(self) -> None:
        """Show the cases of the product under test."""
        from smoke_tui.session.cassette_review import place_of
        from smoke_tui.tui.screens.cases import CasesScreen

        self.app.push_screen(CasesScreen(place_of(self.smoke.settings)))

    @work
    async def action_goldens(self) -> None:
        """Show a scenario and its goldens."""
        from smoke_tui.tui.screens.golden import show_goldens

        await show_goldens(self)

    def action_calibration(self) -> None:
        """Show the calibration of drift thresholds."""
        from smoke_tui.tui.screens.calibration import CalibrationScreen

        self.app.push_screen(CalibrationScreen())

    def action_machine(self) -> None:
        """Show this machine and the settings."""
        from smoke_tui.tui.screens.doctor import DoctorScreen

        self.app.push_screen(DoctorScreen())

    @work
    async def _begin(self) -> None:
        """Ask how a runbook is to be run."""
        from smoke_tui.session.missing_here import missing_here

        book = self.chosen()
        if book is None:
            return
        how = await self.app.push_screen_wait(
            Choose(
                "Begin",
                foreign(book.title, "bold"),
                [
                    (
                        "rehearse",
                        lines(
                            "Rehearse it",
                            Content.styled(
                                "  against this machine; nothing is spent, nothing is proven", MUTED
                            ),
                        ),
                    ),
                    (
                        "live",
                        lines(
                            "Run it live",
                            Content.styled("  with your account, from your machine", MUTED),
                            *(
                                labelled(
                                    "", Content.styled(f"✗ {one_line(text)}", WARN), 66, room=2
                                )
                                for text in missing_here(book, self.smoke.settings.project)
                            ),
                        ),
                    ),
                    ("read", lines("Read it", Content.styled("  the runbook's text", MUTED))),
                ],
            )
        )
        if how == "rehearse":
            self.action_rehearse()
        elif how == "live":
            self.action_live()
        elif how == "read":
            from smoke_tui.tui.widgets.reading import Reading, readable

            self.app.push_screen(Reading(one_line(book.title, 60), readable(book.text)))

    @work
    async def action_rehearse(self) -> None:
        """Ask for a scenario, then rehearse; scenarios are of the provider and the stack alone."""
        from smoke_tui.rehearsal import list_scenarios
        from smoke_tui.runbook.rehearsing import rehearses_with_stack
        from smoke_tui.tui.screens.session import rehearse
        from smoke_tui.tui.widgets.search import Search

        book = self.chosen()
        if book is None:
            return
        if not rehearses_with_stack(book):
            rehearse(self.smoke, book, None)
            return
        scenario = await self.app.push_screen_wait(
            Search(
                "Rehearse",
                Content("What is to happen? Nothing leaves this machine."),
                [
                    (
                        name,
                        lines(
                            Content.styled(name, "bold"),
                            labelled("", Content.styled(sentence, MUTED), 66, room=2),
                        ),
                    )
                    for name, sentence in list_scenarios()
                ],
                start="happy",
            )
        )
        if scenario is not None:
            rehearse(self.smoke, book, scenario)

    @work
    async def action_live(self) -> None:
        """Ask where this machine's traffic comes from, show the preflight, then run live."""
        from smoke_tui.tui.screens.going_live import go_live

        book = self.chosen()
        if book is None:
            return
        await go_live(self, book)
