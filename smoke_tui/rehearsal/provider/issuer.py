"""The rehearsed issuer: sign-in, consent, codes, tokens, refresh, revocation.

Parameters, routes and token requests are those captured from client 0.169.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final
from urllib.parse import urlencode, urlsplit

from smoke_tui.httpd.messages import ServerRequest, ServerResponse
from smoke_tui.rehearsal.provider import pages, replies
from smoke_tui.rehearsal.provider.device_login import DeviceLogin
from smoke_tui.rehearsal.provider.http_answers import (
    Answer,
    cookie_of,
    form_of,
    is_json,
    json_answer,
    oauth_error,
    reset,
    respond,
)
from smoke_tui.rehearsal.provider.tokens import ACCESS_TOKEN_SECONDS, CLIENT_ID, SCOPES, Mint, s256
from smoke_tui.rehearsal.scenarios.scenario import Scenario
from smoke_tui.structs import Struct, field

COOKIE: Final = "auth-session-rehearsal"
_CHALLENGE_CHARS: Final = 43
_REAL_DEVICE_REDIRECT: Final = "https://auth.openai.com/deviceauth/callback"


class _Session(Struct):
    """A login between the authorize page and the callback."""

    redirect_uri: str
    state: str
    scope: str
    code_challenge: str
    cookie: str
    consent: str = ""


class _Grant(Struct):
    """The redirect addresses and the challenge of an authorization code."""

    redirect_uris: tuple[str, ...]
    code_challenge: str
    used: bool = False


class Issuer(Struct, dict=True):
    """State of one issuer; `origin` is set once its port is known."""

    mint: Mint
    scenario: Scenario
    origin: str = ""
    access: dict[str, bool] = field(default_factory=dict)
    """Issued access tokens, and whether each is still valid."""
    _sessions: dict[str, _Session] = field(default_factory=dict)
    _grants: dict[str, _Grant] = field(default_factory=dict)
    _refresh: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.device = DeviceLogin(self.mint, self.scenario, self._grant_device)

    # For the browser

    async def authorize(self, request: ServerRequest) -> Answer:
        """GET /oauth/authorize: the sign-in page, or an error."""
        if self.scenario.authorize_page is not None:
            return respond(self.scenario.authorize_page)
        query = dict(request.query)
        if (refusal := _authorize_problem(query)) is not None:
            return refusal
        foreign = [scope for scope in query["scope"].split() if scope not in SCOPES]
        if foreign:
            # Text of openclaw/openclaw#64667.
            return _back(
                query["redirect_uri"],
                error="invalid_scope",
                error_description="The requested scope is invalid, unknown, or malformed. The "
                f"OAuth 2.0 Client is not allowed to request scope '{foreign[0]}'.",
                state=query["state"],
            )
        challenge = self.mint.secret("FAKE-login-")
        cookie = self.mint.secret("FAKE-cookie-")
        self._sessions[challenge] = _Session(
            query["redirect_uri"], query["state"], query["scope"], query["code_challenge"], cookie
        )
        set_cookie = f"{COOKIE}={cookie}; Path=/; HttpOnly; SameSite=Lax"
        return pages.answer(200, pages.sign_in(challenge), ("set-cookie", set_cookie))

    async def log_in(self, request: ServerRequest) -> Answer:
        """POST /log-in: check the credentials and redirect to the consent page."""
        form = form_of(request)
        session = self._sessions.get(form.get("login_challenge", ""))
        if session is None or cookie_of(request, COOKIE) != session.cookie:
            # The code of diegosouzapw/OmniRoute#8046.
            return pages.answer(400, pages.problem("invalid_state", "Start the sign-in again."))
        correct = form.get("email") == self.mint.email and secrets.compare_digest(
            form.get("password", "").encode(), self.mint.password.encode()
        )
        if not correct:
            message = "The email address or the password is not right."
            page = pages.sign_in(form["login_challenge"], form.get("email", ""), message)
            return pages.answer(401, page)
        session.consent = self.mint.secret("FAKE-consent-")
        self._sessions[session.consent] = self._sessions.pop(form["login_challenge"])
        address = "/sign-in-with-chatgpt/codex/consent?"
        return _redirect(address + urlencode({"consent_challenge": session.consent}))

    async def consent_page(self, request: ServerRequest) -> Answer:
        """GET /sign-in-with-chatgpt/codex/consent: the consent page."""
        challenge = dict(request.query).get("consent_challenge", "")
        session = self._sessions.get(challenge)
        if session is None or cookie_of(request, COOKIE) != session.cookie:
            return pages.answer(400, pages.problem("invalid_state", "Start the sign-in again."))
        return pages.answer(200, pages.consent(challenge))

    async def consent(self, request: ServerRequest) -> Answer:
        """POST the consent: redirect to the client, with a code or an error."""
        session = self._sessions.pop(form_of(request).get("consent_challenge", ""), None)
        if session is None or cookie_of(request, COOKIE) != session.cookie:
            return pages.answer(400, pages.problem("invalid_state", "Start the sign-in again."))
        if self.scenario.authorize_error is not None:
            name, description = self.scenario.authorize_error
            return _back(
                session.redirect_uri, error=name, error_description=description, state=session.state
            )
        code = self._grant((session.redirect_uri,), session.code_challenge)
        return _back(session.redirect_uri, code=code, scope=session.scope, state=session.state)

    # For the client

    async def token(self, request: ServerRequest) -> Answer:
        """POST /oauth/token: exchange a code (form) or a refresh token (JSON or form)."""
        fields = form_of(request)
        kind = fields.get("grant_type", "")
        if fields.get("client_id") != CLIENT_ID:
            return oauth_error("invalid_client", "Unknown client_id.", 401)
        if kind == "authorization_code" and not is_json(request):
            return self._exchange(fields)
        if kind == "refresh_token":
            return self._renew(fields)
        return oauth_error("unsupported_grant_type", "The grant type is not supported.")

    def _exchange(self, fields: Mapping[str, str]) -> Answer:
        if self.scenario.exchange is not None:
            return respond(self.scenario.exchange)
        grant = self._grants.get(fields.get("code", ""))
        verifier = fields.get("code_verifier", "")
        if (
            grant is None
            or grant.used
            or fields.get("redirect_uri") not in grant.redirect_uris
            or not verifier.isascii()
            or not secrets.compare_digest(s256(verifier), grant.code_challenge)
        ):
            return respond(replies.EXCHANGE_REJECTED)
        grant.used = True
        return self._tokens()

    def _renew(self, fields: Mapping[str, str]) -> Answer:
        if self.scenario.refresh == "reset":
            return reset()
        if self.scenario.refresh is not None:
            return respond(self.scenario.refresh)
        token = fields.get("refresh_token", "")
        by_state = {
            "live": None,
            "used": replies.REFRESH_REUSED,
            "revoked": replies.REFRESH_REVOKED,
        }
        refusal = by_state.get(self._refresh.get(token, ""), replies.REFRESH_REJECTED)
        if refusal is not None:
            return respond(refusal)
        self._refresh[token] = "used"
        return self._tokens()

    async def revoke(self, request: ServerRequest) -> Answer:
        """POST /oauth/revoke: revoke a refresh token and every access token."""
        token = form_of(request).get("token", "")
        if token in self._refresh:
            self._refresh[token] = "revoked"
            self.access = dict.fromkeys(self.access, False)
        return json_answer(200, {})

    def issue(self) -> dict[str, str]:
        """Fresh tokens as the token endpoint returns them, without those the scenario omits."""
        omit = self.scenario.omit_claims
        tokens = {
            "id_token": self.mint.id_token(self.origin, omit),
            "access_token": self.mint.access_token(self.origin, omit),
            "refresh_token": self.mint.refresh_token(),
        }
        self.access[tokens["access_token"]] = True
        self._refresh[tokens["refresh_token"]] = "live"
        omitted = self.scenario.omit_tokens
        return {name: value for name, value in tokens.items() if name not in omitted}

    def bundle(self) -> dict[str, object]:
        """A bundle as the login prints it; `expires_at` is the access token's."""
        tokens = self.issue()
        expires = self.mint.now() + ACCESS_TOKEN_SECONDS
        missing = "chatgpt_account_id" in self.scenario.omit_claims
        return {
            "provider": "openai",
            **tokens,
            "account_id": None if missing else self.mint.account_id,
            "plan_type": self.mint.plan_type,
            "expires_at": datetime.fromtimestamp(int(expires), UTC)
            .isoformat()
            .replace("+00:00", "Z"),
        }

    def _tokens(self) -> Answer:
        body = {
            **self.issue(),
            "token_type": "bearer",
            "expires_in": ACCESS_TOKEN_SECONDS,
            "scope": " ".join(SCOPES),
        }
        return json_answer(200, body, ("cache-control", "no-store"))

    def _grant(self, redirect_uris: tuple[str, ...], code_challenge: str) -> str:
        code = self.mint.code()
        self._grants[code] = _Grant(redirect_uris, code_challenge)
        return code

    def _grant_device(self, code_challenge: str) -> str:
        own = f"{self.origin}/deviceauth/callback"
        return self._grant((_REAL_DEVICE_REDIRECT, own), code_challenge)


