"""The calibration screen: default, log and triggers; stored pairs at today's thresholds."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.widgets import OptionList
from textual.worker import get_current_worker

from smoke_tui.history.calibration import CalibrationFile, read_calibration, write_calibration
from smoke_tui.history.drift_pairs import recorded_pairs
from smoke_tui.judging.calibration import DEFAULT_TEST, ScoredPair, StoredPair, merged_pairs, scored
from smoke_tui.judging.calibration_file import CalibrationError
from smoke_tui.judging.drift import DriftPair
from smoke_tui.presentation.calibration import table
from smoke_tui.presentation.format import count, one_line
from smoke_tui.structs import Struct, replace
from smoke_tui.tui.bindings import CALIBRATION
from smoke_tui.tui.render.calibration import log_text, pair_content
from smoke_tui.tui.render.content import lines
from smoke_tui.tui.render.header import badge
from smoke_tui.tui.screens.base import Page
from smoke_tui.tui.screens.calibration_change import ask_change
from smoke_tui.tui.screens.drift import DriftScreen
from smoke_tui.tui.theme import MUTED, WARN
from smoke_tui.tui.widgets.modals import Pick
from smoke_tui.tui.widgets.panel import ScrollPanel


class Read(Struct, frozen=True):
    """What was read: the file, the pairs of recorded sessions, all pairs at today's thresholds."""

    file: CalibrationFile
    recorded: tuple[StoredPair, ...]
    pairs: tuple[ScoredPair, ...]
    problems: tuple[str, ...]
    rehearsals_apart: bool = False
    """Whether rehearsals have a file of their own, which is not the one that was read."""


