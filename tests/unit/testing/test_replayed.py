"""The replaying provider: recorded answers by prompt, each once; a miss and a failure are errors."""

from __future__ import annotations

import asyncio
import json
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from smoke_tui.structs import replace
from smoke_tui.testing import (
    LLMAnswer,
    LLMCall,
    LLMCallFailedError,
    LLMProvider,
    LLMToolCall,
    LLMUsage,
    ReplayLLMProvider,
    ReplayMissError,
)
from smoke_tui.world.cassettes.cassette import CaseNote, Cassette, CassetteError
from smoke_tui.world.cassettes.store import write_cassette
from tests.helpers.provider_cassettes import asked, calling, cassette, exchanged, streamed
from tests.helpers.valid_answers import MODEL, framed, honest_events

JSON = (("content-type", "application/json"),)


def complete(replay: ReplayLLMProvider, prompt: str = "Greet me.", **more: Any) -> LLMAnswer:
    return asyncio.run(
        replay.complete(prompt, purpose="greeting", content_class="PLATFORM", **more)
    )


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "greeting.yaml"


def test_the_recorded_answer_costs_nothing(path: Path) -> None:
    cassette(path, exchanged(asked("Greet me."), streamed("Good ", "morning.")))
    replay = ReplayLLMProvider(path)
    provider: LLMProvider = replay
    assert (provider.kind, provider.live) == ("replay", False)
    pieces: list[str] = []
    answer = complete(replay, on_text=pieces.append)
    assert (answer.text, answer.model) == ("Good morning.", MODEL)
    assert pieces == list(answer.pieces) == ["Good ", "morning."]
    assert answer.usage == LLMUsage("replay", 110, 10, 20, 8, Decimal(0))
    assert not answer.usage.live
    assert replay.unused == ()


def test_equal_prompts_get_the_answers_in_their_order_each_once(path: Path) -> None:
    cassette(
        path,
        exchanged(asked("Greet me."), streamed("one")),
        exchanged(asked("Other."), streamed("two")),
        exchanged(asked("Greet me.\r\n"), streamed("three")),
    )
    replay = ReplayLLMProvider(path)
    assert [complete(replay).text for _ in range(2)] == ["one", "three"]
    assert replay.unused == (f"{path}, interaction 2",)
    with pytest.raises(ReplayMissError, match="asked more often than it was recorded") as miss:
        complete(replay)
    assert f"{path}, interaction 1; {path}, interaction 3" in str(miss.value)
    assert [call.prompt for call in replay.calls] == ["Greet me."] * 3


def test_a_miss_names_what_was_asked_and_the_nearest_recorded_prompt(path: Path) -> None:
    cassette(
        path,
        exchanged(asked("Write a long poem about autumn."), streamed("one")),
        exchanged(asked("Greet me in French."), streamed("two")),
    )
    with pytest.raises(ReplayMissError) as miss:
        complete(ReplayLLMProvider(path), "Greet me in German.")
    text = str(miss.value)
    assert "the prompt of ('greeting', 'PLATFORM') ('Greet me in German.') was not recorded" in text
    assert f"the nearest is {path}, interaction 2: at character 13 it has" in text
    assert "'Greet me in French.', not 'Greet me in German.'" in text


def test_several_cassettes_are_one_provider(path: Path, tmp_path: Path) -> None:
    cassette(path, exchanged(asked("Greet me."), streamed("one")))
    other = cassette(tmp_path / "other.yaml", exchanged(asked("Other."), streamed("two")))
    replay = ReplayLLMProvider(path, other)
    assert complete(replay, "Other.").text == "two"
    assert replay.unused == (f"{path}, interaction 1",)


