"""The help: of the program in one screen, of a command, of a topic; made from the tables."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final

from smoke_tui.cli.arguments import HELP, SETTINGS, rows, shown_name
from smoke_tui.cli.command import GROUPS, Argument, Command
from smoke_tui.cli.command_table import COMMANDS
from smoke_tui.cli.mode_table import MODES
from smoke_tui.cli.option_sets import EVERYWHERE
from smoke_tui.config.settings import PREFIX

WIDTH: Final = 80
"""Columns where the terminal does not say."""
_NARROWEST: Final = 48
_WIDEST: Final = 100
_MOST_LEFT: Final = 26
"""Columns that the names of options may take, before their help goes to the next line."""

EXIT_CODES: Final = """\
0 ok  1 failed  2 usage  3 invalid  4 not provable here  5 nothing found
6 divergence  7 a secret would leave  70 our own bug  128+n signal n"""

_EXITS_IN_FULL: Final = (
    ("0", "everything asked for holds; of a session: it passed"),
    ("1", "the thing under test is broken"),
    ("2", "bad arguments, or no terminal where one is needed"),
    ("3", "a runbook, pack, bundle or record does not parse"),
    ("4", "not provable here: a guard unmet, blocked, incomplete, an expected limitation"),
    ("5", "nothing found: no runbook, session or case"),
    ("6", "a replay or a rebuilt report differs from the record"),
    ("7", "a secret would leave through an export"),
    ("70", "our own bug; where the trace is, on standard error"),
    ("128+n", "ended by signal n: 130 for Ctrl-C, 143 for TERM"),
)


def program_help(width: int = WIDTH) -> str:
    """The program's help, on one screen."""
    lines = [
        "Walks you through tests that no CI can run, and keeps the record.",
        "",
        "usage: smoke-tui [RUNBOOK]                   open the app; --plain: line by line",
        "       smoke-tui --check [RUNBOOK|SESSION]   headless: look, run or verify",
        "       smoke-tui COMMAND                     -h, --help of any; -V, --version",
        "",
    ]
    room = max(map(len, GROUPS.values())) + 2
    for group, title in GROUPS.items():
        names = ", ".join(name for name, command in COMMANDS.items() if command.group == group)
        lines += _hanging(f"  {title:<{room}}", names, width)
    lines += [
        "",
        "for example:",
        "  smoke-tui --rehearse                    try it: no account, nothing is spent",
        "  smoke-tui --check openai-subscription   what is missing before a real run",
        "  smoke-tui sessions --since 7d           what ran in the last week",
        "  smoke-tui report last -o report.md      the report of the last session",
        "",
        "more: smoke-tui help commands|COMMAND|app|plain|check|settings|exit-codes",
        "exit codes:",
        *(f"  {line}" for line in EXIT_CODES.splitlines()),
    ]
    return "\n".join(lines)


def command_help(command: Command, name: str, word: str | None = None, width: int = WIDTH) -> str:
    """The help of a command or a mode; `word` leaves only what belongs to that first word."""
    shown = [a for a in command.arguments if not a.of or word is None or word in a.of]
    if word is not None:
        shown = shown[1:]
    call = f"{command.form or f'smoke-tui {name}'}{f' {word}' if word else ''}"
    about = command.about[0].upper() + command.about[1:]
    lines = textwrap.wrap(f"{about}. {command.more}".strip(), width)
    lines += ["", *_hanging("usage: ", f"{call}{_usage(command, shown)}", width), ""]
    listed = [a for a in shown if not command.form or a.name not in command.form.split()]
    lines += _rows(
        [(a.name, a.help) for a in listed if a.positional]
        + [_row(a, word is None) for a in listed if not a.positional],
        width,
    )
    settings = command.settings_for(word)
    if settings:
        lines += ["", "settings (also by variable or file: smoke-tui help settings):"]
        lines += _rows([_row(SETTINGS[key]) for key in settings if key in SETTINGS], width)
    lines += ["", *_hanging("everywhere: ", ", ".join(_everywhere()), width)]
    examples = [e for e in command.examples if word is None or f" {word}" in e]
    lines += ["", "for example:", *(f"  {e}" for e in examples or command.examples)]
    lines += ["", "exit codes:"]
    for part in (command.exits or EXIT_CODES).splitlines():
        lines += _hanging("  ", part, width)
    return "\n".join(lines)


def _everywhere() -> list[str]:
    """The options that every command takes."""
    return [
        " ".join(part for part in (SETTINGS[name].name, SETTINGS[name].value) if part)
        for name in EVERYWHERE
    ] + [HELP.name]


