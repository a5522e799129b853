"""Help: what the screen below is for, and every key that means something there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen

from smoke_tui.presentation.format import titled
from smoke_tui.tui.bindings import HELP
from smoke_tui.tui.render.key_row import key_row
from smoke_tui.tui.screens.base import Page
from smoke_tui.tui.theme import ACCENT, MUTED
from smoke_tui.tui.widgets.modals import LatestSize
from smoke_tui.tui.widgets.panel import BoxText, Panel

_EVERYWHERE: Final = (
    ("", "tab", "the next part of the screen"),
    ("", "j k g G, arrows", "move or scroll"),
    ("app.theme", "t", "the next theme, which is kept"),
    ("", "ctrl+p", "every action by name"),
    ("app.copy", "Y", "copy the part with the focus"),
    ("", "ctrl+c", "copy what is selected, else ask to leave"),
    ("find.ask", "/", "find in output, report, record; n N go on"),
    ("app.leave", "q", "leave, asking first while something runs"),
    ("app.now", "ctrl+q", "leave at once"),
)
"""The binding, where it can be given another key; its key; what it does."""
_NAMED_BELOW: Final = frozenset(name for name, _, _ in _EVERYWHERE) | {"app.help", "record.find"}


class HelpScreen(ModalScreen[None], LatestSize[None]):
    """Keys and texts for one screen. `keys` are those of config.toml, by binding."""

    AUTO_FOCUS = "#help-text"
    BINDINGS: ClassVar[list[BindingType]] = [*HELP]

    def __init__(self, page: Page, keys: Mapping[str, str]) -> None:
        super().__init__()
        rows = [Content(page.ABOUT), Content("")]
        choices = page.choices()
        if choices:
            rows.append(Content.styled("To answer now", "bold"))
            rows += [_row(choice.key, choice.label) for choice in choices]
            rows.append(Content(""))
        rows.append(Content.styled("Here", "bold"))
        here: dict[str, Content] = {}
        for active in page.active_bindings.values():
            binding = active.binding
            if binding.description and binding.show and binding.id not in _NAMED_BELOW:
                key = keys.get(binding.id or "", binding.key_display or binding.key)
                here.setdefault(binding.description, _row(key, binding.description))
        rows += here.values()
        rows += [_row(keys.get(name, key), text) for name, key, text in page.HELP_ROWS]
        rows += [Content(""), Content.styled("Everywhere", "bold")]
        rows += [_row(keys.get(name, key), text) for name, key, text in _EVERYWHERE]
        if keys:
            changed = "Some keys were changed in config.toml; the machine screen lists them."
            rows += [Content(""), Content.styled(changed, MUTED)]
        self._text = Content("\n").join(rows)

    def compose(self) -> ComposeResult:
        """Yield the text, which scrolls, and the key that leaves."""
        with Vertical(classes="box") as box:
            box.border_title = "Help"
            yield BoxText("help-text", content=self._text)
            yield Panel("box-keys", key_row([("esc", "back", "escape")]))

    def on_resize(self) -> None:
        """Fit the text into the new size."""
        self.query_one(BoxText).fit()


def _row(key: str, text: str) -> Content:
    return Content.assemble((f"  {key:<18}", ACCENT), (titled(text), MUTED))
