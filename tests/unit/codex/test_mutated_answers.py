"""Answers of a live call with exactly one mutation in them: none passes; without it all do."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.helpers.mutations import Benign, Mutation, mutations_of, unexplained, unused
from tests.helpers.valid_answers import (
    HEADERS,
    MESSAGE,
    MODEL,
    NONCE,
    PROMPT,
    QUOTA,
    REASONING,
    TEXT,
    USAGE,
    Event,
    completed,
    delta,
    framed,
    honest_events,
    item_done,
    judged,
    lifecycle,
    without,
)

EVENTS = honest_events()
NOT_JUDGED = "says nothing of what a pass rests on"
ONE_OF_MANY = "the same is witnessed elsewhere, and nothing contradicts it"
ORDER = "pieces are put together in the order of the bytes"

GARBLED = "an event that can't be read, among good ones, is a finding"
BENIGN = [
    Benign("[0-5]", "an event that is left out, or comes twice, contradicts nothing"),
    Benign("[6-9]", GARBLED, "removed|null|text|blank|number|true|list|table|emptied"),
    Benign("?.type", "the real client does not know such an event, either"),
    Benign("?.response", "an event that says nothing of its response"),
    Benign(
        "*.sequence_number",
        "an event may have no number",
        "removed|null|*text|blank|true|list|table|nan|broken",
    ),
    Benign("0.sequence_number", "the first number", "negative"),
    Benign("11.sequence_number", "the last number", "more|larger|huge"),
    Benign("*.output_index", ORDER),
    Benign("*.content_index", ORDER),
    Benign("*.item_id", ORDER),
    *(
        Benign(f"*.{name}", NOT_JUDGED)
        for name in (
            "obfuscation",
            "annotations",
            "logprobs",
            "created_at",
            "background",
            "store",
            "x-codex-plan-type",
        )
    ),
    Benign("*.object", ONE_OF_MANY, "removed"),
    Benign("*.error", "null and absent are the same", "removed"),
    Benign("*.incomplete_details", "null and absent are the same", "removed"),
    Benign("?.response.usage", "it is told at the end", "removed"),
    Benign("?.response.output", "the answer's items come later"),
    Benign("*.response.model", ONE_OF_MANY, "removed|null"),
    Benign("?.response.id", ONE_OF_MANY, "removed"),
    Benign("?.response.status", ONE_OF_MANY, "removed"),
    Benign("0.response.headers", ONE_OF_MANY),
    Benign("0.response.headers.openai-model", ONE_OF_MANY, "removed|null"),
    *(
        Benign(where, "what is announced is not the answer")
        for where in (
            "2.item",
            "2.item.*",
            "4.item",
            "4.item.id",
            "4.item.status",
            "4.item.phase",
            "4.item.content",
            "5.part",
            "5.part.*",
        )
    ),
    Benign("4.item.role", ONE_OF_MANY, "removed|null|number|true|list|table"),
    *(
        Benign(where, "reasoning is not the answer")
        for where in ("3.item", "3.item.*", "11.response.output.0", "11.response.output.0.*")
    ),
    *(
        Benign(
            where,
            ONE_OF_MANY,
            "removed|null|text|blank|number|true|list|table|emptied|empty|longer|reversed",
        )
        for where in ("9.part", "9.part.type")
    ),
    *(
        Benign(where, ONE_OF_MANY, "removed|null|number|true|list|table|empty")
        for where in ("8.text", "9.part.text")
    ),
    Benign("10.item.id", "the name of an item"),
    Benign("11.response.output.1.id", "the name of an item"),
    *(
        Benign(f"{where}.{name}", "an item may leave it out", "removed|null")
        for where in ("10.item", "11.response.output.1")
        for name in ("status", "phase")
    ),
    Benign("11.response.output", "the real backend leaves it empty"),
    Benign("11.response.usage.*_details", "details are optional", "removed|null|table|emptied"),
    Benign(
        "11.response.usage.*_details.*", "a number that can be", "removed|null|zero|more|number"
    ),
    Benign("11.response.usage.total_tokens", "the sum is optional", "removed"),
]
"""The mutations about leaves that may pass, each with its reason."""


def code_of(events: list[Any]) -> str | None:
    bodies = [event if isinstance(event, dict) else {"odd": event} for event in events]
    return judged(framed(bodies)).code


def test_the_answer_without_a_mutation_passes() -> None:
    found = judged(framed(EVENTS))
    assert found.code is None, found.summary
    assert all(one.status == "holds" for one in found.obligations)
    assert len(found.obligations) == 10


def test_no_mutation_about_any_leaf_passes_unexplained() -> None:
    mutations = list(mutations_of(EVENTS))
    assert len(mutations) > 1500
    passed = [mutation for mutation in mutations if code_of(mutation.told(EVENTS)) is None]
    assert unexplained(passed, BENIGN) == []
    assert unused(BENIGN) == []


# --- mutations about the whole: order, items, names, envelopes, headers --------------------------------

ERROR: Event = {"error": {"code": "server_error", "message": "An error occurred."}}
ERRORS: dict[str, bytes] = {
    "by its type": b'data: {"type": "error", "code": "x", "message": "m"}\n\n',
    "by its event line": b'event: error\ndata: {"code": "x", "message": "m"}\n\n',
    "by another event line": b'event: response.failed\ndata: {"response": {"id": "resp_1"}}\n\n',
    "by its event line against its type": b"event: error\n"
    b'data: {"type": "response.in_progress", "message": "m"}\n\n',
    "by its envelope": f"data: {json.dumps(ERROR)}\n\n".encode(),
    "by its envelope in a known type": b"data: %s\n\n"
    % json.dumps({"type": "response.in_progress", **ERROR}).encode(),
    "by its detail": b'data: {"detail": "Instructions are not valid"}\n\n',
    "inside a response without a type": b'data: {"response": {"error": {"code": "server_error"}}}\n\n',
    "by a type of its own": b'data: {"type": "codex.error", "message": "m"}\n\n',
    "as failed": framed([lifecycle("response.failed", status="failed", **ERROR)]),
    "as incomplete": framed([lifecycle("response.incomplete", status="incomplete")]),
    "as cancelled": framed([lifecycle("response.cancelled", status="cancelled")]),
    "by its event line, without a document": b"event: error\ndata: upstream broke\n\n",
    "by its event line, without data": b"event: error\ndata:\n\n",
    "in capitals": b'event: ERROR\ndata: {"a": 1}\n\n',
    "by a type in capitals": b'data: {"type": "Error", "message": "m"}\n\n',
    "by a longer type": b'data: {"type": "response.error.fatal"}\n\n',
    "by a type with another mark": b'data: {"type": "response_failed"}\n\n',
    "in a list": b'data: [{"error": {"code": "x"}}]\n\n',
    "with CR alone": b'event: error\rdata: {"code":\rdata: "x"}\r\r',
}


@pytest.mark.parametrize("at", [0, 3, len(EVENTS) - 1, len(EVENTS)])
@pytest.mark.parametrize("name", ERRORS)
def test_an_error_is_one_however_it_is_named_and_wherever_it_stands(name: str, at: int) -> None:
    assert judged(framed(EVENTS[:at]) + ERRORS[name] + framed(EVENTS[at:])).code is not None


def answering(*items: Event, **end: Any) -> list[Event]:
    """A stream of finished items alone; the response repeats none of them."""
    return [
        EVENTS[0],
        *(item_done(item, n) for n, item in enumerate(items)),
        completed(**{"output": [], **end}),
    ]


def message(text: str = TEXT, **more: Any) -> Event:
    return {**MESSAGE, "content": [{"type": "output_text", "text": text}], **more}


def refusing(*parts: Event) -> Event:
    return {**MESSAGE, "content": [*parts, {"type": "refusal", "refusal": "I can't say that."}]}


OTHER = message("Nothing to say.")
MISPLACED: dict[str, list[Event]] = {
    "in a user's item": answering(message(role="user")),
    "in a developer's item": answering(message(role="developer")),
    "in an item of nobody": answering(without(message(), "role")),
    "in a commentary": answering(message(phase="commentary")),
    "in a phase nobody knows": answering(message(phase="draft")),
    "in another channel": answering(message(channel="analysis")),
    "in an unfinished item": answering(message(status="incomplete")),
    "in a reasoning item": answering(
        {**REASONING, "summary": [{"type": "summary_text", "text": TEXT}]}, OTHER
    ),
    "in a reasoning item's content": answering({**message(), "type": "reasoning"}, OTHER),
    "in a tool call": answering({"type": "function_call", "name": "say", "arguments": TEXT}, OTHER),
    "in a refusal": answering({**MESSAGE, "content": [{"type": "refusal", "refusal": TEXT}]}),
    "in a part of another kind": answering(
        {**MESSAGE, "content": [{"type": "input_text", "text": TEXT}]}
    ),
    "in the pieces alone": [EVENTS[0], delta(TEXT), completed(output=[])],
    "in pieces that the end contradicts": [
        EVENTS[0],
        delta(TEXT),
        item_done(OTHER),
        completed(output=[]),
    ],
    "in a response that the items contradict": [EVENTS[0], item_done(OTHER), completed()],
    "after the end": [*EVENTS[:-2], EVENTS[-1], EVENTS[-2]],
    "in two halves of two roles": answering(message(TEXT[:16]), message(TEXT[16:], role="user")),
    "in an echo of the request": answering(message(PROMPT)),
    "in an echo with words of its own": answering(message(f"You asked: {PROMPT.upper()} Fine.")),
    "in an escaped echo": answering(message(json.dumps({"prompt": PROMPT}))),
    "inside a longer word": answering(message(f"It is {NONCE}0.")),
    "at the end of a longer word": answering(message(f"It is x{NONCE}.")),
    "twice in one word": answering(message(NONCE + NONCE)),
    "in two halves of two items": answering(message(NONCE[:9]), message(NONCE[9:], id="msg_2")),
    "in two halves of two parts": answering(
        {
            **MESSAGE,
            "content": [
                {"type": "output_text", "text": NONCE[:9]},
                {"type": "output_text", "text": NONCE[9:]},
            ],
        }
    ),
    "in a message to a tool": answering(message(recipient="functions.say")),
    "in a message with an error": answering(message(error={"code": "server_error"})),
    "in an item that refuses": answering(message(refusal="I can't say that.")),
    "in a response that refuses": answering(message(), refusal="I can't say that."),
    "against the whole text of the response": answering(message(), output_text="Nothing to say."),
    "beside a refusal": answering(refusing({"type": "output_text", "text": TEXT})),
    "in the instructions of the response": answering(OTHER, instructions=TEXT),
    "in its metadata": answering(OTHER, metadata={"nonce": NONCE}),
}


@pytest.mark.parametrize("name", MISPLACED)
def test_the_nonce_counts_in_the_final_answer_alone(name: str) -> None:
    assert judged(framed(MISPLACED[name])).code is not None


def bare() -> list[Event]:
    events = copy.deepcopy(EVENTS)
    for event in events:
        event.pop("sequence_number")
    return events


def moved(first: int, second: int) -> list[Event]:
    events = copy.deepcopy(EVENTS)
    events[first], events[second] = events[second], events[first]
    return events


LAST = len(EVENTS) - 1
WHOLES: dict[str, list[Event]] = {
    "two ends": [*EVENTS, EVENTS[-1]],
    "two ends of two responses": [*EVENTS, completed(id="resp_2")],
    "no end": EVENTS[:-1],
    "an end of another name": [*EVENTS[:-1], {**EVENTS[-1], "type": "response.done"}],
    "an end before the answer": moved(LAST, 10),
    "an end at the beginning": moved(LAST, 0),
    "the pieces in another order": moved(6, 7),
    "a piece twice": [*EVENTS[:7], EVENTS[6], *EVENTS[7:]],
    "a piece that is missing": [*EVENTS[:6], *EVENTS[7:]],
    "an item twice": [*EVENTS[:11], EVENTS[10], EVENTS[11]],
    "a new response after the end": [*EVENTS, EVENTS[0]],
    "another response in the middle": [
        *EVENTS[:5],
        lifecycle("response.created", id="resp_2"),
        *EVENTS[5:],
    ],
    "another model in the middle": [
        *EVENTS[:5],
        lifecycle("response.in_progress", model="gpt-5.2"),
        *EVENTS[5:],
    ],
    "another model in an event nobody knows": [
        *EVENTS[:5],
        lifecycle("codex.routed", model="gpt-5.5-mini"),
        *EVENTS[5:],
    ],
    "another model in headers of an event": [
        *EVENTS[:5],
        {"type": "codex.response.metadata", "headers": {"OpenAI-Model": ["gpt-5.2"]}},
        *EVENTS[5:],
    ],
    "an organisation in headers of an event": [
        *EVENTS[:5],
        {"type": "codex.response.metadata", "headers": [["OpenAI-Organization", "org-1"]]},
        *EVENTS[5:],
    ],
    "an organisation in the response's headers": [
        lifecycle("response.created", headers={"Openai-Organization": "org-1"}),
        *EVENTS[1:],
    ],
    "two snapshots": [
        lifecycle("response.created", model=f"{MODEL}-2026-01-01"),
        *EVENTS[1:-1],
        completed(model=f"{MODEL}-2026-02-01"),
    ],
    "a failure before that went on": [
        EVENTS[0],
        lifecycle("response.in_progress", **ERROR),
        *EVENTS[2:],
    ],
    "another usage before": [
        EVENTS[0],
        lifecycle("response.in_progress", usage={**USAGE, "input_tokens": 1, "total_tokens": 21}),
        *EVENTS[2:],
    ],
    "an item announced for a user": [
        *EVENTS[:4],
        {"type": "response.output_item.added", "item": {**MESSAGE, "role": "user"}},
        *EVENTS[5:],
    ],
    "reasoning after the end": [*EVENTS, {"type": "response.reasoning_text.delta", "delta": "x"}],
    "a tool call after the end": [*EVENTS, {"type": "response.mcp_call.in_progress"}],
    "numbers that go back": [*EVENTS[:-1], {**EVENTS[-1], "sequence_number": 3}],
    "pieces of one message that its end contradicts": [
        *bare()[:6],
        delta("Something else"),
        item_done(MESSAGE),
        item_done(message("I'll look.", id="msg_0", phase="commentary")),
        completed(output=[]),
    ],
    "a number twice": [*EVENTS[:-1], {**EVENTS[-1], "sequence_number": 10}],
    "another object": [*EVENTS[:-1], completed(object="chat.completion")],
    "an object of an error": [*EVENTS[:-1], completed(object="error")],
    "an object that is no word": [*EVENTS[:-1], completed(object=["response"])],
    "another object at the beginning": [
        lifecycle("response.created", object="thread.run"),
        *EVENTS[1:],
    ],
    "a status of an error beside the end": [*EVENTS[:-1], {**EVENTS[-1], "status": 503}],
    "a list of errors": [*EVENTS[:-1], completed(errors=[{"code": "server_error"}])],
    "details of a failed status": [*EVENTS[:-1], completed(status_details={"type": "failed"})],
    "an output that is a text": [*EVENTS[:-1], completed(output=TEXT)],
    "a fallback that was taken": [*EVENTS[:-1], completed(fallback=True)],
    "a fallback beside the response": [*EVENTS[:-1], {**EVENTS[-1], "used_fallback": "yes"}],
    "another provider": [*EVENTS[:-1], completed(provider="azure")],
    "another model beside the response": [*EVENTS[:-1], {**EVENTS[-1], "model": "gpt-5.2"}],
    "an abort before the end": [*EVENTS[:-1], {"type": "response.aborted"}, EVENTS[-1]],
    "a time-out before the end": [*EVENTS[:-1], {"type": "response.timed_out"}, EVENTS[-1]],
    "a refusal in pieces": [
        *EVENTS[:-1],
        {"type": "response.refusal.delta", "delta": "No"},
        EVENTS[-1],
    ],
}


@pytest.mark.parametrize("name", WHOLES)
def test_no_mutation_about_the_whole_passes(name: str) -> None:
    assert judged(framed(WHOLES[name])).code is not None


@pytest.mark.parametrize(
    "body",
    [
        framed(EVENTS[:-1]) + b"data: [DONE]\n\n" + framed(EVENTS[-1:]),
        framed(EVENTS[:-1])
        + framed(EVENTS[-1:]).replace(b"event: response.completed", b"event: response.incomplete"),
        framed(EVENTS)[:-1],
        framed(EVENTS).replace(
            b'"status": "completed", "usage"', b'"status": "failed", "status": "completed", "usage"'
        ),
        framed(EVENTS).replace(b'"role": "assistant"', b'"role": "user", "role": "assistant"'),
        framed(EVENTS) + json.dumps(ERROR).encode(),
        framed(EVENTS) + json.dumps(ERROR).encode() + b"\n\n",
        framed(EVENTS) + b"data: " + json.dumps(ERROR).encode(),
        framed(EVENTS) + b"event: error\ndata: upstream broke",
        framed(EVENTS[:5]) + json.dumps(ERROR).encode() + b"\n" + framed(EVENTS[5:]),
        framed(EVENTS[:-1]) + json.dumps(EVENTS[-1]).encode() + b"\n\n",
    ],
)
def test_no_mutation_about_the_framing_passes(body: bytes) -> None:
    assert judged(body).code is not None


@pytest.mark.parametrize(
    "headers",
    [
        (*HEADERS, ("openai-organization", "[REDACTED:header]")),
        (*HEADERS, ("OpenAI-Organization", "org-1")),
        (*HEADERS, ("openai-model", "gpt-5.2")),
        (*HEADERS, ("x-openai-model", f"{MODEL}-mini")),
        (*HEADERS, ("x-openai-authorization-error", "account_deactivated")),
        (*HEADERS, ("X-Error-JSON", "eyJlcnJvciI6eyJjb2RlIjoidG9rZW5fZXhwaXJlZCJ9fQ==")),
        (*HEADERS, ("cf-mitigated", "challenge")),
        (*QUOTA, ("openai-model", "")),
        (*QUOTA, ("openai-model", f"{MODEL}-2026-13-01")),
    ],
)
def test_no_mutation_in_the_headers_passes(headers: tuple[tuple[str, str], ...]) -> None:
    assert judged(framed(EVENTS), headers).code is not None


@pytest.mark.parametrize(
    ("header", "code"),
    [
        (("x-openai-authorization-error", "account_deactivated"), "account-deactivated"),
        (("x-error-json", '{"error": {"code": "token_expired"}}'), "token-expired"),
        (("cf-mitigated", "challenge"), "edge-challenge"),
        (("x-openai-authorization-error", "never_heard_of"), "stream-malformed"),
    ],
)
def test_an_error_in_the_headers_of_a_whole_answer_gives_its_code(
    header: tuple[str, str], code: str
) -> None:
    assert judged(framed(EVENTS), (*HEADERS, header)).code == code


@pytest.mark.parametrize(
    "asked",
    [
        f"{MODEL}-mini",
        f"{MODEL}-codex",
        "gpt-5",
        "gpt-5.5-2026-01-01",
        f"{MODEL}-latest",
        "",
        MODEL.upper(),
    ],
)
def test_another_model_than_the_one_asked_for_never_passes(asked: str) -> None:
    assert judged(framed(EVENTS), model=asked).code == "degraded-model"


# --- the same without the mutation: all that an honest backend may do ----------------------------------


def renamed(model: str) -> list[Event]:
    return [json.loads(json.dumps(event).replace(f'"{MODEL}"', f'"{model}"')) for event in EVENTS]


HONEST: dict[str, Callable[[], bytes]] = {
    "whole": lambda: framed(EVENTS),
    "without event lines": lambda: framed(EVENTS, names=False),
    "with CRLF": lambda: framed(EVENTS, "\r\n"),
    "with CR": lambda: framed(EVENTS, "\r"),
    "with a BOM": lambda: b"\xef\xbb\xbf" + framed(EVENTS),
    "with [DONE]": lambda: framed(EVENTS) + b"data: [DONE]\n\n",
    "with keep-alives": lambda: b": hi\n\n".join([b"", framed(EVENTS[:6]), framed(EVENTS[6:])]),
    "without numbers": lambda: framed(bare()),
    "with the shortest of events": lambda: framed(answering(message())),
    "without created": lambda: framed(EVENTS[2:]),
    "with an empty output": lambda: framed([*EVENTS[:-1], completed(output=[])]),
    "without an output": lambda: framed([*EVENTS[:-1], completed(output=None)]),
    "with the response alone": lambda: framed([EVENTS[0], EVENTS[-1]]),
    "without headers in the response": lambda: framed(
        [lifecycle("response.created", status="in_progress"), *EVENTS[1:]]
    ),
    "without a phase": lambda: framed(answering(without(MESSAGE, "phase"))),
    "with a null phase": lambda: framed(answering({**MESSAGE, "phase": None})),
    "with a commentary first": lambda: framed(
        answering(message("I'll look.", id="msg_0", phase="commentary"), message())
    ),
    "with a tool call": lambda: framed(
        answering(
            {"type": "function_call", "id": "fc_1", "name": "x", "arguments": "{}"}, message()
        )
    ),
    "with a snapshot": lambda: framed(renamed(f"{MODEL}-2026-03-01")),
    "with a total left out": lambda: framed(
        [*EVENTS[:-1], completed(usage=without(USAGE, "total_tokens"))]
    ),
    "with details left out": lambda: framed(
        [*EVENTS[:-1], completed(usage={"input_tokens": 3, "output_tokens": 2})]
    ),
    "with events nobody knows": lambda: framed(
        [
            *EVENTS[:5],
            {"type": "response.brand_new", "x": [1]},
            {"type": "codex.rate_limits"},
            *EVENTS[5:],
            {"type": "codex.rate_limits", "plan_type": "plus"},
        ]
    ),
    "with a tool that failed": lambda: framed(
        [*EVENTS[:5], {"type": "response.mcp_call.failed", "item_id": "mcp_1"}, *EVENTS[5:]]
    ),
    "with a queued state": lambda: framed([lifecycle("response.queued", status="queued"), *EVENTS]),
    "with one event that can't be read": lambda: (
        framed(EVENTS[:4]) + b"data: {\n\n" + framed(EVENTS[4:])
    ),
    "with an error that is null": lambda: framed([{**EVENTS[0], "error": None}, *EVENTS[1:]]),
    "with a reasoning item of 300 kB": lambda: framed(
        answering({**REASONING, "encrypted_content": "A" * 300_000}, message())
    ),
    "with a reasoning item of 3 MB": lambda: framed(
        answering({**REASONING, "encrypted_content": "A" * 3_000_000}, message())
    ),
    "with a reasoning item of 7 MB": lambda: framed(
        answering({**REASONING, "encrypted_content": "A" * 7_000_000}, message())
    ),
    "with a commentary that came whole before pieces": lambda: framed(
        [
            *bare()[:4],
            item_done(message("I'll look.", id="msg_0", phase="commentary"), 0),
            *bare()[4:-1],
            completed(output=[]),
        ]
    ),
    "with a message to everybody": lambda: framed(answering(message(recipient="all"))),
    "with its whole text": lambda: framed(answering(message(), output_text=TEXT)),
    "with a fallback that was not taken": lambda: framed(
        answering(message(), fallback=False, fallback_enabled=True, provider="OpenAI")
    ),
    "with numbers that leave some out": lambda: framed(
        [{**event, "sequence_number": 3 * n} for n, event in enumerate(EVENTS)]
    ),
    "with two final messages": lambda: framed(
        answering(message("First"), message(NONCE, id="msg_2"))
    ),
    "with the nonce in a part of its own": lambda: framed(
        answering(
            {
                **MESSAGE,
                "content": [
                    {"type": "output_text", "text": "Here"},
                    {"type": "output_text", "text": NONCE},
                ],
            }
        )
    ),
    "with the nonce in letters of another script": lambda: framed(
        answering(message(f"答{NONCE}案"))
    ),
    "with the nonce in Markdown": lambda: framed(answering(message(f"_{NONCE}_"))),
    "with half an event at its end": lambda: framed(EVENTS) + b'data: {"type": "codex.rate',
    "with an unfinished event nobody knows at its end": lambda: (
        framed(EVENTS) + b'data: {"type": "codex.rate_limits"}'
    ),
    "with words around the nonce": lambda: framed(answering(message(f"Sure: **{NONCE}**!\n"))),
}


@pytest.mark.parametrize("name", HONEST)
def test_an_honest_answer_passes(name: str) -> None:
    found = judged(HONEST[name]())
    assert found.code is None, found.summary


@pytest.mark.parametrize(
    "headers", [(), QUOTA, HEADERS, (*QUOTA, ("openai-model", f"{MODEL}-2026-03-01"))]
)
def test_an_honest_answer_passes_with_the_headers_it_has(
    headers: tuple[tuple[str, str], ...],
) -> None:
    assert judged(framed(EVENTS), headers).code is None


def test_an_item_that_is_too_large_is_reported_with_its_size() -> None:
    found = judged(HONEST["with a reasoning item of 7 MB"]())
    (answer,) = [one for one in found.obligations if one.name == "final answer"]
    assert any("7,000," in witness.value for witness in answer.witnesses)


def test_an_answer_that_is_too_large_is_our_limit() -> None:
    body = framed([EVENTS[0], item_done(message("A" * 5_000_000)), completed(output=[])])
    assert judged(body).code == "stream-oversized"


def test_what_a_mutation_is_found_by_is_reported_with_both_sides() -> None:
    found = judged(framed(EVENTS), (*QUOTA, ("openai-model", "gpt-5.2")))
    assert "gpt-5.2 (header openai-model)" in found.summary
    assert f"{MODEL} (response.completed response.model)" in found.summary


def test_mutations_are_made_of_every_leaf() -> None:
    mutations = list(mutations_of({"a": [{"b": 1}], "c": None}))
    assert {mutation.where for mutation in mutations} == {"a", "a.0", "a.0.b", "c"}
    assert Mutation(("a", 0, "b"), "negative", -1).told({"a": [{"b": 1}]}) == {"a": [{"b": -1}]}