def _usage(command: Command, shown: Sequence[Argument]) -> str:
    """What follows the name in the usage line."""
    parts = []
    if not command.form:
        for argument in (a for a in shown if a.positional):
            name = argument.name
            parts.append({"": name, "?": f"[{name}]", "*": f"[{name}...]"}[argument.nargs])
    parts += [f"{a.names[0]} {a.value}" for a in shown if a.required]
    if any(not a.positional and not a.required for a in shown):
        parts.append("[OPTIONS]")
    return "".join(f" {part}" for part in parts)


def _row(argument: Argument, owners: bool = False) -> tuple[str, str]:
    """An option's names with its value, and its help."""
    names = ", ".join(argument.names)
    left = f"{names} {argument.value}" if argument.value else names
    of = f"{', '.join(argument.of)}: " if owners and argument.of else ""
    choices = ""
    if argument.metavar and argument.choices and argument.choices[0] not in argument.help:
        choices = f"; one of {', '.join(argument.choices)}"
    return left, f"{of}{argument.help}{choices}"


def _rows(rows: Sequence[tuple[str, str]], width: int) -> list[str]:
    """Two columns; a long left one has a line of its own."""
    if not rows:
        return []
    room = min(max(len(left) for left, _ in rows), _MOST_LEFT)
    lines: list[str] = []
    for left, right in rows:
        head = f"  {left:<{room}}  "
        if len(left) > room:
            lines.append(f"  {left}")
            head = " " * (room + 4)
        lines += _hanging(head, right, width)
    return lines


def _hanging(head: str, text: str, width: int) -> list[str]:
    """Text behind a head, wrapped below itself."""
    return textwrap.wrap(
        text,
        width,
        initial_indent=head,
        subsequent_indent=" " * len(head),
        break_on_hyphens=False,
        break_long_words=False,
    ) or [head.rstrip()]


def _commands(width: int) -> str:
    """Every command in a line, by group."""
    lines: list[str] = []
    room = max(map(len, COMMANDS))
    for group, title in GROUPS.items():
        lines.append(f"{title}:")
        for name, command in rows().items():
            if command.group == group:
                lines += _hanging(f"  {shown_name(name):<{room}}  ", command.about, width)
    return "\n".join([*lines, "", "smoke-tui help COMMAND shows its options and examples."])


def _settings(width: int) -> str:
    """Every setting, and who honours it."""
    lines = textwrap.wrap(
        "Each setting is an option, an environment variable and a key of config.toml in your config "
        f"folder: --state-dir, {PREFIX}STATE_DIR, state_dir. The command line wins, then the "
        "environment, then the file. `smoke-tui doctor` shows each value and where it is from.",
        width,
    )
    for key, argument in SETTINGS.items():
        owners = [shown_name(name) for name, row in rows().items() if key in row.settings_for(None)]
        where = "every command" if key in EVERYWHERE else ", ".join(owners)
        left, right = _row(argument)
        lines += ["", f"  {left}", *_hanging("      ", right, width)]
        lines += _hanging("      for: ", where.replace("smoke-tui", "the app", 1), width)
    return "\n".join(lines)


def _exit_codes(width: int) -> str:
    """What each exit code means."""
    return "\n".join(["exit codes:", *_rows(_EXITS_IN_FULL, width)])


TOPICS: Final[Mapping[str, Callable[[int], str]]] = {
    "commands": _commands,
    "settings": _settings,
    "exit-codes": _exit_codes,
}
"""What `smoke-tui help` shows that is neither a command nor a mode."""


def topic_names() -> Iterable[str]:
    """Everything that `smoke-tui help` takes."""
    return (*COMMANDS, *MODES, *TOPICS)


def help_of(words: Sequence[str], width: int = WIDTH) -> str | None:
    """The help on a topic, a command or a mode; None: there is none of that name."""
    if not words:
        return program_help(width)
    name = words[0].removeprefix("--")
    if name in TOPICS:
        return TOPICS[name](width)
    command = rows().get(name)
    if command is None:
        return None
    first = command.arguments[0] if command.arguments else None
    several = first is not None and first.positional and bool(first.choices)
    word = words[1] if several and len(words) > 1 and first and words[1] in first.choices else None
    return command_help(command, name, word, width)


def help_width() -> int:
    """The columns that help is wrapped at: the terminal's, within reason."""
    import shutil

    columns = shutil.get_terminal_size((WIDTH, 24)).columns
    return max(_NARROWEST, min(columns, _WIDEST))
