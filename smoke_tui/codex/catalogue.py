"""Requests that spend nothing: whether the backend answers, and which models it lists."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from smoke_tui.codex.bundle import Bundle
from smoke_tui.codex.classify import Answer, Failure, classify
from smoke_tui.codex.client_versions import is_at_least, read_minimum
from smoke_tui.config.session_config import SessionConfig
from smoke_tui.structs import Struct, replace
from smoke_tui.world.requests.http import Exchange, HttpLimits, HttpRequest
from smoke_tui.world.values import Joined, Sensitive

_LIMITS = HttpLimits(total=20.0)


class Listed(Struct, frozen=True):
    """One model of the catalogue."""

    slug: str
    minimal_client_version: str | None
    lite: bool

    def served_to(self, version: str) -> bool:
        """Whether the catalogue serves the model to a client of this version."""
        return is_at_least(version, self.minimal_client_version)


def reach_request(config: SessionConfig) -> HttpRequest:
    """An unauthenticated GET of the responses address: 405 means that the edge lets requests through."""
    return HttpRequest(
        "GET",
        f"{config.codex_url}/responses",
        (("user-agent", config.user_agent), ("originator", config.originator)),
        limits=_LIMITS,
    )


def catalogue_request(
    config: SessionConfig, bundle: Bundle, client_version: str | None = None
) -> HttpRequest:
    """A GET of the model catalogue with the token; spends nothing (captured from client 0.169).

    The catalogue is filtered by `client_version`, by default that of the session's calls.
    """
    version = quote(client_version or config.client_version, safe="")
    return HttpRequest(
        "GET",
        f"{config.codex_url}/models?client_version={version}",
        (
            ("version", config.client_version),
            ("authorization", Joined(("Bearer ", bundle.access_token))),
            ("chatgpt-account-id", bundle.account_id),
            ("originator", config.originator),
            ("user-agent", config.user_agent),
            ("accept", "*/*"),
        ),
        limits=_LIMITS,
    )


def text_request(config: SessionConfig, bundle: Bundle, model: str) -> HttpRequest:
    """A GET of the catalogue that takes one model's base instructions out of the response.

    They are a template that the client renders, so the text that it sends may differ.
    """
    entry = ("models", f"slug={model}")
    return replace(
        catalogue_request(config, bundle),
        sensitive=(
            Sensitive(
                "template",
                (*entry, "model_messages", "instructions_template"),
                "instructions",
                scrub=False,
            ),
            Sensitive("base", (*entry, "base_instructions"), "instructions", scrub=False),
        ),
    )


def as_answer(exchange: Exchange) -> Answer:
    """An exchange as input of the classifier."""
    return Answer(
        exchange.status, exchange.headers, exchange.text(), exchange.error, exchange.error_text
    )


def reach_failure(exchange: Exchange) -> Failure | None:
    """Why the backend can't be reached; None if it can."""
    return None if exchange.status == 405 else classify(as_answer(exchange))


def read_catalogue(exchange: Exchange) -> tuple[Listed, ...] | None:
    """The listed models; None if the response is no catalogue."""
    document = exchange.json()
    models = document.get("models") if isinstance(document, Mapping) else None
    if exchange.status != 200 or not isinstance(models, list):
        return None
    return tuple(_listed(m) for m in models if isinstance(m, Mapping) and _is_listed(m))


def _is_listed(model: Mapping[str, Any]) -> bool:
    return isinstance(model.get("slug"), str) and model.get("visibility") not in ("hide", "none")


def _listed(model: Mapping[str, Any]) -> Listed:
    return Listed(
        model["slug"],
        read_minimum(model.get("minimal_client_version")),
        model.get("use_responses_lite") is True,
    )
