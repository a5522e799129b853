"""How tones look in the app: a colour of the theme each; texts where only ASCII is wanted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from textual.app import App
from textual.content import Content

from smoke_tui.presentation.marks import Tone, ascii_text

PASS, FAIL, WARN, ACCENT = "$text-success", "$text-error", "$text-warning", "$text-accent"
# The theme's own "$text-muted" is drawn in full black or white, louder than the text.
MUTED = "$foreground 70%"
KEY = "$text-accent bold"
STYLES: Final[Mapping[Tone, str]] = {
    "": "",
    "strong": "bold",
    "good": PASS,
    "bad": FAIL,
    "warn": WARN,
    "muted": MUTED,
    "accent": ACCENT,
    "gone": f"{FAIL} bold",
    "added": f"{PASS} bold underline",
}


def ascii_content(content: Content) -> Content:
    """`ascii_text` of a content, with its styles."""
    return Content(ascii_text(content.plain), spans=list(content.spans))


def ascii_only(app: App[object]) -> bool:
    """Whether the app was asked for plain characters."""
    return app.has_class("-ascii")


def adapt(app: App[object], content: Content) -> Content:
    """A content as the app shows it: in plain characters, where it was asked for these."""
    return ascii_content(content) if ascii_only(app) else content


def adapt_text(app: App[object], text: str) -> str:
    """A text as the app shows it: in plain characters, where it was asked for these."""
    return ascii_text(text) if ascii_only(app) else text
