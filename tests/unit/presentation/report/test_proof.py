"""A pass shows its proof: what had to be shown, and what showed it, in every form of a report."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from smoke_tui.presentation.evidence import evidence_pairs
from smoke_tui.presentation.report.export import export
from smoke_tui.proof.obligations import (
    EVIDENCE,
    Requirement,
    Witness,
    evaluate,
    first_unmet,
    read_obligations,
)
from smoke_tui.redaction import Vault
from tests.helpers.event_log import EventLog, shipped

BOOK = shipped()
MODEL = Requirement(
    "served model", "degraded-model", "degraded-model", "None is named.", "{against} where {holds}."
)
HOLDS = evaluate(
    MODEL, [Witness("header openai-model", "gpt-5.5", "holds"), Witness("request id", "x")]
)
TORN = evaluate(
    MODEL,
    [
        Witness("response.created", "gpt-5.5", "holds"),
        Witness("response.completed", "gpt-5.2 | `x`", "against"),
    ],
)
MISSING = evaluate(MODEL, [Witness("header", "none")])
FREE = evaluate(Requirement("no refusal", None, "policy-refused"), [])


def log(*obligations: Any, kind: str = "call", keep: bool = True) -> EventLog:
    session = EventLog()
    session.add("try.started", {"cause": "walk", "caller": None, "kind": kind}, "live-call", 1)
    if keep:
        session.add(
            "evidence",
            {"name": EVIDENCE, "value": [one.to_json() for one in obligations]},
            "live-call",
            1,
        )
    return session.finished("live-call", "pass").closed("pass")


def reported(form: str, session: EventLog, tmp_path: Path) -> str:
    return export(form, BOOK, session.state(), tmp_path, Vault()).decode()


def test_how_witnesses_come_to_a_standing() -> None:
    assert [one.status for one in (HOLDS, TORN, MISSING, FREE)] == [
        "holds",
        "contradicted",
        "missing",
        "holds",
    ]
    assert TORN.summary == ("gpt-5.2 | `x` (response.completed) where gpt-5.5 (response.created).")
    assert MISSING.summary == "None is named."
    assert first_unmet([FREE, HOLDS]) is None
    assert first_unmet([HOLDS, TORN, MISSING]) is TORN


@pytest.mark.parametrize("form", ["md", "html"])
def test_a_report_shows_what_showed_it(form: str, tmp_path: Path) -> None:
    text = reported(form, log(HOLDS, FREE), tmp_path)
    for words in (
        "To be shown",
        "Witnesses",
        "served model",
        "header openai-model",
        "no refusal",
        "nothing contradicts it",
    ):
        assert words in text
    assert "not in the record" not in text


def test_a_contradiction_is_shown_with_both_sides(tmp_path: Path) -> None:
    text = reported("md", log(TORN), tmp_path)
    assert "contradicted (degraded-model)" in text
    assert "(against)" in text


def test_the_object_for_scripts_has_the_list(tmp_path: Path) -> None:
    steps = json.loads(reported("json", log(HOLDS), tmp_path))["steps"]
    (step,) = [one for one in steps if one["id"] == "live-call"]
    assert step["obligations"] == [HOLDS.to_json()]
    assert [one["obligations"] for one in steps if one["id"] != "live-call"] == [[]] * (
        len(steps) - 1
    )


@pytest.mark.parametrize("form", ["md", "html"])
def test_an_older_record_says_that_its_proof_was_not_kept(form: str, tmp_path: Path) -> None:
    state = log(keep=False).state()
    state.steps["live-call"].kind = "call"
    text = export(form, BOOK, state, tmp_path, Vault()).decode()
    assert "not in the record" in text


def test_the_evidence_of_a_try_has_a_line_for_each() -> None:
    attempt = log(HOLDS, TORN, MISSING).state().steps["live-call"].tries[0]
    assert list(evidence_pairs(attempt)) == [
        ("served model", "shown: gpt-5.5 (header openai-model); x (request id)"),
        (
            "served model",
            "contradicted: gpt-5.5 (response.created); gpt-5.2 | `x` (response.completed)",
        ),
        ("served model", "not shown: none (header)"),
    ]


@pytest.mark.parametrize(
    "odd",
    [
        None,
        3,
        "x",
        {},
        [None],
        [{}],
        [{"standing": "great"}],
        [{"standing": "holds", "witnesses": 3}],
        [{"standing": "holds", "witnesses": [3, {"says": "maybe"}]}],
    ],
    ids=str,
)
def test_a_record_of_another_form_is_read_as_far_as_it_goes(odd: Any) -> None:
    for one in read_obligations(odd):
        assert one.status == "holds"
        assert all(witness.stance == "nothing" for witness in one.witnesses)
