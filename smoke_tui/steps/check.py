"""`check`: looks at something and changes nothing."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit, urlunsplit

from smoke_tui.codex.catalogue import as_answer
from smoke_tui.codex.classify import classify
from smoke_tui.config.session_config import LOOPBACK
from smoke_tui.runbook.model import StandIn
from smoke_tui.steps.run import run
from smoke_tui.steps.stand_in import stand_in_of
from smoke_tui.structs import replace
from smoke_tui.world.context import StepContext
from smoke_tui.world.requests.http import Exchange, HttpRequest
from smoke_tui.world.result import Result

_REDIRECTS: Final = (301, 302, 303, 307, 308)


async def check(ctx: StepContext) -> Result:
    """Pass when the address answers, or the commands end with 0, and expectations are met."""
    if ctx.step.commands or not ctx.step.fields.get("url"):
        return await run(ctx)
    url = str(ctx.fill(str(ctx.step.fields.get("url"))))
    stand_in = stand_in_of(ctx)
    if stand_in is not None and stand_in.status is not None:
        return _stood_in(ctx, url, stand_in, stand_in.status)
    exchange = await _look(ctx, url)
    secure = https_of(url, exchange.header("location")) if _redirects(exchange) else None
    if secure is not None and not _expects_status(ctx):
        # The same page over TLS, and no credential goes with it: a browser would follow, too.
        url = secure
        exchange = await _look(ctx, url)
    observed = {"status": exchange.status, "headers": [list(pair) for pair in exchange.headers]}
    if _redirects(exchange) and not _expects_status(ctx):
        return Result("redirect-refused", _elsewhere(url, exchange), observed, exchange.text())
    cut = exchange.error is not None and exchange.status is not None
    if exchange.status is None or cut or not _accepted(ctx, exchange.status):
        failure = classify(replace(as_answer(exchange), ours=_is_local(url)))
        return Result(
            failure.code,
            f"{url}: {failure.message}",
            observed | failure.observed(),
            exchange.text(),
        )
    return Result(None, f"{url} answered {exchange.status}.", observed, exchange.text())


async def _look(ctx: StepContext, url: str) -> Exchange:
    return await ctx.perform(HttpRequest("GET", url, limits=ctx.limits(30.0)))


def _stood_in(ctx: StepContext, url: str, stand_in: StandIn, status: int) -> Result:
    observed = {"status": status, "headers": []}
    body = str(ctx.fill(stand_in.body))
    code = None if _accepted(ctx, status) else "request-refused"
    return Result(code, f"The stand-in of {url} answers {status}.", observed, body)


def _expects_status(ctx: StepContext) -> bool:
    return any(match.get("status") for match in ctx.step.expect)


def _accepted(ctx: StepContext, status: int) -> bool:
    return status < 300 or _expects_status(ctx)


def _redirects(exchange: Exchange) -> bool:
    return exchange.status in _REDIRECTS and exchange.header("location") is not None


def https_of(url: str, location: str | None) -> str | None:
    """The https form of an address whose redirect leads there, on the same host; else None.

    Of where a redirect leads a record keeps scheme and host alone, so the path is the one asked.
    """
    here, there = urlsplit(url), urlsplit(location or "")
    is_plain = here.scheme == "http" and here.port in (None, 80)
    if not is_plain or there.scheme != "https" or here.hostname != there.hostname:
        return None
    return urlunsplit(("https", here.netloc.removesuffix(":80"), here.path, here.query, ""))


def _elsewhere(url: str, exchange: Exchange) -> str:
    there = exchange.header("location") or ""
    where = there if there.startswith("http") else "another path of the same host"
    return (
        f"{url} answered {exchange.status} and leads to {where}. A check follows a redirect only "
        f"from http to https on the same host: give the final address as url, or expect the "
        f"redirect itself (expect = [{{ status = {exchange.status} }}])."
    )


def _is_local(url: str) -> bool:
    """Whether a page at an address is the stack's own."""
    try:
        return urlsplit(url).hostname in LOOPBACK
    except ValueError:
        return False
