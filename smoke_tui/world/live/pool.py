"""The pool of a battery: workers that take calls from one iterator, each with one connection.

Only the transport is tried again, never an answer: a retry would hide a violation. What may have
been answered and paid for (a time-out, a cut stream) is not sent twice either.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from typing import Final

from smoke_tui.config.session_config import SessionConfig
from smoke_tui.journal.events.battery_facts import BatteryAnswered, BatteryEnded, BatteryPaused
from smoke_tui.journal.events.facts import HttpAnswered
from smoke_tui.journal.events.values import QuotaWindow
from smoke_tui.judging.battery import ERRORS_IN_A_ROW
from smoke_tui.redaction import Vault
from smoke_tui.structs import Struct, field, replace
from smoke_tui.world.live.http_kept import KeptHttp, PreparedRequests
from smoke_tui.world.live.network import trusted
from smoke_tui.world.ports import PortAnswer, Post, Refs
from smoke_tui.world.requests.battery import CaseCalls, RunBattery

UNAUTHORIZED: Final = frozenset({401, 403})
RATE_LIMITED: Final = 429
AGAIN: Final = frozenset({RATE_LIMITED, 500, 502, 503, 504, 529})
"""Statuses after which a call is sent again."""
UNSENT: Final = frozenset({"network", "dns", "proxy"})
"""Transport errors after which nothing was sent."""
FIRST_PAUSE: Final = 1.0
LONGEST_PAUSE: Final = 60.0


class Pool:
    """Runs batteries."""

    def __init__(self, vault: Vault, config: SessionConfig) -> None:
        self._vault = vault
        self._config = config

    async def run(self, request: RunBattery, refs: Refs, post: Post) -> None:
        """Make the calls of a battery, and post what comes of each at once."""
        context, prepared = cache(trusted), PreparedRequests()
        run = _Run(request, self._vault, post)
        https = [
            KeptHttp(self._vault, self._config.allowed_origins(), prepared, context)
            for _ in range(min(request.concurrency, sum(each.count for each in request.cases)))
        ]
        try:
            async with asyncio.TaskGroup() as workers:
                for http in https:
                    workers.create_task(run.work(http))
        finally:
            for http in https:
                await http.close()
        post(PortAnswer(BatteryEnded(run.stopped, run.elapsed())))


def _answer_without_a_call(case: CaseCalls, number: int) -> BatteryAnswered:
    """A recorded answer, one after the other, or the canned one."""
    if case.recorded:
        return replace(case.recorded[(number - 1) % len(case.recorded)], repeat=number)
    return BatteryAnswered(case.case, number, case.canned, "completed", 0)


def calls_of(cases: tuple[CaseCalls, ...]) -> Iterator[tuple[CaseCalls, int]]:
    """The calls round after round, each with the number of its repeat."""
    last = max((pair[1] for each in cases for pair in each.repeats), default=0)
    for number in range(1, last + 1):
        for each in cases:
            if any(first <= number <= end for first, end in each.repeats):
                yield each, number


class _Run(Struct, dict=True):
    """One battery under way."""

    request: RunBattery
    vault: Vault
    post: Post
    stopped: str | None = None
    spent: Decimal = Decimal(0)
    under_way: int = 0
    errors: int = 0
    start: float = field(default_factory=time.monotonic)
    free_at: float = 0.0
    windows: dict[tuple[int, str | None], QuotaWindow] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.calls = calls_of(self.request.cases)
        self.begun = 0
        self.unwritten = 0
        self.room = asyncio.Event()
        self.room.set()

    def elapsed(self) -> int:
        return int((time.monotonic() - self.start) * 1000)

    async def work(self, http: KeptHttp) -> None:
        """Take one call after the other until there is none, or the battery stops."""
        while self.stopped is None:
            await self._wait()
            call = self._next()
            if call is None:
                return
            self.under_way += 1
            try:
                await self._make(http, *call)
            finally:
                self.under_way -= 1

    def _next(self) -> tuple[CaseCalls, int] | None:
        """The next call; None where there is none, or this worker may not make it."""
        limits = self.request.limits
        if self.stopped is not None:
            return None
        over = self._over_budget()
        if over is not None and self.under_way:
            # Those under way may leave room for one more, and never again for as many at once.
            return None
        call = next(self.calls, None)
        if call is None:
            return None
        if limits.calls is not None and self.begun >= limits.calls:
            self._stop(f"the cap of {limits.calls} calls is used up")
        elif over is not None:
            self._stop(over)
        if self.stopped is not None:
            return None
        self.begun += 1
        return call

    def _over_budget(self) -> str | None:
        """Why the budget has no room for one more call beside those under way."""
        limits = self.request.limits
        if limits.usd is None or limits.worst_usd is None:
            return None
        if self.spent + Decimal(limits.worst_usd) * (self.under_way + 1) <= Decimal(limits.usd):
            return None
        return (
            f"one more call can cost {limits.worst_usd} US dollars, which the budget of "
            f"{limits.usd} has no room for ({self.spent} are spent)"
        )

    async def _make(self, http: KeptHttp, case: CaseCalls, number: int) -> None:
        if case.request is None:
            self._finish(_answer_without_a_call(case, number))
            await self.room.wait()
            return
        retries = 0
        while True:
            made, body = await http.ask(case.request)
            again = made.status in AGAIN or (made.status is None and made.error in UNSENT)
            if not again or retries >= self.request.limits.retries or self.stopped is not None:
                break
            retries += 1
            self._pause(made, retries)
            await self._wait()
        read = self._read(case.case, number, made, body)
        usd = self._price(read)
        self._finish(replace(read, retries=retries, usd=usd) if retries or usd else read)
        if made.status in UNAUTHORIZED:
            self._stop(f"the provider refused the credential ({read.error})")
        await self.room.wait()

    def _read(self, case: str, number: int, made: HttpAnswered, body: bytes) -> BatteryAnswered:
        """What an answer says.

        The texts of an answer are recorded whole, and are redacted with the fact. A sentence about
        an error holds parts of the body, which is redacted first.
        """
        assert self.request.read is not None
        read = self.request.read(case, number, made, body)
        if read.error is None:
            return read
        return self.request.read(case, number, made, self.vault.redact(body))

    def _pause(self, made: HttpAnswered, retries: int) -> None:
        """Let all workers wait: as long as the provider asks, else twice as long each time."""
        asked = next((value for name, value in made.headers if name == "retry-after"), "")
        seconds = FIRST_PAUSE * 2 ** (retries - 1)
        if asked.strip().isdigit():
            seconds = float(asked)
        elif made.status != RATE_LIMITED:
            seconds /= 10
        seconds = min(seconds, LONGEST_PAUSE)
        until = time.monotonic() + seconds
        if until > self.free_at:
            self.free_at = until
            why = f"HTTP {made.status}" if made.status is not None else str(made.error)
            self.post(PortAnswer(BatteryPaused(seconds, why)))

    async def _wait(self) -> None:
        """Wait for the end of the pause that all share."""
        left = self.free_at - time.monotonic()
        if left > 0:
            await asyncio.sleep(left)
            # Another worker may have been asked to wait longer meanwhile.
            await self._wait()

    def _price(self, read: BatteryAnswered) -> str | None:
        """What a call cost, where prices are there and its tokens were counted."""
        prices = self.request.limits.usd_per_million
        if prices is None or read.input_tokens is None or read.output_tokens is None:
            return None
        cost = Decimal(prices[0]) * read.input_tokens + Decimal(prices[1]) * read.output_tokens
        return format((cost / 1_000_000).normalize(), "f")

    def _written(self) -> None:
        """One answer more is written; workers go on once half of those that waited are."""
        self.unwritten -= 1
        if self.unwritten <= self.request.concurrency // 2:
            self.room.set()

    def _finish(self, answered: BatteryAnswered) -> None:
        """Post an answer, and count what comes of it.

        Facts are let in while the loop is idle. Workers that never waited for it would let answers
        pile up that are paid for, and that a kill loses.
        """
        changed = tuple(
            window
            for window in answered.limits
            if self.windows.get((window.window_minutes, window.limit)) != window
        )
        for window in changed:
            self.windows[window.window_minutes, window.limit] = window
        if changed != answered.limits:
            answered = replace(answered, limits=changed)
        self.unwritten += 1
        if self.unwritten >= self.request.concurrency:
            self.room.clear()
        self.post(PortAnswer(answered, taken=self._written))
        limits = self.request.limits
        cost = answered.usd if answered.usd is not None else limits.worst_usd
        if answered.error is None or answered.status != "refused":
            self.spent += Decimal(cost or 0)
        self.errors = 0 if answered.error is None else self.errors + 1
        if self.errors >= ERRORS_IN_A_ROW:
            self._stop(f"{self.errors} calls in a row had no answer ({answered.error})")
        full = [each for each in changed if each.used_percent >= (limits.percent or 101)]
        if full:
            self._stop(
                f"{full[0].used_percent:g} % of the {full[0].name} window are used; "
                f"the battery was to stop at {limits.percent} %"
            )

    def _stop(self, why: str) -> None:
        self.stopped = self.stopped or why
