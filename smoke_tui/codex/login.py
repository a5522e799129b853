"""The browser login: RFC 6749 code grant with RFC 7636 S256, to a loopback callback (RFC 8252).

authlib's pure parts build the messages with placeholders in the place of secrets.
"""

from __future__ import annotations

from typing import Final
from urllib.parse import parse_qsl, urlencode

from smoke_tui.codex.bundle import TOKEN_LEAVES, Bundle, BundleError, read_bundle
from smoke_tui.codex.catalogue import as_answer
from smoke_tui.codex.classify import Answer, classify
from smoke_tui.config.questions import Verb
from smoke_tui.config.session_config import SessionConfig
from smoke_tui.journal.events.body import Body
from smoke_tui.journal.events.facts import (
    Answered,
    ListenBusy,
    ListenForbidden,
    ListenHit,
    ListenIgnored,
    ListenReady,
)
from smoke_tui.journal.stream import Fact
from smoke_tui.redaction import Secret
from smoke_tui.world.context import StepContext, recorded_answer
from smoke_tui.world.conversation import Conversation
from smoke_tui.world.requests.http import Exchange, HttpLimits, HttpRequest, Listen
from smoke_tui.world.requests.machine import DrawSecret
from smoke_tui.world.requests.operator import OpenPage, Question
from smoke_tui.world.resources import StepError
from smoke_tui.world.values import Joined, Text

CLIENT_ID: Final = "app_EMoamEEZ73f0CkXaXp7hrann"
SCOPE: Final = "openid profile email offline_access api.connectors.read api.connectors.invoke"
CALLBACK_PATH: Final = "/auth/callback"
FALLBACK_PORT: Final = 1455
HOSTS: Final = ("127.0.0.1", "localhost")
"""Hosts of the redirect address: clients from 0.162 on, and those up to 0.155 (captured)."""
AUTHORIZE_ORDER: Final = (
    "response_type",
    "client_id",
    "redirect_uri",
    "code_challenge",
    "code_challenge_method",
    "state",
    "scope",
    "id_token_add_organizations",
    "codex_cli_simplified_flow",
    "originator",
)
TOKEN_ORDER: Final = ("grant_type", "client_id", "code", "redirect_uri", "code_verifier")
"""Orders of parameters, as captured from client 0.169."""

_PLACEHOLDER: Final = "MARK-{}-MARK"

REDIRECT_ERRORS: Final[tuple[tuple[str, str], ...]] = (
    ("missing_codex_entitlement", "entitlement-missing"),
    ("codex_cli_workspace_disabled", "entitlement-missing"),
    ("invalid_scope", "scope-rejected"),
    ("missing_required_parameter", "authorize-rejected"),
    ("authorize_hydra_invalid_request", "authorize-rejected"),
    ("access_denied", "login-denied"),
    ("temporarily_unavailable", "server-error"),
    ("server_error", "server-error"),
)
"""Failure codes of an error redirect or an error page; the description has priority over the error.

`missing_required_parameter` is caused by the request, not by the person (hybridclaw#1146,
zosma-cowork#132); the cause is disputed (oh-my-pi#2699).
"""

EXCHANGE_CODES: Final = frozenset(
    {
        "region-unsupported",
        "workspace-missing",
        "entitlement-missing",
        "verification-required",
        "workspace-deactivated",
        "account-deactivated",
        "rate-limited",
        "overloaded",
        "server-error",
        "bad-gateway",
    }
)
"""Codes that a token response keeps; every other refusal is `exchange-rejected`."""


