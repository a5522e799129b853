"""The session screen: briefing, live output, evidence, and the bar that asks and is answered."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content

from smoke_tui.failure_codes.code import NextAction
from smoke_tui.presentation.format import count
from smoke_tui.presentation.live.choices import KEYS, choices
from smoke_tui.presentation.live.snapshot import Snapshot, next_actions
from smoke_tui.presentation.marks import ascii_text
from smoke_tui.session.live_view import LiveView
from smoke_tui.tui.render.briefing import briefing
from smoke_tui.tui.render.evidence import facts
from smoke_tui.tui.render.header import session_header
from smoke_tui.tui.render.key_row import key_row
from smoke_tui.tui.render.question_bar import standing
from smoke_tui.tui.render.steps import rail, row_of, strip
from smoke_tui.tui.screens.base import Page
from smoke_tui.tui.screens.session_answers import SessionAnswers
from smoke_tui.tui.widgets.log_view import LogView
from smoke_tui.tui.widgets.modals import Box
from smoke_tui.tui.widgets.panel import Panel, ScrollPanel

TICK = 0.1
LONG_WORK = 5_000
_BAD = ("fail", "blocked", "error", "expected-limitation")
_ZOOMS = ("", "-zoom-briefing", "-zoom-output")


class SessionScreen(SessionAnswers, Page):
    """One session. Ten times a second it takes in what came and draws what changed."""

    AUTO_FOCUS = "#output"
    BINDINGS: ClassVar[list[BindingType]] = [
        *(Binding(key, f"choose({key!r})", show=False, id=f"answer.{key}") for key in KEYS),
        Binding("enter", "proceed", show=False, id="session.proceed"),
        Binding("s,escape", "stop", "Stop", id="session.stop", key_display="s"),
        Binding("n,N,shift+n", "note", "Note", id="session.note", key_display="n"),
        Binding("d", "compare", "Real client", id="session.compare"),
        Binding("e", "evidence", "Evidence", id="session.evidence"),
        Binding("z", "zoom", "Zoom", id="session.zoom"),
        Binding(
            "left_square_bracket", "view(-1)", "The step before", show=False, id="session.before"
        ),
        Binding(
            "right_square_bracket", "view(1)", "The step after", show=False, id="session.after"
        ),
        Binding("backspace", "home", "Home", show=False, id="session.home"),
        Binding("q", "app.leave", "Leave", id="app.leave"),
    ]

    def __init__(self, run: LiveView) -> None:
        super().__init__()
        self.run = run
        self.viewed: str | None = None
        self._zoom = 0
        self.seen_question: int | None = None
        self._left_alone = 0
        self._room = 0
        self._drawn: object = None

    def body(self) -> ComposeResult:
        yield Panel("strip")
        with Horizontal(id="columns"):
            yield ScrollPanel("rail", title="Steps")
            with Vertical(id="middle"):
                yield ScrollPanel("briefing", title="Briefing")
                yield LogView("output", title="Output")
                with Vertical(id="bar"):
                    with VerticalScroll(id="bar-scroll", can_focus=False):
                        yield Panel("bar-text")
                    yield Panel("bar-keys")
            yield ScrollPanel("facts", title="Evidence")

    def on_mount(self) -> None:
        self.tick()
        self.set_interval(TICK, self.tick)

    def on_resize(self) -> None:
        # What is wrapped by hand has to know the new widths, which come with the layout.
        self.call_after_refresh(self.redraw)

    # --- the state, drawn -----------------------------------------------------------------

    @property
    def scene(self) -> Snapshot:
        """This moment."""
        fault = self.smoke.fault_words(self.run) if self.run.fault is not None else None
        return self.run.scene(self.viewed, fault)

    def header(self, width: int) -> Content:
        return session_header(self.scene, width)

    def tick(self) -> None:
        """Take in what came, answer what the operator has answered in advance, draw the rest."""
        if not self.is_attached:
            return
        came = self.run.drain()
        self.smoke.forget_credential(self.run)
        scene = self.scene
        live = self.run.session is not None and scene.fault is None
        if scene.ended and self.run.finished and live and self.is_current:
            self.run.finished = False
            self.action_proceed()
            return
        self._withdraw(scene)
        if came:
            self._follow_questions(scene)
        self.smoke.tell_terminal(scene)
        widths = tuple(self.query_one(name).size.width for name in ("#rail", "#briefing", "#bar"))
        now = (
            scene.elapsed // 1000,
            self.viewed,
            self.size,
            widths,
            self._room_in_bar(0),
            scene.fault,
            scene.leaving,
            scene.ended,
            scene.hints.get("confirm"),
        )
        if came or now != self._drawn:
            self._drawn = now
            self.draw(scene)

    def redraw(self) -> None:
        """Draw this moment, where there is still something to draw on."""
        if self.is_attached:
            self.draw(self.scene)

    def draw(self, scene: Snapshot) -> None:
        """Show a moment; panels that are the same stay as they are."""
        with self.app.batch_update():
            self.query_one("#top", Panel).show(session_header(scene, self.size.width))
            self.query_one("#strip", Panel).show(strip(scene, self.size.width))
            rail_panel = self.query_one("#rail", ScrollPanel)
            if rail_panel.show(rail(scene, max(10, rail_panel.scrollable_content_region.width))):
                rail_panel.scroll_to(y=max(0, row_of(scene) - 4), animate=False)
            brief = self.query_one("#briefing", ScrollPanel)
            if brief.show(briefing(scene, brief.scrollable_content_region.width or 76)):
                self.refresh_bindings()
            self.query_one("#facts", ScrollPanel).show(facts(scene))
            self.query_one("#output", LogView).follow(self.run.feed)
            self._draw_bar(scene)

    def _draw_bar(self, scene: Snapshot) -> None:
        now = standing(scene)
        bar = self.query_one("#bar")
        scroll = self.query_one("#bar-scroll", VerticalScroll)
        width = scroll.container_size.width or 76
        keys = key_row(now.keys, width)
        new = self.query_one("#bar-text", Panel).show(now.text)
        if self.query_one("#bar-keys", Panel).show(keys):
            self.refresh_bindings()
        below = len(keys.plain.split("\n"))
        room = self._room_in_bar(below)
        scroll.styles.max_height = room
        rows = now.text.wrap(width)
        hidden = len(rows) - room
        self._give_way(bar.gutter.height + min(len(rows), room) + below)
        if new or room != self._room:
            self._room = room
            here = next((n for n, row in enumerate(rows) if row.plain.startswith(" ▶")), 0)
            scroll.scroll_to(y=max(0, here - room + 2) if here else 0, animate=False)
        scroll.can_focus = hidden > 0
        title = f"{now.title} · {count(hidden, 'more row')}: tab, j" if hidden > 0 else now.title
        title = ascii_text(title) if self.smoke.plain else title
        if bar.border_title != title:
            bar.border_title = title
        bar.set_class(now.needs_you, "-you")
        # What went wrong, and what is to be agreed to, is read before the output is.
        self.set_class(scene.mark(scene.shown) in _BAD or scene.next_step is not None, "-reading")

    def _room_in_bar(self, keys: int) -> int:
        """How many rows of the bar its text may have: the keys below it have to be seen."""
        bar = self.query_one("#bar")
        share = bar.styles.max_height
        rows = self.query_one("#columns").size.height
        most = int(rows * share.value / 100) if share is not None else rows
        return max(1, min(12, most - bar.gutter.height - keys))

    def _give_way(self, bar: int) -> None:
        """Leave the bar its rows: where all is too much, the briefing has less than its share."""
        brief = self.query_one("#briefing")
        rows, output = self.query_one("#middle").size.height, self.query_one("#output")
        least = output.styles.min_height
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

    def _withdraw(self, scene: Snapshot) -> None:
        """End a box whose question was answered another way."""
        top = self.app.screen
        if (
            isinstance(top, Box)
            and top.is_mounted
            and top.question is not None
            and top.question not in scene.state.questions
        ):
            top.dismiss(None)

    def _follow_questions(self, scene: Snapshot) -> None:
        """A new question: go back to what is going on."""
        question = scene.question
        seq = question.seq if question is not None else None
        if seq == self.seen_question:
            return
        self.seen_question = seq
        self.viewed = None
        if seq is None:
            self._left_alone = scene.elapsed
        elif scene.elapsed - self._left_alone > LONG_WORK:
            # Whoever has looked away since is wanted again.
            self.app.bell()
        self.query_one("#briefing", ScrollPanel).scroll_home(animate=False)
        if question is not None:
            self.arrived(scene, question)

    # --- looking around -------------------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Which keys mean something now."""
        scene = self.scene
        if action == "choose":
            return any(c.key == parameters[0] for c in choices(scene))
        if action == "stop":
            return scene.stoppable is not None and not scene.leaving
        if action == "note":
            return self.run.active and not scene.leaving
        if action == "proceed":
            return scene.ended and self.run.session is not None
        if action == "compare":
            return NextAction.COMPARE_CLIENT in next_actions(scene)
        if action == "home":
            return not self.run.active
        return True

    def action_view(self, by: int) -> None:
        """Look at the step before or after the shown one."""
        ids = [step.id for step in self.scene.steps]
        at = ids.index(self.scene.shown.id) + by
        if 0 <= at < len(ids):
            self.action_view_step(ids[at])

    def action_view_step(self, step_id: str) -> None:
        """Look at one step."""
        self.viewed = step_id
        self.query_one("#briefing", ScrollPanel).scroll_home(animate=False)
        self.draw(self.scene)

    def action_evidence(self) -> None:
        """Put the evidence in the place of the output, and back."""
        self.toggle_class("-evidence")

    def action_zoom(self) -> None:
        """Everything; the briefing alone; the output alone."""
        self._zoom = (self._zoom + 1) % len(_ZOOMS)
        for name in _ZOOMS[1:]:
            self.set_class(name == _ZOOMS[self._zoom], name)

    def action_home(self) -> None:
        self.smoke.go_home()

    def action_proceed(self) -> None:
        """After the end: the report."""
        self.smoke.show_report_of(self.run)
