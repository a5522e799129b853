"""A pack of cases is read strictly; the shipped one is the thirteen cases of the seed."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from smoke_tui.judging.battery_pack import PackError, parse_pack
from smoke_tui.judging.judge_prompts import JudgePrompts
from tests.helpers.paths import ROOT

SHIPPED = ROOT / "runbooks/packs/format-compliance.json"


def pack(**changes: Any) -> dict[str, Any]:
    case = {"id": "greeting", "verdict": "PASS", "expected_behavior": "A greeting", "actual": "Hi"}
    return {"schema": "smoke-battery/1", "id": "mine", "title": "Mine", "cases": [case], **changes}


def read(document: object) -> Any:
    return parse_pack(json.dumps(document, indent=1).encode(), "mine.json")


def test_the_shipped_pack() -> None:
    shipped = parse_pack(SHIPPED.read_bytes(), SHIPPED.name)
    assert len(shipped.cases) == 13
    assert [case.verdict for case in shipped.cases].count("FAIL") == 5
    assert shipped.prompts == JudgePrompts()
    assert len({case.tag for case in shipped.cases}) == 13
    narrative = shipped.case("long-context-understanding")
    assert narrative.actual.startswith("\n        The Roman Empire's rise began")
    assert "5. Demonstrates character development (e.g., Caesar to Augustus)\n" in (
        narrative.expected_behavior
    )


def test_the_seed_s_costs_follow_from_its_price() -> None:
    shipped = parse_pack(SHIPPED.read_bytes(), SHIPPED.name)
    for calls, usd in ((1_300, "0.79"), (13_000, "7.90")):
        estimate = shipped.estimate(calls)
        assert estimate is not None
        assert estimate.quantize(Decimal("0.01")) == Decimal(usd)


def test_a_changed_text_is_noticed() -> None:
    document = json.loads(SHIPPED.read_text(encoding="utf-8"))
    document["cases"][0]["actual"] += " "
    with pytest.raises(PackError, match=r"mine\.json:\d+: cases\[0\]\.actual_sha256: .* changed"):
        read(document)


@pytest.mark.parametrize(
    ("document", "problem"),
    [
        (pack(schema="smoke-battery/2"), "schema: expected 'smoke-battery/1'"),
        (pack(cases=[]), "cases: expected 1 to 1000 cases, got 0"),
        (pack(cases=pack()["cases"] * 2), "cases: two cases have the id 'greeting'"),
        (pack(more=1), "more: unknown key; expected schema, id"),
        (pack(id="My pack"), "id: expected small letters"),
        (pack(usd_per_call=0.1), "usd_per_call: expected a string, got 0.1"),
        (pack(usd_per_call="NaN"), "usd_per_call: expected US dollars"),
        (pack(prompts={"system": "s", "human": "{actual}"}), "prompts: the human prompt holds"),
        (pack(cases=[{**pack()["cases"][0], "verdict": "pass"}]), "verdict: expected one of PASS"),
        (pack(cases=[{**pack()["cases"][0], "actual": " "}]), "actual: expected 1 to 100000"),
        (pack(cases=[{**pack()["cases"][0], "actual": "\ud800"}]), "actual: it holds half a"),
        ([], "document: expected an object, got []"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(document: object, problem: str) -> None:
    with pytest.raises(PackError) as error:
        read(document)
    assert str(error.value).startswith("mine.json:")
    assert problem in str(error.value)


@pytest.mark.parametrize("content", [b"", b"{", b"\xff", b'{"id": 1, "id": 2}', b"[" * 100_000])
def test_what_is_no_json_is_an_error(content: bytes) -> None:
    with pytest.raises(PackError, match=r"mine\.json:1: "):
        parse_pack(content, "mine.json")
