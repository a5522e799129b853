"""The headless program: reads the command line, runs one command, returns its exit code."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NoReturn

from smoke_tui import __version__
from smoke_tui.cli.command_table import COMMANDS, PLAIN
from smoke_tui.config.settings import OPTIONS, Settings, read_settings
from smoke_tui.errors import UsageError
from smoke_tui.outcomes import Exit

EXIT_CODES: Final = """exit codes:
  0 ok                1 failed            2 usage           3 invalid
  4 not provable here 5 nothing found     6 divergence      7 a secret would leave
  70 our own bug      128+n a signal
"""


_GLOBAL: Final = frozenset(option.key for option in OPTIONS)


class _Parser(argparse.ArgumentParser):
    """argparse whose errors are ours to print."""

    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message}; see `{self.prog} --help`")


def global_parser() -> argparse.ArgumentParser:
    """The options every command takes, before or after it."""
    parser = _Parser(add_help=False, allow_abbrev=False, prog="smoke-tui")
    for option in OPTIONS:
        if option.flag:
            short = [f"-{option.name[0]}"] if option.short else []
            parser.add_argument(
                *short,
                f"--{option.name}",
                action="store_const",
                const="true",
                default=None,
                help=option.about,
            )
        else:
            parser.add_argument(
                f"--{option.name}",
                default=None,
                help=option.about,
                metavar=option.metavar or "|".join(option.choices),
                action="append" if option.many else "store",
            )
    return parser


def top_parser() -> argparse.ArgumentParser:
    """The program without a command: the app, or `--check`."""
    commands = "\n".join(f"  {name:<14}{c.about}" for name, c in COMMANDS.items())
    parser = _Parser(
        prog="smoke-tui",
        parents=[global_parser()],
        allow_abbrev=False,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Walks a person through a runbook that no CI can run, and keeps the record.",
        epilog=f"commands (`smoke-tui COMMAND --help`):\n{commands}\n\n"
        f"example:\n  smoke-tui --check openai-subscription --rehearse --json\n\n"
        f"{EXIT_CODES}",
    )
    parser.add_argument(
        "target",
        nargs="?",
        metavar="RUNBOOK|SESSION",
        help="a path, an id; with --check also a recorded session",
    )
    parser.add_argument("--version", action="version", version=f"smoke-tui {__version__}")
    parser.add_argument("--check", action="store_true", help="headless: look, run or verify")
    parser.add_argument(*PLAIN[0], **PLAIN[1])  # type: ignore[arg-type]
    parser.add_argument(
        "--rehearse",
        action="store_true",
        help="against the embedded rehearsal: no account, nothing spent or proven",
    )
    parser.add_argument("--scenario", metavar="NAME", help="what goes wrong in the rehearsal")
    parser.add_argument(
        "--live", action="store_true", help="with --check: run it for real; the consent to spend"
    )
    parser.add_argument("--resume", action="store_true", help="with --check SESSION: go on with it")
    parser.add_argument("--answers", metavar="FILE", help="with --check --live: a TOML of answers")
    parser.add_argument("--only", metavar="STEP", help="with --check: this step alone")
    parser.add_argument(
        "--from", dest="start_from", metavar="STEP", help="with --check: from this step on"
    )
    parser.add_argument(
        "--max-age",
        metavar="AGE",
        help="with --check: the last live verdict has to be younger, such as 7d",
    )
    parser.add_argument("--junit", metavar="FILE", help="with --check: write JUnit XML there")
    parser.add_argument("--report", metavar="FILE", help="with --check: write the report there")
    parser.add_argument(
        "--allow-limitation", action="store_true", help="expected-limitation exits 0"
    )
    parser.add_argument(
        "--strict", action="store_true", help="pass-with-waivers and pass-attested exit 4"
    )
    parser.add_argument("--json", action="store_true", help="one JSON object on standard output")
    return parser


def command_parser(name: str) -> argparse.ArgumentParser:
    """The parser of one command."""
    command = COMMANDS[name]
    parser = _Parser(
        prog=f"smoke-tui {name}",
        parents=[global_parser()],
        allow_abbrev=False,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description=command.about + ".",
        epilog=f"example:\n  {command.example}\n\n{EXIT_CODES}",
    )
    for names, how in command.arguments:
        parser.add_argument(*names, **how)  # type: ignore[arg-type]
    return parser


@dataclass(frozen=True, slots=True)
class Request:
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
    _, rest = global_parser().parse_known_args(list(argv))
    name = next((word for word in rest if not word.startswith("-")), None)
    if name in COMMANDS and rest and rest[0] == name:
        words = list(argv)
        words.remove(name)
        # An option may stand between the words of a list of paths.
        options = command_parser(name).parse_intermixed_args(words)
    else:
        name = None
        options = top_parser().parse_args(list(argv))
    option_values = {}
    for option in OPTIONS:
        value = getattr(options, option.key)
        option_values[option.name] = " ".join(value) if isinstance(value, list) else value
    arguments = {key: value for key, value in vars(options).items() if key not in _GLOBAL}
    plain, check = arguments.pop("plain", False), arguments.pop("check", False)
    return Request(name, arguments, read_settings(option_values), plain, check)


def run(request: Request) -> int:
    """Run a command, or `--check`."""
    from importlib import import_module

    if request.command is None:
        from smoke_tui.cli.check_options import CheckOptions
        from smoke_tui.cli.commands.check import check

        return int(check(request.settings, CheckOptions(**request.arguments)))
    module, _, function = COMMANDS[request.command].run.partition(":")
    action: Callable[..., int] = getattr(
        import_module(f"smoke_tui.cli.commands.{module}"), function
    )
    return int(action(request.settings, **request.arguments))


def fail(text: str, code: int = Exit.USAGE) -> int:
    """Say what is wrong on standard error; an address in it may have come with a password."""
    from smoke_tui.redaction import Vault

    print(f"smoke-tui: {Vault().redact_text(text)}", file=sys.stderr)
    return code
