"""Lies made from the structure of an honest document: every leaf, changed in every way.

Nothing here knows what a field means. What a mutation may leave as a pass is listed by the tests, each
with its reason, so that a field that nobody thought of is looked at by itself.
"""

from __future__ import annotations

import copy
import fnmatch
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Path = tuple[str | int, ...]


@dataclass(frozen=True)
class Mutation:
    """One change: where, what kind, and what stands there instead."""

    path: Path
    kind: str
    value: Any = None

    @property
    def where(self) -> str:
        return ".".join(str(part) for part in self.path)

    def __str__(self) -> str:
        return f"{self.where} {self.kind}"

    def told(self, document: Any) -> Any:
        """The document with this mutation in it."""
        made = copy.deepcopy(document)
        holder = made
        for part in self.path[:-1]:
            holder = holder[part]
        if self.kind == "removed":
            del holder[self.path[-1]]
        elif self.kind == "doubled":
            holder.insert(self.path[-1], copy.deepcopy(holder[self.path[-1]]))
        else:
            holder[self.path[-1]] = copy.deepcopy(self.value)
        return made


def mutations_of(document: Any, path: Path = ()) -> Iterator[Mutation]:
    """Every mutation about every value of a document."""
    if path:
        yield Mutation(path, "removed")
        if isinstance(path[-1], int):
            yield Mutation(path, "doubled")
        for kind, value in instead_of(document):
            yield Mutation(path, kind, value)
    inner: Sequence[tuple[str | int, Any]] = (
        list(document.items())
        if isinstance(document, Mapping)
        else list(enumerate(document))
        if isinstance(document, list)
        else ()
    )
    for key, value in inner:
        yield from mutations_of(value, (*path, key))


def instead_of(value: Any) -> Iterator[tuple[str, Any]]:
    """Other values in the place of one: of its own type, and of every other."""
    others: list[tuple[str, Any]] = [
        ("null", None),
        ("text", "another"),
        ("blank", " "),
        ("number", 7),
        ("true", True),
        ("list", ["another"]),
        ("table", {"code": "another"}),
    ]
    match value:
        case bool():
            others.append(("flipped", not value))
        case str():
            others += [("longer", f"{value}-mini"), ("reversed", value[::-1]), ("empty", "")]
        case int() | float():
            others += [
                ("negative", -1),
                ("zero", 0),
                ("huge", 1 << 41),
                ("more", value + 1),
                ("larger", value * 1000 + 1),
                ("nan", float("nan")),
                ("as text", str(value)),
                ("broken", 1.5),
            ]
        case None:
            others += [("failed", "failed"), ("error", {"code": "server_error", "message": "x"})]
        case list():
            others.append(("emptied", []))
        case Mapping():
            others.append(("emptied", {}))
    yield from ((kind, other) for kind, other in others if not same(other, value))


def same(a: Any, b: Any) -> bool:
    """Whether two values are the same, and of the same type."""
    return type(a) is type(b) and bool(a == b)


@dataclass
class Benign:
    """Lies that may pass, because they are about nothing that a pass rests on; and why.

    `where` and `kinds` are patterns. A row that was never needed is a mistake of the table.
    """

    where: str
    reason: str
    kinds: str = "*"
    used: bool = field(default=False, compare=False)

    def covers(self, mutation: Mutation) -> bool:
        fits = fnmatch.fnmatchcase(mutation.where, self.where) and any(
            fnmatch.fnmatchcase(mutation.kind, kind) for kind in self.kinds.split("|")
        )
        self.used = self.used or fits
        return fits


def unexplained(passed: Sequence[Mutation], benign: Sequence[Benign]) -> list[str]:
    """The mutations that passed and that no row explains."""
    return [
        str(mutation) for mutation in passed if not [row for row in benign if row.covers(mutation)]
    ]


def unused(benign: Sequence[Benign]) -> list[str]:
    """The rows that explain nothing that passed."""
    return [f"{row.where} {row.kinds}" for row in benign if not row.used]
