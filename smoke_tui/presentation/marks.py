"""Marks of outcomes and states: a glyph, a word and a tone; and glyphs in ASCII."""

from __future__ import annotations

from typing import Final, Literal

from smoke_tui.structs import Struct

Tone = Literal["", "strong", "good", "bad", "warn", "muted", "accent", "gone", "added"]
"""Meanings that a front end may draw as colours."""


class Mark(Struct, frozen=True):
    """A state's glyph, word and tone; a tone is never the only sign of a state."""

    glyph: str
    word: str
    tone: Tone


MARKS: Final[dict[str, Mark]] = {
    "pass": Mark("✓", "pass", "good"),
    "fail": Mark("✗", "fail", "bad"),
    "blocked": Mark("■", "blocked", "warn"),
    "expected-limitation": Mark("◇", "limitation", "warn"),
    "waived": Mark("–", "waived", "muted"),
    "not-run": Mark("·", "to do", "muted"),
    "error": Mark("!", "error", "bad"),
    "running": Mark("▶", "running", "accent"),
    "asking": Mark("?", "needs you", "warn"),
    "between": Mark("↻", "again soon", "accent"),
    "incomplete": Mark("◌", "incomplete", "warn"),
    "pass-with-waivers": Mark("✓", "pass with waivers", "good"),
    "pass-attested": Mark("✓", "pass (attested)", "good"),
    "open": Mark("◌", "incomplete", "muted"),
    "unreadable": Mark("!", "unreadable", "bad"),
}

# One character for one, so that the spans of a text stay where they are.
_PLAIN: Final = str.maketrans(
    {
        "✓": "+",
        "✗": "x",
        "■": "#",
        "◇": "o",
        "–": "-",
        "·": ".",
        "▶": ">",
        "↻": "@",
        "◌": "o",
        "→": ">",
        "←": "<",
        "…": "~",
        "×": "x",
        "•": "*",
        "☐": "_",
        "☑": "x",
        "—": "-",
        "’": "'",
        "━": "=",
        "╌": "-",
        "“": '"',
        "”": '"',
        "↑": "^",
        "↓": "v",
        "␊": " ",
        "␍": " ",
        "␣": "_",
        "⇥": ">",
        "│": "|",
        "▏": "|",
        "─": "-",
        "▾": "v",
        "\u00a0": " ",
    }
)


def ascii_text(text: str) -> str:
    """Replace our typographic characters by ASCII ones, all others by question marks."""
    return "".join(c if c < "\x7f" else "?" for c in text.translate(_PLAIN))
