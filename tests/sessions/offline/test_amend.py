"""Second thoughts: what the operator said of a step is another now, and both stay in the record."""

from __future__ import annotations

import json

import pytest

from smoke_tui.journal.file import read_journal
from tests.helpers.events import data_of
from tests.helpers.offline_program import OfflineProgram, book, cut, runs, state_of, step
from tests.helpers.program import Done
from tests.sessions.offline.test_operator_answers import ATTESTED, CLAIMED, turn

SEEN = step("look", "manual", 'ask = "Is it there?"', "proof = true")
BOTH = book(SEEN, runs("after", "true", 'needs = ["look"]'))
WHY = "it was the page of the other account"


def amend(program: OfflineProgram, answer: str, step_id: str = "look", why: str = WHY) -> Done:
    return program("amend", "last", "--step", step_id, "--answer", answer, "--why", why, "--json")


def walked(program: OfflineProgram, answer: str = "pass") -> None:
    program.live(BOTH, answers=f'[look]\nanswer = "{answer}"\n')


def test_a_pass_that_was_none_fails_the_session(program: OfflineProgram) -> None:
    walked(program)
    assert state_of(program.only()).verdict == "pass"
    done = amend(program, "fail")
    assert (done.code, done.json()["verdict"]) == (1, "fail")
    (row, _) = done.json()["steps"]
    assert (row["outcome"], row["code"], row["tries"]) == ("fail", "expectation-unmet", 1)
    (event,) = [e for e in read_journal(program.only()).events if e.kind == "amended"]
    assert data_of(event)["old"]["outcome"] == "pass"
    assert (data_of(event)["answer"], data_of(event)["why"]) == ("fail", WHY)
    assert data_of(event)["by"]
    report = program("report", "last").out
    assert "amended at" in report
    assert WHY in report
    (told,) = json.loads(program("report", "last", "--format", "json").out)["report"]["amended"]
    assert (told["old"]["outcome"], told["why"]) == ("pass", WHY)
    assert program("replay", "last").code == 0
    assert program("--check", "last").code == 1


def test_a_second_attestation_of_a_pass_is_weaker_than_the_first(program: OfflineProgram) -> None:
    walked(program, "fail")
    assert amend(program, "pass").code == 4
    assert state_of(program.only()).verdict == "incomplete"
    done = program("rerun", "last", "--step", "after", "--live", "--json")
    assert (done.code, done.json()["verdict"]) == (0, "pass-attested")
    assert amend(program, "blocked").code == 4
    assert state_of(program.only()).verdict == "blocked"
    assert [data_of(e)["old"]["outcome"] for e in state_of(program.only()).amendments] == [
        "fail",
        "pass",
    ]
    assert program("replay", "last").code == 0


def test_an_unfinished_session_stays_one(program: OfflineProgram) -> None:
    walked(program)
    events = read_journal(program.only()).events
    told = next(e.seq for e in events if e.kind == "step.finished")
    cut(program.only(), told + 1)
    assert amend(program, "fail").code in (1, 4)
    assert state_of(program.only()).steps["look"].outcome == "fail"
    done = program("--check", "last", "--resume", "--live", "--json")
    assert done.json()["verdict"] == "fail"
    assert program("replay", "last").code == 0


def test_a_route_that_nobody_saw_is_unproven_again(program: OfflineProgram) -> None:
    assert program.live(turn(CLAIMED), answers=ATTESTED).code == 0
    assert state_of(program.only()).verdict == "pass-attested"
    assert amend(program, "no", "authoring-turn").code == 4
    known = state_of(program.only()).steps["authoring-turn"]
    assert (known.outcome, known.code, len(known.tries)) == ("blocked", "route-unproven", 1)
    assert amend(program, "yes", "authoring-turn").code == 0
    assert state_of(program.only()).verdict == "pass-attested"


@pytest.mark.parametrize(
    ("step_id", "answer", "why"),
    [
        ("after", "fail", WHY),
        ("look", "no", WHY),
        ("nobody", "fail", WHY),
        ("look", "fail", " "),
        ("look", "fail", "\u200b\u2060"),
    ],
)
def test_what_rests_on_no_attestation_is_not_amended(
    program: OfflineProgram, step_id: str, answer: str, why: str
) -> None:
    walked(program)
    before = (program.only() / "journal.jsonl").read_bytes()
    assert amend(program, answer, step_id, why).code == 2
    assert (program.only() / "journal.jsonl").read_bytes() == before


def test_two_tokens_in_two_programs_have_two_numbers(program: OfflineProgram) -> None:
    """What stands for one in the record stands for no other."""
    walked(program)
    for answer, letter in (("fail", "a"), ("pass", "b"), ("fail", "a")):
        amend(program, answer, why=f"it used {'ghp_' + 'FAKE' * 8 + letter * 4}")
    told = [data_of(e)["why"] for e in read_journal(program.only()).events if e.kind == "amended"]
    assert told == [f"it used [REDACTED:api_key#{n}]" for n in (1, 2, 3)]
    assert program("replay", "last").code == 0
