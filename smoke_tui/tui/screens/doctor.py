"""This machine and the settings, each with its source."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import ClassVar, Final

from textual import work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content

from smoke_tui.config.settings import OPTIONS, Settings
from smoke_tui.doctor import Check, default_of, run_checks, shown
from smoke_tui.presentation.format import one_line
from smoke_tui.presentation.marks import MARKS
from smoke_tui.tui.bindings import MACHINE
from smoke_tui.tui.keymap import changeable
from smoke_tui.tui.render.content import labelled
from smoke_tui.tui.screens.base import Page
from smoke_tui.tui.theme import MUTED, STYLES
from smoke_tui.tui.widgets.panel import ScrollPanel

_MARKS: Final = {
    "problem": MARKS["fail"],
    "note": MARKS["expected-limitation"],
    "ok": MARKS["pass"],
}
"""By a check's status, the worst first."""


def checks_text(checks: list[Check], width: int) -> Content:
    """The results of the checks, problems first, each with its remedy."""
    rows = []
    order = list(_MARKS)
    for check in sorted(checks, key=lambda c: order.index(c.status)):
        mark = _MARKS[check.status]
        summary = Content.assemble(
            (f"{one_line(check.id, 40)}  ", MUTED), one_line(check.summary, 300)
        )
        rows.append(
            labelled(
                f"{mark.glyph} {check.status}", summary, width, room=11, style=STYLES[mark.tone]
            )
        )
        if check.remedy:
            rows.append(
                labelled(
                    "",
                    Content.styled(f"next: {one_line(check.remedy, 300)}", MUTED),
                    width,
                    room=11,
                )
            )
    return Content("\n").join(rows)


def settings_text(settings: Settings, width: int) -> Content:
    """Every setting: its value, where that came from, and what it is."""
    rows = []
    for option in OPTIONS:
        value = shown(settings, option.name)
        source = settings.source(option.name)
        rows.append(
            labelled(
                option.name,
                Content.assemble(
                    one_line(value or default_of(settings, option.name), 60),
                    (f"  from {one_line(source, 80)}" if value else " (default)", MUTED),
                    (f"  {option.about}", MUTED),
                ),
                width,
                room=17,
                style="bold" if value else "",
            )
        )
    return Content("\n").join(rows)


def keys_text(settings: Settings, changed: Mapping[str, str], width: int) -> Content:
    """Every binding that can be given another key: its id, its key, and where that came from."""
    rows = [Content(""), Content.styled("Keys, by what they are called under [keys]", "bold")]
    for name, binding in sorted(changeable().items(), key=lambda row: row[0] not in settings.keys):
        value = settings.keys.get(name)
        source = f"  from {one_line(value.source, 80)}" if value is not None else ""
        rows.append(
            labelled(
                name,
                Content.assemble(
                    changed.get(name, binding.key_display or binding.key.split(",")[0]),
                    (source, MUTED),
                    (f"  {binding.description}", MUTED),
                ),
                width,
                room=20,
                style="bold" if value else "",
            )
        )
    return Content("\n").join(rows)


class DoctorScreen(Page):
    """What `doctor` finds, and where each setting came from."""

    AUTO_FOCUS = "#checks"
    BINDINGS: ClassVar[list[BindingType]] = [*MACHINE]
    ABOUT = "What the tool finds on this machine, and where each setting comes from."

    def __init__(self, run_checks: Callable[[Settings], list[Check]] = run_checks) -> None:
        super().__init__()
        self._run_checks = run_checks
        self._checks: list[Check] | None = None

    def body(self) -> ComposeResult:
        """Yield the checks and the settings."""
        yield ScrollPanel("checks", title="This machine")
        yield ScrollPanel("settings", title="Settings, and where each comes from")

    def header(self, width: int) -> Content:
        """What is shown."""
        return Content.assemble((" This machine ", "bold"), ("and the settings", MUTED))

    def on_mount(self) -> None:
        """Run the checks."""
        self.action_again()

    def on_resize(self) -> None:
        """Draw again, once the layout is known."""
        self.call_after_refresh(self.draw)

    def draw(self) -> None:
        """Draw the checks and the settings in the width there is."""
        if not self.is_attached:
            return
        panel = self.query_one("#checks", ScrollPanel)
        width = panel.scrollable_content_region.width
        panel.show(
            Content.styled("Looking…", MUTED)
            if self._checks is None
            else checks_text(self._checks, width)
        )
        self.query_one("#settings", ScrollPanel).show(
            Content("\n").join(
                [
                    settings_text(self.smoke.settings, width),
                    keys_text(self.smoke.settings, self.smoke.changed_keys(), width),
                ]
            )
        )

    @work(exclusive=True)
    async def action_again(self) -> None:
        """Run all checks once more."""
        self._checks = None
        self.draw()
        self._checks = await asyncio.to_thread(self._run_checks, self.smoke.settings)
        self.draw()
