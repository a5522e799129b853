"""The rehearsed device login: routes and shapes captured from client 0.169."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from smoke_tui.httpd.messages import (
    ServerRequest,
)
from smoke_tui.rehearsal.provider import pages, replies
from smoke_tui.rehearsal.provider.http_answers import (
    Answer,
    form_of,
    json_answer,
    oauth_error,
    respond,
)
from smoke_tui.rehearsal.provider.tokens import CLIENT_ID, Mint, s256
from smoke_tui.rehearsal.scenarios.scenario import Scenario

_POLLS_UNTIL_SIGNED_IN: Final = 2


@dataclass(slots=True)
class _Device:
    """A device login that waits for its person."""

    device_auth_id: str
    user_code: str
    verifier: str
    polls: int = 0
    approved: bool = False


@dataclass(slots=True)
class DeviceLogin:
    """State of the device endpoints; `grant` turns a code challenge into an authorization code."""

    mint: Mint
    scenario: Scenario
    grant: Callable[[str], str]
    _devices: dict[str, _Device] = field(default_factory=dict)

    async def user_code(self, request: ServerRequest) -> Answer:
        """POST …/deviceauth/usercode: a code for the person to type."""
        if self.scenario.device is not None:
            return respond(self.scenario.device)
        if form_of(request).get("client_id") != CLIENT_ID:
            return oauth_error("invalid_client", "Unknown client_id.", 401)
        one = _Device(
            device_auth_id=self.mint.secret("deviceauth_FAKE"),
            user_code=f"FAKE-{secrets.token_hex(3).upper()[:5]}",
            verifier=self.mint.secret("FAKE-verifier-", 48),
        )
        self._devices[one.device_auth_id] = one
        shown = {"device_auth_id": one.device_auth_id, "user_code": one.user_code}
        return json_answer(200, {**shown, "interval": "1"})

    async def page(self, request: ServerRequest) -> Answer:
        """GET /codex/device."""
        return pages.answer(200, pages.device())

    async def approve(self, request: ServerRequest) -> Answer:
        """POST /codex/device: the person typed a code."""
        typed = form_of(request).get("user_code", "")
        found = [one for one in self._devices.values() if one.user_code == typed]
        for one in found:
            one.approved = True
        if not found:
            return pages.answer(400, pages.device(typed, "The code is not right."))
        return pages.answer(200, pages.device_signed_in())

    async def token(self, request: ServerRequest) -> Answer:
        """POST …/deviceauth/token: pending, until somebody signed in.

        Nobody has to: after two polls the rehearsal's own person counts as having done so.
        """
        fields = form_of(request)
        one = self._devices.get(fields.get("device_auth_id", ""))
        if one is None or one.user_code != fields.get("user_code"):
            return respond(replies.BAD_REQUEST)
        one.polls += 1
        if not one.approved and one.polls <= _POLLS_UNTIL_SIGNED_IN:
            return respond(replies.DEVICE_PENDING)
        challenge = s256(one.verifier)
        return json_answer(
            200,
            {
                "authorization_code": self.grant(challenge),
                "code_challenge": challenge,
                "code_verifier": one.verifier,
            },
        )

    def pending_user_code(self) -> str | None:
        """The newest device code that nobody has typed yet."""
        waiting = [one.user_code for one in self._devices.values() if not one.approved]
        return waiting[-1] if waiting else None
