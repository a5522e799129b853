"""Response headers that identify what answered, and headers quoted inside documents."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

MODEL_HEADERS: Final = ("openai-model", "x-openai-model")
"""Headers that name the served model (openai/codex PR #27478)."""

REQUEST_IDS: Final = ("x-request-id", "x-oai-request-id", "cf-ray")
"""Headers with which the provider's support finds a request, the best first."""

FOREIGN_HEADER: Final = "openai-organization"
"""Sent with responses to an API key, never to a subscription."""

ERROR_HEADERS: Final = ("x-openai-authorization-error", "x-error-json", "cf-mitigated")
"""Headers that only failures have, whatever else the response holds."""


def header_pairs(headers: object) -> Iterator[tuple[str, object]]:
    """Headers quoted in a document, names in lower case.

    They may be a table, a list of pairs, a list of tables with name and value, or lines of text; a
    list has several values.
    """
    pairs: Iterable[object] = ()
    if isinstance(headers, Mapping):
        pairs = headers.items()
    elif isinstance(headers, list):
        pairs = headers
    elif isinstance(headers, str):
        pairs = [line.split(":", 1) for line in headers.splitlines()]
    for pair in pairs:
        if isinstance(pair, Mapping) and "name" in pair and "value" in pair:
            pair = (pair["name"], pair["value"])
        if isinstance(pair, list | tuple) and len(pair) == 2:
            for value in pair[1] if isinstance(pair[1], list) else (pair[1],):
                yield str(pair[0]).strip().lower(), value
