"""Help: what the screen below is for, and every key that means something there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import ActiveBinding, Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen

from smoke_tui.config.questions import Choice
from smoke_tui.presentation.format import titled
from smoke_tui.tui.render.key_row import key_row
from smoke_tui.tui.screens.base import LatestSize
from smoke_tui.tui.theme import MUTED
from smoke_tui.tui.widgets.panel import Panel, ScrollPanel

ABOUT = {
    "Home": "Choose a runbook to walk, or a recorded session to read. A rehearsal needs no "
    "account and spends nothing; a live run is yours to start.",
    "SessionScreen": "The tool walks the runbook; you decide, do what needs a person, and say what you "
    "saw. The bar at the bottom says what is needed now and which key gives it. "
    "[ and ] look at other steps.",
    "RecordPage": "A session that was recorded: every event in its order, the steps as they stood, "
    "and how far through its time you are. Nothing here can change it.",
    "ComparePage": "What is better, worse or changed from one session to the other; what is the "
    "same is named at the end.",
    "TrendsPage": "What sessions against the provider spent, and how full the quota was. An "
    "unknown is never a zero.",
    "MachinePage": "What the tool finds on this machine, and where each setting comes from.",
    "ReportPage": "This text is what would be posted. It was looked through for secrets once "
    "more; with one in it nothing is given out.",
}
ALWAYS = (
    ("", "tab", "the next part of the screen"),
    ("", "j k g G, arrows", "move or scroll"),
    ("app.theme", "t", "light or dark"),
    ("", "ctrl+p", "every action by name"),
    ("", "ctrl+c", "copy what is selected with the mouse"),
    ("app.leave", "q", "leave, asking first while something runs"),
    ("app.now", "ctrl+q", "leave at once"),
)
"""The binding, where it can be given another key; its key; what it does."""
STEPS = (("session.before", "[", "the step before"), ("session.after", "]", "the step after"))


class Help(ModalScreen[None], LatestSize[None]):
    """Keys and words for one screen."""

    AUTO_FOCUS = "#help-text"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,question_mark,enter", "dismiss", "Back", show=False, id="help.back"),
        Binding("q", "app.leave", "Leave", show=False, id="app.leave"),
    ]

    def __init__(
        self,
        page: str,
        bindings: list[ActiveBinding],
        asked: tuple[Choice, ...],
        keys: Mapping[str, str],
        *,
        changed: bool = False,
    ) -> None:
        super().__init__()
        rows = [Content(ABOUT.get(page, "")), Content("")]
        if asked:
            rows.append(Content.styled("To answer now", "bold"))
            rows += [_row(choice.key, choice.label) for choice in asked]
            rows.append(Content(""))
        rows.append(Content.styled("Here", "bold"))
        seen: set[str] = set()
        for active in bindings:
            binding = active.binding
            if binding.description and binding.description not in seen and binding.show:
                seen.add(binding.description)
                shown = keys.get(binding.id or "", binding.key_display or binding.key)
                rows.append(_row(shown, binding.description))
        if page == "SessionScreen":
            rows += [_row(keys.get(name, key), words) for name, key, words in STEPS]
        rows += [Content(""), Content.styled("Everywhere", "bold")]
        rows += [_row(keys.get(name, key), words) for name, key, words in ALWAYS]
        if changed:
            rows += [
                Content(""),
                Content.styled(
                    "Some keys were changed in config.toml; the machine screen lists them.", MUTED
                ),
            ]
        self._text = Content("\n").join(rows)

    def compose(self) -> ComposeResult:
        with Vertical(classes="box") as box:
            box.border_title = "Help"
            yield ScrollPanel("help-text", content=self._text)
            yield Panel("box-keys", key_row([("esc", "back", "escape")]))


def _row(key: str, words: str) -> Content:
    return Content.assemble((f"  {key:<18}", "$text-accent"), (titled(words), MUTED))
