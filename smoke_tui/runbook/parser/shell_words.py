"""Split a command line into words as a shell does; refuse what needs a shell."""

from __future__ import annotations

from smoke_tui.regex import regex
from smoke_tui.runbook import templates
from smoke_tui.runbook.lint.diagnostics import LintCode
from smoke_tui.structs import Struct

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
_VARIABLE = regex(r"\$[A-Za-z_0-9{(@*#?!$-]")
_ASSIGNMENT = regex(r"[A-Za-z_][A-Za-z0-9_]*\+?=")


class SplitProblem(Struct, frozen=True):
    """Why a line can't be split; `at` is an offset in the text."""

    code: LintCode
    at: int
    message: str


class Word(Struct, frozen=True):
    """One word without its quotes, and the offset at which it starts."""

    text: str
    at: int


class _Splitter:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.words: list[Word] = []
        self.parts: list[str] | None = None
        self.word_start = 0

    def add(self, part: str, length: int) -> None:
        if self.parts is None:
            self.parts = []
            self.word_start = self.at
        self.parts.append(part)
        self.at += length

    def end_word(self) -> None:
        if self.parts is not None:
            self.words.append(Word("".join(self.parts), self.word_start))
            self.parts = None

    def run(self) -> SplitProblem | None:
        text = self.text
        while self.at < len(text):
            char = text[self.at]
            template = templates.template_at(text, self.at)
            if template is not None and template.name is not None:
                self.add(templates.template_of(template.name), template.end - self.at)
            elif char in " \t\n":
                self.end_word()
                self.at += 1
            elif char == "#" and self.parts is None:
                break
            elif char in "'\"":
                problem = self.quoted(char)
                if problem is not None:
                    return problem
            elif char == "\\":
                if self.at + 1 == len(text):
                    return SplitProblem(LintCode.QUOTES, self.at, "a backslash ends the block")
                self.add(text[self.at + 1], 2)
            elif char in _SPECIAL or (char == "~" and self.parts is None):
                what = _SPECIAL.get(char, "a home folder")
                return SplitProblem(
                    LintCode.NEEDS_SHELL, self.at, f"'{char}' ({what}) needs a shell"
                )
            elif char == "$" and _VARIABLE.match(text, self.at):
                return SplitProblem(LintCode.NEEDS_SHELL, self.at, "'$' (a variable) needs a shell")
            else:
                self.add(char, 1)
        self.end_word()
        return None

    def quoted(self, quote: str) -> SplitProblem | None:
        text, opened = self.text, self.at
        self.add("", 1)
        while self.at < len(text) and text[self.at] != quote:
            char = text[self.at]
            if quote == '"' and char == "\\" and text[self.at + 1 : self.at + 2] in (*'$`"\\',):
                self.add(text[self.at + 1], 2)
            elif quote == '"' and (char == "`" or _VARIABLE.match(text, self.at)):
                return SplitProblem(
                    LintCode.NEEDS_SHELL, self.at, f"'{char}' in double quotes needs a shell"
                )
            else:
                self.add(char, 1)
        if self.at == len(text):
            return SplitProblem(LintCode.QUOTES, opened, f"the quote {quote} is never closed")
        self.at += 1
        return None


def split_words(text: str) -> tuple[tuple[Word, ...], SplitProblem | None]:
    """The words of one command line, or why it can't be split; templates are kept."""
    splitter = _Splitter(text)
    problem = splitter.run()
    if problem is not None or not splitter.words:
        return (), problem
    first = splitter.words[0]
    if not first.text:
        return (), SplitProblem(LintCode.QUOTES, first.at, "the command has an empty name")
    if first.text in _BUILTINS:
        return (), SplitProblem(
            LintCode.NEEDS_SHELL, first.at, f"'{first.text}' is a word of the shell"
        )
    if _ASSIGNMENT.match(first.text):
        return (), SplitProblem(
            LintCode.NEEDS_SHELL, first.at, "a variable before the command: declare env in the step"
        )
    return tuple(splitter.words), None


def argv(text: str) -> tuple[str, ...]:
    """The words of a command text.

    Raises:
        ValueError: it can't be split, or is empty.
    """
    words, problem = split_words(text)
    if problem is not None:
        raise ValueError(problem.message)
    if not words:
        raise ValueError("there is no command")
    return tuple(word.text for word in words)
