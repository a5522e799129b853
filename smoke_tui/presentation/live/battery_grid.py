"""A battery as a grid that fills: a cell for each planned call, and what its answers come to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from types import MappingProxyType
from typing import Final

from smoke_tui.journal.battery import call_result
from smoke_tui.journal.events.values import BatteryPlan
from smoke_tui.journal.state import Battery
from smoke_tui.judging.battery import CallResult
from smoke_tui.presentation.format import count, duration
from smoke_tui.presentation.marks import Tone

MOST_AT_ONCE: Final = 2_000
"""Answers that are read at once."""

MISSING: Final = "."
VIOLATED: Final = "!"
OTHER: Final = "x"
NO_ANSWER: Final = "e"

TONES: Final[Mapping[str, Tone]] = MappingProxyType(
    {"P": "good", "F": "good", OTHER: "warn", VIOLATED: "bad", NO_ANSWER: "warn", MISSING: "muted"}
)
"""The tone of each cell; its letter alone says what it is."""

LEGEND: Final = (
    "P and F: PASS and FAIL as expected   x: the other verdict   !: format violation   "
    "e: no answer   .: not made yet"
)

Place = tuple[int, int]
"""A cell: the case's number, from 0, and the repeat, from 1."""


@dataclass(slots=True)
class BatteryGrid:
    """The cells of a battery; `take` adds what was answered since, so that each costs once."""

    plan: BatteryPlan
    cells: list[bytearray] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    remarkable: dict[Place, CallResult] = field(default_factory=dict)
    usd: Decimal = Decimal(0)
    _taken: list[int] = field(default_factory=list)
    _numbers: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.cells = [bytearray(MISSING.encode() * self.plan.repeat) for _ in self.plan.cases]
        self._numbers = {case.id: at for at, case in enumerate(self.plan.cases)}
        self.counts[MISSING] = self.planned

    @property
    def planned(self) -> int:
        """How many calls there are."""
        return len(self.plan.cases) * self.plan.repeat

    @property
    def finished(self) -> int:
        """How many of them are finished, with an answer or without."""
        return self.planned - self.counts[MISSING]

    def take(self, tries: Sequence[Battery], most: int = MOST_AT_ONCE) -> bool:
        """Add what the tries of the battery have answered since; whether that was anything.

        At most `most` answers are added, so that a screen can answer keys between two parts.
        """
        room = most
        for at, battery in enumerate(tries):
            if at == len(self._taken):
                self._taken.append(0)
            new = battery.answers[self._taken[at] : self._taken[at] + room]
            for answered in new:
                self._put(call_result(answered))
            self._taken[at] += len(new)
            room -= len(new)
        return room < most

    def _put(self, result: CallResult) -> None:
        at = self._numbers.get(result.call.case)
        if at is None or not 1 <= result.call.repeat <= self.plan.repeat:
            return
        cell = cell_of(result, self.plan.cases[at].verdict)
        row, column = self.cells[at], result.call.repeat - 1
        self.counts[chr(row[column])] -= 1
        self.counts[cell] += 1
        row[column] = ord(cell)
        self.usd += result.usd or 0
        place = (at, result.call.repeat)
        if cell in (VIOLATED, OTHER, NO_ANSWER):
            self.remarkable[place] = result
        else:
            self.remarkable.pop(place, None)

    def of_case(self, at: int) -> str:
        """What the answers to one case come to, in a line."""
        row, case = self.cells[at], self.plan.cases[at]
        made = len(row) - row.count(MISSING.encode())
        parts = [f"{made:,} of {len(row):,}", f"{case.verdict} expected"]
        for cell, word in ((VIOLATED, "violation"), (OTHER, "other verdict")):
            number = row.count(cell.encode())
            parts += [count(number, word)] if number else []
        without = row.count(NO_ANSWER.encode())
        parts += [f"{without:,} without an answer"] if without else []
        return " · ".join(parts)


def cell_of(result: CallResult, expected: str) -> str:
    """The letter of a finished call."""
    if result.error is not None:
        return NO_ANSWER
    if not result.conforming:
        return VIOLATED
    return str(result.verdict)[0] if result.verdict == expected else OTHER


def progress_line(grid: BatteryGrid, battery: Battery, now: int) -> str:
    """How far it is: calls, rate, time left, waiting; `now` is in ms of the session."""
    parts = [f"{grid.finished:,} of {grid.planned:,} calls"]
    until = battery.last if battery.ended is not None else max(now, battery.last)
    made, passed = len(battery.answers), until - battery.began
    rate = made * 1000 / passed if passed > 0 else 0.0
    parts += [f"{rate:.1f} a second"] if rate else []
    left = grid.planned - grid.finished
    if battery.ended is not None:
        parts.append(battery.ended.stopped or "ended")
    elif left and rate:
        parts.append(f"about {duration(int(left / rate * 1000))} left")
    if battery.ended is None and battery.paused_until > now:
        wait = duration(battery.paused_until - now)
        parts.append(f"waits {wait}, as the provider asked")
    if grid.plan.credential != "subscription" and grid.plan.model is not None:
        parts.append(f"US${grid.usd:f} so far")
    return " · ".join(parts)


def result_line(grid: BatteryGrid) -> str:
    """What the answers come to so far, in words."""
    violations, others, without = (grid.counts[cell] for cell in (VIOLATED, OTHER, NO_ANSWER))
    return " · ".join(
        (
            count(violations, "format violation"),
            f"{grid.counts['P'] + grid.counts['F']:,} as expected",
            f"{others:,} with the other verdict",
            f"{without:,} without an answer",
        )
    )
