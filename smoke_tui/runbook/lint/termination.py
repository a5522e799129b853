"""Prove that every path through the fallbacks ends, by following each up to a bound."""

from __future__ import annotations

from collections.abc import Mapping

from smoke_tui.structs import Struct

MAX_TRIES = 100


class Node(Struct, frozen=True):
    """A step in the graph: the fallbacks its rules go to, and how often it sends a caller back."""

    gotos: tuple[str, ...]
    retry_max: int


class EndlessPath(Struct, frozen=True):
    """A path that may not end: its first step and the steps on it."""

    start: str
    steps: tuple[str, ...]
    is_cycle: bool


def endless_paths(nodes: Mapping[str, Node]) -> list[EndlessPath]:
    """Every cycle of fallbacks, once, and every step whose longest path exceeds the bound.

    A step is tried once, plus once for each time a fallback sends it back. A fallback's retries are
    counted per caller, so its longest path counts once for each call.
    """
    paths: list[EndlessPath] = []
    tries: dict[str, int | None] = {}

    def visit(name: str, path: tuple[str, ...]) -> int | None:
        """The maximum number of tries of a visit; None if it is reported already."""
        if name in path:
            paths.append(EndlessPath(name, (*path[path.index(name) :], name), True))
            return None
        if name not in tries:
            total: int | None = 1
            for goto in nodes[name].gotos:
                if goto not in nodes:
                    continue
                inner = visit(goto, (*path, name))
                if inner is None or total is None:
                    total = None
                else:
                    # An unbounded fallback is a finding of its own and counts as one visit.
                    total += max(nodes[goto].retry_max, 1) * (inner + 1)
            if total is not None and total > MAX_TRIES:
                paths.append(EndlessPath(name, (name, *nodes[name].gotos), False))
                total = None
            tries[name] = total
        return tries[name]

    for name in nodes:
        visit(name, ())
    return paths
