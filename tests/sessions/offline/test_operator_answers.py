"""What an answers file, a run-all or a canned answer may not do: stand for somebody who saw it."""

from __future__ import annotations

import asyncio
import json

import pytest

from smoke_tui.cli.answers_file import Headless
from smoke_tui.config.questions import QUESTIONS, Answer, Verb
from smoke_tui.journal.events.event import EventOf, data_of
from smoke_tui.journal.events.requests import QuestionAsked
from smoke_tui.presentation.live.snapshot import Snapshot
from smoke_tui.runbook import parse
from smoke_tui.session.session_view import SessionView
from smoke_tui.stack.ledger_rows import ledger_lines
from smoke_tui.stack.ledger_window import LedgerReading
from smoke_tui.stack.route_proof import evidence_lines, route_status
from tests.helpers.offline_program import OfflineProgram, book, runs, state_of, step

SENTENCES = ("I did not see it", "nope", "not yet", "failed", "unsure", "pass?", "n/a", "", "0")
ATTESTED = '[authoring-turn]\nanswer = "yes"\nnote = "Seen on the page."\n'
GOOD = {"confirm": "yes", "attest": "yes", "service": "yes", "tick": "done", "manual": "pass"}
LOOK = step("look", "manual", 'ask = "Is it there?"')
CLAIMED = {
    "output_text": "A quiet world, NONCE.",
    "response_id": "resp_1",
    "fallback_used": False,
    "route": {
        "provider": "openai",
        "credential": "subscription",
        "model": "gpt-5",
        "host": "chatgpt.com",
    },
    "upstream_headers": {"x-codex-plan-type": "plus", "x-codex-primary-used-percent": "3"},
}
SPENDS = (
    'effects = "spends"',
    'spend = { kind = "subscription", max_calls = 1 }',
    "proof = true",
    'expect = [{ route = "openai/subscription" }, { json = "output_text", is = "non-empty" }]',
)


def turn(document: object) -> str:
    printed = json.dumps(document).replace("NONCE", "'\"$SMOKE_NONCE\"'")
    return book(step("authoring-turn", "turn", *SPENDS, run=f"echo '{printed}'"))


@pytest.mark.parametrize("kind", GOOD)
@pytest.mark.parametrize("text", SENTENCES)
def test_a_sentence_in_an_answers_file_agrees_to_nothing(kind: str, text: str) -> None:
    given = Headless({"one": {"answer": text}})
    answer = asyncio.run(given.answer(kind, {"step": "one"}))
    assert answer is not None
    assert answer.do != GOOD[kind]


@pytest.mark.parametrize("kind", GOOD)
def test_a_plain_yes_agrees(kind: str) -> None:
    given = {"answer": "Yes", **({"note": "Seen."} if kind == "attest" else {})}
    answer = asyncio.run(Headless({"one": given}).answer(kind, {"step": "one"}))
    assert answer is not None
    assert answer.do == GOOD[kind]


def ask(given: Headless, kind: str, **data: object) -> Answer:
    return asyncio.run(given.answer(kind, {"step": "one", **data})) or Answer()


def test_an_attestation_without_words_is_none() -> None:
    for given in ({"answer": "yes"}, {"attest": "yes"}, {"answer": "yes", "note": "  "}):
        assert ask(Headless({"one": given}), "attest").do == "absent"
    assert ask(Headless({"one": {"attest": "yes", "note": "Seen."}}), "attest").do == "yes"


def test_one_answer_is_for_one_question() -> None:
    given = Headless({"one": {"answer": "yes", "note": "Seen."}})
    assert ask(given, "manual").do == "pass"
    second = ask(given, "attest")
    assert second.do == "absent"
    assert "taken for manual" in (second.words or "")
    assert ask(given, "manual").do == "absent"
    assert [code for code, _, _ in given.findings()] == ["ambiguous-answer"]


