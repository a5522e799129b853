"""The output: whole lines, each meaningful by itself, and nothing a terminal would act on."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from typing import Final, TextIO

from smoke_tui.presentation.marks import ascii_text
from smoke_tui.redaction import Cleaner, clean
from smoke_tui.structs import Struct, field

LONGEST: Final = 2000
LINES_AT_ONCE: Final = 40
"""Lines of one source that are given out at once; those that a flood has more are counted."""
QUOTE: Final = "  | "
"""Before every line that is not ours; no line of ours begins with a space."""

# Our own typography, as it is to be read aloud.
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


class Output:
    """Lines for the operator.

    `gone`: nobody can read them any more; `broken_pipe`: for the reader of a pipe went away.
    `ascii_only`: other characters are replaced. `terminal`: it is one that may understand more than lines.
    """

    def __init__(self, out: TextIO, *, ascii_only: bool = False) -> None:
        self._out = out
        self.ascii_only = ascii_only
        self.terminal = out.isatty() and os.environ.get("TERM", "dumb") != "dumb"
        self.gone = False
        self.broken_pipe = False

    def write(self, text: str) -> None:
        """Write a line of ours."""
        for mark, word in _SPOKEN:
            text = text.replace(mark, word)
        self._write_line(clean(" ".join(text.split("\n")), keep_newlines=False).lstrip())

    def blank(self) -> None:
        """Write an empty line, before a heading."""
        self._write_line("")

    def quote(self, text: str, about: str = "") -> None:
        """Write lines of somebody else's, each marked as such."""
        for line in clean(text).expandtabs(4).split("\n"):
            self._write_line(f"{QUOTE}{about}{line}".rstrip())

    def prose(self, lines: Iterable[str]) -> None:
        """Write lines of a runbook, indented, so that they can't pass for ours."""
        for line in lines:
            if line.strip():
                self._write_line(f"  {clean(line, keep_newlines=False).rstrip()}")

    def send(self, sequence: str) -> None:
        """Write a control sequence that the operator asked for."""
        self._put(sequence)
        self.flush()

    def flush(self) -> None:
        """Show what was written."""
        try:
            if not self.gone:
                self._out.flush()
        except OSError as error:
            self._lost(error)

    def _write_line(self, line: str) -> None:
        self._put((ascii_text(line) if self.ascii_only else line) + "\n")

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


class _Source(Struct):
    step: str
    about: str = ""
    cleaner: Cleaner = field(default_factory=Cleaner)
    rest: str = ""
    lines: list[str] = field(default_factory=list)
    left_out: int = 0


class QuotedText:
    """Foreign text of several sources as whole lines: cleaned, put together, bounded."""

    def __init__(self) -> None:
        self._sources: dict[object, _Source] = {}

    def add(self, source: object, text: str, step: str, about: str = "") -> None:
        """Add text of a step's source; `about` is written before its lines."""
        stored = self._sources.setdefault(source, _Source(step))
        stored.about = about
        *whole, stored.rest = (stored.rest + stored.cleaner.feed(text)).split("\n")
        while len(stored.rest) > LONGEST:
            whole.append(stored.rest[:LONGEST])
            stored.rest = stored.rest[LONGEST:]
        room = max(0, LINES_AT_ONCE - len(stored.lines))
        stored.lines += [line[:LONGEST] for line in whole[:room]]
        stored.left_out += len(whole[room:])

    def take(self, rest: str | None = None) -> Iterator[tuple[str, str]]:
        """Yield whole lines, with what they are about; of the step `rest` also what is not whole."""
        for stored in self._sources.values():
            lines, stored.lines = stored.lines, []
            if rest == stored.step and stored.rest:
                lines.append(stored.rest)
                stored.rest = ""
            for line in lines:
                yield stored.about, line
            if stored.left_out:
                yield (
                    stored.about,
                    f"({stored.left_out:,} lines were left out here; the command output has them)",
                )
                stored.left_out = 0
