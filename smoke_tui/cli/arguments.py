"""Reads the words of a command line by the tables; every error names what was expected."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from smoke_tui.cli.command import Argument, Command, Completion
from smoke_tui.cli.command_table import COMMANDS
from smoke_tui.cli.mode_table import MODES, Mode
from smoke_tui.cli.option_sets import EVERYWHERE
from smoke_tui.config.nearest import did_you_mean
from smoke_tui.config.settings import OPTIONS, Option
from smoke_tui.errors import UsageError
from smoke_tui.structs import Struct, field

ArgumentValue = str | int | bool | list[str] | None

HELP: Final = Argument(("-h", "--help"), "this help", action="store_true")
VERSION: Final = Argument(("-V", "--version"), "the version", action="store_true")


def setting_argument(option: Option) -> Argument:
    """A setting as an option of the command line."""
    short = (f"-{option.name[0]}",) if option.short else ()
    return Argument(
        (*short, f"--{option.name}"),
        option.about,
        option.metavar,
        "store_true" if option.flag else "append" if option.many else "store",
        option.choices,
        takes=_COMPLETED.get(option.metavar, ""),
    )


_COMPLETED: Final[Mapping[str, Completion]] = {"DIR": "folder", "FILE": "file", "PATH": "file"}

SETTINGS: Final[Mapping[str, Argument]] = {
    option.name: setting_argument(option) for option in OPTIONS
}
"""The global options by name; a command is given those that it honours."""


def rows() -> dict[str, Command]:
    """Every mode and command by name."""
    return dict(MODES) | dict(COMMANDS)


class CommandLine(Struct):
    """A command line as read.

    `command` None is a mode. `settings` are global options by name, `values` the arguments by key,
    `present` the names of the options that were there. `help` and `version` were asked for.
    """

    command: str | None
    mode: Mode
    settings: dict[str, str] = field(default_factory=dict)
    values: dict[str, ArgumentValue] = field(default_factory=dict)
    present: list[str] = field(default_factory=list)
    help: bool = False
    version: bool = False

    @property
    def table(self) -> Command:
        """The row of the command, or of the mode."""
        return COMMANDS[self.command] if self.command is not None else MODES[self.mode]

    @property
    def name(self) -> str:
        """What messages call it."""
        return shown_name(self.command or self.mode)


def shown_name(name: str) -> str:
    """How a command or a mode is called on the command line."""
    return {"app": "smoke-tui", "plain": "--plain", "check": "--check"}.get(name, name)


def read(argv: Sequence[str]) -> CommandLine:
    """Read a command line.

    Raises:
        UsageError: it makes no sense; says what was expected.
    """
    words = list(argv)
    at = command_at(words)
    name = words.pop(at) if at is not None else None
    options = words[: words.index("--")] if "--" in words else words
    mode: Mode = "check" if "--check" in options else "plain" if "--plain" in options else "app"
    line = CommandLine(name, mode)
    if name is None and {"--check", "--plain"} <= set(options):
        raise UsageError("--plain and --check exclude each other")
    positionals, unknown = _sort(words, line)
    if line.help or line.version:
        line.values["words"] = positionals
        return line
    _refuse_unknown(unknown, line, positionals)
    _place(positionals, line)
    _refuse_unheeded(line)
    _complete(line)
    return line


def command_at(words: Sequence[str]) -> int | None:
    """Where the command stands: the first word behind global options; None where it is none."""
    at = 0
    while at < len(words):
        word = words[at]
        if word == "--":
            return None
        if not word.startswith("-") or word == "-":
            return at if word in COMMANDS else None
        option = option_named(word, SETTINGS.values())
        if option is None and word not in (*HELP.names, *VERSION.names):
            return None
        at += 2 if option is not None and option.has_value and "=" not in word else 1
    return None


def option_named(word: str, arguments: Iterable[Argument]) -> Argument | None:
    """The option that a word names."""
    name = word.partition("=")[0] if word.startswith("--") else word[:2]
    return next((a for a in arguments if name in a.names), None)


def _sort(words: Sequence[str], line: CommandLine) -> tuple[list[str], list[str]]:
    """Read the options; return the positional words, and the options that nobody here knows."""
    own = [a for a in line.table.arguments if not a.positional]
    positionals: list[str] = []
    unknown: list[str] = []
    rest = list(words)
    while rest:
        word = rest.pop(0)
        if word == "--":
            positionals += rest
            break
        if not word.startswith("-") or word == "-":
            positionals.append(word)
            continue
        option = option_named(word, (*own, *SETTINGS.values(), HELP, VERSION))
        if option is None:
            unknown.append(word)
            continue
        value = _value_of(option, word, rest)
        if option is HELP:
            line.help = True
        elif option is VERSION:
            line.version = True
        elif option in own:
            line.present.append(option.name)
            line.values[option.key] = value
        else:
            name = option.name.removeprefix("--")
            line.present.append(option.name)
            text = "true" if value is True else str(value)
            many = option.action == "append" and name in line.settings
            line.settings[name] = f"{line.settings[name]} {text}" if many else text
    return positionals, unknown


def _value_of(option: Argument, word: str, rest: list[str]) -> ArgumentValue:
    """The value of an option, taken off the rest of the words where it follows."""
    _, equals, text = word.partition("=")
    if not word.startswith("--") and len(word) > 2:
        equals, text = "=", word[2:].removeprefix("=")
    if not option.has_value:
        if equals:
            raise UsageError(f"{option.name} takes no value, got {text!r}")
        return option.const if option.action == "store_const" else True
    if not equals:
        if not rest or (rest[0].startswith("--") and len(rest[0]) > 2):
            raise UsageError(f"{option.name} needs a value, {option.value}: {option.help}")
        text = rest.pop(0)
    return text if option in SETTINGS.values() else checked(option, text)


def checked(argument: Argument, text: str) -> str | int:
    """The value of an argument, of the right type and among its choices.

    Raises:
        UsageError: it is not.
    """
    if argument.type is int:
        try:
            return int(text)
        except ValueError:
            raise UsageError(f"{argument.name}: expected a whole number, got {text!r}") from None
    if argument.choices and text not in argument.choices:
        raise UsageError(
            f"{argument.name}: expected one of {', '.join(argument.choices)}, got {text!r}"
            f"{did_you_mean(text, argument.choices)}"
        )
    return text


def _refuse_unknown(unknown: Sequence[str], line: CommandLine, positionals: Sequence[str]) -> None:
    """Refuse options that this command has not: with who takes them, or the nearest name."""
    if not unknown:
        return
    if line.command is None and positionals:
        hint = did_you_mean(positionals[0], COMMANDS, quote="`")
        if hint:
            raise UsageError(f"{positionals[0]!r} is no command{hint}")
    names = list(dict.fromkeys(word.partition("=")[0] for word in unknown))
    takers = [_takers(name, line) for name in names]
    if all(takers):
        common = [taker for taker in takers[0] if all(taker in more for more in takers)]
        shared = common or list(dict.fromkeys(taker for more in takers for taker in more))
        if line.command is None and "--check" in shared:
            rank = [a.name for a in MODES["check"].arguments]
            named = sorted(names, key=lambda name: rank.index(name) if name in rank else -1)
            raise UsageError(f"{', '.join(named)}: only with --check{_also(shared)}")
        raise UsageError(
            f"{', '.join(names)}: no option of `{line.name}`; taken by {', '.join(shared)}"
        )
    name = next(name for name, taker in zip(names, takers, strict=True) if not taker)
    own = [a.name for a in (*line.table.arguments, HELP) if not a.positional]
    settings = [
        f"--{key}" for key in (*line.table.settings_for(None), *EVERYWHERE) if key in SETTINGS
    ]
    raise UsageError(
        f"unknown option {name!r}{did_you_mean(name, (*own, *settings)) or ';'} "
        f"see `{help_call(line.command or line.mode)}`"
    )


def _also(takers: Sequence[str]) -> str:
    """The commands that take an option, too."""
    others = [taker for taker in takers if taker not in ("--check", "--plain", "smoke-tui")]
    return f" (or: {', '.join(others)})" if others else ""


def _takers(name: str, line: CommandLine) -> list[str]:
    """The commands and modes other than this one that have an option of this name."""
    own = line.command or line.mode
    return [
        shown_name(row)
        for row, command in rows().items()
        if row != own and any(name in a.names for a in command.arguments)
    ]


def help_call(name: str) -> str:
    """The command line that shows the help of a command or a mode."""
    return "smoke-tui --help" if name == "app" else f"smoke-tui help {name}"


def _place(words: Sequence[str], line: CommandLine) -> None:
    """Give the positional words to the positional arguments."""
    rest = list(words)
    for argument in (a for a in line.table.arguments if a.positional):
        if argument.nargs == "*":
            line.values[argument.key] = [str(checked(argument, word)) for word in rest]
            rest = []
        elif rest:
            line.values[argument.key] = checked(argument, rest.pop(0))
    if not rest:
        return
    if line.command is None:
        first = words[0]
        if first in COMMANDS:
            raise UsageError(f"`{first}` is a command: its options stand behind it")
        raise UsageError(
            f"{first!r} is no command{did_you_mean(first, COMMANDS, quote='`')}; "
            "see `smoke-tui --help`"
        )
    takes = " ".join(a.name for a in line.table.arguments if a.positional) or "no argument"
    raise UsageError(
        f"unexpected {rest[0]!r}: `{line.name}` takes {takes}; see `{help_call(line.command)}`"
    )


def first_word(line: CommandLine) -> str | None:
    """The first word of a command that does several things, such as `lint` of `cassettes`."""
    arguments = line.table.arguments
    if not arguments or not arguments[0].choices or not arguments[0].positional:
        return None
    value = line.values.get(arguments[0].key)
    return str(value) if value is not None else None


def _refuse_unheeded(line: CommandLine) -> None:
    """Refuse what has no effect here, with what it has an effect on."""
    word = first_word(line)
    for argument in line.table.arguments:
        if not argument.of or word is None or word in argument.of:
            continue
        if argument.name in line.present or (argument.positional and argument.key in line.values):
            raise UsageError(
                f"{argument.name} has no effect on `{line.name} {word}`; it belongs to "
                f"{', '.join(f'`{line.name} {owner}`' for owner in argument.of)}"
            )
    for name in line.settings:
        if name not in EVERYWHERE and name not in line.table.settings_for(word):
            owners = [
                shown_name(row)
                for row, command in rows().items()
                if name in command.settings_for(None) and row != "app"
            ]
            called = " ".join(part for part in (line.name, word) if part)
            raise UsageError(
                f"--{name} has no effect on `{called}`; it is for the app, {', '.join(owners)}"
            )


def _complete(line: CommandLine) -> None:
    """Fill in what was left out; refuse where it is needed."""
    missing = []
    for argument in line.table.arguments:
        if argument.key in line.values:
            continue
        if argument.required or (argument.positional and not argument.nargs):
            missing.append(argument)
            continue
        flag = argument.action == "store_true"
        line.values[argument.key] = False if flag else argument.default
    if missing:
        needed = ", ".join(a.name if a.positional else f"{a.name} {a.value}" for a in missing)
        raise UsageError(
            f"`{line.name}` needs {needed} ({missing[0].help}); "
            f"for example: {line.table.examples[0]}"
        )
