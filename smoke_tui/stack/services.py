"""Services of the system under test: started, found ready, stopped, proven gone."""

from __future__ import annotations

from dataclasses import dataclass

from smoke_tui.journal.inbox import Fact
from smoke_tui.runbook.model import Ready
from smoke_tui.world.context import StepContext, StepEnd
from smoke_tui.world.conversation import Conversation
from smoke_tui.world.ports import HttpLimits, HttpRequest

_PROBE = HttpLimits(connect=2.0, idle=2.0, total=3.0, body=256 * 1024)
_PAUSES = (0.1, 0.1, 0.2, 0.3, 0.5, 0.5)
_LONGEST_PAUSE = 1.0
TAIL_LINES = 12


@dataclass(slots=True)
class Service:
    """A running child that outlives its step; `child` is None for an adopted one."""

    name: str
    child: Conversation | None
    stopping: bool = False

    async def stop(self, ctx: StepContext) -> bool:
        """Stop it; whether it is proven gone. An adopted service is not ours to stop."""
        if self.child is None:
            return False
        self.stopping = True
        return await ctx.stop(self.child)


class Probe:
    """Asks again and again whether a service is ready; one request or pause is open at a time."""

    def __init__(self, ctx: StepContext, ready: Ready) -> None:
        self._ctx = ctx
        self._ready = ready
        self._count = 0
        self._asking = True
        self._open: Conversation | None = None

    def _begin(self) -> Conversation:
        ctx, ready = self._ctx, self._ready
        if not self._asking:
            pause = _PAUSES[self._count] if self._count < len(_PAUSES) else _LONGEST_PAUSE
            self._count += 1
            return ctx.deadline(pause)
        if ready.http is not None:
            request = HttpRequest("GET", str(ctx.fill(ready.http)), limits=_PROBE)
            return ctx.converse("http", request.shown(), request)
        host, _, port = str(ready.tcp).rpartition(":")
        return ctx.converse("tcp", {"host": host, "port": int(port)}, (host, int(port)))

    async def step(self) -> bool:
        """Wait for the open request or pause; True when the service has answered as it must."""
        if self._open is None:
            self._open = self._begin()
        fact = await self._open.next()
        self._ctx.keep_open(self._open)
        self._open.done()
        self._open = None
        answered, self._asking = self._asking, not self._asking
        return answered and self._good(fact)

    def _good(self, fact: Fact) -> bool:
        if self._ready.http is not None:
            return bool(fact.data["status"] == self._ready.status)
        return fact.data["problem"] is None


async def is_up(ctx: StepContext, ready: Ready) -> bool:
    """Whether something answers the probe already."""
    if ready.line is not None:
        return False
    return await Probe(ctx, ready).step()


async def wait_ready(ctx: StepContext, child: Conversation, ready: Ready) -> None:
    """Wait until a started child is ready.

    Raises:
        StepEnd: it could not be started, or ended before (`command-missing`, `not-ready`).
    """
    probe = Probe(ctx, ready) if ready.line is None else None
    lines: list[str] = []
    while True:
        waits = [child.next(), *([probe.step()] if probe is not None else [])]
        which, value = await ctx.first(*waits)
        if which == 1:
            if value:
                return
            continue
        data = value.data
        if data["what"] == "missing":
            raise StepEnd("command-missing", data["problem"])
        if data["what"] == "exited":
            tail = "\n".join(lines[-TAIL_LINES:])
            raise StepEnd("not-ready", f"The service ended with {data['code']} before it was "
                                       f"ready.{' Its last lines: ' + tail if tail else ''}",
                          exit=data["code"])
        if data["what"] == "output":
            lines += data["text"].splitlines()
            if ready.line is not None and ready.line in data["text"]:
                return
