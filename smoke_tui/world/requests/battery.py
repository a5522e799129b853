"""Requests of a battery: its pack, and its calls by a pool of workers."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from smoke_tui.journal.events.battery_facts import BatteryAnswered, PackRead
from smoke_tui.journal.events.facts import HttpAnswered
from smoke_tui.journal.stream import Fact
from smoke_tui.structs import Struct
from smoke_tui.world.requests.base import Query, Request
from smoke_tui.world.requests.http import HttpRequest
from smoke_tui.world.values import show

ReadAnswer = Callable[[str, int, HttpAnswered, bytes], BatteryAnswered]
"""Reads the answer to a repeat of a case; retries and price are added by the pool."""


class ReadPack(Query[PackRead], frozen=True):
    """A pack of cases, by path or id, and the judge's settings in the environment."""

    port_name: ClassVar[str] = "battery"
    pack: str

    def shown(self) -> dict[str, object]:
        """The operation and the pack."""
        return {"op": "pack", "pack": self.pack}

    def answer(self, fact: Fact) -> PackRead:
        """The pack's text, or why there is none."""
        return fact.expect(PackRead)


class CaseCalls(Struct, frozen=True):
    """The calls of one case that are to be made.

    `repeats` are ranges (first, last). `request` is sent for each; without one the answers `recorded`
    are given in turn, or `canned` is the answer.
    """

    case: str
    repeats: tuple[tuple[int, int], ...]
    request: HttpRequest | None = None
    canned: str = ""
    recorded: tuple[BatteryAnswered, ...] = ()

    @property
    def count(self) -> int:
        """How many calls there are."""
        return sum(last - first + 1 for first, last in self.repeats)


class BatteryLimits(Struct, frozen=True):
    """When a battery stops by itself; None: not for that.

    `usd` is what all calls may cost, `worst_usd` the most that one can, both as decimal text;
    `usd_per_million` the prices of a million tokens in and out. `percent` is of any quota window.
    """

    calls: int | None = None
    usd: str | None = None
    worst_usd: str | None = None
    usd_per_million: tuple[str, str] | None = None
    percent: int | None = None
    retries: int = 2


class RunBattery(Request, frozen=True):
    """All calls of a battery, by at most `concurrency` workers.

    Facts: one for each finished call, a pause where the provider asks for one, the end.
    """

    port_name: ClassVar[str] = "battery"
    unshown: ClassVar[tuple[str, ...]] = ("read",)
    cases: tuple[CaseCalls, ...]
    concurrency: int
    limits: BatteryLimits
    read: ReadAnswer | None = None

    def shown(self) -> dict[str, object]:
        """The operation, each case with its request and repeats, the limits."""
        limits = self.limits
        return {
            "op": "run",
            "concurrency": self.concurrency,
            "limits": {
                "calls": limits.calls,
                "usd": limits.usd,
                "worst_usd": limits.worst_usd,
                "usd_per_million": show(limits.usd_per_million),
                "percent": limits.percent,
                "retries": limits.retries,
            },
            "cases": [
                {
                    "case": each.case,
                    "repeats": [list(pair) for pair in each.repeats],
                    "request": each.request.shown() if each.request is not None else None,
                    "canned": each.canned,
                    **({"recorded": len(each.recorded)} if each.recorded else {}),
                }
                for each in self.cases
            ],
        }
