"""The report: what would leave this machine, whether it may, and where it goes."""

from __future__ import annotations

import asyncio
from functools import partial
from pathlib import Path
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content

from smoke_tui.engine.amend import amendable
from smoke_tui.errors import CommandError, UsageError
from smoke_tui.files import StorageError
from smoke_tui.journal.battery import battery_tries
from smoke_tui.journal.load import InvalidRecordError, load_state
from smoke_tui.journal.state import State, StepState
from smoke_tui.presentation.format import one_line
from smoke_tui.presentation.live.snapshot import name_of
from smoke_tui.presentation.marks import MARKS
from smoke_tui.presentation.report.drift_pairs import all_drift_pairs, has_comparison
from smoke_tui.presentation.report.export import SecretFoundError, export, stored_evidence
from smoke_tui.presentation.report.save import default_name, is_new, why_no_file, write_report
from smoke_tui.presentation.report.verdict_text import effective_verdict
from smoke_tui.presentation.spend import quota
from smoke_tui.redaction import Vault
from smoke_tui.runbook import Runbook
from smoke_tui.session.amend import amend_session
from smoke_tui.tui.bindings import REPORT
from smoke_tui.tui.render.content import foreign, lines
from smoke_tui.tui.render.header import badge
from smoke_tui.tui.screens.base import Page
from smoke_tui.tui.screens.battery import BatteryScreen, BatteryView
from smoke_tui.tui.screens.drift import DriftScreen
from smoke_tui.tui.screens.record import show_record
from smoke_tui.tui.theme import FAIL, MUTED, PASS, STYLES
from smoke_tui.tui.widgets.markdown_view import MarkdownView
from smoke_tui.tui.widgets.modals import Choose, Line, YesNo, required
from smoke_tui.tui.widgets.panel import Panel


