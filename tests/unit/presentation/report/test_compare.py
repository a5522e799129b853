"""Two sessions beside each other: one word a row, and one line for all of it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from smoke_tui.presentation.report.answer_text import final_text
from smoke_tui.presentation.report.compare import Comparison, Side, compare
from tests.helpers.event_log import EventLog, shipped
from tests.helpers.report_states import BODY, answered, saying

BOOK = shipped()


def side(log: EventLog, answer: str = "") -> Side:
    return Side(BOOK, log.state(), saying(answer))


def called(
    *, user_agent: str = "smoke-tui", tries: int = 1, total: int = 900, **more: Any
) -> EventLog:
    log = EventLog(**more)
    for n in range(1, tries + 1):
        log.add("try.started", {"cause": "walk", "caller": None}, "live-call", n)
        log.add(
            "evidence",
            {
                "name": "instructions",
                "value": {"source": "--instructions", "chars": 9, "sha256": "5" * 64},
            },
            "live-call",
            n,
        )
        asked = log.add(
            "request",
            {
                "port": "http",
                "method": "POST",
                "url": "https://chatgpt.com/x",
                "headers": [["User-Agent", user_agent], ["version", "1"]],
                "body": {"json": {"model": "m", "input": []}},
            },
            "live-call",
            n,
        )
        log.add(
            "http",
            {
                "status": 200,
                "headers": [],
                "ms": total,
                "error": None,
                "error_text": "",
                "chunks": [],
                "blobs": {"body": {"sha256": BODY, "bytes": 9}},
            },
            "live-call",
            n,
            asked,
        )
        log.add(
            "try.finished",
            {
                "code": None,
                "summary": "seen",
                "error": False,
                "observed": {
                    "model_asked": "m",
                    "model": "m",
                    "shape": "classic",
                    "total_ms": total,
                    "first_text_ms": 10,
                },
            },
            "live-call",
            n,
        )
    log.add("step.finished", {"outcome": "pass", "code": None, "summary": "seen"}, "live-call", 1)
    return log.closed("incomplete")


def words(found: Comparison) -> dict[str, str]:
    return {row.name: row.word for row in found.rows}


def test_a_session_is_the_same_as_itself() -> None:
    one = side(called(), '{"output_text": "the same"}')
    found = compare(one, one)
    assert (found.word, found.notes) == ("same", ())
    assert {row.word for row in found.rows} == {"same"}
    assert found.summary == "the same as last time: incomplete"
    names = set(words(found))
    assert {
        "verdict",
        "live-call outcome",
        "live-call tries",
        "live-call seconds worked",
        "live-call served model",
        "live-call shape",
        "live-call seconds to first text",
        "live-call text",
        "live-call sha256",
        "live-call User-Agent",
        "live-call originator",
        "live-call client version",
        "live-call body keys",
        "calls",
        "tokens in",
        "project revision",
        "network variables",
        "origin",
        "tool",
        "Python",
    } <= names


def test_what_moved_has_its_own_word() -> None:
    old = side(called(), '{"output_text": "the world is round and blue and old"}')
    new = side(
        called(user_agent="other", tries=2, total=4000, origin="office"), '{"output_text": "no"}'
    )
    found = words(compare(old, new))
    assert found["live-call tries"] == "worse"
    assert found["live-call seconds to the end"] == "worse"
    assert found["live-call seconds to first text"] == "same"
    assert found["live-call User-Agent"] == "changed"
    assert found["live-call text"] == "changed"
    assert found["origin"] == "changed"
    assert words(compare(new, old))["live-call seconds to the end"] == "better"


@pytest.mark.parametrize(
    ("before", "after", "word"),
    [
        ("pass", "fail", "worse"),
        ("fail", "pass", "better"),
        ("blocked", "fail", "worse"),
        ("error", "blocked", "better"),
        ("waived", "waived", "same"),
        ("pass", "waived", "worse"),
    ],
)
def test_outcomes_have_an_order(before: str, after: str, word: str) -> None:
    code = {"fail": "timeout", "blocked": "dns"}
    a, b = (
        EventLog().tried("live-call", o, code.get(o)).closed("incomplete") for o in (before, after)
    )
    found = compare(side(a), side(b))
    assert found.word == word
    assert words(found)["live-call outcome"] == word


def test_the_line_names_the_steps_that_made_the_difference() -> None:
    good = EventLog().tried("live-call", "pass").tried("boot-stack", "pass").closed("incomplete")
    bad = EventLog().tried("live-call", "fail", "degraded-model").closed("fail")
    assert compare(side(good), side(bad)).summary == (
        "worse than last time: incomplete → fail (live-call was pass, is fail (degraded-model); "
        "boot-stack was pass, is not-run)"
    )
    assert compare(side(bad), side(good)).summary.startswith(
        "better than last time: fail → incomplete (live-call was fail, is pass"
    )


def test_a_fallback_that_was_not_needed_is_neither_better_nor_worse() -> None:
    needed = EventLog().tried("live-call", "pass")
    needed.add("branch.taken", {"to": "instructions-drift", "code": "c", "line": 1}, "live-call", 1)
    needed.tried("instructions-drift", "pass").closed("incomplete")
    plain = EventLog().tried("live-call", "pass").closed("incomplete")
    assert compare(side(needed), side(plain)).word == "same"
    assert compare(side(plain), side(needed)).word == "same"


def test_a_part_of_a_runbook_is_compared_by_what_both_walked() -> None:
    whole = EventLog().tried("live-call", "pass").tried("boot-stack", "pass").closed("incomplete")
    part = EventLog(only="live-call").tried("live-call", "pass").closed("incomplete")
    found = compare(side(whole), side(part))
    assert found.word == "same"
    assert "is of a part of its runbook" in found.notes[0]


def test_a_rehearsal_beside_a_live_session_is_reported_first() -> None:
    found = compare(side(called(world="rehearsed")), side(called()))
    assert found.notes[0].startswith("A rehearsed session is compared with a live one")


def test_an_unfinished_session_is_named() -> None:
    found = compare(side(called()), side(EventLog().tried("live-call", "pass")))
    assert "is not finished" in found.notes[0]


def test_each_calls_own_word_is_no_drift() -> None:
    a, b = (side(called(), f'{{"output_text": "I say smoke-{n * 10} here"}}') for n in ("a", "b"))
    assert words(compare(a, b))["live-call text"] == "same"


def event(name: str, **data: str) -> str:
    return f"event: {name}\ndata: {json.dumps({'type': name, **data})}\n\n"


def test_the_final_text_is_found_in_every_form_of_an_answer() -> None:
    deltas = event("response.output_text.delta", delta="a ") + event(
        "response.output_text.delta", delta="b"
    )
    assert final_text(deltas.encode()) == "a b"
    assert final_text((deltas + event("response.output_text.done", text="whole")).encode()) == (
        "whole"
    )
    assert final_text(b'{"output_text": "x"}') == "x"
    assert final_text(b'{"output": [{"content": [{"type": "output_text", "text": "y"}]}]}') == "y"
    assert final_text(b'{"detail": "no"}') is None
    assert final_text(b"\x00\xff<html>") is None
    assert final_text(b"data: [" * 9000) is None


def test_answers_that_were_never_given_are_not_compared() -> None:
    log = EventLog()
    log.add("try.started", {"cause": "walk", "caller": None}, "live-call", 1)
    answered(log, "live-call", None)
    log.finished("live-call", "blocked", "dns")
    assert "live-call text" not in words(compare(side(log), side(log)))
