"""What every request to the world has: its unrendered form, its secrets, its answer's type.

A request carries `Secret` leaves. Only a live port renders them; what is recorded, matched and
compared is the unrendered form, which `shown` gives.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, fields
from types import MappingProxyType
from typing import ClassVar, Final, Generic, TypeVar

from smoke_tui.journal.stream import Fact
from smoke_tui.world.values import Sensitive, show

A = TypeVar("A", covariant=True)
VALUE: Final = "value"
"""The name of the one secret of an answer that has only one."""

UNSHOWN: Final = MappingProxyType({"shown": False})
"""Metadata of a field that only a live port needs: it is not recorded."""


@dataclass(frozen=True, slots=True)
class Request(ABC):
    """Something asked of the world; the facts that answer it name the event that recorded it.

    `port_name` is the name of the port in the record.
    """

    port_name: ClassVar[str]

    def shown(self) -> dict[str, object]:
        """The unrendered form, as the request event records it: the fields in their order."""
        return {
            field.name: show(getattr(self, field.name))
            for field in fields(self)
            if field.metadata.get("shown", True)
        }

    def secret_kinds(self) -> Mapping[str, str]:
        """The kinds of the secrets that an answer may hold, by their names there."""
        return {}


@dataclass(frozen=True, slots=True)
class Query(Request, Generic[A]):
    """A request that one fact answers."""

    @abstractmethod
    def answer(self, fact: Fact) -> A:
        """The answer in the fact that answers the request."""


def kinds_of(leaves: tuple[Sensitive, ...]) -> dict[str, str]:
    """The kinds of secret leaves and of what is nested in them, by name."""
    kinds: dict[str, str] = {}
    for leaf in leaves:
        kinds[leaf.name] = leaf.kind
        kinds |= {f"{leaf.name}.{name}": kind for name, (_, kind) in leaf.nested.items()}
    return kinds
