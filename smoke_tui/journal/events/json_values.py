"""Read the values of a JSON table: scalars, choices, enumerations and lists of them."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from types import UnionType
from typing import Any, Union, get_args, get_origin

from smoke_tui.journal.events.body import Omitted

Note = Callable[[], None]
"""Called where a table has another form than today's: see `Body.as_recorded`."""

Read = Callable[[Any, Note], Any]
Write = Callable[[Any], Any]


class MismatchError(ValueError):
    """A JSON value has not the form of a class. `path` leads to the place that differs."""

    def __init__(self, problem: str, *path: str) -> None:
        super().__init__(problem)
        self.problem = problem
        self.path = list(path)

    def __str__(self) -> str:
        return f"{'.'.join(self.path) or 'its data'} {self.problem}"


def choice(values: tuple[str, ...]) -> Read:
    """One of some texts."""

    def read(value: Any, note: Note) -> Any:
        if value not in values:
            raise MismatchError(f"is none of {', '.join(values)} ({value!r})")
        return value

    return read


def scalar(kinds: tuple[type, ...]) -> Read:
    """A value of one of some scalar types."""
    if float in kinds:
        # JSON has one kind of number: what is written as 1.0 may come back as 1.
        kinds = (*kinds, int)

    def read(value: Any, note: Note) -> Any:
        if not isinstance(value, kinds) or (isinstance(value, bool) and bool not in kinds):
            raise MismatchError(f"is of another kind ({type(value).__name__})")
        return value

    return read


def scalars_of(hint: Any) -> frozenset[type]:
    """The types of a scalar's values, as JSON reads them; none of what is no scalar."""
    parts = get_args(hint) if get_origin(hint) in (Union, UnionType) else (hint,)
    kinds = {part for part in parts if part is not Omitted}
    if not kinds <= {str, int, float, bool, type(None)}:
        return frozenset()
    return frozenset(kinds | {int} if float in kinds else kinds)


def each_of(inner: Read) -> Read:
    """A list, as a tuple of what `inner` reads."""

    def read(value: Any, note: Note) -> Any:
        if not isinstance(value, list):
            raise MismatchError("is no list")
        return tuple(read_at(str(at), inner, item, note) for at, item in enumerate(value))

    return read


def read_at(step: str, inner: Read, value: Any, note: Note) -> Any:
    """Read a value inside another; a mismatch says at which step of the way it is."""
    try:
        return inner(value, note)
    except MismatchError as wrong:
        wrong.path.insert(0, step)
        raise


def enumeration(kind: type[Enum]) -> Read:
    """A member of an enumeration, by its value."""

    def read(value: Any, note: Note) -> Any:
        if not isinstance(value, str):
            raise MismatchError(f"is of another kind ({type(value).__name__})")
        try:
            return kind(value)
        except ValueError:
            raise MismatchError(f"is no {kind.__name__.lower()} ({value!r})") from None

    return read
