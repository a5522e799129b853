"""Headers that say what answered, and headers as they stand inside documents."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

MODEL_HEADERS: Final = ("openai-model", "x-openai-model")
"""Headers that name the served model (openai/codex PR #27478)."""

REQUEST_IDS: Final = ("x-request-id", "x-oai-request-id", "cf-ray")
"""Headers by which the provider's support finds a request, the best first."""

FOREIGN_HEADER: Final = "openai-organization"
"""Sent with answers to an API key, never with those of the subscription."""

ERROR_HEADERS: Final = ("x-openai-authorization-error", "x-error-json", "cf-mitigated")
"""Headers that come with a failure alone, whatever else the answer holds."""


def header_pairs(headers: Any) -> Iterator[tuple[str, Any]]:
    """Headers inside a document, in lower case: a table, a list of pairs or of tables with name
    and value, or lines of text; a list has values.
    """
    pairs: Sequence[Any] = (
        list(headers.items())
        if isinstance(headers, Mapping)
        else (
            headers
            if isinstance(headers, list)
            else [line.split(":", 1) for line in headers.splitlines()]
            if isinstance(headers, str)
            else ()
        )
    )
    for pair in pairs:
        if isinstance(pair, Mapping) and "name" in pair and "value" in pair:
            pair = (pair["name"], pair["value"])
        if isinstance(pair, list | tuple) and len(pair) == 2:
            for value in pair[1] if isinstance(pair[1], list) else (pair[1],):
                yield str(pair[0]).strip().lower(), value
