"""Split a runbook's Markdown into sections and their fenced blocks."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from typing import TYPE_CHECKING

from smoke_tui.regex import regex
from smoke_tui.runbook.parser.info_strings import ROLES, RUN, SHELL, STEP, intended_role
from smoke_tui.structs import Struct, field

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

__all__ = ["ROLES", "RUN", "SHELL", "STEP", "Document", "Fence", "Section", "read_blocks"]

_OPENING = regex(r"^[ \t>]*(?:`{3,}|~{3,})[ \t]*([^`\n]*)$")
_NO_FENCE = regex(
    r"^[ \t>]*(?:`{1,2}|~{1,2}|'{3,}|\"{3,}|[\u00b4\u2018\u2019]{3,})[ \t]*([^`~\n]+)$"
)
"""A line that looks like the opening of a fence but opens none."""


class Fence(Struct, frozen=True):
    """A fenced block: `line` is the opening fence's, `last` the closing one's."""

    info: str
    content: str
    line: int
    last: int
    indents: tuple[int, ...]
    closed: bool
    top: bool

    @property
    def role(self) -> str | None:
        """The block's role in a step, None for an example."""
        return self.info if self.info in ROLES else None

    @property
    def intended_role(self) -> str | None:
        """The role that the author probably intended, misspelled in the info string."""
        return intended_role(self.info)

    def place(self, line: int, col: int) -> tuple[int, int]:
        """Line and column in the file of a line and column in the content."""
        indent = self.indents[line - 1] if line <= len(self.indents) else 0
        return self.line + line, col + indent


class Section(Struct):
    """A level-2 heading with the content up to the next one."""

    title: str
    line: int
    fences: list[Fence] = field(default_factory=list)
    prose: str = ""

    def having(self, *roles: str) -> list[Fence]:
        """The top-level fences with one of these roles."""
        return [f for f in self.fences if f.top and f.role in roles]


class Document(Struct):
    """All sections; `early` are fences above the first, `hidden` are step or run blocks in HTML."""

    sections: list[Section]
    early: list[Fence]
    hidden: list[tuple[int, str]]

    def fences(self) -> Iterable[Fence]:
        """Every fence, in order."""
        yield from self.early
        for section in self.sections:
            yield from section.fences


@cache
def _markdown() -> MarkdownIt:
    from markdown_it import MarkdownIt

    # Only blocks are needed; inline parsing would cost time.
    return MarkdownIt("commonmark").disable(["inline", "text_join"])


def read_blocks(lines: list[str], first: int) -> Document:
    """Split the lines from index `first` on; line numbers are those of the whole file."""
    text = "\n".join([""] * first + lines[first:])
    document = Document([], [], [])
    heads: list[tuple[int, int]] = []
    tokens = _markdown().parse(text)
    for index, token in enumerate(tokens):
        if token.type == "heading_open" and token.tag == "h2" and token.level == 0:
            start, end = token.map or [0, 0]
            title = " ".join(tokens[index + 1].content.split())
            document.sections.append(Section(title, start + 1))
            heads.append((start, end))
        elif token.type == "fence":
            fence = _fence(token, lines)
            fences = document.sections[-1].fences if document.sections else document.early
            fences.append(fence)
        elif token.type in ("code_block", "html_block"):
            _find_hidden(token, lines, document, _OPENING)
        elif token.type == "paragraph_open":
            _find_hidden(token, lines, document, _NO_FENCE)
    ends = [*(start for start, _ in heads), len(lines)][1:]
    for section, (_, start), end in zip(document.sections, heads, ends, strict=True):
        section.prose = _prose(section, lines, start, end)
    return document


def _fence(token: Token, lines: list[str]) -> Fence:
    start, end = token.map or [0, 0]
    end = min(end, len(lines))
    markup = token.markup
    tail = lines[end - 1].lstrip(" \t>").rstrip(" \t") if end - 1 > start else ""
    closed = len(tail) >= len(markup) and set(tail) == {markup[0]}
    content = token.content.replace("\r", "")
    inner = content.split("\n")
    indents = [
        len(raw) - len(content_line) if raw.endswith(content_line) else 0
        for raw, content_line in zip(lines[start + 1 : end], inner, strict=False)
    ]
    return Fence(
        info=" ".join(token.info.split()),
        content=content,
        line=start + 1,
        last=max(end, start + 1),
        indents=tuple(indents),
        closed=closed,
        top=token.level == 0,
    )


def _find_hidden(
    token: Token, lines: list[str], document: Document, opening: re.Pattern[str]
) -> None:
    start, end = token.map or [0, 0]
    # A comment disables a step on purpose; other HTML hides it by accident.
    if token.type == "html_block" and token.content.lstrip().startswith("<!--"):
        return
    for number in range(start, min(end, len(lines))):
        match = opening.match(lines[number])
        if match is not None and intended_role(" ".join(match[1].split())) is not None:
            document.hidden.append((number + 1, "\n".join(lines[number:end])))
            return


def _prose(section: Section, lines: list[str], start: int, end: int) -> str:
    skipped = {
        number
        for fence in section.fences
        if fence.top and fence.role is not None
        for number in range(fence.line - 1, fence.last)
    }
    return "\n".join(lines[n] for n in range(start, end) if n not in skipped).strip()
