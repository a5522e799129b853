"""Headers of an answer: which values are recorded, and how their bytes are read."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

from smoke_tui.regex import regex

KEPT_HEADERS: Final = frozenset(
    {
        "content-type",
        "content-encoding",
        "content-length",
        "date",
        "server",
        "retry-after",
        "age",
        "cf-ray",
        "cf-mitigated",
        "cf-cache-status",
        "x-request-id",
        "x-oai-request-id",
        "x-openai-request-id",
        "x-openai-authorization-error",
        "x-error-json",
        "openai-model",
        "x-openai-model",
        "openai-version",
        "openai-processing-ms",
        "x-models-etag",
        "x-reasoning-included",
        "etag",
        "www-authenticate",
        "transfer-encoding",
        "cache-control",
        "allow",
        "x-envoy-upstream-service-time",
        "x-provider",
        "x-llm-provider",
        "x-cache",
        "warning",
    }
)
KEPT_PREFIXES: Final = ("x-codex-", "x-ratelimit-", "x-fallback", "x-degraded")
QUOTA_HEADER: Final = regex(
    r"x-[a-z0-9_-]{1,60}-((primary|secondary)-(used-percent|window-minutes|reset-at"
    r"|reset-after-seconds)|limit-name)"
)
HIDDEN_HEADERS: Final = frozenset({"x-codex-turn-state"})


def shown_headers(pairs: list[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """Header values by allow-list; of every other header only the name is kept.

    Of a redirect's target only the host is: its path and query may be secret.
    """
    shown = []
    for name, value in pairs:
        low = name.lower()
        if low == "location":
            shown.append((low, _where(value)))
            continue
        kept = low in KEPT_HEADERS or low.startswith(KEPT_PREFIXES) or QUOTA_HEADER.fullmatch(low)
        shown.append((low, value if kept and low not in HIDDEN_HEADERS else "[REDACTED:header]"))
    return tuple(shown)


def _where(target: str) -> str:
    """Scheme and host of a redirect's target; nothing of a target within the same host."""
    try:
        parts = urlsplit(target)
        host = parts.hostname
    except ValueError:
        return "[REDACTED:header]"
    return f"{parts.scheme}://{host}/" if host else "[REDACTED:header]"


def decoded(value: bytes) -> str:
    """A header's value: UTF-8 where it is that, else Latin-1, in which every byte is a letter."""
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("latin-1")
