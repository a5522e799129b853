"""Reads the commands of a run block."""

from __future__ import annotations

from collections.abc import Iterator

from smoke_tui.runbook import templates
from smoke_tui.runbook.lint.diagnostics import LintCode, Reporter
from smoke_tui.runbook.model import Command, Step
from smoke_tui.runbook.parser.blocks import (
    Fence,
)
from smoke_tui.runbook.parser.info_strings import (
    SHELL,
)
from smoke_tui.runbook.parser.shell_words import argv, split_words
from smoke_tui.runbook.schema.context import Use
from smoke_tui.runbook.schema.positions import Place


class _Logical:
    """A command line with its continuation lines joined, and where each part came from."""

    def __init__(self, fence: Fence) -> None:
        self.fence = fence
        self.text = ""
        self.parts: list[tuple[int, int]] = []

    def add(self, line: str, number: int) -> None:
        self.parts.append((len(self.text), number))
        self.text += line

    def place(self, offset: int) -> Place:
        start, number = next(part for part in reversed(self.parts) if part[0] <= offset)
        return self.fence.place(number, offset - start + 1)


def _logical_lines(fence: Fence) -> Iterator[_Logical]:
    current: _Logical | None = None
    for number, line in enumerate(fence.content.split("\n"), start=1):
        if current is None:
            if not line.strip() or line.lstrip().startswith("#"):
                continue
            current = _Logical(fence)
        # An even run of backslashes is written-out backslashes, not a continuation.
        if (len(line) - len(line.rstrip("\\"))) % 2:
            current.add(line[:-1], number)
            continue
        current.add(line, number)
        yield current
        current = None
    if current is not None and current.text.strip():
        yield current


def command_of(text: str, line: int) -> Command:
    """A command given as a field's text, which the parser has checked."""
    return Command(argv(text), False, line, text)


def every_command(step: Step) -> tuple[Command, ...]:
    """Every command that a step may run: of its guards, its own, the one that stops it."""
    guards = [command_of(g.value, g.line) for g in step.guards if g.test == "command"]
    stop = step.fields.get("stop")
    return (*guards, *step.commands, *([command_of(stop, step.line)] if stop else []))


def read_commands(fence: Fence, reporter: Reporter) -> tuple[tuple[Command, ...], tuple[Use, ...]]:
    """The block's commands and the templates in them; problems go to the reporter."""
    lines = list(_logical_lines(fence))
    if not lines:
        reporter.add(LintCode.EMPTY_RUN, (fence.line, 1))
        return (), ()
    uses = [use for line in lines for use in _uses(line, fence.info == SHELL)]
    if fence.info == SHELL:
        whole = ("/bin/sh", "-c", fence.content)
        return (Command(whole, True, lines[0].place(0)[0], fence.content),), tuple(uses)
    commands = []
    for line in lines:
        words, trouble = split_words(line.text)
        if trouble is not None:
            reporter.add(trouble.rb, line.place(trouble.at), trouble.message)
        elif not words:
            continue
        parts = tuple(word.text for word in words)
        commands.append(Command(parts, False, line.place(0)[0], line.text.strip()))
    return tuple(commands), tuple(uses)


def _uses(line: _Logical, shell: bool) -> Iterator[Use]:
    for found in templates.scan(line.text):
        yield Use(
            name=found.name,
            raw=found.raw,
            place=line.place(found.start),
            where="shell" if shell else "command",
        )
