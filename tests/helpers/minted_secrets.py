"""Secrets drawn for one test, each with an unmistakable marker."""

from __future__ import annotations

import base64
import json
import secrets
import time
from pathlib import Path
from typing import Final

AUTH_CLAIM: Final = "https://api.openai.com/auth"
"""The claim that holds the account's id in tokens of the real issuer."""


def token(prefix: str = "", size: int = 30) -> str:
    """A drawn token; its marker says that it opens nothing."""
    return f"{prefix}FAKE{secrets.token_urlsafe(size)}9aZ"


def jwt(**claims: object) -> str:
    """A signed-looking token with a fresh signature."""
    header = _segment({"alg": "RS256", "typ": "JWT"})
    payload = _segment({"sub": "FAKE", "jti": secrets.token_hex(8), **claims})
    return f"{header}.{payload}.FAKE{secrets.token_urlsafe(64)}"


def _segment(part: dict[str, object]) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=")


class Bundle:
    """A made-up bundle in `bundle.json`, whole and not expired."""

    def __init__(self, folder: Path) -> None:
        self.account = token("acct-")
        claims = {
            AUTH_CLAIM: {"chatgpt_account_id": self.account},
            "exp": int(time.time()) + 86_400,
            "client_id": "app_FAKE",
        }
        self.access, self.id = jwt(**claims), jwt(**claims)
        self.refresh = token("rt_")
        self.path = folder / "bundle.json"
        self.path.write_text(
            json.dumps(
                {
                    "provider": "openai",
                    "access_token": self.access,
                    "refresh_token": self.refresh,
                    "id_token": self.id,
                    "account_id": self.account,
                    "plan_type": "plus",
                    "expires_at": "2099-01-01T00:00:00Z",
                }
            )
        )

    @property
    def values(self) -> set[str]:
        return {self.access, self.refresh, self.id, self.account}
