"""The pool of a battery against servers on this machine."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from smoke_tui.config.session_config import SessionConfig
from smoke_tui.httpd.messages import ServerRequest, ServerResponse
from smoke_tui.journal.events.battery_facts import BatteryAnswered, BatteryEnded, BatteryPaused
from smoke_tui.journal.events.body import FactBody
from smoke_tui.judging.battery import ERRORS_IN_A_ROW
from smoke_tui.redaction import Vault
from smoke_tui.steps.battery_answer import answer_reader
from smoke_tui.world.live.pool import Pool, calls_of
from smoke_tui.world.ports import PortAnswer
from smoke_tui.world.requests.battery import BatteryLimits, CaseCalls, RunBattery
from smoke_tui.world.requests.http import HttpRequest
from tests.helpers.loopback_servers import Origins, soon
from tests.helpers.response_streams import MODEL, completed, created, delta, item

Answer = Callable[[int], Any]


def verdict(text: str) -> ServerResponse:
    stream = b"".join((created(), delta(text), item(text), completed()))
    return ServerResponse(200, (("content-type", "text/event-stream"),), stream)


def limited(seconds: str = "0") -> ServerResponse:
    return ServerResponse(429, (("retry-after", seconds),), b"")


def run(
    answer: Answer, *, repeats: int = 4, workers: int = 3, limits: BatteryLimits | None = None
) -> tuple[list[FactBody], int]:
    """The facts of a battery of two cases, and how many requests the server got."""

    async def work() -> tuple[list[FactBody], int]:
        posted: list[FactBody] = []
        waiting: list[Callable[[], None]] = []
        number = iter(range(1_000_000))

        def handler(request: ServerRequest) -> Any:
            return answer(next(number))

        async with Origins(handler) as origins:
            request = HttpRequest("POST", origins.url(), json={"input": "x"})
            cases = tuple(CaseCalls(name, ((1, repeats),), request) for name in ("a", "b"))
            battery = RunBattery(
                cases,
                workers,
                limits or BatteryLimits(),
                answer_reader(MODEL, subscription=False),
            )
            pool = Pool(Vault(), SessionConfig(codex_url=origins.url().rstrip("/")))

            def post(made: PortAnswer) -> None:
                posted.append(made.body)
                if made.taken is not None:
                    waiting.append(made.taken)
                    # Nobody goes on where as many answers as workers wait to be written.
                    assert len(waiting) <= 2 * workers
                    asyncio.get_running_loop().call_later(0.03, take)

            def take() -> None:
                waiting.pop(0)()

            await pool.run(battery, {}, post)
            return posted, len(origins.seen)

    return soon(work())


def answers(posted: list[FactBody]) -> list[BatteryAnswered]:
    return [body for body in posted if isinstance(body, BatteryAnswered)]


def stopped(posted: list[FactBody]) -> str | None:
    end = posted[-1]
    assert isinstance(end, BatteryEnded)
    return end.stopped


def test_each_call_is_made_once_and_posted_by_itself() -> None:
    posted, requests = run(lambda n: verdict("PASS"))
    assert requests == 8
    assert Counter((each.case, each.repeat) for each in answers(posted)) == Counter(
        (case, repeat) for case in "ab" for repeat in range(1, 5)
    )
    assert {(each.text, each.status, each.error) for each in answers(posted)} == {
        ("PASS", "completed", None)
    }
    assert stopped(posted) is None


def test_rounds_come_one_after_the_other_and_ranges_are_kept() -> None:
    cases = (CaseCalls("a", ((1, 1), (3, 3))), CaseCalls("b", ((2, 3),)))
    made = [(case.case, number) for case, number in calls_of(cases)]
    assert made == [("a", 1), ("b", 2), ("a", 3), ("b", 3)]


def test_a_rate_limit_in_the_middle_pauses_all_and_loses_nothing() -> None:
    posted, requests = run(lambda n: limited() if n in (3, 4) else verdict("PASS"))
    assert requests == 10
    assert len(answers(posted)) == 8
    assert all(each.error is None for each in answers(posted))
    assert sum(each.retries for each in answers(posted)) == 2
    assert stopped(posted) is None


def test_a_pause_is_as_long_as_the_provider_asks() -> None:
    posted, _ = run(lambda n: limited("1") if n == 0 else verdict("PASS"), repeats=1, workers=1)
    (pause,) = [body for body in posted if isinstance(body, BatteryPaused)]
    assert (pause.seconds, pause.why) == (1.0, "HTTP 429")


def test_a_call_is_sent_at_most_two_times_more() -> None:
    posted, requests = run(lambda n: limited(), repeats=1, workers=1)
    assert requests == 6
    assert [(each.error, each.status, each.retries) for each in answers(posted)] == [
        ("rate-limited", "refused", 2)
    ] * 2


def test_an_answer_is_never_asked_for_again() -> None:
    posted, requests = run(lambda n: verdict("PASSWORD field missing"))
    assert requests == 8
    assert {each.text for each in answers(posted)} == {"PASSWORD field missing"}


def test_a_stream_that_ends_early_is_incomplete_and_no_error() -> None:
    cut = ServerResponse(200, (("content-type", "text/event-stream"),), created() + delta("PASS"))
    posted, requests = run(lambda n: cut, repeats=1)
    assert requests == 2
    assert {(each.status, each.error, each.text) for each in answers(posted)} == {
        ("incomplete", None, "PASS")
    }


def test_a_refused_credential_ends_it() -> None:
    posted, requests = run(
        lambda n: ServerResponse(401, (), b'{"detail": "Unauthorized"}'), workers=1
    )
    assert requests == 1
    assert "refused the credential" in str(stopped(posted))


def test_calls_in_a_row_without_an_answer_end_it() -> None:
    broken = ServerResponse(418, (), b"")
    posted, requests = run(lambda n: broken, repeats=40, workers=1)
    assert requests == ERRORS_IN_A_ROW
    assert "in a row had no answer" in str(stopped(posted))


def test_a_cap_of_calls_holds() -> None:
    posted, requests = run(lambda n: verdict("PASS"), limits=BatteryLimits(calls=5))
    assert requests == 5
    assert stopped(posted) == "the cap of 5 calls is used up"


@pytest.mark.parametrize("workers", [1, 3])
def test_the_worst_price_of_calls_under_way_is_reserved(workers: int) -> None:
    limits = BatteryLimits(usd="1", worst_usd="0.4", usd_per_million=("0", "0"))
    posted, requests = run(lambda n: verdict("PASS"), workers=workers, limits=limits)
    # What is finished costs nothing here: two at once have room, and they make all calls.
    assert requests == len(answers(posted)) == 8
    assert stopped(posted) is None


def test_no_more_calls_are_under_way_than_the_budget_has_room_for() -> None:
    under_way, most = [0], [0]

    async def slow() -> ServerResponse:
        under_way[0] += 1
        most[0] = max(most[0], under_way[0])
        for _ in range(20):
            await asyncio.sleep(0)
        under_way[0] -= 1
        return verdict("PASS")

    limits = BatteryLimits(usd="1", worst_usd="0.4", usd_per_million=("0", "0"))
    posted, _ = run(lambda n: slow(), workers=8, limits=limits)
    assert most[0] <= 2
    assert len(answers(posted)) == 8


def test_a_budget_holds_where_no_price_is_known() -> None:
    limits = BatteryLimits(usd="1", worst_usd="0.4")
    posted, requests = run(lambda n: verdict("PASS"), workers=1, limits=limits)
    assert requests == 2
    assert "the budget of 1 has no room for" in str(stopped(posted))
