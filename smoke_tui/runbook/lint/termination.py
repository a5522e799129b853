"""Proves that every walk through the fallbacks ends, by walking all of them with a bound."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

MAX_TRIES = 100


@dataclass(frozen=True)
class Node:
    """What a walk needs of a step: where its rules go, and how often it sends a caller back."""

    gotos: tuple[str, ...]
    retry_max: int


@dataclass(frozen=True)
class Endless:
    """A walk that need not end: the step it begins at, and the way it takes."""

    start: str
    way: tuple[str, ...]
    circle: bool


def endless_walks(nodes: Mapping[str, Node]) -> list[Endless]:
    """Every circle of fallbacks, once, and every step whose longest walk is over the bound.

    A step is tried once and once more for each time a fallback sends it back; the count of a
    fallback is kept per caller, so its longest visit counts once for each time it is called.
    """
    found: list[Endless] = []
    tries: dict[str, int | None] = {}

    def walk(name: str, way: tuple[str, ...]) -> int | None:
        """The most tries a visit can cost, or None where that is already reported."""
        if name in way:
            found.append(Endless(name, (*way[way.index(name) :], name), True))
            return None
        if name not in tries:
            total: int | None = 1
            for goto in nodes[name].gotos:
                if goto not in nodes:
                    continue
                inner = walk(goto, (*way, name))
                if inner is None or total is None:
                    total = None
                else:
                    # Unbounded fallbacks are a finding of their own; one visit stands for them.
                    total += max(nodes[goto].retry_max, 1) * (inner + 1)
            if total is not None and total > MAX_TRIES:
                found.append(Endless(name, (name, *nodes[name].gotos), False))
                total = None
            tries[name] = total
        return tries[name]

    for name in nodes:
        walk(name, ())
    return found
