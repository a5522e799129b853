"""Token counts of a call: what can be read as one, and what a call can have used."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

MOST: Final = 1 << 40
"""No call has more tokens than this; larger numbers are no counts."""


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one call, as the provider counted them."""

    input_tokens: int
    cached_input_tokens: int
    output_tokens: int
    reasoning_tokens: int

    def __str__(self) -> str:
        return (
            f"{self.input_tokens} in ({self.cached_input_tokens} cached), "
            f"{self.output_tokens} out ({self.reasoning_tokens} reasoning)"
        )


def read_usage(raw: Any) -> Usage | None:
    """Token counts, or None where any needed one is no count."""
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
    given, out, cached, reasoning = (count or 0 for count in counts)
    return Usage(given, cached, out, reasoning)


def usage_problem(raw: Any) -> str | None:
    """Why no call can have this usage; None where one can.

    A call reads and writes at least one token; parts are not more than their whole; a total, where
    it is given, is the sum. Any other field whose name ends in `tokens` has to be a count, too.
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
    odd = next((name for name in _odd(raw)), None)
    return f"{odd} is no count" if odd is not None else None


def _odd(raw: Mapping[str, Any]) -> list[str]:
    tables = [raw, *(value for value in raw.values() if isinstance(value, Mapping))]
    return [
        str(name)
        for table in tables
        for name, value in table.items()
        if str(name).endswith("tokens") and value is not None and _count(value) is None
    ]


def _detail(raw: Mapping[str, Any], table: str, name: str) -> Any:
    inner = raw.get(table)
    value = inner.get(name) if isinstance(inner, Mapping) else None
    return 0 if value is None else value


def _count(value: Any) -> int | None:
    """A non-negative whole number; NaN, negatives, text, booleans and the impossible are none."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if isinstance(value, float) and (not math.isfinite(value) or value != int(value)):
        return None
    return int(value) if 0 <= value <= MOST else None