def authorize_url(config: SessionConfig, redirect_uri: str, challenge: str, state: Secret) -> Text:
    """The address of the sign-in page (parameters as captured from client 0.169)."""
    from authlib.oauth2.rfc6749.parameters import prepare_grant_uri

    placeholder = _PLACEHOLDER.format("state")
    url = prepare_grant_uri(
        f"{config.issuer}/oauth/authorize",
        CLIENT_ID,
        "code",
        redirect_uri=redirect_uri,
        scope=SCOPE,
        state=placeholder,
        code_challenge=challenge,
        code_challenge_method="S256",
        id_token_add_organizations="true",
        codex_cli_simplified_flow="true",
        originator=config.login_originator or config.originator,
    )
    base, _, query = url.partition("?")
    url = f"{base}?{urlencode(in_order(parse_qsl(query), AUTHORIZE_ORDER))}"
    before, _, after = url.partition(placeholder)
    return Joined((before, state, after))


def in_order(pairs: list[tuple[str, str]], order: tuple[str, ...]) -> list[tuple[str, str]]:
    """Parameters as the real client orders them."""
    return sorted(pairs, key=lambda pair: order.index(pair[0]))


def token_request(
    config: SessionConfig, redirect_uri: str, code: Secret, verifier: Secret
) -> HttpRequest:
    """The exchange of the code for tokens (RFC 6749 section 4.1.3, RFC 7636 section 4.5)."""
    from authlib.oauth2.rfc6749.parameters import prepare_token_request

    leaves = {_PLACEHOLDER.format("code"): code, _PLACEHOLDER.format("verifier"): verifier}
    body = prepare_token_request(
        "authorization_code",
        redirect_uri=redirect_uri,
        client_id=CLIENT_ID,
        code=_PLACEHOLDER.format("code"),
        code_verifier=_PLACEHOLDER.format("verifier"),
    )
    pairs: list[tuple[str, Text]] = [
        (name, leaves.get(value, value)) for name, value in in_order(parse_qsl(body), TOKEN_ORDER)
    ]
    return HttpRequest(
        "POST",
        f"{config.issuer}/oauth/token",
        (("accept", "*/*"),),
        form=tuple(pairs),
        sensitive=TOKEN_LEAVES,
        limits=HttpLimits(total=30.0, body=256 * 1024),
    )


async def log_in(ctx: StepContext) -> Bundle:
    """Log in through the browser, or a pasted redirect address, whichever comes first.

    The operator may ask for a new start with the other redirect host (`HOSTS`).

    Raises:
        StepError: with a login code, or the code of what kept the issuer from answering.
    """
    host = ctx.config.redirect_host
    while True:
        bundle = await _log_in(ctx, host)
        if bundle is not None:
            return bundle
        host = HOSTS[1 - HOSTS.index(host)]


async def _log_in(ctx: StepContext, host: str) -> Bundle | None:
    """One login with one redirect host; None where the other one is wanted."""
    config = ctx.config
    verifier = await ctx.perform(DrawSecret("verifier", "oauth-verifier", "verifier"))
    state = await ctx.perform(DrawSecret("state", "oauth-state", "state"))
    spec = Listen(config.callback_ports, CALLBACK_PATH, state, config.issuer)
    callback = ctx.open(spec)
    ready = (await callback.next()).body
    listening = isinstance(ready, ListenReady)
    port = ready.port if isinstance(ready, ListenReady) else FALLBACK_PORT
    redirect_uri = f"http://{host}:{port}{CALLBACK_PATH}"
    url = authorize_url(config, redirect_uri, str(verifier.public["challenge"]), state)
    ctx.evidence(
        "login",
        {
            "issuer": config.issuer,
            "redirect": redirect_uri,
            "listening": listening,
            "pkce": "S256",
        },
    )
    problem = await ctx.perform(OpenPage(url))
    question = ctx.open(
        Question(
            "callback",
            "Sign in on the page in your browser. If it can't come back here, paste the address it "
            "ends at.",
            {
                "url": url,
                "host": host,
                "problem": problem,
                "listening": listening,
                "busy": ready.problem if isinstance(ready, ListenBusy | ListenForbidden) else None,
                "ports": list(config.callback_ports),
            },
            secret="oauth-code",
            redirect=spec,
        )
    )
    try:
        hit = await _redirect(ctx, callback, question, ready)
    finally:
        question.release()
    body = hit.event.body
    if isinstance(body, Answered) and body.answer.do == Verb.OTHER_HOST:
        ctx.drop(callback)
        return None
    code = hit.secrets.get("code") or hit.secrets.get("value")
    if code is None:
        returned = body.hit if isinstance(body, Answered) else body
        error = returned.error if isinstance(returned, ListenHit) else None
        description = returned.description if isinstance(returned, ListenHit) else ""
        raise StepError(*_redirect_failure(str(error), description))
    exchange = await ctx.perform(token_request(config, redirect_uri, code, verifier))
    return bundle_of(exchange)


