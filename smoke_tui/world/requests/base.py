"""What every request to the world has: its unrendered form, its secrets, its answer's type.

A request carries `Secret` leaves. Only a live port renders them; what is recorded, matched and
compared is the unrendered form, which `shown` gives.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from typing import ClassVar, Final, Generic, TypeVar

from smoke_tui.journal.stream import Fact
from smoke_tui.structs import AbstractStructMeta, Struct
from smoke_tui.world.values import Sensitive, show

A = TypeVar("A", covariant=True)
VALUE: Final = "value"
"""The name of the one secret of an answer that has only one."""


class Request(Struct, frozen=True, metaclass=AbstractStructMeta):
    """Something asked of the world; the facts that answer it name the event that recorded it.

    `port_name` is the name of the port in the record. `unshown` are the fields that only a live
    port needs: they are not recorded.
    """

    port_name: ClassVar[str]
    unshown: ClassVar[tuple[str, ...]] = ()

    def shown(self) -> dict[str, object]:
        """The unrendered form, as the request event records it: the fields in their order."""
        return {
            name: show(getattr(self, name))
            for name in self.__struct_fields__
            if name not in self.unshown
        }

    def secret_kinds(self) -> Mapping[str, str]:
        """The kinds of the secrets that an answer may hold, by their names there."""
        return {}


class Query(Request, Generic[A], frozen=True):
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
