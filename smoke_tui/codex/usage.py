"""The usage page: a side request that shows quota windows and decides nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from smoke_tui.codex.bundle import Bundle
from smoke_tui.codex.quota import limit_name, read_window
from smoke_tui.config.session_config import SessionConfig
from smoke_tui.journal.events.decisions import QuotaEvidence
from smoke_tui.journal.events.values import QuotaWindow
from smoke_tui.world.context import StepContext
from smoke_tui.world.requests.http import HttpLimits, HttpRequest
from smoke_tui.world.values import Joined


def usage_request(config: SessionConfig, bundle: Bundle) -> HttpRequest:
    """`GET …/wham/usage`, as the real client's status page sends it (from its source)."""
    return HttpRequest(
        "GET",
        f"{config.codex_url.removesuffix('/codex')}/wham/usage",
        (
            ("authorization", Joined(("Bearer ", bundle.access_token))),
            ("chatgpt-account-id", bundle.account_id),
            ("originator", config.originator),
            ("user-agent", config.user_agent),
        ),
        limits=HttpLimits(total=15.0, body=256 * 1024),
    )


async def ask_usage(ctx: StepContext, bundle: Bundle) -> None:
    """Record the windows as evidence, or a finding that there are none."""
    exchange = await ctx.perform(usage_request(ctx.config, bundle))
    windows = list(read_usage_page(exchange.json())) if exchange.status == 200 else []
    if windows:
        ctx.decide(QuotaEvidence(tuple(windows)))
    else:
        ctx.finding(
            "no-usage-page",
            "The usage page gave no quota windows.",
            "It decides nothing; look at the x-codex-* headers of the call.",
        )


def read_usage_page(document: object) -> Iterator[QuotaWindow]:
    """The windows of the page's `rate_limit`, then those of additional limits."""
    if not isinstance(document, Mapping):
        return
    yield from _windows(document.get("rate_limit"), None)
    others = document.get("additional_rate_limits")
    for other in others if isinstance(others, list) else []:
        if isinstance(other, Mapping):
            name = other.get("limit_name") or other.get("metered_feature")
            yield from _windows(other.get("rate_limit"), limit_name(name) or "another limit")


def _windows(limits: object, limit: str | None) -> Iterator[QuotaWindow]:
    for slot in ("primary_window", "secondary_window"):
        raw = limits.get(slot) if isinstance(limits, Mapping) else None
        if isinstance(raw, Mapping):
            window = read_window(
                raw.get("used_percent"),
                raw.get("limit_window_seconds"),
                raw.get("reset_at"),
                seconds=True,
                limit=limit,
            )
            if window is not None:
                yield window
