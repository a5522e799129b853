"""The live probe of a service's address while the session goes on."""

from __future__ import annotations

import asyncio
from typing import Final

from smoke_tui.journal.events.facts import HealthChanged, HttpAnswered
from smoke_tui.world.live.tcp import refused
from smoke_tui.world.ports import Http, PortAnswer, Post
from smoke_tui.world.requests.http import WatchHealth

_SECONDS: Final = 5.0
_FASTEST: Final = 0.5
_MISSES: Final = 2


async def watch_health(http: Http, request: WatchHealth, patience: float, post: Post) -> None:
    """Probe an address again and again until cancelled; posts only when the result changes."""
    up, misses = True, 0
    while True:
        await asyncio.sleep(max(_FASTEST, _SECONDS * patience))
        problem = await _problem(http, request)
        misses = misses + 1 if problem else 0
        if up == (misses >= _MISSES):
            up = not up
            post(PortAnswer(HealthChanged(up, problem)))


async def _problem(http: Http, request: WatchHealth) -> str | None:
    """What is wrong with the address, in words; None where it answers as it must."""
    if request.request is None:
        host, _, port = request.address.rpartition(":")
        return await refused(host, int(port))
    answer = (await http.exchange(request.request, {})).body
    assert isinstance(answer, HttpAnswered)
    if answer.status == request.status:
        return None
    return answer.error_text or answer.error or f"status {answer.status}"
