"""The number of the rules that decide: raised with every change of what facts come to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

from smoke_tui.journal.events.event import Event, JournalDamageError

CHANGES: Final[Mapping[int, str]] = MappingProxyType(
    {
        1: "The first rules. A record that names no number was decided by these.",
        2: "A live call and a turn pass by a list of obligations, each with its witnesses. A waived "
        "step gives pass-with-waivers; without one step that passed by its own evidence a session "
        "is incomplete. A step that runs commands and ran none is blocked. Every step that declares "
        "a spend asks for it. A pass is undone when a value it was made with changes. An unmet "
        "expectation says what was expected and what was seen. A refusal whose code nobody knows is "
        "never tried again.",
    }
)
"""What changed with each number, the oldest first."""

RULES: Final = max(CHANGES)
"""The number of the rules of this program, as `session.opened` and `session.resumed` record it."""

_STARTS: Final = ("session.opened", "session.resumed")


def rules_of(event: Event) -> int:
    """The number of the rules a program decided by, from the line it began with.

    Raises:
        JournalDamageError: the line holds something that is no such number.
    """
    number = event.data.get("rules", 1)
    if type(number) is not int or number < 1:
        raise JournalDamageError(f"event {event.seq}: `rules` is no number of rules")
    return number


def rules_in(events: Iterable[Event]) -> tuple[int, ...]:
    """The rules of every program that wrote to a journal, in order.

    Raises:
        JournalDamageError: one of the lines holds something that is no such number.
    """
    return tuple(rules_of(event) for event in events if event.kind in _STARTS)