def test_kinds_that_are_named_are_answered_each() -> None:
    given = Headless({"one": {"tick": "done", "confirm": "yes", "service": "no"}})
    assert [ask(given, "tick").do for _ in range(3)] == ["done"] * 3
    assert ask(given, "confirm").do == "yes"
    assert ask(given, "confirm").do == "absent"
    assert ask(given, "service").do == "no"
    assert ask(given, "attest").do == "absent"
    assert [code for code, _, _ in given.findings()] == ["ambiguous-answer"]


@pytest.mark.parametrize("kind", ["model", "instructions", "text", "secret", "callback", "device"])
def test_a_yes_is_no_model_no_path_and_no_value(kind: str) -> None:
    given = Headless({"one": {"answer": "yes", "note": "Seen."}})
    assert ask(given, kind, listed=["gpt-5.5"]).do in ("keep", "absent")
    assert ask(given, "manual").do == "pass"


def test_a_model_has_to_be_listed() -> None:
    for text, do in (("gpt-5.5", "use"), ("gpt-none", "absent")):
        given = Headless({"one": {"answer": text}})
        assert ask(given, "model", listed=["gpt-5.5"]).do == do


def test_what_nothing_asked_for_is_a_finding(program: OfflineProgram) -> None:
    text = book(LOOK, runs("two", "true"), runs("three", "true"))
    done = program.live(
        text,
        answers='[look]\nanswer = "yes"\n[two]\nanswer = "yes"\n'
        '[three]\nwaive = "No time."\nanswer = "yes"\n',
    )
    rows = [(row["code"], row["step"]) for row in done.json()["findings"]]
    assert rows == [("unused-answer", "two"), ("ambiguous-answer", "three")]
    assert (done.code, done.json()["verdict"]) == (0, "pass-with-waivers")


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        ('\n\n[nobody]\nanswer = "yes"\n', "line 3: no step 'nobody'"),
        ('[look]\nanser = "yes"\n', "line 2: [look] anser: only answer, note, waive"),
        ("[look]\n\nanswer = true\n", "line 3: [look] answer: only"),
        ('look = "yes"\n', "line 1: [look] has to be a table"),
        ('[look]\nwaive = " "\n', "line 2: [look] waive needs a reason"),
        ('[look]\nanswer = "a"\nanswer = "b"\n', "line 3"),
        ("[look", "line 1"),
        ("\x00", "line 1"),
        ("[" * 5000, "--answers"),
        ('[look.more]\nanswer = "yes"\n', "[look] more: only"),
    ],
)
def test_what_an_answers_file_can_not_hold_is_reported_with_its_line(
    program: OfflineProgram, answers: str, words: str
) -> None:
    done = program.live(book(LOOK), answers=answers)
    assert done.code == 2
    assert words in done.err
    assert not program.state.exists() or program.sessions() == []


def test_what_was_not_seen_does_not_pass(program: OfflineProgram) -> None:
    done = program.live(book(LOOK), answers='[look]\nanswer = "I did not see it"\n')
    assert (done.code, done.json()["verdict"]) == (4, "blocked")
    assert "I did not see it" in done.json()["steps"][0]["summary"]


def test_a_command_that_prints_a_canned_answer_proves_no_route(program: OfflineProgram) -> None:
    """It knows no nonce, so that it answers nothing, whoever attests it."""
    canned = CLAIMED | {"output_text": "A quiet world."}
    for answers in ("", ATTESTED):
        done = program.live(turn(canned), answers=answers)
        assert (done.code, done.json()["steps"][0]["code"]) == (1, "degraded-empty")


def test_a_command_that_does_not_tell_its_usage_proves_no_route(program: OfflineProgram) -> None:
    """It was given the nonce and repeats it; what is missing is for the operator to attest."""
    done = program.live(turn(CLAIMED))
    assert (done.code, done.json()["steps"][0]["code"]) == (4, "needs-operator")
    attested = program.live(
        turn(CLAIMED), answers='[authoring-turn]\nanswer = "yes"\nnote = "Seen on the page."\n'
    )
    assert attested.json()["verdict"] == "pass-attested"
    assert program("--check", "last", "--strict").code == 4


