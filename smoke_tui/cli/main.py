"""The headless program: reads the command line, runs one command, returns its exit code."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from smoke_tui.cli.arguments import CommandLine, read
from smoke_tui.cli.command_table import COMMANDS
from smoke_tui.config.settings import Settings, read_settings
from smoke_tui.errors import CommandError
from smoke_tui.outcomes import Exit
from smoke_tui.structs import Struct


class Request(Struct, frozen=True):
    """A command line as understood.

    `command` None is the app, the session line by line (`plain`) or `--check` (`check`).
    `arguments` are those of the command, by name; without one they are those of `CheckOptions`.
    """

    command: str | None
    arguments: Mapping[str, Any]
    settings: Settings
    plain: bool = False
    check: bool = False


def understand(argv: Sequence[str]) -> Request:
    """Parse a command line.

    Raises:
        UsageError: it makes no sense.
        SystemExit: --help or --version was asked for, and printed.
    """
    line = read(argv)
    if line.version:
        from smoke_tui import __version__

        print(f"smoke-tui {__version__}")
        raise SystemExit(Exit.OK)
    if line.help:
        _print_help(line)
        raise SystemExit(Exit.OK)
    values = line.values
    settings = read_settings(line.settings)
    if line.command == "resume" and values["session"] is None:
        values["session"] = _newest_incomplete(settings)
    plain, check = bool(values.pop("plain", False)), bool(values.pop("check", False))
    return Request(line.command, values, settings, plain, check)


def _newest_incomplete(settings: Settings) -> str:
    """The session that `resume` is for where none is named.

    Raises:
        CommandError: no session can be resumed (5).
    """
    from smoke_tui.history.find import sessions_root
    from smoke_tui.history.summaries import newest_incomplete

    session = newest_incomplete(sessions_root(settings))
    if session is None:
        raise CommandError(
            Exit.NOTHING,
            "no session is incomplete; `smoke-tui sessions` lists them, `smoke-tui rerun SESSION "
            "--step ID` does one step of a finished one again",
        )
    return session


def _print_help(line: CommandLine) -> None:
    """Print the help of what the command line names."""
    from smoke_tui.cli.help_text import help_of, help_width

    words = line.values["words"]
    topics = list(words) if isinstance(words, list) else []
    if line.command is not None:
        topics.insert(0, line.command)
    elif line.mode != "app":
        topics = [line.mode]
    elif topics and topics[0] not in COMMANDS:
        topics = ["app"]
    print(help_of(topics, help_width()))


def run(request: Request) -> int:
    """Run a command, or `--check`."""
    from importlib import import_module

    if request.settings.on("ascii"):
        from smoke_tui.cli.plain_characters import print_plain_characters

        print_plain_characters()
    if request.command is None:
        from smoke_tui.cli.check_options import CheckOptions
        from smoke_tui.cli.commands.check import check

        return int(check(request.settings, CheckOptions(**request.arguments)))
    command = COMMANDS[request.command]
    name, _, function = command.run.partition(":")
    module = import_module(f"smoke_tui.cli.commands.{name}")
    action: Callable[..., int] = getattr(module, function)
    if command.options:
        return int(action(request.settings, getattr(module, command.options)(**request.arguments)))
    return int(action(request.settings, **request.arguments))


def fail(text: str, code: int = Exit.USAGE) -> int:
    """Say what is wrong on standard error; an address in it may have come with a password."""
    from smoke_tui.redaction import Vault

    print(f"smoke-tui: {Vault().redact_text(text)}", file=sys.stderr)
    return code
