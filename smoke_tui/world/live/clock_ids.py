"""The live `Clock` and `Ids` ports: this machine's time, and random values by their shapes."""

from __future__ import annotations

import base64
import hashlib
import secrets
import time
import uuid
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Final


class SystemClock:
    """This machine's clock; a session that is resumed counts on from `since` milliseconds."""

    def __init__(self, since: int = 0) -> None:
        self._start = time.monotonic() - since / 1000

    def wall(self) -> datetime:
        """The time of day, UTC."""
        return datetime.now(UTC)

    def milliseconds(self) -> int:
        """Milliseconds since the session opened, without the time that it was closed."""
        return int((time.monotonic() - self._start) * 1000)


def _challenge(value: str) -> dict[str, str]:
    digest = hashlib.sha256(value.encode("ascii")).digest()
    return {"challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")}


DRAWS: Final[Mapping[str, tuple[Callable[[], str], Callable[[str], Mapping[str, str]]]]] = {
    # RFC 7636 section 4.1: 43 to 128 characters; the real client sends 86.
    "verifier": (lambda: secrets.token_urlsafe(64), _challenge),
    "state": (lambda: secrets.token_urlsafe(32), lambda value: {}),
    "rehearsed": (lambda: f"rehearsed-{secrets.token_hex(8)}", lambda value: {}),
    "nonce": (lambda: f"smoke-{secrets.token_hex(5)}", lambda value: {}),
    "uuid": (lambda: str(uuid.uuid4()), lambda value: {}),
}
"""Shapes of random values: how they are made, and which public parts they have."""


def random_id(shape: str) -> str:
    """A fresh random value of a shape."""
    return DRAWS[shape][0]()
