"""How a state looks: a glyph, a word and a colour, and the same in plain characters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from textual.content import Content

PASS, FAIL, WARN, MUTED, ACCENT = (
    "$text-success", "$text-error", "$text-warning", "$text-muted", "$text-accent"
)


@dataclass(frozen=True, slots=True)
class Mark:
    """A state's glyph, word and colour; the colour never stands alone."""

    glyph: str
    word: str
    style: str


MARKS: Final[dict[str, Mark]] = {
    "pass": Mark("✓", "pass", PASS),
    "fail": Mark("✗", "fail", FAIL),
    "blocked": Mark("■", "blocked", WARN),
    "expected-limitation": Mark("◇", "limitation", WARN),
    "waived": Mark("–", "waived", MUTED),
    "not-run": Mark("·", "to do", MUTED),
    "error": Mark("!", "error", FAIL),
    "running": Mark("▶", "running", ACCENT),
    "asking": Mark("?", "needs you", WARN),
    "between": Mark("↻", "again soon", ACCENT),
    "incomplete": Mark("◌", "incomplete", WARN),
    "pass-with-waivers": Mark("✓", "pass with waivers", PASS),
    "pass-attested": Mark("✓", "pass (attested)", PASS),
    "open": Mark("◌", "unfinished", MUTED),
    "unreadable": Mark("!", "unreadable", FAIL),
}

# One character for one, so that the spans of a text stay where they are.
_PLAIN: Final = str.maketrans({
    "✓": "+", "✗": "x", "■": "#", "◇": "o", "–": "-", "·": ".", "▶": ">", "↻": "@", "◌": "o",
    "→": ">", "←": "<", "…": "~", "×": "x", "•": "*", "☐": "_", "☑": "x", "—": "-", "’": "'",
    "“": '"', "”": '"', "↑": "^", "↓": "v", "␊": " ", "␍": " ", "\u00a0": " ",
})


def ascii_text(text: str) -> str:
    """Our own typographic characters as plain ones; anything else foreign as a question mark."""
    return "".join(c if c < "\x7f" else "?" for c in text.translate(_PLAIN))


def ascii_content(content: Content) -> Content:
    """`ascii_text` of a content, with its styles."""
    return Content(ascii_text(content.plain), spans=list(content.spans))
