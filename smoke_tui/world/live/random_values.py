"""Random values that requests need: their shapes, how each is made, what of it is public."""

from __future__ import annotations

import base64
import hashlib
import secrets
import uuid
from collections.abc import Callable, Mapping
from typing import Any, Final

Ids = Callable[[str], str]
"""Makes a random value of a shape, a key of `DRAWS`."""


def _challenge(value: str) -> dict[str, Any]:
    digest = hashlib.sha256(value.encode("ascii")).digest()
    return {"challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")}


DRAWS: Final[Mapping[str, tuple[Callable[[], str], Callable[[str], Mapping[str, Any]]]]] = {
    # RFC 7636 section 4.1: 43 to 128 characters; the real client sends 86.
    "verifier": (lambda: secrets.token_urlsafe(64), _challenge),
    "state": (lambda: secrets.token_urlsafe(32), lambda value: {}),
    "nonce": (lambda: f"smoke-{secrets.token_hex(5)}", lambda value: {}),
    "uuid": (lambda: str(uuid.uuid4()), lambda value: {}),
}
"""Shapes of random values: how they are made, and which public parts they have."""


def random_id(shape: str) -> str:
    """A fresh random value of a shape."""
    return DRAWS[shape][0]()
