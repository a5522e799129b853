"""What a shell is offered behind the words of a command line, from the tables of commands."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from smoke_tui.cli.arguments import HELP, SETTINGS, VERSION, command_at, option_named, rows
from smoke_tui.cli.command import Argument, Command, Completion
from smoke_tui.cli.command_table import COMMANDS
from smoke_tui.cli.help_text import topic_names
from smoke_tui.cli.option_sets import EVERYWHERE
from smoke_tui.config.runbook_files import available_ids, find, folders
from smoke_tui.config.settings import Settings, config_dir, read_settings
from smoke_tui.errors import UsageError
from smoke_tui.failure_codes.table import CODES
from smoke_tui.regex import regex
from smoke_tui.structs import Struct

FILES: Final = ":files"
FOLDERS: Final = ":folders"
"""Lines that ask the shell to offer what it knows itself."""

_STEP: Final = regex(r"^\s*id\s*=\s*\"([a-z][a-z0-9-]*)\"", re.MULTILINE)


class Candidate(Struct, frozen=True):
    """A word that fits, with what it means; or `FILES` or `FOLDERS`."""

    word: str
    about: str = ""


class _Line(Struct, frozen=True):
    """The words in front of the one that is completed, as far as they are understood."""

    row: Command
    name: str | None
    settings: Settings
    positionals: tuple[str, ...]
    present: frozenset[str]
    pending: Argument | None

    @property
    def first_word(self) -> str | None:
        """The first word of a command that does several things."""
        argument = next((a for a in self.row.arguments if a.positional), None)
        if argument is None or not argument.choices or not self.positionals:
            return None
        return self.positionals[0]

    @property
    def own(self) -> list[Argument]:
        """The arguments that this command has behind its first word."""
        word = self.first_word
        return [a for a in self.row.arguments if not a.of or word is None or word in a.of]


def candidates(words: Sequence[str]) -> list[Candidate]:
    """What fits the last of the words; those before it are the program's arguments so far.

    An `=` that stands alone is bash's way of splitting `--option=value`.
    """
    *before, word = _joined(words) or [""]
    line = _understood(before)
    option, equals, text = word.partition("=")
    if equals and option.startswith("--"):
        named = option_named(option, (*line.own, *SETTINGS.values()))
        offers = _values(named, line) if named is not None else []
        return [
            Candidate(f"{option}={c.word}", c.about)
            for c in _fitting(offers, text)
            if not c.word.startswith(":")
        ] + [c for c in offers if c.word.startswith(":")]
    if line.pending is not None:
        return _fitting(_values(line.pending, line), word)
    if word.startswith("-"):
        return _fitting(_options(line), word)
    return _fitting(_positional(line), word)


def _joined(words: Sequence[str]) -> list[str]:
    joined: list[str] = []
    for word in words:
        if joined and (word == "=" or joined[-1].endswith("=")) and joined[-1].startswith("--"):
            joined[-1] += word
        else:
            joined.append(word)
    return joined


def _understood(before: Sequence[str]) -> _Line:
    words = list(before)
    at = command_at(words)
    name = words.pop(at) if at is not None else None
    mode = "check" if "--check" in words else "plain" if "--plain" in words else "app"
    row = rows()[name or mode]
    positionals: list[str] = []
    present: set[str] = set()
    values: dict[str, str] = {}
    pending: Argument | None = None
    for word in words:
        if pending is not None:
            values[pending.name.removeprefix("--")] = word
            pending = None
        elif word.startswith("-") and word != "-":
            option = option_named(word, (*row.arguments, *SETTINGS.values()))
            if option is not None:
                present.add(option.name)
                if option.has_value and "=" not in word:
                    pending = option
        else:
            positionals.append(word)
    try:
        settings = read_settings({"state-dir": values.get("state-dir")})
    except UsageError:
        settings = Settings({})
    return _Line(row, name, settings, tuple(positionals), frozenset(present), pending)


def _fitting(offers: Sequence[Candidate], word: str) -> list[Candidate]:
    return [c for c in offers if c.word.startswith(word) or c.word.startswith(":")]


def _options(line: _Line) -> list[Candidate]:
    arguments = [a for a in line.own if not a.positional]
    arguments += [
        SETTINGS[name]
        for name in (*line.row.settings_for(line.first_word), *EVERYWHERE)
        if name in SETTINGS
    ]
    arguments += [HELP, *([VERSION] if line.name is None else [])]
    return [
        Candidate(a.name, a.help)
        for a in arguments
        if a.name not in line.present or a.action == "append"
    ]


def _positional(line: _Line) -> list[Candidate]:
    places = [a for a in line.own if a.positional]
    at = len(line.positionals)
    if at >= len(places) and not (places and places[-1].nargs == "*"):
        return []
    offers = _values(places[min(at, len(places) - 1)], line)
    if line.name is None and not line.present & {"--check", "--plain", "--rehearse"}:
        offers = [Candidate(name, row.about) for name, row in COMMANDS.items()] + offers
    if "--check" in line.present:
        offers += _sessions(line)
    return offers


def _values(argument: Argument, line: _Line) -> list[Candidate]:
    if argument.choices:
        return [Candidate(choice) for choice in argument.choices]
    source = _SOURCES.get(argument.takes)
    return source(line) if source is not None else []


def _files(line: _Line) -> list[Candidate]:
    return [Candidate(FILES)]


def _folders(line: _Line) -> list[Candidate]:
    return [Candidate(FOLDERS)]


def _runbooks(line: _Line) -> list[Candidate]:
    ids = available_ids(cwd=Path.cwd(), config_dir=config_dir())
    return [*(Candidate(name, "a runbook") for name in ids), Candidate(FILES)]


def _sessions(line: _Line) -> list[Candidate]:
    folder = _sessions_root(line)
    try:
        names = sorted((path.name for path in folder.iterdir()), reverse=True) if folder else []
    except OSError:
        names = []
    last = [Candidate("last", "the newest session")] if names else []
    return last + [Candidate(name, "a session") for name in names if name[:1].isdigit()]


def _sessions_root(line: _Line) -> Path | None:
    try:
        return line.settings.state_dir / "sessions"
    except UsageError:
        return None


def _scenarios(line: _Line) -> list[Candidate]:
    from smoke_tui.rehearsal import list_scenarios

    return [Candidate(name, about) for name, about in list_scenarios()]


def _steps(line: _Line) -> list[Candidate]:
    """The steps of the session or the runbook that the line names, by the look of its text."""
    name = line.positionals[0] if line.positionals else "last"
    return [Candidate(step, "a step") for step in _STEP.findall(_runbook_text(name, line))]


def _runbook_text(name: str, line: _Line) -> str:
    try:
        path = find(name, cwd=Path.cwd(), config_dir=config_dir())
        if path is not None:
            return path.read_text(encoding="utf-8", errors="replace")
        names = [c.word for c in _sessions(line)][1:]
        chosen = names[0] if name == "last" else next(n for n in names if n.startswith(name))
        with ((_sessions_root(line) or Path()) / chosen / "journal.jsonl").open("rb") as file:
            return str(json.loads(file.readline())["data"]["runbook"]["text"])
    except (OSError, ValueError, LookupError, TypeError, StopIteration):
        return ""


def _packs(line: _Line) -> list[Candidate]:
    return [Candidate(name, "a pack") for name in sorted(set(_pack_names()))] + [Candidate(FILES)]


def _pack_names() -> Iterator[str]:
    for folder in folders(Path.cwd(), config_dir()):
        yield from (path.stem for path in (folder / "packs").glob("*.json"))


def _codes(line: _Line) -> list[Candidate]:
    return [Candidate(code, "a failure code") for code in CODES]


def _topics(line: _Line) -> list[Candidate]:
    table = rows()
    return [
        Candidate(name, table[name].about if name in table else "a topic") for name in topic_names()
    ]


_SOURCES: Final[Mapping[Completion, Callable[[_Line], list[Candidate]]]] = {
    "file": _files,
    "folder": _folders,
    "runbook": _runbooks,
    "session": _sessions,
    "scenario": _scenarios,
    "step": _steps,
    "pack": _packs,
    "code": _codes,
    "command": _topics,
}
