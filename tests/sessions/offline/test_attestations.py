"""The operator's second word reaches no further than the first did: what facts said, stands."""

from __future__ import annotations

import json
import resource

import pytest

from smoke_tui.config.settings import read_settings
from smoke_tui.errors import CommandError
from smoke_tui.journal.events.event import Event
from smoke_tui.journal.file import read_journal
from smoke_tui.session.amend import amend_session
from smoke_tui.structs import replace
from tests.helpers.events import change_event, data_of
from tests.helpers.offline_program import (
    Change,
    OfflineProgram,
    book,
    cut,
    edited,
    rewrite,
    runs,
    state_of,
    step,
)
from tests.helpers.program import Done
from tests.sessions.offline.test_operator_answers import CLAIMED, turn

LOOK = ("look", "manual", 'ask = "Is it there?"', "proof = true")
ATTESTED = '[authoring-turn]\nanswer = "yes"\nnote = "Seen on the page."\n'
PASSED, FAILED = '[look]\nanswer = "pass"\n', '[look]\nanswer = "fail"\n'


def amend(program: OfflineProgram, answer: str, step_id: str = "look", *more: str) -> Done:
    return program(
        "amend",
        "last",
        "--step",
        step_id,
        "--answer",
        answer,
        "--why",
        "I looked again",
        "--json",
        *more,
    )


def verdict(program: OfflineProgram) -> str | None:
    return state_of(program.only()).verdict


def test_a_half_written_attestation_is_not_the_earlier_one(program: OfflineProgram) -> None:
    """The program died between the amendment and the outcome that it makes."""
    program.live(book(step(*LOOK)), answers=PASSED)
    amend(program, "fail")
    at = next(e.seq for e in read_journal(program.only()).events if e.kind == "amended")
    cut(program.only(), at + 1)
    assert program("--check", "last").code != 0
    done = program("--check", "last", "--resume", "--live", "--json")
    assert (done.code, done.json()["verdict"]) == (1, "fail")
    assert program("replay", "last").code == 0
    assert len(state_of(program.only()).steps["look"].tries) == 1


@pytest.mark.parametrize("half", [False, True])
def test_a_record_cut_between_two_decisions_replays_alike(
    program: OfflineProgram, half: bool
) -> None:
    """What the engine would have decided next is no difference: the program had ended."""
    program.live(book(step(*LOOK), runs("after", "true", 'needs = ["look"]')), answers=PASSED)
    if half:
        amend(program, "fail")
    word = "amended" if half else "try.finished"
    at = next(e.seq for e in read_journal(program.only()).events if e.kind == word)
    cut(program.only(), at + 1)
    for _ in range(2):
        assert program("replay", "last").code == 0
        assert program("replay", "last", "--step", "look").code == 0
        assert program("replay", "--all").code == 0
        program("--check", "last", "--resume", "--live", "--answers", "answers.toml")
    assert verdict(program) == ("fail" if half else "pass")


def test_a_half_amended_step_is_reported_as_one(program: OfflineProgram) -> None:
    program.live(book(step(*LOOK)), answers=FAILED)
    amend(program, "pass")
    at = next(e.seq for e in read_journal(program.only()).events if e.kind == "amended")
    cut(program.only(), at + 1)
    (row,) = json.loads(program("report", "last", "--format", "json").out)["steps"]
    assert (row["outcome"], row["code"]) == ("not-run", None)
    assert "Was amended" in row["summary"]
    done = program(
        "rerun", "last", "--step", "look", "--live", "--answers", "answers.toml", "--json"
    )
    assert (done.code, done.json()["steps"][0]["tries"]) == (1, 2)
    assert program("replay", "last").code == 0


def test_a_call_that_broke_off_is_done_again_where_that_is_asked(program: OfflineProgram) -> None:
    """To settle what broke off is not the new try that `rerun` promises."""
    program.live(turn(CLAIMED).replace("max_calls = 1", "max_calls = 2"), answers=ATTESTED)
    events = read_journal(program.only()).events
    cut(program.only(), next(e.seq for e in events if e.kind == "spend.reserved") + 1)
    done = program(
        "rerun", "last", "--step", "authoring-turn", "--live", "--answers", "answers.toml", "--json"
    )
    assert (done.code, done.json()["steps"][0]["tries"]) == (0, 2)
    assert program("replay", "last").code == 0


