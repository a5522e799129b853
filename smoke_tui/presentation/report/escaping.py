"""Text in Markdown: foreign text inert, as a code span or in a fence it can't close.

A code host looks for names, numbers of issues and addresses in the *rendered* text, where an
escaped `#` is a `#` again; so those are broken by an invisible space, and only code is left as is.
"""

from __future__ import annotations

import re
from typing import Final

from smoke_tui.presentation.format import flat
from smoke_tui.presentation.spans import Span, Text, spans
from smoke_tui.redaction import clean

_SPECIAL: Final = re.compile(r"([\\`*_{}\[\]<>|#!~&$])")
_BREAK: Final = "\u200b"
_AUTOMATIC: Final = (
    (re.compile(r"@"), "@" + _BREAK),
    (re.compile(r"#"), "#" + _BREAK),
    (re.compile(r"(?i)\b(GH)-(?=\d)"), rf"\1{_BREAK}-"),
    (re.compile(r":(?=[^\s\d])"), ":" + _BREAK),
    (re.compile(r"/(?=/)"), "/" + _BREAK),
    # A name such as config.toml is no address: nothing ends in .toml there, and it can be copied.
    (re.compile(r"(?<=\w)\.(?!(?:toml|jsonl?|ya?ml|txt)\b)(?=[^\W\d])"), "." + _BREAK),
)
"""What a code host turns into links by itself: names, issues, web and mail addresses."""


def as_markdown(text: Text) -> str:
    """Render a text as one line of Markdown, its foreign spans as code spans."""
    return "".join(map(_span, spans(text)))


def _span(span: Span) -> str:
    if span.foreign:
        return f"`{in_code(span.text)}`" if span.text else "(empty)"
    if span.tone == "strong":
        return f"**{ours(span.text)}**"
    # The blanks at a span's ends part it from its neighbours.
    core = ours(span.text)
    if not core:
        return span.text
    return f"{' ' * span.text.startswith(' ')}{core}{' ' * span.text.endswith(' ')}"


def in_code(text: str) -> str:
    """Replace what can't stand in a code span inside a table: backticks and bars."""
    return text.replace("`", "'").replace("|", "¦")


def fenced(text: str, kind: str = "text") -> list[str]:
    """Put foreign text in a fence longer than any run of backticks in it."""
    body = clean(text)
    longest = max((len(run) for run in re.findall(r"`+", body)), default=0)
    fence = "`" * max(3, longest + 1)
    return [fence + kind, *body.split("\n"), fence]


def ours(text: str) -> str:
    """Escape a sentence of ours, which may hold foreign words, so that it stays plain text."""
    shown = flat(text)
    for pattern, broken in _AUTOMATIC:
        shown = pattern.sub(broken, shown)
    return _SPECIAL.sub(r"\\\1", shown)