def test_a_prompt_is_compared_in_its_redacted_form(path: Path) -> None:
    recorded = "Write to [REDACTED:email#e.1], please."
    cassette(path, exchanged(asked(recorded), streamed("one")))
    assert (
        complete(ReplayLLMProvider(path), "Write to jane.doe@corp-mail.de, please.").text == "one"
    )
    with pytest.raises(ReplayMissError):
        complete(ReplayLLMProvider(path), "Write to Jane, please.")


def test_instructions_are_compared_where_their_text_is_recorded(path: Path) -> None:
    cassette(path, exchanged(asked("Greet me.", "Be brief."), streamed("one")))
    assert complete(ReplayLLMProvider(path)).text == "one"
    assert complete(ReplayLLMProvider(path), instructions="Be brief.").text == "one"
    with pytest.raises(ReplayMissError, match="recorded with other instructions"):
        complete(ReplayLLMProvider(path), instructions="Be long.")
    redacted = asked("Greet me.", "[REDACTED:instructions#i.1]")
    cassette(path, exchanged(redacted, streamed("one")))
    assert complete(ReplayLLMProvider(path), instructions="Be long.").text == "one"
    system = {"role": "developer", "content": "Be brief."}
    cassette(path, exchanged({**redacted, "input": [system, *redacted["input"]]}, streamed("one")))
    assert complete(ReplayLLMProvider(path), instructions="Be brief.").text == "one"
    with pytest.raises(ReplayMissError, match="recorded with other instructions"):
        complete(ReplayLLMProvider(path), instructions="Be long.")
    cassette(path, exchanged(asked("Greet me."), streamed("one")))
    with pytest.raises(ReplayMissError, match="recorded with other instructions"):
        complete(ReplayLLMProvider(path), instructions="Be long.")


def test_a_tool_call_needs_no_text(path: Path) -> None:
    cassette(path, exchanged(asked("Refund."), calling("refund", '{"amount": 12}')))
    answer = complete(ReplayLLMProvider(path), "Refund.")
    assert answer.tool_calls == (LLMToolCall("refund", {"amount": 12}),)
    assert (answer.text, answer.pieces) == ("", ())


def test_arguments_that_are_no_json_object_are_a_text(path: Path) -> None:
    cassette(path, exchanged(asked("Refund."), calling("refund", "[12")))
    answer = complete(ReplayLLMProvider(path), "Refund.")
    assert answer.tool_calls == (LLMToolCall("refund", "[12"),)


def cut(count: int) -> bytes:
    return framed(honest_events()[:count])


@pytest.mark.parametrize(
    ("answer", "status", "code"),
    [
        (cut(8), 200, "stream-cut"),
        (b"", 200, "stream-cut"),
        (b'{"detail": "Instructions are not valid"}', 400, "instructions-drift"),
        (b'{"error": {"code": "token_expired", "message": "expired"}}', 401, "token-expired"),
        (b"[]", 200, "unreadable"),
        (b'{"x": 1}', 200, "unreadable"),
        (b'{"output": [], "status": "incomplete"}', 200, "unreadable"),
        (b'{"choices": []}', 200, "unreadable"),
        (
            streamed("word").replace(b'"model": "gpt-5.5"', b'"model": "gpt-4o"'),
            200,
            "degraded-model",
        ),
        (streamed(" "), 200, "degraded-empty"),
    ],
)
def test_a_recorded_failure_is_an_error_with_its_code(
    path: Path, answer: bytes, status: int, code: str
) -> None:
    cassette(path, exchanged(asked("Greet me."), answer, status=status, headers=JSON))
    replay = ReplayLLMProvider(path)
    with pytest.raises(LLMCallFailedError, match=re.escape(f"{path}, interaction 1: ")) as failed:
        complete(replay)
    assert failed.value.code == code
    assert str(failed.value).endswith(f"({code})")
    assert replay.calls == (LLMCall("greeting", "PLATFORM", "Greet me."),)


