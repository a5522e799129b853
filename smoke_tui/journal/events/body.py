"""What the classes of events have in common, and how their fields tell the codec apart."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Any, ClassVar, Final

from smoke_tui.redaction.secret import Json
from smoke_tui.structs import Struct

ALWAYS: Final[Mapping[str, Any]] = {"always": True}
"""Field metadata: written even when it has its default; records of earlier builds may lack it.

A field without a default is always written and always has to be there. One with a default and
without this mark is left out when it has its default.
"""

REST: Final[Mapping[str, Any]] = {"rest": True}
"""Field metadata: the keys that no other field names, in their order, after all the others."""

WHOLE: Final[Mapping[str, Any]] = {"whole": True}
"""Field metadata: the table as it stands, known fields included; written in place of them."""

FLAT: Final[Mapping[str, Any]] = {"flat": True}
"""Field metadata: the keys of the field's own class stand beside the others."""


def needs(*keys: str, **more: Any) -> Mapping[str, Any]:
    """Field metadata: keys that its table has to have, though its class has defaults for them."""
    return {"needs": keys, **more}


def key(name: str, **more: Any) -> Mapping[str, Any]:
    """Field metadata: the serialized name, where it is another than the field's."""
    return {"key": name, **more}


class Omitted(Enum):
    """The value of a field that may be null and may be absent, where it is absent."""

    OMITTED = "omitted"


OMITTED: Final = Omitted.OMITTED


class Body(Struct, frozen=True, dict=True):
    """What an event says, without its place in the stream.

    `kind` is the serialized name of the event's kind. `tags` are keys with fixed values that tell
    the classes of one kind apart; the codec writes them at position `tags_at` among the keys.
    `as_recorded` is the table it was read from, kept only where today's form of it is another:
    keys that are missing or unknown today, or another order.
    """

    kind: ClassVar[str]
    tags: ClassVar[Mapping[str, str]] = {}
    tags_at: ClassVar[int] = 0


class FactBody(Body, frozen=True):
    """What the world answered, or what happened in it."""


class DecisionBody(Body, frozen=True):
    """What the engine decided."""


class StepDecision(DecisionBody, frozen=True):
    """A decision about a step: its event names one."""


class TryDecision(StepDecision, frozen=True):
    """A decision about a try of a step: its event names both."""


class Opaque(Body, frozen=True):
    """What a line says that has no class here.

    `problem` is None for a kind of a newer version, else why the table has not its kind's form.
    """

    name: str
    data: Mapping[str, Json]
    problem: str | None = None
