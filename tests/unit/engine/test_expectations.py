"""An expectation that is not met says what was expected and what was seen, side by side."""

from __future__ import annotations

from typing import Any

import pytest

from smoke_tui.engine.conditions import MOST_SENTENCE, unmet_text
from smoke_tui.engine.rules import judge
from smoke_tui.outcomes import Outcome
from smoke_tui.world.result import Result
from tests.unit.engine.test_rules import FRESH, step_of

SEEN = {
    "status": 503,
    "headers": [["X-Kind", "cat"], ["x-kind", "dog"]],
    "exit": 2,
    "route": "degraded",
}


def told(expect: str, *, body: str = "", document: Any = None, **observed: Any) -> str:
    decision = judge(
        step_of(f"expect = [{expect}]"),
        Result(None, "done", observed or SEEN, body, document=document),
        FRESH,
        "office",
        {},
    )
    assert (decision.outcome, decision.code) == (Outcome.FAIL, "expectation-unmet")
    return unmet_text(decision.unmet)


@pytest.mark.parametrize(
    ("expect", "body", "sentence"),
    [
        (
            '{ body_contains = ["goodbye"] }',
            "hello world\n",
            'Expected body to contain "goodbye"; seen "hello world"',
        ),
        (
            '{ body_contains = ["a", "zz"] }',
            "",
            'Expected body to contain "a" and "zz"; seen an empty body',
        ),
        ("{ status = 200 }", "", "Expected status 200; seen 503"),
        (
            '{ header = { x-kind = "cat" } }',
            "",
            'Expected header x-kind: "cat"; seen "cat" and "dog"',
        ),
        ('{ header = { x-none = "*" } }', "", "Expected header x-none; seen no x-none"),
        ("{ exit = 0 }", "", "Expected exit 0; seen 2"),
        (
            '{ route = "openai/subscription" }',
            "",
            "Expected route openai/subscription; seen degraded",
        ),
        ('{ json = "a.b", equals = 3 }', '{"a": {"b": 4}}', "Expected json a.b to equal 3; seen 4"),
        ('{ json = "a", equals = "x" }', "no", 'Expected json a to equal "x"; seen no JSON: "no"'),
        (
            '{ json = "a", is = "non-empty" }',
            '{"a": ""}',
            'Expected json a to be non-empty; seen ""',
        ),
        (
            '{ json = "a", is = "non-empty" }',
            "{}",
            "Expected json a to be non-empty; seen nothing there",
        ),
        ('{ json = "a", is = "absent" }', '{"a": [1]}', "Expected json a to be absent; seen [1]"),
        ('{ code = "timeout" }', "", "Expected the code timeout; seen none"),
        (
            '{ origin = ["residential", "unknown"] }',
            "",
            "Expected origin residential or unknown; seen office declared",
        ),
    ],
)
def test_every_kind_of_expectation_says_what_it_saw(expect: str, body: str, sentence: str) -> None:
    assert told(expect, body=body) == sentence


def test_only_what_is_unmet_is_reported_and_all_of_it() -> None:
    text = told('{ status = 503 }, { status = 200, body_contains = ["a"] }, { exit = 0 }', body="a")
    assert text == "Expected status 200; seen 503. Expected exit 0; seen 2"


def test_what_was_seen_is_cleaned_and_bounded() -> None:
    text = told('{ body_contains = ["goodbye"] }', body="\x1b[31mred\x1b[0m\n" + "x" * 100_000)
    assert text.startswith('Expected body to contain "goodbye"; seen "red xxx')
    assert "\x1b" not in text
    assert len(text) < 250
    many = ", ".join('{ body_contains = ["%s"] }' % (chr(97 + n) * 200) for n in range(20))
    assert len(told(many, body="-" * 9000)) <= MOST_SENTENCE + 1


def test_a_document_of_the_step_is_what_paths_lead_into() -> None:
    document = {"id": "resp_1", "output_text": "hi"}
    step = step_of('expect = [{ json = "output_text", equals = "hi" }]')
    result = Result(None, "", {}, "hi", document=document)
    assert judge(step, result, FRESH, "office", {}).outcome is Outcome.PASS
    assert told('{ json = "status", equals = "completed" }', body="hi", document=document) == (
        'Expected json status to equal "completed"; seen nothing there'
    )


@pytest.mark.parametrize("body", ["", "null", "[" * 5000, "NaN", '"text"', "3", "\ud800"])
def test_odd_bodies_are_reported_and_never_break(body: str) -> None:
    assert told('{ json = "a[0].b", equals = 1 }', body=body).startswith("Expected json a[0].b")
