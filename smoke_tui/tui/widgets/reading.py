"""A Markdown text to be read, in a box over the screen; it is scrolled and searched by key."""

from __future__ import annotations

import re
from typing import Final

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content

from smoke_tui.regex import regex
from smoke_tui.tui.render.key_row import key_row
from smoke_tui.tui.widgets.markdown_view import MarkdownView
from smoke_tui.tui.widgets.modals import Box
from smoke_tui.tui.widgets.panel import Panel

_FRONT_MATTER: Final = regex(r"\A---\n(.*?\n)---\n", re.DOTALL)


def readable(runbook_text: str) -> str:
    """A runbook's file as Markdown alone: its front matter as a block of code."""
    return _FRONT_MATTER.sub(lambda match: f"```yaml\n{match[1]}```\n", runbook_text)


class Reading(Box[None]):
    """Shows one text; `/` finds words in it."""

    AUTO_FOCUS = "#reading"

    def __init__(self, title: str, text: str) -> None:
        super().__init__(title, Content(""), [("/", "find", "slash")])
        self._markdown = text

    def compose(self) -> ComposeResult:
        """Yield the box."""
        with Vertical(classes="box") as box:
            box.border_title = self._title
            yield MarkdownView("reading", text=self._markdown)
            yield Panel("box-keys", key_row(self._keys, 68))
