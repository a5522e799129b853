"""The rehearsed device login: routes and shapes captured from client 0.169."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Final

from smoke_tui.httpd.messages import ServerRequest
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
from smoke_tui.structs import Struct, field

_POLLS_UNTIL_SIGNED_IN: Final = 2


class _PendingDevice(Struct):
    """A device login that waits for the person to sign in."""

    device_auth_id: str
    user_code: str
    verifier: str
    polls: int = 0
    approved: bool = False


class DeviceLogin(Struct):
    """State of the device endpoints; `grant` turns a code challenge into an authorization code."""

    mint: Mint
    scenario: Scenario
    grant: Callable[[str], str]
    _devices: dict[str, _PendingDevice] = field(default_factory=dict)

    async def user_code(self, request: ServerRequest) -> Answer:
        """POST …/deviceauth/usercode: issue a code for the person to type."""
        if self.scenario.device is not None:
            return respond(self.scenario.device)
        if form_of(request).get("client_id") != CLIENT_ID:
            return oauth_error("invalid_client", "Unknown client_id.", 401)
        device = _PendingDevice(
            device_auth_id=self.mint.secret("deviceauth_FAKE"),
            user_code=f"FAKE-{secrets.token_hex(3).upper()[:5]}",
            verifier=self.mint.secret("FAKE-verifier-", 48),
        )
        self._devices[device.device_auth_id] = device
        fields = {"device_auth_id": device.device_auth_id, "user_code": device.user_code}
        return json_answer(200, {**fields, "interval": "1"})

    async def page(self, request: ServerRequest) -> Answer:
        """GET /codex/device: the page for the code."""
        return pages.answer(200, pages.device())

    async def approve(self, request: ServerRequest) -> Answer:
        """POST /codex/device: the person typed a code."""
        typed = form_of(request).get("user_code", "")
        matching = [device for device in self._devices.values() if device.user_code == typed]
        for device in matching:
            device.approved = True
        if not matching:
            return pages.answer(400, pages.device(typed, "The code is not right."))
        return pages.answer(200, pages.device_signed_in())

    async def token(self, request: ServerRequest) -> Answer:
        """POST …/deviceauth/token: pending until the person signed in.

        After two polls the scripted operator counts as signed in.
        """
        fields = form_of(request)
        device = self._devices.get(fields.get("device_auth_id", ""))
        if device is None or device.user_code != fields.get("user_code"):
            return respond(replies.BAD_REQUEST)
        device.polls += 1
        if not device.approved and device.polls <= _POLLS_UNTIL_SIGNED_IN:
            return respond(replies.DEVICE_PENDING)
        challenge = s256(device.verifier)
        return json_answer(
            200,
            {
                "authorization_code": self.grant(challenge),
                "code_challenge": challenge,
                "code_verifier": device.verifier,
            },
        )

    def pending_user_code(self) -> str | None:
        """The newest device code that was not typed in yet."""
        waiting = [device.user_code for device in self._devices.values() if not device.approved]
        return waiting[-1] if waiting else None
