"""A battery under way: a grid with a cell for each planned call, and how far it is, in a line.

The app, `--plain` and headless runs show the same grid, which reads the record's answers as they are
added, each once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from decimal import Decimal
from types import MappingProxyType
from typing import Final

from smoke_tui.journal.battery import battery_tries, call_result
from smoke_tui.journal.events.battery_facts import BatteryAnswered, BatteryEnded, BatteryPaused
from smoke_tui.journal.events.decisions import BatteryEvidence
from smoke_tui.journal.events.event import Event
from smoke_tui.journal.events.values import BatteryPlan
from smoke_tui.journal.state import Battery, State
from smoke_tui.judging.battery import CallResult
from smoke_tui.presentation.format import count, duration
from smoke_tui.presentation.marks import Tone
from smoke_tui.structs import Struct, field

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


class BatteryGrid(Struct):
    """The cells of a battery; `take` adds what was answered since, so that each costs once.

    `first` is the try that it begins with; `remarkable` are violations, other verdicts and calls
    without an answer; `usd` is what is known of the cost; `quota` the used percent of each window.
    """

    plan: BatteryPlan
    first: Battery | None = None
    cells: list[bytearray] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    remarkable: dict[Place, CallResult] = field(default_factory=dict)
    usd: Decimal = Decimal(0)
    quota: dict[str, float] = field(default_factory=dict)
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
    def conforming(self) -> int:
        """Answers in the judge's format."""
        return self.counts["P"] + self.counts["F"] + self.counts[OTHER]

    @property
    def answers(self) -> int:
        """Calls that were answered, in the format or not."""
        return self.conforming + self.counts[VIOLATED]

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
                for window in answered.limits:
                    self.quota[window.name] = float(window.used_percent)
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


def grid_for(grid: BatteryGrid | None, tries: Sequence[Battery]) -> BatteryGrid:
    """The grid that has begun with these tries, else a new one: a whole battery is not continued."""
    if grid is not None and grid.first is tries[0]:
        return grid
    return BatteryGrid(tries[-1].plan, tries[0])


def cell_of(result: CallResult, expected: str) -> str:
    """The letter of a finished call."""
    if result.error is not None:
        return NO_ANSWER
    if not result.conforming:
        return VIOLATED
    return str(result.verdict)[0] if result.verdict == expected else OTHER


def progress_line(grid: BatteryGrid, battery: Battery, now: int) -> str:
    """How far it is: calls, rate, time left, waiting, cost; `now` is in ms of the session."""
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
    if grid.plan.credential == "metered":
        estimate = f" of about {grid.plan.usd_estimate}" if grid.plan.usd_estimate else ""
        parts.append(f"US${grid.usd:f}{estimate}")
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


class BatteryProgress(Struct):
    """Lines about a running battery, for front ends without a grid: one each `every` ms at most."""

    every: int
    _grid: BatteryGrid | None = None
    _step: str = ""
    _shown: int = 0

    def line(self, state: State, event: Event) -> str | None:
        """The line that is due after an event, which `state` holds already; None where none is."""
        match event.body:
            case BatteryEvidence():
                self._step, self._shown, self._grid = event.step or "", event.ms, None
                return None
            case BatteryAnswered() | BatteryPaused():
                due = event.ms - self._shown >= self.every
            case BatteryEnded():
                due = True
            case _:
                return None
        tries = battery_tries(state.step(self._step).tries) if due and self._step else []
        if not tries:
            return None
        self._shown = event.ms
        grid = self._grid = grid_for(self._grid, tries)
        grid.take(tries, grid.planned * len(tries))
        used = [f"{name} window {percent:g} %" for name, percent in grid.quota.items()]
        conform = f"{grid.conforming:,} of {grid.answers:,} conform"
        return " · ".join([progress_line(grid, tries[-1], event.ms), conform, *used])
