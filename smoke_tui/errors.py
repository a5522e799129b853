"""Errors that end a command with a sentence for the person and an exit code."""

from __future__ import annotations

from smoke_tui.outcomes import Exit


class CommandError(Exception):
    """A command can't go on; the text is for the person, `exit` for the script."""

    def __init__(self, code: Exit, text: str) -> None:
        super().__init__(text)
        self.exit = code


class UsageError(ValueError):
    """Bad arguments or settings. The text says what, where, and what to do."""

    exit = Exit.USAGE