def test_a_fallback_taken_back_is_no_pass(program: OfflineProgram) -> None:
    work = "if [ -f flag ]; then exit 0; else touch flag; exit 1; fi"
    text = book(
        runs("work", work, "[[on]]", 'match = { code = "command-failed" }', 'goto = "look"'),
        step("look", "manual", 'ask = "Put it right"', "fallback = true", "retry = { max = 1 }"),
    )
    done = program.live(text, "--project", str(program.folder), answers=PASSED)
    assert (done.code, done.json()["verdict"]) == (0, "pass")
    assert amend(program, "fail").code == 1
    assert verdict(program) == "fail"


def test_a_half_written_attestation_can_be_amended(program: OfflineProgram) -> None:
    program.live(book(step(*LOOK)), answers=PASSED)
    amend(program, "fail")
    at = next(e.seq for e in read_journal(program.only()).events if e.kind == "amended")
    cut(program.only(), at + 1)
    assert amend(program, "blocked").code == 4
    assert [data_of(e)["old"]["outcome"] for e in state_of(program.only()).amendments] == [
        "pass",
        "fail",
    ]
    assert program("replay", "last").code == 0


@pytest.mark.parametrize("cut_at", ["session.resumed", "amended", "step.finished"])
def test_an_amendment_that_broke_off_can_be_gone_on_with(
    program: OfflineProgram, cut_at: str
) -> None:
    program.live(book(step(*LOOK), runs("after", "true", 'needs = ["look"]')), answers=FAILED)
    amend(program, "pass")
    at = [e.seq for e in read_journal(program.only()).events if e.kind == cut_at][-1]
    cut(program.only(), at + 1)
    assert program("replay", "last").code == 0
    for form in ("md", "json", "junit", "html"):
        assert program("report", "last", "--format", form).code == 0
    done = program("--check", "last", "--resume", "--live", "--json")
    assert (done.code, program("replay", "last").code) == (0, 0)
    assert done.json()["verdict"] == "pass-attested"


def test_an_answer_that_was_not_taken_in_is_not_lost(program: OfflineProgram) -> None:
    program.live(book(step(*LOOK)), answers=PASSED)
    amend(program, "fail")
    at = next(e.seq for e in read_journal(program.only()).events if e.kind == "session.resumed")
    cut(program.only(), at + 1)
    done = program("--check", "last", "--resume", "--live", "--json")
    assert (done.code, verdict(program)) == (1, "fail")
    assert program("replay", "--all").code == 0


def test_seeing_no_fault_by_hand_attests_no_route(program: OfflineProgram) -> None:
    """A turn by hand asks for the answer and then for the route; the first word is not both."""
    by_hand = step(
        "authoring-turn",
        "turn",
        'ask = "Was it answered?"',
        'effects = "spends"',
        'spend = { kind = "subscription", max_calls = 1 }',
        "proof = true",
        'expect = [{ route = "openai/subscription" }]',
    )
    program.live(book(by_hand), answers='[authoring-turn]\nanswer = "fail"\n')
    assert verdict(program) == "fail"
    assert amend(program, "pass", "authoring-turn").code == 2
    assert verdict(program) == "fail"


def test_an_attested_route_does_not_make_up_for_what_was_expected(program: OfflineProgram) -> None:
    program.live(
        turn(CLAIMED).replace('json = "output_text"', 'json = "notes"'),
        answers='[authoring-turn]\nanswer = "no"\n',
    )
    assert verdict(program) == "blocked"
    assert amend(program, "yes", "authoring-turn").code != 0
    assert verdict(program) in ("blocked", "fail")
    assert program("replay", "last").code == 0


def test_a_route_attested_late_passes_where_all_else_was_met(program: OfflineProgram) -> None:
    program.live(turn(CLAIMED), answers='[authoring-turn]\nanswer = "no"\n')
    assert (amend(program, "yes", "authoring-turn").code, verdict(program)) == (0, "pass-attested")
    assert program("replay", "last").code == 0


