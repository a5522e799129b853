"""What a command is: its arguments, the settings it reads, its help; and arguments of several."""

from __future__ import annotations

from typing import Final, Literal, TypedDict, Unpack

from smoke_tui.structs import Struct

Group = Literal["walk", "record", "runbook", "answer", "machine"]
"""Under which heading `smoke-tui --help` lists a command."""

GROUPS: Final[dict[Group, str]] = {
    "walk": "a walk",
    "record": "the record",
    "runbook": "runbooks",
    "answer": "model answers",
    "machine": "this machine",
}

Completion = Literal[
    "", "file", "folder", "runbook", "session", "scenario", "step", "code", "pack", "command"
]
"""What a shell offers for a value, beside the choices; empty: nothing."""


class Argument(Struct, frozen=True):
    """One argument: of a command, or a setting that any command may take.

    `names` begin with a dash for an option; a positional argument has one name, by which the
    command's function takes it. `nargs` "?" is a positional that may be left out, "*" any number.
    `of` are the first words of the command that it belongs to (`accept` of `cassettes`); empty: all.
    `type` int is a whole number.
    """

    names: tuple[str, ...]
    help: str = ""
    metavar: str = ""
    action: Literal["store", "store_true", "store_const", "append"] = "store"
    choices: tuple[str, ...] = ()
    default: str | int | None = None
    const: str | None = None
    dest: str = ""
    nargs: Literal["", "?", "*"] = ""
    required: bool = False
    type: type[int] | None = None
    of: tuple[str, ...] = ()
    takes: Completion = ""

    @property
    def positional(self) -> bool:
        """Whether it is told by its place, not by a name."""
        return not self.names[0].startswith("-")

    @property
    def key(self) -> str:
        """The name by which a command's function takes it."""
        return self.dest or self.names[-1].lstrip("-").replace("-", "_")

    @property
    def name(self) -> str:
        """What messages call it: the long name of an option, the metavar of a positional."""
        return self.metavar or self.names[0].upper() if self.positional else self.names[-1]

    @property
    def has_value(self) -> bool:
        """Whether a value follows the name of the option."""
        return self.action in ("store", "append")

    @property
    def value(self) -> str:
        """The word for its value in help; empty for a flag."""
        if not self.has_value:
            return ""
        return self.metavar or "|".join(self.choices) or self.key.upper()


class Command(Struct, frozen=True, kw_only=True):
    """One command: what it does, worked examples, its own arguments, and what runs it.

    `run` is "module:function" in `cli.commands`, so that a command loads only what it needs. The
    function takes the settings, and the arguments by their names; with `options`, a class in its
    module, they come as one value of that class. `about` is a short phrase for a
    list, `more` what its own help adds. `settings` are the names of the global options that have
    an effect on it. `exits` are its exit codes where they say more than the general table.
    """

    about: str
    examples: tuple[str, ...]
    group: Group
    run: str = ""
    options: str = ""
    arguments: tuple[Argument, ...] = ()
    settings: tuple[str, ...] = ()
    more: str = ""
    exits: str = ""
    form: str = ""
    """How it is called, where that is not "smoke-tui NAME"."""
    settings_by_word: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """The settings by first word, where the words of a command honour different ones."""

    def settings_for(self, word: str | None) -> tuple[str, ...]:
        """The settings that have an effect; `word` is the command's first word, where it has one."""
        by_word = dict(self.settings_by_word)
        if not by_word:
            return self.settings
        if word is None:
            return tuple(dict.fromkeys(name for names in by_word.values() for name in names))
        return by_word.get(word, ())


class _Fields(TypedDict, total=False):
    """The fields of `Argument` beside its names."""

    help: str
    metavar: str
    action: Literal["store", "store_true", "store_const", "append"]
    choices: tuple[str, ...]
    default: str | int | None
    const: str | None
    dest: str
    nargs: Literal["", "?", "*"]
    required: bool
    type: type[int] | None
    of: tuple[str, ...]
    takes: Completion


def arg(*names: str, **fields: Unpack[_Fields]) -> Argument:
    """An argument, with its names first."""
    return Argument(names, **fields)


JSON: Final = arg("--json", action="store_true", help="one JSON object on standard output")


SESSION: Final = arg(
    "session", metavar="SESSION", help="an id, a unique prefix of one, or last", takes="session"
)


RECORD: Final = arg(
    "session",
    metavar="SESSION",
    help="an id, a unique prefix of one, last, or an archive",
    takes="session",
)


PLAIN: Final = arg(
    "--plain",
    action="store_true",
    help="line by line, without the full-screen app (screen readers, dumb terminals, pipes)",
)
