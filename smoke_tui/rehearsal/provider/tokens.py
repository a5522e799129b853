"""Fake credentials of the real shape, minted at start and kept, so that tests can search for them.

The claim names are those of real tokens; no value here is valid anywhere.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import time
import uuid
from collections.abc import Callable, Mapping
from typing import Any, Final

CLIENT_ID: Final = "app_EMoamEEZ73f0CkXaXp7hrann"
"""The public client id of the Codex login (captured from client 0.169)."""

SCOPES: Final = (
    "openid",
    "profile",
    "email",
    "offline_access",
    "api.connectors.read",
    "api.connectors.invoke",
)
"""Scopes that client 0.169 requests (captured)."""

ID_TOKEN_SECONDS: Final = 3_600
ACCESS_TOKEN_SECONDS: Final = 864_000
AUTH_CLAIM: Final = "https://api.openai.com/auth"
ACCOUNT: Final = "fa4efa4e-0000-4000-8000-fa4efa4efa4e"
"""Account id of every rehearsal, so that a resumed session has the same account."""
_PROFILE_CLAIM: Final = "https://api.openai.com/profile"


def b64url(data: bytes) -> str:
    """Base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def s256(verifier: str) -> str:
    """The S256 code challenge of a verifier (RFC 7636)."""
    return b64url(hashlib.sha256(verifier.encode("ascii")).digest())


def claims_of(token: str) -> dict[str, Any] | None:
    """The unverified claims of a three-segment JWT, or None if it is no JWT."""
    parts = token.split(".")
    if len(parts) != 3 or not all(parts):
        return None
    try:
        padded = parts[1] + "=" * (-len(parts[1]) % 4)
        value = json.loads(base64.urlsafe_b64decode(padded))
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


class Mint:
    """A fake account and every secret minted for it; `now` is the issuer's clock."""

    def __init__(self, now: Callable[[], float] = time.time) -> None:
        self.now = now
        self.account_id = ACCOUNT
        self.user_id = f"user-FAKE{secrets.token_hex(8)}"
        self.email = "operator.FAKE@rehearsal.invalid"
        self.plan_type = "plus"
        self._secrets: list[str] = []
        self.password = self.secret("FAKE-password-")
        self.api_key = self.secret("sk-FAKE-")

    def secret(self, prefix: str, size: int = 24) -> str:
        """A new secret, which is kept: the prefix and `size` random bytes as base64url."""
        value = prefix + secrets.token_urlsafe(size)
        self._secrets.append(value)
        return value

    def minted(self) -> list[str]:
        """Every secret value so far, in the order of minting."""
        return list(self._secrets)

    def access_token(self, issuer: str, omit: frozenset[str] = frozenset()) -> str:
        """An access token; `omit` names claims of the auth object to leave out."""
        return self._jwt(
            issuer,
            ACCESS_TOKEN_SECONDS,
            {
                "aud": ["https://api.openai.com/v1"],
                "client_id": CLIENT_ID,
                AUTH_CLAIM: self._auth(omit),
                _PROFILE_CLAIM: {"email": self.email, "email_verified": True},
                "scp": list(SCOPES),
            },
        )

    def id_token(self, issuer: str, omit: frozenset[str] = frozenset()) -> str:
        """An id token; `omit` names claims of the auth object to leave out."""
        return self._jwt(
            issuer,
            ID_TOKEN_SECONDS,
            {
                "aud": [CLIENT_ID],
                "email": self.email,
                "email_verified": True,
                "name": "Rehearsal FAKE",
                AUTH_CLAIM: {
                    **self._auth(omit),
                    "completed_platform_onboarding": True,
                    "groups": [],
                    "is_org_owner": True,
                    "organizations": [],
                },
            },
        )

    def refresh_token(self) -> str:
        """A refresh token, opaque as the real ones."""
        return self.secret("rt_FAKE", 32)

    def code(self) -> str:
        """An authorization code."""
        return self.secret("ac_FAKE", 32)

    def _auth(self, omit: frozenset[str]) -> dict[str, object]:
        claims: dict[str, object] = {
            "chatgpt_account_id": self.account_id,
            "chatgpt_plan_type": self.plan_type,
            "chatgpt_user_id": self.user_id,
            "user_id": self.user_id,
        }
        return {name: value for name, value in claims.items() if name not in omit}

    def _jwt(self, issuer: str, seconds: int, claims: Mapping[str, object]) -> str:
        now = int(self.now())
        header = {"alg": "RS256", "kid": "FAKE-rehearsal-key", "typ": "JWT"}
        payload = {
            "iss": issuer,
            "iat": now,
            "nbf": now,
            "exp": now + seconds,
            "jti": str(uuid.uuid4()),
            "sub": f"auth0|FAKE{self.user_id[-16:]}",
            **claims,
        }
        segments = [b64url(json.dumps(part).encode()) for part in (header, payload)]
        # A signature that begins with FAKE, as long as that of a 2048-bit key.
        segments.append("FAKE" + b64url(secrets.token_bytes(253)))
        token = ".".join(segments)
        self._secrets.append(token)
        return token
