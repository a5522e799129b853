"""What a command is, and the arguments that several commands have."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Command:
    """One command: what it does, a worked example, its own arguments, and what runs it.

    `run` is "module:function" in `cli.commands`, so that a command loads only what it needs. The
    function takes the settings, and the arguments by their names.
    """

    about: str
    example: str
    run: str
    arguments: tuple[tuple[tuple[str, ...], Mapping[str, object]], ...] = ()


def arg(*names: str, **how: object) -> tuple[tuple[str, ...], Mapping[str, object]]:
    """An argument as `argparse` takes it: its names, and how it is read."""
    return names, how


JSON: Final = arg("--json", action="store_true", help="one JSON object on standard output")


SESSION: Final = arg("session", metavar="SESSION", help="an id, a unique prefix of one, or last")


RECORD: Final = arg(
    "session", metavar="SESSION", help="an id, a unique prefix of one, last, or an archive"
)


PLAIN: Final = arg(
    "--plain",
    action="store_true",
    help="line by line, for terminals and readers that the app does not serve",
)