def test_json_of_the_responses_api(path: Path) -> None:
    response = {**honest_events()[-1]["response"], "model": "gpt-5"}
    cassette(path, exchanged(asked("Greet me."), json.dumps(response).encode(), headers=JSON))
    answer = complete(ReplayLLMProvider(path))
    assert answer.text == "The word is smoke-0123456789."
    assert (answer.model, answer.pieces) == ("gpt-5", (answer.text,))
    assert answer.usage == LLMUsage("replay", 110, 10, 20, 8)


MESSAGES = [
    {"role": "system", "content": "Be brief."},
    {"role": "user", "content": "Greet me."},
]
COMPLETION = {
    "object": "chat.completion",
    "model": "grok-4.3",
    "choices": [
        {
            "index": 0,
            "message": {
                "role": "assistant",
                "content": "Hello.",
                "tool_calls": [
                    {
                        "id": "c",
                        "type": "function",
                        "function": {"name": "wave", "arguments": '{"times": 2}'},
                    }
                ],
            },
            "finish_reason": "stop",
        }
    ],
    "usage": {
        "prompt_tokens": 9,
        "completion_tokens": 2,
        "prompt_tokens_details": {"cached_tokens": 4},
    },
}
CHAT = f"""\
interactions:
- request:
    body: {json.dumps(json.dumps({"messages": MESSAGES, "model": "grok-4.3"}))}
    headers:
      content-type:
      - application/json
    method: POST
    uri: https://api.x.ai/v1/chat/completions
  response:
    body:
      string: {json.dumps(json.dumps(COMPLETION))}
    headers:
      content-type:
      - application/json
    status:
      code: 200
      message: OK
version: 1
"""


def test_a_chat_completion_that_pytest_recording_wrote(path: Path) -> None:
    path.write_text(CHAT)
    answer = complete(ReplayLLMProvider(path), instructions="Be brief.")
    assert answer == LLMAnswer(
        "Hello.",
        "grok-4.3",
        LLMUsage("replay", 9, 4, 2, 0),
        (LLMToolCall("wave", {"times": 2}),),
        ("Hello.",),
    )
    with pytest.raises(ReplayMissError, match="other instructions"):
        complete(ReplayLLMProvider(path), instructions="Be long.")


def test_what_is_no_call_of_a_model_is_never_an_answer(path: Path) -> None:
    cassette(path, exchanged({}, b'{"output": []}', headers=JSON))
    for prompt in ("", "Greet me."):
        with pytest.raises(ReplayMissError, match="no call of a model is"):
            complete(ReplayLLMProvider(path), prompt)


def test_a_file_that_is_no_cassette_is_named_with_its_line(path: Path) -> None:
    path.write_text("version: 1\n")
    with pytest.raises(CassetteError, match=re.escape(f"{path}:1: ")):
        ReplayLLMProvider(path)
    with pytest.raises(CassetteError, match="can't be read"):
        ReplayLLMProvider(path.with_name("none.yaml"))


@pytest.mark.parametrize("world", ["rehearsed", "loopback"])
def test_a_recording_of_a_rehearsal_is_no_answer_of_a_model(path: Path, world: str) -> None:
    note = CaseNote("greeting", "0" * 64, world=world)
    made = exchanged(asked("Greet me."), streamed("one"))
    write_cassette(path, Cassette((made,), note=note))
    with pytest.raises(CassetteError, match=re.escape(f"{path}:1: it was recorded in a rehearsal")):
        ReplayLLMProvider(path)
    assert complete(ReplayLLMProvider(path, rehearsed=True)).text == "one"
    write_cassette(path, Cassette((made,), note=replace(note, world="live")))
    assert complete(ReplayLLMProvider(path)).text == "one"


def test_a_recording_that_waits_for_its_review_is_named(path: Path) -> None:
    cassette(
        path.with_name("greeting.pending.yaml"), exchanged(asked("Greet me."), streamed("one"))
    )
    with pytest.raises(CassetteError, match=r"greeting\.pending\.yaml waits for its review"):
        ReplayLLMProvider(path)
