"""The number of the rules that decide: raised with every change of what facts come to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

from smoke_tui.journal.events.event import Event, JournalDamageError
from smoke_tui.journal.events.facts import SessionOpened, SessionResumed

CHANGES: Final[Mapping[int, str]] = MappingProxyType(
    {
        1: "The first rules. A record that names no number was decided by these.",
        2: "A live call and a turn pass by a list of obligations, each with its witnesses. A waived "
        "step gives pass-with-waivers; without one step that passed by its own evidence a session "
        "is incomplete. A step that runs commands and ran none is blocked. Every step that declares "
        "a spend asks for it. A pass is undone when a value it was made with changes. An unmet "
        "expectation says what was expected and what was seen. A refusal whose code nobody knows is "
        "never tried again.",
        3: "A condition text_drift or tool_calls compares the answer with the recorded one, where it "
        "never held before. What drifted is text-drift or tool-call-drift, what is not certain is "
        "drift-undecided; the operator may give it a class. A condition behaves asks a judge, where it "
        "never held before: judge-fail, judge-format-violation, judge-undecided.",
        4: "A check follows a redirect from http to https on the same host. A JSON path of "
        "commands leads into what they printed as a whole, and where that is no JSON into the object "
        "on its last line that holds one. A rehearsal lets nothing out: a stand-in answers, or the "
        "step is rehearsal-closed.",
    }
)
"""What changed with each number, the oldest first."""

RULES: Final = max(CHANGES)
"""The number of the rules of this program, as `session.opened` and `session.resumed` record it."""


def rules_in(events: Iterable[Event]) -> tuple[int, ...]:
    """The rules of every program that wrote to a journal, in order.

    Raises:
        JournalDamageError: one of the lines holds something that is no such number.
    """
    numbers = []
    for event in events:
        if isinstance(event.body, SessionOpened | SessionResumed):
            if event.body.program.rules < 1:
                raise JournalDamageError(f"event {event.seq}: `rules` is no number of rules")
            numbers.append(event.body.program.rules)
    return tuple(numbers)
