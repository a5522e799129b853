"""Splits a command line into words, as a shell does, and refuses what only a shell can do."""

from __future__ import annotations

import re
from dataclasses import dataclass

from smoke_tui.runbook import templates
from smoke_tui.runbook.lint.diagnostics import LintCode

_SPECIAL = {
    "|": "a pipe",
    "&": "a control operator",
    ";": "a second command",
    "<": "a redirection",
    ">": "a redirection",
    "(": "a group",
    ")": "a group",
    "`": "a command substitution",
    "*": "a wildcard",
    "?": "a wildcard",
    "[": "a wildcard",
}
_BUILTINS = frozenset(
    {".", "alias", "cd", "eval", "exec", "export", "popd", "pushd", "set", "shift", "source"}
    | {"trap", "ulimit", "umask", "unset"}
)
_VARIABLE = re.compile(r"\$[A-Za-z_0-9{(@*#?!$-]")
_ASSIGNMENT = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\+?=")


@dataclass(frozen=True)
class Trouble:
    """Why a line can't be split; ``at`` is the offset in the text."""

    rb: LintCode
    at: int
    message: str


@dataclass(frozen=True)
class Word:
    """One word, without its quotes, and the offset where it begins."""

    text: str
    at: int


class _Splitter:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.words: list[Word] = []
        self.parts: list[str] | None = None
        self.begun = 0

    def add(self, part: str, length: int) -> None:
        if self.parts is None:
            self.parts = []
            self.begun = self.at
        self.parts.append(part)
        self.at += length

    def end_word(self) -> None:
        if self.parts is not None:
            self.words.append(Word("".join(self.parts), self.begun))
            self.parts = None

    def run(self) -> Trouble | None:
        text = self.text
        while self.at < len(text):
            char = text[self.at]
            template = templates.at(text, self.at)
            if template is not None and template.name is not None:
                self.add(templates.written(template.name), template.end - self.at)
            elif char in " \t\n":
                self.end_word()
                self.at += 1
            elif char == "#" and self.parts is None:
                break
            elif char in "'\"":
                trouble = self.quoted(char)
                if trouble is not None:
                    return trouble
            elif char == "\\":
                if self.at + 1 == len(text):
                    return Trouble(LintCode.QUOTES, self.at, "a backslash ends the block")
                self.add(text[self.at + 1], 2)
            elif char in _SPECIAL or (char == "~" and self.parts is None):
                what = _SPECIAL.get(char, "a home folder")
                return Trouble(LintCode.NEEDS_SHELL, self.at, f"'{char}' ({what}) needs a shell")
            elif char == "$" and _VARIABLE.match(text, self.at):
                return Trouble(LintCode.NEEDS_SHELL, self.at, "'$' (a variable) needs a shell")
            else:
                self.add(char, 1)
        self.end_word()
        return None

    def quoted(self, quote: str) -> Trouble | None:
        text, opened = self.text, self.at
        self.add("", 1)
        while self.at < len(text) and text[self.at] != quote:
            char = text[self.at]
            if quote == '"' and char == "\\" and text[self.at + 1 : self.at + 2] in (*'$`"\\',):
                self.add(text[self.at + 1], 2)
            elif quote == '"' and (char == "`" or _VARIABLE.match(text, self.at)):
                return Trouble(
                    LintCode.NEEDS_SHELL, self.at, f"'{char}' in double quotes needs a shell"
                )
            else:
                self.add(char, 1)
        if self.at == len(text):
            return Trouble(LintCode.QUOTES, opened, f"the quote {quote} is never closed")
        self.at += 1
        return None


def split_words(text: str) -> tuple[tuple[Word, ...], Trouble | None]:
    """The words of one command line, or why it can't be split; templates stay as they are."""
    splitter = _Splitter(text)
    trouble = splitter.run()
    if trouble is not None or not splitter.words:
        return (), trouble
    first = splitter.words[0]
    if not first.text:
        return (), Trouble(LintCode.QUOTES, first.at, "the command has an empty name")
    if first.text in _BUILTINS:
        return (), Trouble(LintCode.NEEDS_SHELL, first.at, f"'{first.text}' is a word of the shell")
    if _ASSIGNMENT.match(first.text):
        return (), Trouble(
            LintCode.NEEDS_SHELL, first.at, "a variable before the command: declare env in the step"
        )
    return tuple(splitter.words), None


def argv(text: str) -> tuple[str, ...]:
    """The words of a command text. Raises ValueError where it can't be split or is empty."""
    words, trouble = split_words(text)
    if trouble is not None:
        raise ValueError(trouble.message)
    if not words:
        raise ValueError("there is no command")
    return tuple(word.text for word in words)
