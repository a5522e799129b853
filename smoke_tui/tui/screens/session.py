"""The session screen: steps, briefing, live output, evidence, and the bar with the question."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content

from smoke_tui.failure_codes.code import NextAction
from smoke_tui.journal.battery import battery_tries
from smoke_tui.outcomes import BAD_OUTCOMES
from smoke_tui.presentation.format import count
from smoke_tui.presentation.live.preflight import Finding
from smoke_tui.presentation.live.snapshot import Snapshot, next_actions
from smoke_tui.presentation.report.drift_pairs import was_compared
from smoke_tui.presentation.spend import quota
from smoke_tui.runbook import Runbook
from smoke_tui.session.cassette_review import ReviewPlace
from smoke_tui.session.open_view import open_live, open_rehearsal, open_resumed
from smoke_tui.session.session_view import SessionView
from smoke_tui.structs import Struct
from smoke_tui.tui.app_base import AppBase
from smoke_tui.tui.bindings import SESSION
from smoke_tui.tui.render.briefing import briefing
from smoke_tui.tui.render.evidence import evidence
from smoke_tui.tui.render.header import session_header
from smoke_tui.tui.render.key_row import key_row
from smoke_tui.tui.render.question_bar import question_bar
from smoke_tui.tui.render.steps import row_of, step_list, strip
from smoke_tui.tui.screens.battery import BatteryScreen, BatteryView
from smoke_tui.tui.screens.cases import CasesScreen
from smoke_tui.tui.screens.report import ReportScreen
from smoke_tui.tui.screens.session_answers import SessionAnswers
from smoke_tui.tui.theme import adapt_text
from smoke_tui.tui.widgets.log_view import LogView
from smoke_tui.tui.widgets.modals import Box, Line, required
from smoke_tui.tui.widgets.panel import Panel, ScrollPanel

TICK = 0.1
LONG_WORK = 5_000
_ZOOMS = ("", "-zoom-briefing", "-zoom-output")


class _Room(Struct, frozen=True):
    """All that a drawing takes from the layout, in cells: it is drawn again until that stays."""

    width: int
    steps: int
    briefing: int
    bar: int
    columns: int
    middle: int
    # Shares of the height depend on classes, which a drawing sets, too.
    classes: frozenset[str]


class SessionScreen(SessionAnswers):
    """One session. Ten times a second it takes in new events and draws what changed."""

    AUTO_FOCUS = "#output"
    BINDINGS: ClassVar[list[BindingType]] = [*SESSION]
    ABOUT = (
        "The tool walks the runbook; you decide, do what needs a person, and say what you "
        "saw. The bar at the bottom says what is needed now and which key gives it. "
        "[ and ] look at other steps."
    )
    HELP_ROWS = (
        ("session.before", "[", "the step before"),
        ("session.after", "]", "the step after"),
    )

    def __init__(self, live: SessionView) -> None:
        super().__init__(live)
        self._zoom = 0
        self.followed_question: int | None = None
        self._unattended_since = 0
        self._text_rows = 0
        self._drawn: object = None

    def body(self) -> ComposeResult:
        """Yield the steps, the briefing, the output, the bar and the evidence."""
        yield Panel("strip")
        with Horizontal(id="columns"):
            yield ScrollPanel("step-list", title="Steps")
            with Vertical(id="middle"):
                yield ScrollPanel("briefing", title="Briefing")
                yield LogView("output", title="Output")
                with Vertical(id="bar"):
                    with VerticalScroll(id="bar-scroll", can_focus=False):
                        yield Panel("bar-text")
                    yield Panel("bar-keys")
            yield ScrollPanel("evidence", title="Evidence")

    def on_mount(self) -> None:
        """Draw the session, and begin to follow it."""
        self.tick()
        self.set_interval(TICK, self.tick)

    def on_resize(self) -> None:
        """Draw again, once the layout is known."""
        # What is wrapped by hand has to know the new widths, which come with the layout.
        self.call_after_refresh(self.tick)

    # --- the state, drawn -----------------------------------------------------------------

    def header(self, width: int) -> Content:
        """Session, badge, calls and time."""
        return session_header(self.snapshot, width)

    def tick(self) -> None:
        """Take in new events, answer what the operator has answered in advance, draw the rest."""
        if not self.is_attached:
            return
        changed = self.live.drain()
        self.smoke.forget_credential(self.live)
        snapshot = self.snapshot
        ended_well = snapshot.ended and self.live.has_session and snapshot.fault is None
        if ended_well and self.live.finished and self.is_current:
            self.live.finished = False
            self.action_proceed()
            return
        self._close_withdrawn(snapshot)
        if changed:
            self._follow_questions(snapshot)
        self.smoke.show_terminal_title(snapshot)
        room = self._room()
        now = (
            snapshot.elapsed // 1000,
            self.viewed,
            room,
            snapshot.fault,
            snapshot.leaving,
            snapshot.ended,
            snapshot.hint,
        )
        if changed or now != self._drawn:
            self._drawn = now
            self._draw(snapshot, room)

    def _room(self) -> _Room:
        steps, brief, bar, columns, middle = (
            self.query_one(name)
            for name in ("#step-list", "#briefing", "#bar-scroll", "#columns", "#middle")
        )
        return _Room(
            width=self.size.width,
            # Without the scroll bar, which comes with a layout and takes from the width.
            steps=max(10, steps.scrollable_content_region.width),
            briefing=brief.scrollable_content_region.width or 76,
            bar=bar.container_size.width or 76,
            columns=columns.size.height,
            middle=middle.size.height,
            classes=self.classes,
        )

    def _draw(self, snapshot: Snapshot, room: _Room) -> None:
        """Show a moment; panels that are the same stay as they are."""
        with self.app.batch_update():
            self.query_one("#top", Panel).show(session_header(snapshot, room.width))
            self.query_one("#strip", Panel).show(strip(snapshot, room.width))
            steps = self.query_one("#step-list", ScrollPanel)
            if steps.show(step_list(snapshot, room.steps)):
                steps.scroll_to(y=max(0, row_of(snapshot) - 4), animate=False)
            brief = self.query_one("#briefing", ScrollPanel)
            if brief.show(briefing(snapshot, room.briefing)):
                self.refresh_bindings()
            self.query_one("#evidence", ScrollPanel).show(evidence(snapshot))
            self.query_one("#output", LogView).follow(self.live.log)
            self._draw_bar(snapshot, room)

    def _draw_bar(self, snapshot: Snapshot, room: _Room) -> None:
        now = question_bar(snapshot)
        bar = self.query_one("#bar")
        scroll = self.query_one("#bar-scroll", VerticalScroll)
        keys = key_row(now.keys, room.bar)
        new = self.query_one("#bar-text", Panel).show(now.text)
        if self.query_one("#bar-keys", Panel).show(keys):
            self.refresh_bindings()
        below = len(keys.plain.split("\n"))
        most = self._most_text_rows(room.columns, below)
        scroll.styles.max_height = most
        rows = now.text.wrap(room.bar)
        hidden = len(rows) - most
        self._shrink_briefing(room.middle, bar.gutter.height + min(len(rows), most) + below)
        if new or most != self._text_rows:
            self._text_rows = most
            here = next((n for n, row in enumerate(rows) if row.plain.startswith(" ▶")), 0)
            scroll.scroll_to(y=max(0, here - most + 2) if here else 0, animate=False)
        scroll.can_focus = hidden > 0
        title = f"{now.title} · {count(hidden, 'more row')}: tab, j" if hidden > 0 else now.title
        title = adapt_text(self.app, title)
        if bar.border_title != title:
            bar.border_title = title
        bar.set_class(now.needs_you, "-you")
        # What went wrong, and what is to be agreed to, is read before the output is.
        self.set_class(
            snapshot.mark(snapshot.shown) in BAD_OUTCOMES or snapshot.next_step is not None,
            "-reading",
        )

    def _most_text_rows(self, rows: int, keys: int) -> int:
        """The most rows of the bar that its text may have, so that the keys below it are seen."""
        bar = self.query_one("#bar")
        share = bar.styles.max_height
        most = int(rows * share.value / 100) if share is not None else rows
        return max(1, min(12, most - bar.gutter.height - keys))

    def _shrink_briefing(self, rows: int, bar: int) -> None:
        """Shrink the briefing below its share where it would take rows that the bar needs."""
        brief = self.query_one("#briefing")
        least = self.query_one("#output").styles.min_height
        left = max(2, rows - bar - (int(least.value) if least is not None else 1))
        before = brief.styles.inline.max_height
        brief.styles.inline.clear_rule("max_height")
        share = brief.styles.max_height
        if (
            self._zoom == 0
            and share is not None
            and left < (share.value if share.is_cells else rows * share.value / 100)
        ):
            brief.styles.inline.max_height = left
        if brief.styles.inline.max_height != before:
            brief.refresh(layout=True)

    def _close_withdrawn(self, snapshot: Snapshot) -> None:
        """End a box whose question was answered another way."""
        top = self.app.screen
        if (
            isinstance(top, Box)
            and top.is_mounted
            and top.question is not None
            and top.question not in snapshot.state.questions
        ):
            top.dismiss(None)

    def _follow_questions(self, snapshot: Snapshot) -> None:
        """Show the step of a new question."""
        question = snapshot.question
        seq = question.seq if question is not None else None
        if seq == self.followed_question:
            return
        self.followed_question = seq
        self.viewed = None
        if seq is None:
            self._unattended_since = snapshot.elapsed
        elif snapshot.elapsed - self._unattended_since > LONG_WORK:
            # Call back an operator who has looked away since.
            self.app.bell()
        self.query_one("#briefing", ScrollPanel).scroll_home(animate=False)
        if question is not None:
            self.begin_question(snapshot, question)

    # --- moving around --------------------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Say which keys mean something now."""
        snapshot = self.snapshot
        if action == "choose":
            return any(c.key == parameters[0] for c in self.choices())
        if action == "stop":
            return snapshot.stoppable is not None and not snapshot.leaving
        if action in ("note", "note_beside"):
            # The n of an answer, such as "don't", is not the n of a note.
            beside = any(choice.key == "n" for choice in self.choices())
            note = self.live.active and not snapshot.leaving
            return note and beside is (action == "note_beside")
        if action == "report":
            return self.live.has_session and not snapshot.ended and bool(snapshot.state.opened)
        if action == "proceed":
            return snapshot.ended and self.live.has_session
        if action == "compare":
            return NextAction.COMPARE_CLIENT in next_actions(snapshot)
        if action == "drift":
            return was_compared(snapshot.of(snapshot.shown)) and bool(snapshot.folder)
        if action == "battery":
            return bool(battery_tries(snapshot.of(snapshot.shown).tries))
        if action == "home":
            return not self.live.active
        return True

    def action_view(self, by: int) -> None:
        """Show the step before or after the shown one."""
        ids = [step.id for step in self.snapshot.steps]
        at = ids.index(self.snapshot.shown.id) + by
        if 0 <= at < len(ids):
            self.action_view_step(ids[at])

    def action_view_step(self, step_id: str) -> None:
        """Show one step."""
        self.viewed = step_id
        self.query_one("#briefing", ScrollPanel).scroll_home(animate=False)
        self.tick()

    def action_evidence(self) -> None:
        """Show the evidence in the place of the output, and back."""
        self.toggle_class("-evidence")

    @work
    async def action_note(self) -> None:
        """Put a note into the record; at any moment."""
        words = await self.ask(
            Line(
                "Note",
                Content(
                    "What is worth remembering? It goes into the record and the report; "
                    "never write a secret."
                ),
                check=required,
                take="note it",
            )
        )
        if words is not None:
            self.live.note(words)

    def action_note_beside(self) -> None:
        """Put a note into the record, where a question takes n."""
        self.action_note()

    def action_report(self) -> None:
        """Show the report as far as the session has come."""
        live = self.smoke.current
        if live is not None:
            self.app.push_screen(
                ReportScreen(live.runbook, live.state, live.session.folder, live.session.vault)
            )

    def action_zoom(self) -> None:
        """Show everything, the briefing alone, or the output alone."""
        self._zoom = (self._zoom + 1) % len(_ZOOMS)
        for name in _ZOOMS[1:]:
            self.set_class(name == _ZOOMS[self._zoom], name)

    def action_home(self) -> None:
        """Go back to the home screen, where nothing runs."""
        self.smoke.go_home()

    def action_cases(self) -> None:
        """Show the cases of the session's project."""
        live = self.smoke.current
        if live is not None:
            config, settings = live.state.config, self.smoke.settings
            state = settings.state_dir
            place = ReviewPlace(
                Path(config.project),
                Path(config.calibration or settings.calibration),
                # Drafts of tickets that were only rehearsed stay apart.
                state / "rehearsed" if config.world == "rehearsed" else state,
                config.drift_autojunk,
            )
            self.app.push_screen(CasesScreen(place))

    def action_battery(self) -> None:
        """Show the shown step's battery as a grid."""
        step = self.snapshot.shown.id

        def source() -> BatteryView:
            snapshot = self.snapshot
            stoppable = snapshot.stoppable
            return BatteryView(
                battery_tries(snapshot.state.step(step).tries),
                snapshot.elapsed,
                quota(snapshot.state),
                stoppable is not None and stoppable.id == step,
            )

        stop = partial(self.live.stop_step, "the operator stopped it")
        self.app.push_screen(BatteryScreen(step, source, stop))

    def action_proceed(self) -> None:
        """Show the report, after the end."""
        live = self.smoke.current
        if live is None:
            return
        self.app.switch_screen(
            ReportScreen(live.runbook, live.state, live.session.folder, live.session.vault)
        )


def rehearse(app: AppBase, runbook: Runbook, scenario: str | None) -> None:
    """Open a rehearsal and show it."""
    app.open_session(lambda: open_rehearsal(app.settings, runbook, scenario), SessionScreen)


def run_live(app: AppBase, runbook: Runbook, origin: str, findings: Sequence[Finding] = ()) -> None:
    """Open a live session and show it; `findings` are those of its preflight."""
    app.open_session(lambda: open_live(app.settings, runbook, origin, findings), SessionScreen)


def resume(app: AppBase, folder: Path, rerun: str | None = None) -> None:
    """Resume a recorded session and show it; `rerun` is the one step that is done again."""
    app.open_session(lambda: open_resumed(app.settings, folder, rerun), SessionScreen)