class ReportScreen(Page):
    """A finished export, rendered, or as it is written."""

    AUTO_FOCUS = "#preview"
    BINDINGS: ClassVar[list[BindingType]] = [*REPORT]
    ABOUT = (
        "This text is what would be posted. It was looked through for secrets once "
        "more; with one in it nothing is given out."
    )

    def __init__(self, runbook: Runbook, state: State, folder: Path, vault: Vault) -> None:
        super().__init__()
        self.runbook = runbook
        self.state = state
        self.folder = folder
        self.content: bytes | None = None
        self.problem = ""
        try:
            self.content = export("md", runbook, state, folder, vault)
        except SecretFoundError as error:
            self.problem = str(error)

    def body(self) -> ComposeResult:
        """Yield the result of the scan, and the report."""
        yield Panel("scan")
        yield MarkdownView("preview", "Report", (self.content or b"").decode())

    def header(self, width: int) -> Content:
        """The session, whether it counts, and its verdict."""
        result = effective_verdict(self.runbook, self.state)
        mark = MARKS[result.value]
        parts: list[Content | str | tuple[str, str]] = [
            (" Report ", "bold"),
            (self.folder.name[-4:], MUTED),
            " ",
        ]
        if self.state.world == "rehearsed":
            parts.append(badge(self.state.first_config.scenario))
        parts += [" ", (f"{mark.glyph} {mark.word}", f"{STYLES[mark.tone]} bold")]
        return Content.assemble(*parts)

    def on_mount(self) -> None:
        """Show the result of the scan, and the report."""
        issue = f" It belongs on {one_line(self.runbook.issue, 60)}." if self.runbook.issue else ""
        if self.content is None:
            text = Content.styled(f"✗ {one_line(self.problem, 400)}. Nothing leaves.", FAIL)
        else:
            text = Content.assemble(
                ("✓ no secret found ", PASS),
                f"in {len(self.content):,} bytes.{issue}",
            )
        self.query_one("#scan", Panel).show(text)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Say which keys mean something: a report that holds a secret goes nowhere."""
        over_walk = self.smoke.current is not None and self.smoke.current.active
        if action in ("home", "walk"):
            return over_walk is (action == "walk")
        if action == "amend":
            return bool(amendable(self.state)) and not over_walk
        if action == "drift":
            steps = self.state.steps.values()
            return any(has_comparison(attempt) for step in steps for attempt in step.tries)
        if action == "battery":
            return self._battery_step() is not None
        return self.content is not None if action in ("write", "copy") else True

    @work
    async def action_write(self) -> None:
        """Write the report to a file of the operator's choice."""
        if self.content is None:
            return
        name = await self.app.push_screen_wait(
            Line(
                "Write the report",
                Content("To which file?"),
                take="write it",
                prefill=default_name(self.folder.name),
                check=lambda name: required(name) or why_no_file(name),
            )
        )
        if name is None:
            return
        if not is_new(name) and not await self.app.push_screen_wait(
            YesNo(
                "It exists",
                foreign(f"{name} exists. Replace it?"),
                yes="replace it",
                no="leave it",
            )
        ):
            return
        good, text = write_report(name, self.content, self.runbook.issue)
        self._show_result(text, good=good)

    def action_raw(self) -> None:
        """Show the report as it is written, or rendered again."""
        view = self.query_one("#preview", MarkdownView)
        view.show(view.text, raw=not view.raw)
        view.border_title = "Report, as it is written" if view.raw else "Report"
        view.scroll_home(animate=False)

    def action_copy(self) -> None:
        """Send the report to the terminal's clipboard."""
        if self.content is not None:
            self.smoke.send_to_clipboard(self.content.decode(), "the report", "w writes a file")

    @work
    async def action_amend(self) -> None:
        """Replace the operator's answer about a step, and say why."""
        steps = amendable(self.state)
        step = (
            next(iter(steps))
            if len(steps) == 1
            else await self.app.push_screen_wait(
                Choose(
                    "Amend",
                    Content("What you said of which step is otherwise?"),
                    [(name, foreign(name_of(self.runbook.step(name)))) for name in steps],
                )
            )
        )
        if step is None:
            return
        step_state = self.state.steps[step]
        answer = await self.app.push_screen_wait(
            Choose(
                "Amend",
                lines(
                    Content.assemble(
                        (name_of(self.runbook.step(step)), "bold"), ": what do you say now?"
                    ),
                    foreign(
                        f"So far it is {step_state.outcome}: {one_line(step_state.summary)}", MUTED
                    ),
                ),
                [(word, Content(word)) for word in steps[step]],
            )
        )
        why = answer and await self.app.push_screen_wait(
            Line(
                "Amend",
                Content("Why is it otherwise? The report has both, and this."),
                check=required,
                take="amend it",
            )
        )
        if not answer or not why:
            return
        try:
            await asyncio.to_thread(
                amend_session, self.smoke.settings, self.folder, step, answer, why
            )
            _, runbook, state = await asyncio.to_thread(load_state, self.folder)
        except (CommandError, UsageError, InvalidRecordError, StorageError) as error:
            self._show_result(str(error), good=False)
            return
        # The worker ends with its screen, so it can't wait for that itself.
        self.app.call_later(
            self.app.switch_screen, ReportScreen(runbook, state, self.folder, Vault())
        )

    def action_events(self) -> None:
        """Show the session event by event."""
        show_record(self, self.folder)

    def action_drift(self) -> None:
        """Show the comparisons of the session's answers, word by word."""
        load = partial(all_drift_pairs, self.state, stored_evidence(self.folder))
        self.app.push_screen(DriftScreen("answers", load))

    def _battery_step(self) -> StepState | None:
        """The last step that made a battery; None where none did."""
        made = [step for step in self.state.steps.values() if battery_tries(step.tries)]
        return made[-1] if made else None

    def action_battery(self) -> None:
        """Show the last battery of the session as a grid."""
        step = self._battery_step()
        if step is not None:
            view = BatteryView(battery_tries(step.tries), 0, quota(self.state), False)
            self.app.push_screen(BatteryScreen(step.id, lambda: view, None))

    def action_home(self) -> None:
        """Go back to the home screen."""
        self.smoke.go_home()

    def action_walk(self) -> None:
        """Go back to the session that has not ended."""
        self.app.pop_screen()

    def _show_result(self, text: str, *, good: bool) -> None:
        self.query_one("#scan", Panel).show(
            Content.styled(one_line(text, 400), PASS if good else FAIL)
        )