def test_a_command_that_tells_all_of_it_passes(program: OfflineProgram) -> None:
    whole = CLAIMED | {"usage": {"input_tokens": 9, "output_tokens": 3}}
    done = program.live(turn(whole))
    assert (done.code, done.json()["verdict"]) == (0, "pass")
    (row,) = done.json()["steps"]
    assert {one["standing"] for one in row["obligations"]} == {"holds"}
    assert program("replay", "last").code == 0


@pytest.mark.parametrize(
    "marks",
    [
        {"route": {"provider": "openai", "credential": "platform"}},
        {"fallback_used": True},
        {"route": {"provider": "xai", "credential": "subscription"}},
        {"upstream_headers": {"openai-organization": "org-1"}},
    ],
)
def test_a_degraded_turn_is_not_put_to_the_operator(
    program: OfflineProgram, marks: dict[str, object]
) -> None:
    done = program.live(turn(CLAIMED | marks), answers=ATTESTED)
    assert (done.code, done.json()["steps"][0]["code"]) == (1, "degraded-route")
    asked = {
        data_of(e)["kind"]
        for e in state_of(program.only()).requests.values()
        if data_of(e)["port"] == "operator"
    }
    assert "attest" not in asked


def row(response: str | None, credential: str | None = "subscription") -> dict[str, str | None]:
    return {
        "domain": "dom-1",
        "model": "gpt-5",
        "provider": "openai",
        "credential": credential,
        "response_id": response,
    }


@pytest.mark.parametrize(
    ("rows", "where"),
    [
        ([row("resp_mine")], "proven"),
        ([row("resp_other")], "unproven"),
        ([row("resp_other"), row("resp_mine")], "proven"),
        ([row(None)], "proven"),
        ([row("resp_other", None)], "unproven"),
        ([row("resp_other", "platform")], "degraded"),
    ],
)
def test_a_row_of_another_turn_bears_nothing_out(
    rows: list[dict[str, str | None]], where: str
) -> None:
    claims = {
        "provider": "openai",
        "credential": "subscription",
        "response_id": "resp_mine",
        "headers": {"x-codex-plan-type": "plus"},
    }
    seen = ledger_lines(LedgerReading(tuple(rows)), claims["response_id"])
    assert route_status([*evidence_lines(claims, True), *seen]) == where


@pytest.mark.parametrize("kind", sorted(QUESTIONS))
def test_run_all_answers_nothing_but_whether_to_begin(kind: str) -> None:
    """Nothing is ticked off, confirmed, attested, spent or seen in advance."""
    found = parse(book(LOOK), "offline.md").runbook
    assert found is not None
    run = SessionView(found)
    run.run_all = True
    asked = QuestionAsked(kind, "?", {"step": "look"})
    question = EventOf(1, "T", 1, asked, "look", 1)
    snapshot = Snapshot(found, run.state, 0, None, {}, True, False, None, "", False, False)
    assert run.answer_in_advance(snapshot, question) == (
        Answer(Verb.RUN) if kind == "begin" else None
    )


def test_waiving_a_failed_proof_is_no_pass(program: OfflineProgram) -> None:
    proof = book(runs("one", "true"), runs("two", "exit 3", "proof = true"))
    assert program.live(proof).code == 1
    (program.folder / "waive.toml").write_text('[two]\nwaive = "It never works."\n')
    done = program("rerun", "last", "--step", "two", "--live", "--answers", "waive.toml", "--json")
    assert done.code == 2
    assert "can't be waived" in done.err
    assert program("--check", "last").code == 1


def test_waiving_any_other_step_is_never_a_bare_pass(program: OfflineProgram) -> None:
    """The operator may; the verdict says so, and --strict does not take it."""
    assert program.live(book(runs("one", "true"), runs("two", "exit 3"))).code == 1
    (program.folder / "waive.toml").write_text('[two]\nwaive = "Known."\n')
    done = program("rerun", "last", "--step", "two", "--live", "--answers", "waive.toml", "--json")
    assert done.json()["verdict"] == "pass-with-waivers"
    assert program("--check", "last", "--strict").code == 4
