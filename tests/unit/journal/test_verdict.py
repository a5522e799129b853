"""The verdict, rule by rule (outcomes page, "Verdict of a session")."""

from __future__ import annotations

import itertools

import pytest

from smoke_tui.journal.verdict import chosen, is_partial, verdict
from smoke_tui.outcomes import CODES, VERDICT_EXITS, Exit, Outcome, Verdict, outcome_of, worst_exit
from tests.helpers.event_log import Story, story_runbook

BOOK = story_runbook()
V = Verdict


def of(story: Story) -> Verdict:
    return verdict(BOOK, story.state())


def three(ask: str, look: str, sign: str) -> Story:
    story = Story()
    for step, outcome in (("ask", ask), ("look", look), ("sign", sign)):
        if outcome != "not-run":
            story.tried(step, outcome)
    return story


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
    story = Story().tried("ask", None, "instructions-drift").branched("ask", "mend")
    story.tried("mend", "pass", cause="fallback", caller="ask")
    story.tried("ask", "pass", cause="return", caller="mend", n=2)
    story.tried("look", "pass").tried("sign", "pass")
    assert of(story) is V.PASS
    assert len(story.state().steps["ask"].tries) == 2


def test_a_retried_step_counts_by_its_last_try() -> None:
    story = Story().tried("ask", "fail", "overloaded").tried("ask", "pass", cause="again", n=2)
    story.tried("look", "pass").tried("sign", "pass")
    assert of(story) is V.PASS
    story.tried("ask", "fail", "degraded-model", cause="again", n=3)
    assert of(story) is V.FAIL


def test_a_fallback_that_failed_does_not_count_once_its_caller_passed_by_other_means() -> None:
    story = Story().tried("ask", None, "instructions-drift").branched("ask", "mend")
    story.tried("mend", "blocked", "operator-declined", cause="fallback", caller="ask")
    story.finished("ask", "fail", "instructions-drift")
    story.tried("look", "pass").tried("sign", "pass")
    assert of(story) is V.FAIL
    story.tried("ask", "pass", cause="again", n=2)
    assert of(story) is V.PASS


def test_a_fallback_under_way_leaves_the_session_incomplete() -> None:
    story = Story().tried("ask", None, "instructions-drift").branched("ask", "mend")
    story.tried("look", "pass").tried("sign", "pass")
    assert of(story) is V.INCOMPLETE


def test_the_operators_word_gives_attested() -> None:
    story = Story().tried("ask", "pass", attested=True).tried("look", "pass").tried("sign", "pass")
    assert of(story) is V.PASS_ATTESTED


def test_waivers_weigh_more_than_the_operators_word() -> None:
    story = Story().tried("ask", "pass", attested=True).tried("look", "waived")
    assert of(story.tried("sign", "pass")) is V.PASS_WITH_WAIVERS


def test_only_the_last_try_is_attested_or_not() -> None:
    story = Story().tried("ask", "pass", attested=True).tried("look", "pass").tried("sign", "pass")
    story.tried("ask", "pass", cause="again", n=2)
    assert of(story) is V.PASS
    story.tried("ask", "blocked", "route-unproven", cause="again", n=3, attested=True)
    assert of(story) is V.BLOCKED


def test_a_choice_of_steps_is_partial_and_judged_alone() -> None:
    story = Story(only="look").tried("look", "pass")
    assert of(story) is V.PASS
    assert is_partial(story.state())
    rest = Story(start_from="look").tried("look", "pass")
    assert of(rest) is V.INCOMPLETE
    assert of(rest.tried("sign", "pass")) is V.PASS
    assert [step.id for step in chosen(BOOK, rest.state())] == ["look", "sign"]
    assert not is_partial(Story().state())


def test_a_chosen_step_brings_its_fallback() -> None:
    assert [step.id for step in chosen(BOOK, Story(only="ask").state())] == ["ask", "mend"]
    failed = Story(only="ask").tried("ask", None, "instructions-drift").branched("ask", "mend")
    failed.tried("mend", "fail", "expectation-unmet", cause="fallback", caller="ask")
    failed.finished("ask", "fail", "instructions-drift")
    assert of(failed) is V.FAIL


def test_a_choice_of_nothing_proves_nothing() -> None:
    assert of(Story(only="gone").tried("look", "pass")) is V.INCOMPLETE
    assert of(Story(start_from="gone")) is V.INCOMPLETE


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
