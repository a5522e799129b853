"""`check`: looks at something and changes nothing."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urlsplit

from smoke_tui.codex.catalogue import as_answer
from smoke_tui.codex.classify import classify
from smoke_tui.config.session_config import LOOPBACK
from smoke_tui.steps.run import run
from smoke_tui.world.context import StepContext
from smoke_tui.world.requests.http import HttpRequest
from smoke_tui.world.result import Result


async def check(ctx: StepContext) -> Result:
    """Pass when the address answers, or the commands end with 0, and expectations are met."""
    if ctx.step.commands or not ctx.step.fields.get("url"):
        return await run(ctx)
    url = str(ctx.fill(str(ctx.step.fields.get("url"))))
    exchange = await ctx.perform(HttpRequest("GET", url, limits=ctx.limits(30.0)))
    observed = {"status": exchange.status, "headers": [list(pair) for pair in exchange.headers]}
    expects_status = any(match.get("status") for match in ctx.step.expect)
    cut = exchange.error is not None and exchange.status is not None
    if exchange.status is None or cut or (exchange.status >= 300 and not expects_status):
        failure = classify(replace(as_answer(exchange), ours=_is_local(url)))
        return Result(
            failure.code,
            f"{url}: {failure.message}",
            observed | failure.observed(),
            exchange.text(),
        )
    return Result(None, f"{url} answered {exchange.status}.", observed, exchange.text())


def _is_local(url: str) -> bool:
    """Whether a page at an address is the stack's own."""
    try:
        return urlsplit(url).hostname in LOOPBACK
    except ValueError:
        return False
