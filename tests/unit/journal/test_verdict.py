"""The verdict of a session, rule by rule."""

from __future__ import annotations

import itertools

import pytest

from smoke_tui.failure_codes.table import CODES, outcome_of
from smoke_tui.journal.verdict import chosen, is_partial, verdict
from smoke_tui.outcomes import VERDICT_EXITS, Exit, Outcome, Verdict, worst_exit
from tests.helpers.event_log import EventLog, small

BOOK = small()
V = Verdict


def of(log: EventLog) -> Verdict:
    return verdict(BOOK, log.state())


def three(call: str, look: str, sign: str) -> EventLog:
    log = EventLog()
    for step, outcome in (("live-call", call), ("look", look), ("sign", sign)):
        if outcome != "not-run":
            log.tried(step, outcome)
    return log


@pytest.mark.parametrize(
    ("outcomes", "expected"),
    [
        (("pass", "pass", "pass"), V.PASS),
        (("pass", "pass", "not-run"), V.INCOMPLETE),
        (("pass", "waived", "pass"), V.PASS_WITH_WAIVERS),
        (("pass", "waived", "not-run"), V.INCOMPLETE),
        (("waived", "pass", "pass"), V.INCOMPLETE),
        (("pass", "expected-limitation", "pass"), V.EXPECTED_LIMITATION),
        (("pass", "expected-limitation", "not-run"), V.EXPECTED_LIMITATION),
        (("waived", "expected-limitation", "waived"), V.EXPECTED_LIMITATION),
        (("blocked", "expected-limitation", "not-run"), V.BLOCKED),
        (("blocked", "fail", "expected-limitation"), V.FAIL),
        (("pass", "fail", "waived"), V.FAIL),
        (("error", "fail", "blocked"), V.ERROR),
        (("not-run", "not-run", "not-run"), V.INCOMPLETE),
        (("not-run", "not-run", "error"), V.ERROR),
    ],
)
def test_the_worst_outcome_decides(outcomes: tuple[str, str, str], expected: Verdict) -> None:
    assert of(three(*outcomes)) is expected


def test_the_order_of_severity_holds_for_every_mixture() -> None:
    severity = ["error", "fail", "blocked", "expected-limitation", "not-run", "waived", "pass"]
    names = [
        V.ERROR,
        V.FAIL,
        V.BLOCKED,
        V.EXPECTED_LIMITATION,
        V.INCOMPLETE,
        V.PASS_WITH_WAIVERS,
        V.PASS,
    ]
    for mixture in itertools.product(severity, repeat=2):
        worst = min(severity.index(outcome) for outcome in mixture)
        assert of(three("pass", *mixture)) is names[worst], mixture


def test_an_unused_fallback_does_not_count() -> None:
    assert "mend" in {step.id for step in BOOK.steps if step.fallback}
    assert of(three("pass", "pass", "pass")) is V.PASS


def test_a_recovered_step_counts_by_its_last_try() -> None:
    log = EventLog().tried("live-call", None, "instructions-drift").branched("live-call", "mend")
    log.tried("mend", "pass", cause="fallback", caller="live-call")
    log.tried("live-call", "pass", cause="return", caller="mend", n=2)
    log.tried("look", "pass").tried("sign", "pass")
    assert of(log) is V.PASS
    assert len(log.state().steps["live-call"].tries) == 2


def test_a_retried_step_counts_by_its_last_try() -> None:
    log = (
        EventLog()
        .tried("live-call", "fail", "overloaded")
        .tried("live-call", "pass", cause="again", n=2)
    )
    log.tried("look", "pass").tried("sign", "pass")
    assert of(log) is V.PASS
    log.tried("live-call", "fail", "degraded-model", cause="again", n=3)
    assert of(log) is V.FAIL


def test_a_fallback_that_failed_does_not_count_once_its_caller_passed_by_other_means() -> None:
    log = EventLog().tried("live-call", None, "instructions-drift").branched("live-call", "mend")
    log.tried("mend", "blocked", "operator-declined", cause="fallback", caller="live-call")
    log.decided("live-call", "fail", "instructions-drift")
    log.tried("look", "pass").tried("sign", "pass")
    assert of(log) is V.FAIL
    log.tried("live-call", "pass", cause="again", n=2)
    assert of(log) is V.PASS


