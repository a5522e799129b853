"""The board of a running battery, event by event, and from the record."""

from __future__ import annotations

from smoke_tui.journal.events.battery_facts import BatteryAnswered, BatteryEnded, BatteryPaused
from smoke_tui.journal.events.values import BatteryCase, BatteryPlan, QuotaWindow
from smoke_tui.journal.state import Battery, StepState, Try
from smoke_tui.presentation.live.battery import BatteryBoard, board_of, progress_line
from smoke_tui.presentation.report.battery import battery_object

PLAN = BatteryPlan(
    pack="p",
    title="P",
    pack_sha256="0" * 64,
    prompts_sha256="1" * 64,
    cases=(BatteryCase("a", "", "", "PASS"), BatteryCase("b", "", "", "FAIL")),
    repeat=3,
    concurrency=2,
    provider="live",
    credential="subscription",
    model="m",
    host="h",
    temperature=None,
    usd_estimate=None,
)
WINDOW = QuotaWindow(300, 12.5, None)


def answer(case: str, repeat: int, text: str, error: str | None = None) -> BatteryAnswered:
    status = "completed" if error is None else "refused"
    return BatteryAnswered(case, repeat, text, status, 5, error, model="m", limits=(WINDOW,))


ANSWERS = (
    answer("a", 1, "PASS"),
    answer("b", 1, "PASS"),
    answer("a", 2, "PASSWORD field missing"),
    answer("b", 2, "", "rate-limited"),
)


def test_each_result_has_its_cell() -> None:
    board = BatteryBoard(PLAN, 0)
    for number, each in enumerate(ANSWERS):
        board.take(each, 1000 * (number + 1))
    assert board.cells == {"a": ["expected", "violation", "open"], "b": ["wrong", "error", "open"]}
    assert (board.finished, board.answers, board.conforming, board.planned) == (4, 3, 2, 6)
    assert [each.raw for each in board.results] == ["PASS", "PASSWORD field missing"]
    assert (board.rate, board.left_ms) == (1.0, 2000)
    board.take(BatteryPaused(2.0, "HTTP 429"), 4000)
    assert progress_line(board, 4000) == (
        "4/6 calls, 2/3 conform, 1 not as expected, 1 without an answer, 1.0/s, "
        "waits 2.0 s, as the provider asked, 5 h window 12.5 %, 2.0 s left"
    )
    board.take(answer("b", 2, "FAIL: it is rude"), 5000)
    assert board.cells["b"] == ["wrong", "expected", "open"]
    assert board.finished == 4


def test_the_board_of_the_record_spans_all_tries() -> None:
    first, second = Try(1, "walk", None, 0, 0), Try(2, "again", None, 9, 90)
    first.battery = Battery(PLAN, 0, list(ANSWERS[:2]), 10)
    second.battery = Battery(PLAN, 90, list(ANSWERS[2:]), 99)
    second.battery.ended = BatteryEnded("20 calls in a row had no answer", 9)
    second.ended = 100
    step = StepState("s", "battery", [first, second])
    board = board_of(step)
    assert board is not None
    assert board.finished == 4
    assert board.rate is None
    recorded = battery_object(step)
    assert recorded is not None
    assert (recorded["answers"], recorded["finished"], recorded["tries"]) == (3, 4, 2)
    assert recorded["stopped"] == "20 calls in a row had no answer"


def test_a_battery_that_came_to_its_end_is_not_continued() -> None:
    first, second = Try(1, "walk", None, 0, 0), Try(2, "again", None, 9, 90)
    first.battery = Battery(PLAN, 0, list(ANSWERS), 10, ended=BatteryEnded(None, 9))
    second.battery = Battery(PLAN, 90, [ANSWERS[0]], 99)
    board = board_of(StepState("s", "battery", [first, second]))
    assert board is not None
    assert board.finished == 1
    assert board_of(StepState("s", "battery", [Try(1, "walk", None, 0, 0)])) is None
