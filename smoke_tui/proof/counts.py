"""Token counts of a call: reading them, and checking that they are possible."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Final

from smoke_tui.structs import Struct

MAX_TOKENS: Final = 1 << 40
"""Maximum tokens of a call; larger numbers are not accepted as counts."""


class Usage(Struct, frozen=True):
    """Tokens of one call, as the provider reports them."""

    input_tokens: int
    cached_input_tokens: int
    output_tokens: int
    reasoning_tokens: int

    def __str__(self) -> str:
        return (
            f"{self.input_tokens} in ({self.cached_input_tokens} cached), "
            f"{self.output_tokens} out ({self.reasoning_tokens} reasoning)"
        )


def read_usage(raw: object) -> Usage | None:
    """Token counts of a usage object; None if a required one is missing or not a count."""
    if not isinstance(raw, Mapping):
        return None
    counts = [
        _count(raw.get("input_tokens")),
        _count(raw.get("output_tokens")),
        _count(_detail(raw, "input_tokens_details", "cached_tokens")),
        _count(_detail(raw, "output_tokens_details", "reasoning_tokens")),
    ]
    if any(count is None for count in counts):
        return None
    read, written, cached, reasoning = (count or 0 for count in counts)
    return Usage(read, cached, written, reasoning)


def usage_problem(raw: object) -> str | None:
    """Why this usage is impossible; None if it is possible.

    A call reads and writes at least one token; a part is at most its whole; a total, if present, is
    the sum. Any other field whose name ends in `tokens` has to be a count too.
    """
    usage = read_usage(raw)
    if not isinstance(raw, Mapping) or usage is None:
        return "it is no count of tokens"
    for name in ("input_tokens_details", "output_tokens_details"):
        if not isinstance(raw.get(name), Mapping | None):
            return f"{name} is no table of counts"
    if not usage.input_tokens or not usage.output_tokens:
        return "a call reads and writes at least one token"
    if usage.cached_input_tokens > usage.input_tokens:
        return "more tokens were cached than read"
    if usage.reasoning_tokens > usage.output_tokens:
        return "more tokens were reasoned than written"
    if "total_tokens" in raw and _count(raw["total_tokens"]) != (
        usage.input_tokens + usage.output_tokens
    ):
        return "the total is not the sum of input and output"
    odd = next((name for name in _names_without_count(raw)), None)
    return f"{odd} is no count" if odd is not None else None


def _names_without_count(raw: Mapping[str, object]) -> list[str]:
    tables = [raw, *(value for value in raw.values() if isinstance(value, Mapping))]
    return [
        str(name)
        for table in tables
        for name, value in table.items()
        if str(name).endswith("tokens") and value is not None and _count(value) is None
    ]


def _detail(raw: Mapping[str, object], table: str, name: str) -> object:
    inner = raw.get(table)
    value = inner.get(name) if isinstance(inner, Mapping) else None
    return 0 if value is None else value


def _count(value: object) -> int | None:
    """A non-negative whole number up to MAX_TOKENS; anything else is None."""
    if type(value) is int:
        return value if 0 <= value <= MAX_TOKENS else None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if isinstance(value, float) and (not math.isfinite(value) or value != int(value)):
        return None
    return int(value) if 0 <= value <= MAX_TOKENS else None