def test_a_fallback_under_way_leaves_the_session_incomplete() -> None:
    log = EventLog().tried("live-call", None, "instructions-drift").branched("live-call", "mend")
    log.tried("look", "pass").tried("sign", "pass")
    assert of(log) is V.INCOMPLETE


def test_an_attestation_gives_attested() -> None:
    log = (
        EventLog()
        .tried("live-call", "pass", attested=True)
        .tried("look", "pass")
        .tried("sign", "pass")
    )
    assert of(log) is V.PASS_ATTESTED


def test_waivers_weigh_more_than_an_attestation() -> None:
    log = EventLog().tried("live-call", "pass", attested=True).tried("look", "waived")
    assert of(log.tried("sign", "pass")) is V.PASS_WITH_WAIVERS


def test_only_the_last_try_is_attested_or_not() -> None:
    log = (
        EventLog()
        .tried("live-call", "pass", attested=True)
        .tried("look", "pass")
        .tried("sign", "pass")
    )
    log.tried("live-call", "pass", cause="again", n=2)
    assert of(log) is V.PASS
    log.tried("live-call", "blocked", "route-unproven", cause="again", n=3, attested=True)
    assert of(log) is V.BLOCKED


def test_a_choice_of_steps_is_partial_and_judged_alone() -> None:
    log = EventLog(only="look").tried("look", "pass")
    assert of(log) is V.PASS
    assert is_partial(log.state())
    rest = EventLog(start_from="look").tried("look", "pass")
    assert of(rest) is V.INCOMPLETE
    assert of(rest.tried("sign", "pass")) is V.PASS
    assert [step.id for step in chosen(BOOK, rest.state())] == ["look", "sign"]
    assert not is_partial(EventLog().state())


def test_a_chosen_step_brings_its_fallback() -> None:
    assert [step.id for step in chosen(BOOK, EventLog(only="live-call").state())] == [
        "live-call",
        "mend",
    ]
    failed = (
        EventLog(only="live-call")
        .tried("live-call", None, "instructions-drift")
        .branched("live-call", "mend")
    )
    failed.tried("mend", "fail", "expectation-unmet", cause="fallback", caller="live-call")
    failed.decided("live-call", "fail", "instructions-drift")
    assert of(failed) is V.FAIL


def test_a_choice_of_nothing_proves_nothing() -> None:
    assert of(EventLog(only="gone").tried("look", "pass")) is V.INCOMPLETE
    assert of(EventLog(start_from="gone")) is V.INCOMPLETE


def test_no_verdict_but_the_passes_is_green() -> None:
    green = {verdict for verdict, code in VERDICT_EXITS.items() if code is Exit.OK}
    assert green == {V.PASS, V.PASS_ATTESTED, V.PASS_WITH_WAIVERS}
    assert set(VERDICT_EXITS) == set(V)
    assert VERDICT_EXITS[V.FAIL] is Exit.FAILED
    assert VERDICT_EXITS[V.ERROR] is Exit.INTERNAL


def test_of_several_exits_the_documented_one_wins() -> None:
    order = [
        Exit.INTERNAL,
        Exit.SECRET,
        Exit.INVALID,
        Exit.DIVERGENCE,
        Exit.FAILED,
        Exit.NOT_PROVABLE,
        Exit.NOTHING,
        Exit.OK,
    ]
    for first, second in itertools.combinations(order, 2):
        assert worst_exit([second, first]) is first
    assert worst_exit([]) is Exit.OK


CREDENTIAL = [
    "token-expired",
    "token-revoked",
    "token-malformed",
    "unauthorized",
    "wrong-host",
    "wrong-workspace",
]


@pytest.mark.parametrize("code", sorted(CODES))
def test_a_stale_credential_blocks_and_nothing_else_changes(code: str) -> None:
    stale = outcome_of(code, fresh_credential=False)
    assert stale is (Outcome.BLOCKED if code in CREDENTIAL else outcome_of(code))
    assert outcome_of(code) in (Outcome.FAIL, Outcome.BLOCKED)
