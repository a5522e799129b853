"""This machine and the settings, each with its source."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content

from smoke_tui.config.settings import OPTIONS, Settings
from smoke_tui.doctor import Check, look, shown
from smoke_tui.presentation.format import one_line
from smoke_tui.presentation.marks import MARKS
from smoke_tui.tui.render.content import labelled
from smoke_tui.tui.screens.base import Page
from smoke_tui.tui.theme import MUTED, STYLES
from smoke_tui.tui.widgets.panel import ScrollPanel

_ORDER = ("problem", "note", "ok")
_MARKS = {"problem": MARKS["fail"], "note": MARKS["expected-limitation"], "ok": MARKS["pass"]}


def checks_text(checks: list[Check], width: int) -> Content:
    """What was looked at, problems first, each with what to do."""
    rows = []
    for check in sorted(checks, key=lambda c: _ORDER.index(c.status)):
        mark = _MARKS[check.status]
        told = Content.assemble(
            (f"{one_line(check.id, 40)}  ", MUTED), one_line(check.summary, 300)
        )
        label = f"{mark.glyph} {check.status}"
        rows.append(labelled(label, told, width, room=11, style=STYLES[mark.tone]))
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
                    one_line(value or "–", 60),
                    (f"  from {one_line(source, 80)}" if value else "", MUTED),
                    (f"  {option.about}", MUTED),
                ),
                width,
                room=17,
                style="bold" if value else "",
            )
        )
    return Content("\n").join(rows)


def keys_text(
    settings: Settings, known: Mapping[str, Binding], shown: Mapping[str, str], width: int
) -> Content:
    """Every binding that can be given another key: its id, its key, and where that came from."""
    rows = [Content(""), Content.styled("Keys, by what they are called under [keys]", "bold")]
    for name, binding in sorted(known.items(), key=lambda known: known[0] not in settings.keys):
        given = settings.keys.get(name)
        source = f"  from {one_line(given.source, 80)}" if given is not None else ""
        rows.append(
            labelled(
                name,
                Content.assemble(
                    shown.get(name, binding.key_display or binding.key.split(",")[0]),
                    (source, MUTED),
                    (f"  {binding.description}", MUTED),
                ),
                width,
                room=20,
                style="bold" if given else "",
            )
        )
    return Content("\n").join(rows)


class MachinePage(Page):
    """What `doctor` finds, and where each setting came from."""

    AUTO_FOCUS = "#checks"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("r", "again", "Look again", id="machine.again"),
        Binding("tab", "app.focus_next", "Other part", show=False, id="machine.other"),
        Binding("b,escape,backspace", "app.pop_screen", "Back", id="machine.back", key_display="b"),
        Binding("t", "app.toggle_dark", "Theme", show=False, id="app.theme"),
        Binding("q", "app.leave", "Leave", id="app.leave"),
    ]

    def __init__(self, looks: Callable[[Settings], list[Check]] = look) -> None:
        super().__init__()
        self._looks = looks
        self._found: list[Check] | None = None

    def body(self) -> ComposeResult:
        yield ScrollPanel("checks", title="This machine")
        yield ScrollPanel("settings", title="Settings, and where each comes from")

    def header(self, width: int) -> Content:
        return Content.assemble((" This machine ", "bold"), ("and the settings", MUTED))

    def on_mount(self) -> None:
        self.action_again()

    def on_resize(self) -> None:
        self.call_after_refresh(self.draw)

    def draw(self) -> None:
        """Show what was found in the width there is."""
        if not self.is_attached:
            return
        # It knows every screen, this one included.
        from smoke_tui.tui.keymap import changeable

        panel = self.query_one("#checks", ScrollPanel)
        width = panel.scrollable_content_region.width
        panel.show(
            Content.styled("Looking…", MUTED)
            if self._found is None
            else checks_text(self._found, width)
        )
        self.query_one("#settings", ScrollPanel).show(
            Content("\n").join(
                [
                    settings_text(self.smoke.settings, width),
                    keys_text(self.smoke.settings, changeable(), self.smoke.shown_keys(), width),
                ]
            )
        )

    @work(exclusive=True)
    async def action_again(self) -> None:
        """Look at everything once more."""
        self._found = None
        self.draw()
        self._found = await asyncio.to_thread(self._looks, self.smoke.settings)
        self.draw()