class CalibrationScreen(Page):
    """Thresholds of drift; a change shows which stored pairs it flips before it is written."""

    AUTO_FOCUS = "#calibration-log"
    BINDINGS: ClassVar[list[BindingType]] = [*CALIBRATION]
    ABOUT = (
        "The threshold from which on two texts count as equal: the default, and the log of the "
        "tests that have one of their own. Below are the stored pairs of answers, with their "
        "class and what they are at today's threshold; enter shows one word by word. Before a "
        "threshold changes, all pairs are scored again, and what would flip is shown."
    )

    def __init__(self) -> None:
        super().__init__()
        self._rehearsed = False
        self._state: Read | None = None
        self._busy = ""

    @property
    def path(self) -> Path:
        """The calibration file that is shown."""
        settings = self.smoke.settings
        return settings.rehearsed_calibration if self._rehearsed else settings.calibration

    def body(self) -> ComposeResult:
        """Yield the log, and the stored pairs."""
        yield ScrollPanel("calibration-log", title="Calibration log")
        pairs = Pick(dom_id="calibration-pairs")
        pairs.border_title = "Stored pairs"
        yield pairs

    def header(self, width: int) -> Content:
        """What is shown, and whether it is being scored."""
        parts: list[Content | str | tuple[str, str]] = [(" Drift thresholds ", "bold")]
        if self._rehearsed:
            parts.append(badge("thresholds of its own"))
        if self._busy:
            parts.append((f"  {self._busy}", MUTED))
        return Content.assemble(*parts)

    def on_mount(self) -> None:
        """Begin to read."""
        self.refresh_top()
        self._begin()

    def on_resize(self) -> None:
        """Draw again, once the layout is known."""
        self.call_after_refresh(self.draw)

    # --- in a thread ------------------------------------------------------------------------

    def _begin(self) -> None:
        self._state = None
        self._set_busy("reading …")
        self.draw()
        self._read(self.path)

    @work(thread=True, exclusive=True, group="calibration")
    def _read(self, path: Path) -> None:
        """Read the file and the sessions, and score every pair; stops between two of them."""
        worker, app = get_current_worker(), self.app
        try:
            file = read_calibration(path)
        except CalibrationError as error:
            app.call_from_thread(self._failed, error)
            return
        recorded: list[StoredPair] = []
        problems: list[str] = []
        for session in recorded_pairs(self.smoke.settings.state_dir):
            if worker.is_cancelled:
                return
            recorded += session.pairs
            if session.problem:
                problems.append(session.problem)
        merged = merged_pairs(file.calibration.pairs, recorded)
        pairs: list[ScoredPair] = []
        for pair in scored(merged, file.calibration):
            if worker.is_cancelled:
                return
            pairs.append(pair)
            if len(pairs) % 20 == 0:
                text = f"scored {len(pairs):,} of {count(len(merged), 'pair')} …"
                app.call_from_thread(self._set_busy, text)
        apart = self.smoke.settings.rehearsed_calibration
        state = Read(
            file,
            tuple(recorded),
            tuple(pairs),
            tuple(problems),
            rehearsals_apart=apart != path and apart.exists(),
        )
        if not worker.is_cancelled:
            app.call_from_thread(self._take, state)

    def _take(self, state: Read) -> None:
        if not self.is_attached:
            return
        self._state = state
        self._set_busy("")
        self.draw()
        self.refresh_bindings()

    def _failed(self, error: CalibrationError) -> None:
        if not self.is_attached:
            return
        self._set_busy("")
        shown = Content.styled(one_line(error, 600), WARN)
        self.query_one("#calibration-log", ScrollPanel).show(shown)

    def _set_busy(self, text: str) -> None:
        if not self.is_attached:
            return
        self._busy = text
        self.refresh_top()

    # --- what is shown ----------------------------------------------------------------------

    def draw(self) -> None:
        """Draw log and pairs in the width there is."""
        if not self.is_attached:
            return
        panel, picks = (
            self.query_one("#calibration-log", ScrollPanel),
            self.query_one("#calibration-pairs", Pick),
        )
        state = self._state
        if state is None:
            if self._busy:
                panel.show(Content.styled("Reading the records …", MUTED))
            picks.fill([])
            return
        panel.border_title = f"Calibration log · {self.path}"
        width = max(40, panel.scrollable_content_region.width)
        problems = [Content.styled(one_line(text, 300), WARN) for text in state.problems]
        rehearsals = (
            [Content.styled("Rehearsals have a log of their own: r shows it.", MUTED)]
            if state.rehearsals_apart
            else []
        )
        log = log_text(state.file.calibration, state.pairs, width)
        panel.show(lines(log, *rehearsals, *problems))
        picks.border_title = (
            f"Stored pairs: {len(state.pairs):,}"
            if state.pairs
            else "Stored pairs: none yet; a walk that compares answers brings them"
        )
        picks.fill([(str(at), pair_content(pair)) for at, pair in enumerate(state.pairs)])

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Say which keys mean something."""
        if action in ("default", "copy"):
            return self._state is not None
        return bool(self._state and self._state.pairs) if action == "own" else True

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Show the chosen pair word by word."""
        if self._state is not None:
            pair = self._state.pairs[int(event.option_id or 0)]
            self.app.push_screen(DriftScreen(pair.drift.case, lambda: (_at_today(pair),)))

    def action_rehearsals(self) -> None:
        """Show the file of rehearsals in the place of the real one, and back."""
        self._rehearsed = not self._rehearsed
        self._begin()

    def action_copy(self) -> None:
        """Send the log to the terminal's clipboard, as the runbook's Markdown table."""
        if self._state is not None:
            text = f"{table(self._state.file.calibration)}\n"
            self.smoke.send_to_clipboard(text, "the log", "smoke-tui calibration prints it")

    # --- changes ----------------------------------------------------------------------------

    def action_default(self) -> None:
        """Change the default threshold."""
        self._change(DEFAULT_TEST)

    def action_own(self) -> None:
        """Change the threshold of the chosen pair's test."""
        at = self.query_one("#calibration-pairs", Pick).highlighted
        if self._state is not None and self._state.pairs:
            self._change(self._state.pairs[at or 0].drift.case)

    @work(exclusive=True, group="change")
    async def _change(self, test: str) -> None:
        """Ask for threshold and reason, show what flips, and write it when that is agreed to."""
        state = self._state
        if state is None:
            return
        changed = await ask_change(self.app, state.file, state.recorded, test)
        if changed is None:
            return
        try:
            await asyncio.to_thread(write_calibration, state.file, changed)
        except CalibrationError as error:
            self.smoke.notify_error(error)
        else:
            self.app.notify("Written.")
        self._begin()


def _at_today(pair: ScoredPair) -> DriftPair:
    """A stored pair with its comparison at today's threshold."""
    return replace(pair.stored.pair, drift=pair.drift)
