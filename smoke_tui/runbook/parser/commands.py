"""Read the commands of a run block."""

from __future__ import annotations

from collections.abc import Iterator

from smoke_tui.runbook import templates
from smoke_tui.runbook.lint.diagnostics import LintCode, Reporter
from smoke_tui.runbook.model import Command, Step
from smoke_tui.runbook.parser.blocks import Fence
from smoke_tui.runbook.parser.info_strings import SHELL
from smoke_tui.runbook.parser.shell_words import argv, split_words
from smoke_tui.runbook.schema.context import TemplateUse
from smoke_tui.runbook.schema.positions import Place


class _LogicalLine:
    """A command line joined with its continuation lines, and the line number of each part."""

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


def _logical_lines(fence: Fence) -> Iterator[_LogicalLine]:
    current: _LogicalLine | None = None
    for number, line in enumerate(fence.content.split("\n"), start=1):
        if current is None:
            if not line.strip() or line.lstrip().startswith("#"):
                continue
            current = _LogicalLine(fence)
        # An even number of backslashes is escaped backslashes, not a continuation.
        if (len(line) - len(line.rstrip("\\"))) % 2:
            current.add(line[:-1], number)
            continue
        current.add(line, number)
        yield current
        current = None
    if current is not None and current.text.strip():
        yield current


def command_of(text: str, line: int) -> Command:
    """The command in a field's text, which the parser has checked."""
    return Command(argv(text), False, line, text)


def every_command(step: Step) -> tuple[Command, ...]:
    """Every command that a step may run: of its guards, its run blocks, its stop command."""
    guards = [command_of(g.value, g.line) for g in step.guards if g.test == "command"]
    stop = step.fields.get("stop")
    return (*guards, *step.commands, *([command_of(stop, step.line)] if stop else []))


def read_commands(
    fence: Fence, reporter: Reporter
) -> tuple[tuple[Command, ...], tuple[TemplateUse, ...]]:
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
        words, problem = split_words(line.text)
        if problem is not None:
            reporter.add(problem.code, line.place(problem.at), problem.message)
        elif not words:
            continue
        parts = tuple(word.text for word in words)
        commands.append(Command(parts, False, line.place(0)[0], line.text.strip()))
    return tuple(commands), tuple(uses)


def _uses(line: _LogicalLine, shell: bool) -> Iterator[TemplateUse]:
    for template in templates.scan(line.text):
        yield TemplateUse(
            name=template.name,
            raw=template.raw,
            place=line.place(template.start),
            where="shell" if shell else "command",
        )
