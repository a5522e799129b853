"""What is printed: whole lines, each meaningful by itself, and nothing a terminal would act on."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import Final, TextIO

from smoke_tui.presentation.marks import ascii_text
from smoke_tui.redaction import clean

QUOTE: Final = "  | "
"""Before every line that is not ours; no line of ours begins with a space."""

# Our own typography, as it is read aloud.
_SPOKEN: Final = (
    ("── ", ""),
    (" · ", ", "),
    ("→ ", "-> "),
    ("→", "->"),
    ("…", "..."),
    ("–", "-"),
    ("—", "-"),
    ("×", "x"),
    ("−", "-"),
    ("≈", "about"),
    ("✓ ", ""),
    ("✗ ", ""),
    ("■ ", ""),
    ("◇ ", ""),
    ("◌ ", ""),
    ("▶ ", ""),
    ("↻ ", ""),
    ("☐ ", ""),
    ("☑ ", ""),
)


class Paper:
    """Lines for the operator. `gone`: nobody can read them any more. `terminal`: one that may
    understand more than lines.
    """

    def __init__(self, out: TextIO, *, ascii_only: bool = False) -> None:
        self._out = out
        self._ascii = ascii_only
        self.terminal = out.isatty() and os.environ.get("TERM", "dumb") != "dumb"
        self.gone = False
        self.broken_pipe = False

    def say(self, text: str) -> None:
        """A line of ours."""
        for mark, word in _SPOKEN:
            text = text.replace(mark, word)
        self._write(clean(" ".join(text.split("\n")), keep_newlines=False).lstrip())

    def blank(self) -> None:
        """An empty line, before a heading."""
        self._write("")

    def quote(self, text: str, about: str = "") -> None:
        """Lines of somebody else's, each marked as such."""
        for line in clean(text).expandtabs(4).split("\n"):
            self._write(f"{QUOTE}{about}{line}".rstrip())

    def prose(self, lines: Iterable[str]) -> None:
        """A runbook's words: indented, so that they can't pass for ours."""
        for line in lines:
            if line.strip():
                self._write(f"  {clean(line, keep_newlines=False).rstrip()}")

    def send(self, sequence: str) -> None:
        """A control sequence that the operator asked for."""
        self._put(sequence)
        self.flush()

    def flush(self) -> None:
        """Let it be seen now."""
        try:
            if not self.gone:
                self._out.flush()
        except OSError as error:
            self._lost(error)

    def _write(self, line: str) -> None:
        self._put((ascii_text(line) if self._ascii else line) + "\n")

    def _put(self, text: str) -> None:
        if self.gone:
            return
        try:
            self._out.write(text)
        except OSError as error:
            self._lost(error)

    def _lost(self, error: OSError) -> None:
        self.gone = True
        self.broken_pipe |= isinstance(error, BrokenPipeError)
