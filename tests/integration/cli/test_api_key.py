"""The supported production path: the same step with an organisation's own API key."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from smoke_tui.httpd.messages import ServerRequest, ServerResponse
from tests.helpers.one_call import ONE_CALL, served
from tests.helpers.program import Done, Program

KEY = "sk-FAKE-0123456789abcdefghijklmnop"
RUNBOOK = ONE_CALL.replace("prompt  =", 'credential = "api-key"\nprompt  =')


class Api:
    """An API host that answers one streamed response, with the marks of an API key."""

    def __init__(self) -> None:
        self.seen: list[ServerRequest] = []
        self.url = ""

    def listening(self, url: str) -> None:
        self.url = url

    def answer(self, request: ServerRequest) -> ServerResponse:
        self.seen.append(request)
        if request.header("authorization") != f"Bearer {KEY}":
            body = b'{"error":{"message":"Incorrect API key provided","code":"invalid_api_key"}}'
            return ServerResponse(401, (("content-type", "application/json"),), body)
        asked = json.loads(request.body)
        word = asked["input"][-1]["content"][0]["text"].split()[-1]
        response = {
            "id": "resp_FAKE1",
            "model": f"{asked['model']}-2026-01-01",
            "status": "completed",
            "usage": {"input_tokens": 30, "output_tokens": 7},
        }
        text = f"The word is {word}."
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


def run(
    program: Program, folder: Path, api: Api, text: str = RUNBOOK, model: str = "gpt-4o"
) -> Done:
    (folder / "key.md").write_text(text)
    done: Done = served(
        api.answer,
        api.listening,
        lambda: program(
            "--check", "key.md", "--live", "--model", model, "--api-url", f"{api.url}/v1", "--json"
        ),
    )
    return done


def test_a_call_with_an_api_key(
    program: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    api = Api()
    done = run(program, tmp_path, api)
    assert done.code == 0
    spend = done.json()["spend"]
    # 30 tokens in at $2.50 and 7 out at $10 a million.
    assert (spend["kind"], spend["usd_metered"], spend["input_tokens"]) == (
        "metered",
        "0.000145",
        30,
    )
    assert [request.path for request in api.seen] == ["/v1/responses"]
    body = json.loads(api.seen[0].body)
    assert set(body) == {"model", "stream", "store", "input", "max_output_tokens"}
    for path in program.state.rglob("*"):
        assert not path.is_file() or KEY.encode() not in path.read_bytes()
    assert program("replay", "last").code == 0
    report = program("report", "last").out
    assert "billed by the token" in report
    assert "0.000145" in report


def test_an_unknown_price_is_not_a_zero(
    program: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    done = run(program, tmp_path, Api(), model="nobodys-model")
    assert done.code == 0
    assert done.json()["spend"]["usd_metered"] is None
    assert "unpriced" in [finding["code"] for finding in done.json()["findings"]]
    assert "price unknown" in program("report", "last").out


def test_a_wrong_key(program: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-FAKE-another-0123456789abcdef")
    done = run(program, tmp_path, Api())
    assert (done.code, done.json()["steps"][0]["code"]) == (1, "unauthorized")


def test_no_key_and_nobody_to_ask(
    program: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    api = Api()
    done = run(program, tmp_path, api)
    assert (done.code, done.json()["steps"][0]["code"]) == (4, "needs-operator")
    assert api.seen == []


@pytest.mark.parametrize(("cap", "model"), [("1", "nobodys-model"), ("0.02", "gpt-4o")])
def test_a_call_that_could_go_over_its_dollars_is_not_made(
    cap: str, model: str, program: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    api = Api()
    dollars = f'kind = "metered", max_usd = "{cap}"'
    text = RUNBOOK.replace('kind = "subscription", max_calls = 1', dollars)
    done = run(program, tmp_path, api, text, model)
    assert (done.code, done.json()["steps"][0]["code"]) == (4, "over-budget")
    assert api.seen == []
