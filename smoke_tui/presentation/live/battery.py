"""A battery under way, for a screen or a line: the grid of cases and results, the rate, what is left.

A board is made once and fed with each event, so that thirteen thousand results cost as much each as
the first.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final, Literal, TypeAlias

from smoke_tui.journal.battery import battery_tries, call_result
from smoke_tui.journal.events.battery_facts import BatteryAnswered, BatteryEnded, BatteryPaused
from smoke_tui.journal.events.body import Body
from smoke_tui.journal.events.values import BatteryPlan
from smoke_tui.journal.state import StepState
from smoke_tui.judging.battery import CallResult
from smoke_tui.presentation.format import duration

Cell: TypeAlias = Literal["open", "expected", "wrong", "violation", "error"]
"""What came of one call; `open` is not finished."""

CELL_GLYPHS: Final[dict[Cell, str]] = {
    "open": "·",
    "expected": "✓",
    "wrong": "✗",
    "violation": "!",
    "error": "-",
}
RATE_MS: Final = 10_000
"""The rate is that of the last calls within so many milliseconds."""


@dataclass(slots=True)
class BatteryBoard:
    """What a running battery has come to.

    `cells` holds a row for each case, a cell for each repeat; `results` the calls that are worth a
    look, violations and wrong verdicts, in the order they came. Times are milliseconds since the
    session opened; `usd` is what is known of the cost; `quota` the use of each window, by its name.
    """

    plan: BatteryPlan
    began: int
    cells: dict[str, list[Cell]] = field(default_factory=dict)
    counts: Counter[Cell] = field(default_factory=Counter)
    results: list[CallResult] = field(default_factory=list)
    quota: dict[str, float] = field(default_factory=dict)
    usd: Decimal = Decimal(0)
    paused_until: int = 0
    pauses: int = 0
    ended: BatteryEnded | None = None
    last: int = 0
    _expected: dict[str, str] = field(default_factory=dict)
    _recent: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        for case in self.plan.cases:
            self.cells[case.id] = ["open"] * self.plan.repeat
            self._expected[case.id] = case.verdict

    @property
    def planned(self) -> int:
        """How many calls the whole battery has."""
        return len(self.plan.cases) * self.plan.repeat

    @property
    def finished(self) -> int:
        """How many of them are finished."""
        return sum(self.counts.values())

    @property
    def conforming(self) -> int:
        """Answers in the judge's format."""
        return self.counts["expected"] + self.counts["wrong"]

    @property
    def answers(self) -> int:
        """Calls that were answered, in the format or not."""
        return self.conforming + self.counts["violation"]

    @property
    def rate(self) -> float | None:
        """Calls a second lately; None where that is not known yet."""
        if len(self._recent) < 2 or self._recent[-1] == self._recent[0]:
            return None
        return (len(self._recent) - 1) * 1000 / (self._recent[-1] - self._recent[0])

    @property
    def left_ms(self) -> int | None:
        """How long the rest takes at this rate."""
        rate = self.rate
        return None if rate is None else int((self.planned - self.finished) * 1000 / rate)

    def forget_rate(self) -> None:
        """Measure the rate anew from the next call on."""
        self._recent.clear()

    def take(self, body: Body, ms: int) -> None:
        """Take an event of the battery in; others change nothing."""
        match body:
            case BatteryAnswered():
                self._answered(body, ms)
            case BatteryPaused(seconds=seconds):
                self.pauses += 1
                self.paused_until = ms + int(seconds * 1000)
            case BatteryEnded():
                self.ended = body

    def _answered(self, body: BatteryAnswered, ms: int) -> None:
        result = call_result(body)
        cell = self._cell(result)
        row = self.cells.get(body.case)
        if row is None or not 1 <= body.repeat <= len(row):
            return
        former = row[body.repeat - 1]
        if former != "open":
            self.counts[former] -= 1
        row[body.repeat - 1] = cell
        self.counts[cell] += 1
        if cell in ("violation", "wrong"):
            self.results.append(result)
        for window in body.limits:
            self.quota[window.name] = float(window.used_percent)
        self.usd += result.usd or 0
        self.last = ms
        self._recent.append(ms)
        while self._recent[0] < ms - RATE_MS or len(self._recent) > 1000:
            self._recent.pop(0)

    def _cell(self, result: CallResult) -> Cell:
        if result.error is not None:
            return "error"
        if not result.conforming:
            return "violation"
        return "expected" if result.verdict == self._expected.get(result.call.case) else "wrong"


def board_of(step: StepState) -> BatteryBoard | None:
    """The board of a step's battery, over all tries that worked at it; None where there is none."""
    group = battery_tries(step.tries)
    if not group:
        return None
    board = BatteryBoard(group[-1].plan, group[-1].began)
    for battery in group:
        # Of earlier tries no rate can be told: their times are not kept by call.
        for answered in battery.answers:
            board.take(answered, battery.last)
    board.forget_rate()
    board.paused_until, board.ended = group[-1].paused_until, group[-1].ended
    board.pauses = sum(battery.pauses for battery in group)
    return board


def progress_line(board: BatteryBoard, now_ms: int) -> str:
    """How far it is, in a line: counts, rate, cost or quota, time left."""
    parts = [
        f"{board.finished:,}/{board.planned:,} calls",
        f"{board.conforming:,}/{board.answers:,} conform",
    ]
    if board.counts["wrong"]:
        parts.append(f"{board.counts['wrong']:,} not as expected")
    if board.counts["error"]:
        parts.append(f"{board.counts['error']:,} without an answer")
    if board.rate is not None:
        parts.append(f"{board.rate:.1f}/s")
    if board.paused_until > now_ms:
        parts.append(f"waits {duration(board.paused_until - now_ms)}, as the provider asked")
    if board.plan.credential == "metered":
        estimate = f" of about {board.plan.usd_estimate}" if board.plan.usd_estimate else ""
        parts.append(f"US${board.usd:f}{estimate}")
    parts += [f"{name} window {used:g} %" for name, used in board.quota.items()]
    if board.left_ms is not None and board.ended is None and board.finished < board.planned:
        parts.append(f"{duration(board.left_ms)} left")
    return ", ".join(parts)