def test_an_answer_that_is_looked_into_is_looked_into_again(program: OfflineProgram) -> None:
    """What was printed is not at hand any more: the step has to be done once more."""
    rule = '[[on]]\nmatch = { body_contains = ["quiet"] }\noutcome = "fail"\nwhy = "a mock"\n'
    program.live(
        turn(CLAIMED).removesuffix("```\n") + rule + "```\n",
        answers='[authoring-turn]\nanswer = "no"\n',
    )
    assert verdict(program) == "fail"
    done = amend(program, "yes", "authoring-turn")
    assert (done.code, verdict(program)) == (2, "fail")
    assert "not at hand" in done.err


def test_what_a_rule_makes_of_any_word_it_makes_of_the_second(program: OfflineProgram) -> None:
    ruled = step(
        *LOOK,
        "[[on]]",
        'match = { origin = "datacenter" }',
        'outcome = "expected-limitation"',
        'why = "not from here"',
    )
    program.live(book(ruled), "--origin", "datacenter", answers=PASSED)
    assert verdict(program) == "expected-limitation"
    assert amend(program, "pass").code != 0
    assert amend(program, "pass", "look", "--origin", "residential").code == 2
    assert verdict(program) == "expected-limitation"
    assert program("replay", "last").code == 0


def test_what_was_waived_after_an_attestation_does_not_rest_on_it(program: OfflineProgram) -> None:
    program.live(book(step(*LOOK[:-1])), answers=PASSED)
    (program.folder / "waive.toml").write_text('[look]\nwaive = "No time."\n')
    program("rerun", "last", "--step", "look", "--live", "--answers", "waive.toml")
    assert verdict(program) == "incomplete"
    assert amend(program, "pass").code == 2
    assert verdict(program) == "incomplete"


@pytest.mark.parametrize(
    "option",
    [
        ("--origin", "residential"),
        ("--model", "gpt-6"),
        ("--instructions", "x.txt"),
    ],
)
def test_an_amendment_changes_no_setting(program: OfflineProgram, option: tuple[str, str]) -> None:
    program.live(book(step(*LOOK)), answers=PASSED)
    before = (program.only() / "journal.jsonl").read_bytes()
    assert amend(program, "fail", "look", *option).code == 2
    assert (program.only() / "journal.jsonl").read_bytes() == before


def test_an_answer_that_could_not_be_written_is_reported_lost(program: OfflineProgram) -> None:
    program.live(book(step(*LOOK)), answers=PASSED)
    size = (program.only() / "journal.jsonl").stat().st_size
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        with pytest.raises(CommandError, match="NOT SAVED") as lost:
            amend_session(
                read_settings({"state-dir": str(program.state)}),
                program.only(),
                "look",
                "fail",
                "I looked again",
            )
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert lost.value.exit == 4


def test_what_was_said_anew_is_in_the_report(program: OfflineProgram) -> None:
    """Steps before and after were done from different places, with different models."""
    program.live(book(step(*LOOK), runs("after", "true")), "--origin", "datacenter", answers=PASSED)
    done = [e.seq for e in read_journal(program.only()).events if e.kind == "step.finished"]
    cut(program.only(), done[0] + 1)
    program("--check", "last", "--resume", "--live", "--origin", "residential", "--model", "gpt-6")
    (line,) = [x for x in program("report", "last").out.splitlines() if "Resumed" in x]
    assert "declared origin `residential`" in line
    assert "model `gpt-6`" in line
    told = json.loads(program("report", "last", "--format", "json").out)["report"]["resumes"]
    assert told[0]["settings"]["origin"] == "residential"
    assert program("replay", "last").code == 0


def test_a_session_begun_in_the_future_never_gets_old(program: OfflineProgram) -> None:
    """A clock that was wrong, put right before the session ended."""
    program.live(book(step(*LOOK)), answers=PASSED)
    edited(
        program.only(),
        lambda e: (
            e
            if e.kind == "session.closed"
            else change_event(e, time=f"{int(e.time[:4]) + 5}{e.time[4:]}")
        ),
    )
    done = program("--check", "offline.md", "--json", "--max-age", "1d")
    assert (done.code, "not-counted" in done.findings()) == (4, True)