def _authorize_problem(query: Mapping[str, str]) -> Answer | None:
    """The error page for a request that no known client sends, or None."""
    required = ("response_type", "client_id", "redirect_uri", "code_challenge", "state", "scope")
    missing = [name for name in required if not query.get(name)]
    if missing:
        # The code of HybridAIOne/hybridclaw#1146.
        return pages.answer(400, pages.problem("missing_required_parameter", ", ".join(missing)))
    target = urlsplit(query["redirect_uri"])
    unknown_client = (
        query["client_id"] != CLIENT_ID
        or target.scheme != "http"
        or target.hostname not in ("localhost", "127.0.0.1")
        or target.path != "/auth/callback"
        or bool(target.query or target.fragment)
        or query["response_type"] != "code"
        or query.get("code_challenge_method") != "S256"
        or len(query["code_challenge"]) != _CHALLENGE_CHARS
    )
    if unknown_client:
        # The code of NadirRouter/NadirClaw#10: unlisted addresses get no redirect.
        page = pages.problem("unknown_error", "The request is not a known client's.")
        return pages.answer(400, page)
    return None


def _redirect(location: str) -> ServerResponse:
    return ServerResponse(302, (("location", location), ("cache-control", "no-store")))


def _back(redirect_uri: str, **parameters: str) -> ServerResponse:
    return _redirect(f"{redirect_uri}?{urlencode(parameters)}")
