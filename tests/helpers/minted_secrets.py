"""Secrets drawn for one test, each with an unmistakable marker."""

from __future__ import annotations

import base64
import json
import secrets


def token(prefix: str = "", size: int = 30) -> str:
    """A drawn token; its marker says that it opens nothing."""
    return f"{prefix}FAKE{secrets.token_urlsafe(size)}9aZ"


def jwt(claim: str = "FAKE") -> str:
    """A signed-looking token with a fresh signature."""
    header = _segment({"alg": "RS256", "typ": "JWT"})
    payload = _segment({"sub": claim, "jti": secrets.token_hex(8)})
    return f"{header}.{payload}.FAKE{secrets.token_urlsafe(64)}"


def _segment(part: dict[str, str]) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=")