def test_a_failed_session_that_is_open_again_hides_behind_no_older_pass(
    program: OfflineProgram,
) -> None:
    """Whoever goes on with a failed session and is killed has not made yesterday's pass the last."""
    program.live(book(step(*LOOK)), answers=PASSED)
    program.live(book(step(*LOOK)), answers=FAILED)
    failed = program.sessions()[-1]
    journal = failed / "journal.jsonl"

    def age() -> tuple[int, set[str]]:
        done = program("--check", "offline.md", "--json", "--max-age", "1d")
        return done.code, done.findings()

    assert age()[0] == 1
    whole = journal.read_bytes()
    journal.write_bytes(whole + b'{"seq":99,"t"')
    assert age()[0] == 1, "a line cut short does not count"
    assert json.loads(program("sessions", "--json").out)["sessions"][0]["verdict"] == "fail"
    assert program("replay", "--all").code == 0
    amend(program, "blocked")
    cut(failed, whole.count(b"\n") + 1)
    assert age() == (4, {"left-open"})


def amend_of(event: Event) -> dict[str, object]:
    return dict(data_of(event)["amend"])


def forged(event: Event, **data: object) -> Event:
    return change_event(event, data={**data_of(event), **data})


@pytest.mark.parametrize(
    "change",
    [
        lambda e: forged(e, amend={**amend_of(e), "step": "nobody"}),
        lambda e: forged(e, amend={**amend_of(e), "answer": "yes"}),
        lambda e: forged(e, amend={**amend_of(e), "answer": "pass"}),
        lambda e: forged(e, amend={"step": "look"}),
    ],
)
def test_a_forged_amendment_differs(program: OfflineProgram, change: Change) -> None:
    program.live(book(step(*LOOK)), answers=PASSED)
    amend(program, "fail")
    edited(program.only(), lambda e: change(e) if e.kind == "session.resumed" else e)
    assert program("replay", "last").code in (3, 6)
    assert program("--check", "last").code in (3, 6)
    assert program("replay", "--all").code in (3, 6)
    assert json.loads(program("replay", "--all", "--json").out)


@pytest.mark.parametrize("word", ["undone", "amended"])
def test_a_decision_that_nobody_made_differs(program: OfflineProgram, word: str) -> None:
    program.live(book(step(*LOOK), runs("after", "exit 1")), answers=PASSED)
    closed = read_journal(program.only()).events[-1]
    made: dict[str, object] = (
        {"steps": ["after"], "why": "another account"}
        if word == "undone"
        else {"old": {"outcome": "fail"}, "answer": "pass", "why": "x", "by": "me"}
    )
    events = [
        *read_journal(program.only()).events[:-1],
        change_event(closed, kind=word, step="look", attempt=1, data=made),
        replace(closed, seq=closed.seq + 1),
    ]
    rewrite(program.only(), events)
    assert program("replay", "last").code in (3, 6)
    assert program("--check", "last").code in (3, 6)
    assert program("replay", "--all").code in (3, 6)
    for form in ("md", "json", "junit", "html"):
        assert program("report", "last", "--format", form).code in (3, 6)


@pytest.mark.parametrize(
    ("ev", "name", "value"),
    [
        ("session.resumed", "amend", "look"),
        ("session.resumed", "amend", {"step": "look"}),
        ("session.resumed", "config", None),
        ("session.resumed", "project", {}),
        ("session.resumed", "undone", 5),
        ("amended", "old", None),
        ("amended", "old", {"a": 1}),
        ("step.finished", "code", []),
    ],
)
def test_a_record_of_another_form_is_reported_as_one(
    program: OfflineProgram, ev: str, name: str, value: object
) -> None:
    """Written by hand, every checksum right: no traceback, and no exit 1 as of a broken product."""
    program.live(book(step(*LOOK)), answers=PASSED)
    amend(program, "fail")
    edited(program.only(), lambda e: forged(e, **{name: value}) if e.kind == ev else e)
    for argv in (
        ("replay", "last"),
        ("replay", "--all"),
        ("--check", "last"),
        ("report", "last"),
        ("report", "last", "--format", "json"),
        ("diff", "last", "last"),
    ):
        assert program(*argv).code in (3, 6), argv