async def _redirect(
    ctx: StepContext, callback: Conversation, question: Conversation, ready: Body
) -> Fact:
    """The good redirect's fact; wrong ones are counted and do not end the wait."""
    limit = ctx.config.callback_seconds * ctx.config.patience
    deadline = ctx.deadline(limit)
    ignored = 0
    while True:
        which, value = await ctx.first(callback.next(), deadline.next(), question.next())
        fact: Fact = value
        if which == 1:
            raise StepError("login-timeout", f"No sign-in came back within {limit:g} s.")
        if which == 2:
            answer = recorded_answer(fact)
            if answer.do == Verb.ABSENT:
                if isinstance(ready, ListenBusy | ListenForbidden):
                    raise StepError(f"port-{ready.tags['what']}", _port_text(ready))
                raise StepError(
                    "needs-operator",
                    "A person has to sign in here; give a bundle with "
                    "--bundle, or run this in the app.",
                )
            if answer.do == Verb.PAGE:
                raise StepError(*_page_failure(answer.words or ""))
            if answer.do == Verb.CANCEL:
                raise StepError("login-cancelled", "The operator cancelled the login.")
            deadline.release()
            return fact
        if isinstance(fact.body, ListenHit):
            deadline.release()
            return fact
        ignored += 1
        if ignored == 1:
            ctx.finding(
                "callback-ignored",
                f"A callback that is not ours was ignored: {fact.expect(ListenIgnored).why}.",
                "Use the newest sign-in tab.",
            )


def _port_text(ready: ListenBusy | ListenForbidden) -> str:
    ports = ", ".join(str(port) for port in ready.ports)
    return f"The callback could not listen on port {ports}: {ready.problem}."


def _page_failure(words: str) -> tuple[str, str]:
    """Code and text of the sign-in's error page, which never redirects to the callback."""
    code = next((code for mark, code in REDIRECT_ERRORS if mark in words.lower()), None)
    failure = classify(Answer(None, (), words))
    if code is not None:
        return code, f"The sign-in page says: {failure.text}"
    is_known = failure.by != "status None"
    return (failure.code if is_known else "login-denied"), f"The sign-in page says: {failure.text}"


def _redirect_failure(error: str, description: str) -> tuple[str, str]:
    reason = f"{error}: {description}" if description else error
    for text in (description, error):
        for mark, code in REDIRECT_ERRORS:
            if mark in text:
                return code, f"The sign-in page answered: {reason}"
    return "login-denied", f"The sign-in page answered: {reason}"


def bundle_of(exchange: Exchange) -> Bundle:
    """The bundle of a token answer.

    Raises:
        StepError: the exchange was refused, or its answer is no bundle.
    """
    if exchange.status != 200:
        failure = classify(as_answer(exchange))
        edge = failure.by in ("edge", "transport")
        code = failure.code if edge or failure.code in EXCHANGE_CODES else "exchange-rejected"
        raise StepError(
            code,
            f"The token exchange was refused: {failure.message}",
            status=exchange.status,
            headers=[list(pair) for pair in exchange.headers],
        )
    try:
        return read_bundle(
            exchange.json(), exchange.secrets, source="login", issued_here=True, need_refresh=True
        )
    except BundleError as problem:
        raise StepError(problem.code, f"The login's answer is no bundle: {problem}.") from None
