"""Claims of a turn's answer: models, responses and headers, at any place in its document."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from smoke_tui.proof.headers import FOREIGN_HEADER, MODEL_HEADERS, header_pairs
from smoke_tui.proof.obligations import Witness
from smoke_tui.runbook.json_path import dig
from smoke_tui.stack.failure_signals import HIDDEN_HEADER
from smoke_tui.stack.turn_values import HEADERS, TURN_HOLDERS, leaves

PATHS: Final[Mapping[str, str]] = {
    "provider": "route.provider",
    "model": "route.model",
    "credential": "route.credential",
    "response_id": "response_id",
    "output_text": "output_text",
    "fallback": "fallback_used",
    "host": "route.host",
    "headers": "upstream_headers",
    "upstream_status": "error.upstream_status",
    "upstream_body": "error.upstream_body",
    "upstream_headers": "error.upstream_headers",
}
"""Default paths of the claims in a turn's answer, which the runbook may replace."""


def claims_of(document: object, runbook_paths: Mapping[str, str]) -> dict[str, Any]:
    """The claims of a turn's answer by name; `runbook_paths` replace default paths."""
    paths = {**PATHS, **{name: path for name, path in runbook_paths.items() if path}}
    return {name: dig(document, path)[1] for name, path in paths.items()}


def foreign_headers(document: object, headers: object, own: object = None) -> Iterator[Witness]:
    """Signs of an API key in the headers that a stack passes on, at any place.

    `own` are the headers of the stack's answer itself, where it may pass them on too.
    """
    tables = [
        ("headers", headers),
        ("the stack's own headers", own),
        *((leaf.path, leaf.value) for leaf in leaves(document) if leaf.name in HEADERS),
    ]
    paths = {
        path
        for path, table in tables
        if any(name == FOREIGN_HEADER for name, _ in header_pairs(table))
    }
    for path in sorted(paths):
        yield Witness(path, FOREIGN_HEADER, "against")


def named_models(
    document: object, claims: Mapping[str, Any], own: object = None
) -> Iterator[tuple[str, Any]]:
    """Every place of an answer that names the served model, with the name."""
    if claims.get("model") is not None:
        yield "model", claims["model"]
    tables = [
        claims.get("headers"),
        own,
        *(leaf.value for leaf in leaves(document) if leaf.name in HEADERS),
    ]
    visited: list[Any] = []
    for table in tables:
        if table in visited:
            continue
        visited.append(table)
        for name, value in header_pairs(table):
            if name in MODEL_HEADERS and value is not None and value != HIDDEN_HEADER:
                yield f"header {name}", value
    for leaf in leaves(document):
        if (
            leaf.name in ("model", "servedmodel", "responsemodel", "modelused")
            and isinstance(leaf.value, str)
            and leaf.within(TURN_HOLDERS)
            and leaf.value != claims.get("model")
        ):
            yield leaf.path, leaf.value


def named_responses(document: object, claims: Mapping[str, Any]) -> Iterator[Witness]:
    """Every place that names the provider's response; two different ones contradict each other."""
    claimed = claims.get("response_id")
    for leaf in leaves(document):
        value = leaf.value
        if leaf.listed or (
            leaf.name not in ("responseid", "upstreamresponseid") and leaf.path != "response.id"
        ):
            continue
        if isinstance(value, str) and value.startswith("resp_"):
            yield Witness(leaf.path, value, "holds" if claimed in (None, value) else "against")
