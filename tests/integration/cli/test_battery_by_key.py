"""A battery that an organisation's API key pays: settings, prices, budget."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from pathlib import Path

import pytest

from smoke_tui.httpd.messages import ServerRequest, ServerResponse
from tests.helpers.canaries import LeakSearch
from tests.helpers.hostile_reasons import HOSTILE
from tests.helpers.one_call import served
from tests.helpers.program import Done, Program
from tests.integration.cli.test_api_key import KEY

PACK = {
    "schema": "smoke-battery/1",
    "id": "two",
    "title": "Two cases",
    "usd_per_call": "0.0003",
    "cases": [
        {"id": name, "verdict": "PASS", "expected_behavior": "A greeting", "actual": f"Hi {name}"}
        for name in ("first", "second")
    ],
}


class JudgeApi:
    """An API host that answers with one text after the other, else PASS: 30 tokens in, 7 out."""

    def __init__(self, *texts: str) -> None:
        self.bodies: list[dict[str, object]] = []
        self.url = ""
        self.texts = texts or ("PASS",)

    def listening(self, url: str) -> None:
        self.url = url

    def answer(self, request: ServerRequest) -> ServerResponse:
        asked = json.loads(request.body)
        text = self.texts[len(self.bodies) % len(self.texts)]
        self.bodies.append(asked)
        response = {
            "id": "resp_FAKE1",
            "model": f"{asked['model']}-2026-01-01",
            "status": "completed",
            "usage": {"input_tokens": 30, "output_tokens": 7},
        }
        item = {
            "type": "message",
            "role": "assistant",
            "content": [{"type": "output_text", "text": text}],
        }
        events = [
            {"type": "response.output_text.delta", "delta": text},
            {"type": "response.output_item.done", "item": item},
            {"type": "response.completed", "response": response},
        ]
        stream = "".join(f"data: {json.dumps(event)}\n\n" for event in events)
        return ServerResponse(200, (("openai-organization", "org-fake"),), stream.encode())


@pytest.fixture(name="pack")
def _pack(tmp_path: Path) -> Path:
    path = tmp_path / "two.json"
    path.write_text(json.dumps(PACK))
    return path


def run(program: Program, pack: Path, api: JudgeApi, *options: str) -> Done:
    done: Done = served(
        api.answer,
        api.listening,
        lambda: program(
            "--api-url", f"{api.url}/v1", "battery", str(pack), "--provider", "live", "--live",
            "--credential", "api-key", "--concurrency", "1", "--json", *options,
        ),
    )  # fmt: skip
    return done


def test_the_judge_has_the_settings_of_llm_app_test(
    program: Program, pack: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("LLM_MODEL", "gpt-4o")
    monkeypatch.setenv("LLM_MAX_TOKENS", "64")
    api = JudgeApi()
    done = run(program, pack, api, "--repeat", "2", "--budget", "1")
    assert done.code == 0, done.out + done.err
    assert len(api.bodies) == 4
    assert {(b["model"], b["temperature"], b["max_output_tokens"]) for b in api.bodies} == {
        ("gpt-4o", 0.0, 64)
    }
    assert all("instructions" not in body for body in api.bodies)
    battery = done.json()["steps"][-1]["battery"]
    # 30 tokens in at $2.50 and 7 out at $10 a million, four times.
    assert Decimal(battery["usd_actual"]) == Decimal("0.000580")
    assert (battery["usd_estimate"], battery["temperature"]) == ("0.0012", "0.0")
    assert battery["settings"]["LLM_MAX_TOKENS"] == "64"
    assert done.json()["spend"]["usd_metered"] == "0.000580"
    search = LeakSearch({KEY})
    search.walk(tmp_path)
    assert search.finds() == {}


def test_a_budget_stops_it_before_a_call_that_could_break_it(
    program: Program, pack: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("LLM_MODEL", "gpt-4o")
    monkeypatch.setenv("LLM_MAX_TOKENS", "64")
    api = JudgeApi()
    done = run(program, pack, api, "--repeat", "20", "--budget", "0.003")
    assert (done.code, done.json()["steps"][-1]["code"]) == (4, "battery-incomplete")
    battery = done.json()["steps"][-1]["battery"]
    assert 1 <= len(api.bodies) < 40
    assert Decimal(battery["usd_actual"]) <= Decimal("0.003")
    assert "the budget of 0.003 has no room for" in battery["stopped"]


def test_a_budget_that_cannot_be_kept_is_refused(
    program: Program, pack: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("LLM_MODEL", "nobodys-model")
    api = JudgeApi()
    done = run(program, pack, api, "--budget", "1")
    assert (done.code, done.json()["steps"][-1]["code"]) == (4, "over-budget")
    assert api.bodies == []


def test_a_setting_that_makes_no_sense_is_refused(
    program: Program, pack: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("LLM_MODEL", "gpt-4o")
    monkeypatch.setenv("LLM_TEMPERATURE", "warm")
    api = JudgeApi()
    done = run(program, pack, api, "--budget", "1")
    assert done.json()["steps"][-1]["code"] == "not-configured"
    assert "LLM_TEMPERATURE: expected a number from 0 to 2" in done.json()["steps"][-1]["summary"]
    assert api.bodies == []


def test_a_rehearsal_has_a_key_of_its_own_and_the_prices_of_the_source(
    program: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The rehearsal accepts its own key alone; the operator's is for the provider.
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    done = program(
        "battery", "format-compliance", "--rehearse", "--credential", "api-key", "--budget", "1",
        "--repeat", "2", "--json",
    )  # fmt: skip
    assert (done.code, done.json()["world"]) == (0, "rehearsed"), done.out + done.err
    battery = done.json()["steps"][-1]["battery"]
    assert battery["settings"]["LLM_MODEL"] == "gpt-4o"
    # US$0.79 for 1,300 calls.
    assert (Decimal(battery["usd_actual"]) / 26 * 1300).quantize(Decimal("0.01")) == Decimal("0.79")
    assert battery["usd_estimate"] == "0.015808"
    search = LeakSearch({KEY})
    search.walk(tmp_path)
    assert search.finds() == {}


ACTING = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c\ud800-\udfff]"
)
"""Characters that a terminal, a browser or an encoder acts on."""


def test_answers_that_act_on_their_readers_are_kept_and_shown_inert(
    program: Program, pack: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    texts = [text for reason in HOSTILE for text in (reason, f"FAIL: {reason}")]
    api = JudgeApi(*texts)
    done = run(program, pack, api, "--repeat", str(len(HOSTILE)), "--budget", "5")
    assert done.code == 1, done.err
    assert not ACTING.search(done.out + done.err)
    battery = done.json()["steps"][-1]["battery"]
    assert (battery["answers"], battery["errors"]) == (len(texts), {})
    # Raw: the record holds each to the last character, whatever it is.
    journal = next(tmp_path.rglob("journal.jsonl")).read_text("utf-8").splitlines()
    events = [json.loads(line) for line in journal]
    kept = [e["data"]["text"] for e in events if e["data"].get("what") == "answered"]
    # Half of a surrogate pair is no character of any text, and becomes U+FFFD.
    assert sorted(kept) == sorted(re.sub("[\ud800-\udfff]", "\ufffd", text) for text in texts)
    for form in ("md", "html", "junit", "json"):
        report = program("report", "last", "--format", form)
        assert report.code == 0, report.err
        assert not ACTING.search(report.out), form
    page = program("report", "last", "--format", "html").out
    assert "<script>alert" not in page
    assert "<img" not in page
    assert program("replay", "last").code == 0
