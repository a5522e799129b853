"""The panel beside the home screen's lists: the selected runbook, or the selected session."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeAlias

from textual import work
from textual.content import Content

from smoke_tui.presentation.format import one_line
from smoke_tui.tui.render.content import foreign, lines
from smoke_tui.tui.theme import MUTED
from smoke_tui.tui.widgets.panel import ScrollPanel

if TYPE_CHECKING:
    from smoke_tui.journal.state import State
    from smoke_tui.runbook import Runbook
    from smoke_tui.tui.render.home import Entry, Recorded

LARGE: Final = 8_000_000
"""Bytes of a journal from which on it is read only when it is opened."""
PAUSE: Final = 0.08
"""Seconds that the cursor rests on a session before its journal is read."""
_Session: TypeAlias = "tuple[Runbook, State] | str"


class Detail(ScrollPanel):
    """Reads a selected session in a thread, once the cursor rests there."""

    def __init__(self) -> None:
        super().__init__("about", content=Content.styled("Reading runbooks and sessions …", MUTED))
        self._read: dict[tuple[Path, int], _Session] = {}

    @property
    def _width(self) -> int:
        return max(24, self.scrollable_content_region.width)

    @property
    def _brief(self) -> bool:
        """Whether few rows are free, below the lists and not beside them."""
        return self.screen.has_class("-narrow")

    def show_runbook(self, entry: Entry, recorded: Sequence[Recorded], now: datetime) -> None:
        """Show a runbook and how it went."""
        from smoke_tui.tui.render.home_detail import runbook_detail

        self.workers.cancel_group(self, "detail")
        self.border_title = "Runbook"
        self._show_new(runbook_detail(entry, recorded, now, self._width, brief=self._brief))

    def show_nothing(self, words: str) -> None:
        """Show what to do where nothing can be selected."""
        self.workers.cancel_group(self, "detail")
        self.border_title = ""
        self._show_new(Content.styled(words, MUTED))

    @work(exclusive=True, group="detail")
    async def show_session(self, recorded: Recorded, now: datetime) -> None:
        """Show a session: at once what its list knows, then what its journal says."""
        # All of it here: two threads that load modules at once may wait for each other.
        import smoke_tui.journal.load  # noqa: F401
        from smoke_tui.journal.folders import JOURNAL
        from smoke_tui.tui.render.home_detail import session_detail, session_head

        self.border_title = "Session"
        head = session_head(recorded, now)
        journal = recorded.folder / JOURNAL
        try:
            info = journal.stat()
        except OSError as error:
            self._show_new(lines(head, "", f"Its journal can't be read: {error.strerror}."))
            return
        key = journal, info.st_mtime_ns
        if key not in self._read:
            if info.st_size > LARGE:
                self._show_new(lines(head, "", "A long session: enter reads it."))
                return
            self._show_new(head)
            await asyncio.sleep(PAUSE)
            self._read[key] = await asyncio.to_thread(_load, recorded.folder)
        session, brief = self._read[key], self._brief
        if isinstance(session, str):
            self._show_new(lines(head, "", foreign(session)))
            return
        detail = session_detail(*session, self._width, brief=brief)
        self._show_new(detail if brief else lines(head, "", detail))

    def _show_new(self, content: Content) -> None:
        if self.show(content):
            self.scroll_home(animate=False)


def _load(folder: Path) -> _Session:
    from smoke_tui.files import StorageError
    from smoke_tui.journal.load import InvalidRecordError, load_state

    try:
        _, runbook, state = load_state(folder)
    except (InvalidRecordError, StorageError) as error:
        return f"It can't be read: {one_line(error, 400)}"
    return runbook, state
