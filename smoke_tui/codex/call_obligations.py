"""The obligations of a live call, and the witnesses of each in a response."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from smoke_tui.codex.event_kinds import TERMINAL_EVENTS
from smoke_tui.codex.items import Item, changed_kind
from smoke_tui.codex.quota import has_quota_headers
from smoke_tui.codex.stream import Reading, Statement
from smoke_tui.proof.counts import read_usage, usage_problem
from smoke_tui.proof.families import same_family, same_model
from smoke_tui.proof.headers import ERROR_HEADERS, FOREIGN_HEADER, MODEL_HEADERS
from smoke_tui.proof.obligations import (
    Obligation,
    Requirement,
    Stance,
    Witness,
    evaluate,
    value_text,
)
from smoke_tui.proof.quoting import contains_word, repeats_prompt
from smoke_tui.structs import Struct
from smoke_tui.world.requests.http import Exchange

END: Final = Requirement(
    "one end of the stream",
    "stream-cut",
    "stream-malformed",
    "The stream ended before response.completed.",
    "The stream contradicts its end: {against}.",
)
COMPLETE: Final = Requirement(
    "complete response",
    "stream-malformed",
    "stream-malformed",
    "The finished response does not say that it is complete.",
    "The response came as completed and says something else: {against}.",
)
IDENTITY: Final = Requirement(
    "one response id",
    "stream-malformed",
    "stream-malformed",
    "The finished response has no id.",
    "The stream names more than one response: {holds}, {against}.",
)
ROUTE: Final = Requirement(
    "subscription route",
    None,
    "degraded-route",
    contradicted_text="The answer carries the marks of another route: {against}.",
)
MODEL: Final = Requirement("served model", "degraded-model", "degraded-model")
REFUSAL: Final = Requirement(
    "no refusal", None, "policy-refused", contradicted_text="The model refused: {against}."
)
AGREEMENT: Final = Requirement(
    "text as it was streamed",
    None,
    "stream-malformed",
    contradicted_text="The answer's text differs between its pieces and its end: {against}.",
)
ANSWER: Final = Requirement(
    "final answer",
    "degraded-empty",
    "degraded-empty",
    "The response is complete and holds no text.",
)
NONCE: Final = Requirement(
    "nonce in the final answer",
    "degraded-empty",
    "degraded-empty",
    "The response does not hold the call's nonce.",
    "The answer quotes the request, which is no answer to it.",
)
USAGE: Final = Requirement(
    "usage of a call",
    "degraded-no-usage",
    "degraded-no-usage",
    "The response carries no usable count of tokens.",
    "The response carries no usage that a call can have: {against}.",
)

CALL: Final = (END, COMPLETE, IDENTITY, ROUTE, MODEL, REFUSAL, AGREEMENT, ANSWER, NONCE, USAGE)
"""The obligations of a live call, in the order of priority of their codes."""

_REDACTED: Final = "[REDACTED"
"""Marks redacted text, whose deltas may have been redacted differently from the whole."""

_STARTED_STATES: Final = ("in_progress", "queued")
"""States of a response before its end."""


class ExpectedCall(Struct, frozen=True):
    """The expected properties of a call.

    `prompt` is the whole prompt, with the nonce; `nonce` is None where none was sent.
    """

    model: str
    nonce: str | None
    prompt: str = ""
    subscription: bool = True


def call_obligations(
    exchange: Exchange, reading: Reading, expected: ExpectedCall
) -> tuple[Obligation, ...]:
    """The obligations of a call whose stream reached its end, with their witnesses."""
    return tuple(
        evaluate(requirement, witnesses, text=text)
        for requirement, witnesses, text in (
            (END, end_witnesses(reading), None),
            (COMPLETE, list(_complete(exchange, reading)), None),
            (IDENTITY, list(_identity(reading)), None),
            *(
                ((ROUTE, list(_route(exchange, reading)), _api_key_text(exchange, reading)),)
                if expected.subscription
                else ()
            ),
            (MODEL, *_model(exchange, reading, expected.model)),
            (
                REFUSAL,
                [Witness("answer", reading.refusal, "against")] if reading.refusal else [],
                None,
            ),
            (AGREEMENT, list(_agreement(reading)), None),
            (ANSWER, list(_answer(reading)), _no_answer_text(reading)),
            *(
                ((NONCE, list(_nonce(reading, expected.nonce, expected.prompt)), None),)
                if expected.nonce is not None
                else ()
            ),
            (USAGE, list(_usage(reading)), None),
        )
    )


def end_witnesses(reading: Reading) -> list[Witness]:
    """The terminal events: exactly one is allowed, with nothing of the answer after it."""
    witnesses: list[Witness] = []
    for number, end in enumerate(reading.terminals, 1):
        is_first_completed = number == 1 and TERMINAL_EVENTS[end] == "completed"
        witnesses.append(
            Witness(f"end {number}", end, "holds" if is_first_completed else "against")
        )
    witnesses += [Witness("form of an event", text, "against") for text in reading.crossed]
    witnesses += [Witness("after the end", text, "against") for text in reading.late]
    if not reading.terminals and reading.last:
        witnesses.append(Witness("last event", reading.last))
    return witnesses


def _complete(exchange: Exchange, reading: Reading) -> Iterator[Witness]:
    """The states that the stream reports of the response, and reported problems."""
    for name, value in exchange.headers:
        if name.lower() in ERROR_HEADERS and value.strip():
            yield Witness(f"header {name.lower()}", value, "against")
    for statement in reading.objects:
        if statement.value != "response":
            yield _witness(statement, "against")
    for statement in reading.states:
        allowed: Sequence[str] = (
            ("completed",)
            if statement.source.startswith("response.completed ")
            else _STARTED_STATES
            if statement.source.startswith(
                ("response.created ", "response.in_progress ", "response.queued ")
            )
            else (*_STARTED_STATES, "completed")
        )
        is_allowed = statement.value in allowed if isinstance(statement.value, str) else False
        stance: Stance = "holds" if statement.value == "completed" else "nothing"
        yield _witness(statement, stance if is_allowed else "against")
    for problem in reading.problems:
        yield _witness(problem, "against")


def _identity(reading: Reading) -> Iterator[Witness]:
    final = reading.final.get("id")
    for statement in reading.ids:
        is_consistent = (
            isinstance(statement.value, str)
            and bool(statement.value)
            and final in (None, statement.value)
        )
        is_final = statement.source.startswith("response.completed ")
        yield _witness(
            statement, ("holds" if is_final else "nothing") if is_consistent else "against"
        )


def _route(exchange: Exchange, reading: Reading) -> Iterator[Witness]:
    if any(name.lower() == FOREIGN_HEADER for name, _ in exchange.headers):
        yield Witness("headers", FOREIGN_HEADER, "against")
    for source in reading.foreign:
        yield Witness(source, FOREIGN_HEADER, "against")
    for statement in reading.reroutes:
        yield _witness(statement, "against")
    quota = has_quota_headers(exchange.headers)
    yield Witness(
        "headers", "x-codex-* seen" if quota else "no x-codex-*", "holds" if quota else "nothing"
    )


def _api_key_text(exchange: Exchange, reading: Reading) -> str | None:
    """The contradiction as text if the signs of another route are those of an API key."""
    key = reading.foreign or any(name.lower() == FOREIGN_HEADER for name, _ in exchange.headers)
    return "The answer carries the marks of an API key, not a subscription." if key else None


def _model(
    exchange: Exchange, reading: Reading, requested: str
) -> tuple[list[Witness], str | None]:
    """Every place that names the served model; two different ones contradict each other."""
    named = [
        Statement(f"header {name.lower()}", value)
        for name, value in exchange.headers
        if name.lower() in MODEL_HEADERS and not value.startswith("[REDACTED")
    ]
    named += [statement for statement in reading.models if statement.value is not None]
    matching = [
        statement.value
        for statement in named
        if isinstance(statement.value, str) and same_family(requested, statement.value)
    ]
    witnesses = []
    for statement in named:
        fits = statement.value in matching and all(
            same_model(str(statement.value), other) for other in matching
        )
        witnesses.append(_witness(statement, "holds" if fits else "against"))
    other_models = dict.fromkeys(
        w.value or "an empty name" for w in witnesses if w.stance == "against"
    )
    holding = dict.fromkeys(w.value for w in witnesses if w.stance == "holds")
    if not other_models:
        return witnesses, f"{requested} was asked for, no named model answered."
    both = f" {'; '.join(str(w) for w in witnesses)}." if holding or len(other_models) > 1 else ""
    return witnesses, f"{requested} was asked for, {' and '.join(other_models)} answered.{both}"


def _agreement(reading: Reading) -> Iterator[Witness]:
    """The answer's text from deltas, parts, finished items and the final response."""
    items = reading.answer_items
    text = "".join(item.text for item in items if item.is_message)
    complete = not reading.malformed
    for source, parts in (
        ("output_text.delta", reading.deltas),
        ("output_text.done", reading.done_texts),
        ("content_part.done", reading.part_texts),
    ):
        joined = "".join(parts)
        if joined and complete:
            same = joined == _text_of_deltas(reading, source) or _REDACTED in joined + text
            yield Witness(source, _size(joined), "holds" if same else "against")
    repeated = "".join(item.text for item in reading.final_items if item.is_message)
    if reading.items and reading.final_items:
        same = repeated == text and _message_keys(reading.final_items) == _message_keys(
            reading.items
        )
        yield Witness(
            "response.completed response.output", _size(repeated), "holds" if same else "against"
        )
    whole_text = reading.final.get("output_text")
    if isinstance(whole_text, str) and whole_text:
        same = whole_text == text or _REDACTED in whole_text + text
        yield Witness(
            "response.completed response.output_text",
            _size(whole_text),
            "holds" if same else "against",
        )
    for item in items:
        if any(changed_kind(announced, item) for announced in reading.announced):
            yield Witness("items", f"{item.id} was announced as another", "against")
    ids = [item.id for item in items if item.id is not None]
    for name in {name for name in ids if ids.count(name) > 1}:
        yield Witness("items", f"{name} came more than once", "against")


def _text_of_deltas(reading: Reading, source: str) -> str:
    """The text of the messages that were sent as deltas; of all messages if an item is unknown.

    A backend may send one message as deltas and another one as a whole.
    """
    item_ids = reading.pieces_of.get(source, [])
    messages = [item for item in reading.answer_items if item.is_message]
    if not set(map(str, item_ids)) <= {item.id for item in messages}:
        return "".join(item.text for item in messages)
    return "".join(item.text for item in messages if item.id in item_ids)


def _message_keys(items: Sequence[Item]) -> list[tuple[str, str | None]]:
    """Text and reason against being final of each message, for a comparison."""
    return [(item.text, item.not_final) for item in items if item.is_message]


def _answer(reading: Reading) -> Iterator[Witness]:
    """The output items; only the text of the final answer counts."""
    for item in reading.answer_items:
        is_answer = item.is_final and bool(item.text.strip())
        yield Witness(
            item.description,
            _size(item.text) if item.is_message else "seen",
            "holds" if is_answer else "nothing",
        )
    for skipped in reading.skipped:
        yield Witness(skipped.kind, f"{skipped.size:,} bytes, not read")


def _no_answer_text(reading: Reading) -> str | None:
    """What the response has instead of a final answer, as text; None if it has one."""
    if reading.answer.strip():
        return None
    others = dict.fromkeys(item.description for item in reading.answer_items if not item.is_final)
    if others:
        return f"The response holds no final answer, only: {', '.join(others)}."
    if "".join(reading.deltas).strip():
        return "The response is complete and holds no finished item, only pieces of text."
    return None


def _nonce(reading: Reading, nonce: str, prompt: str) -> Iterator[Witness]:
    contained = any(contains_word(part, nonce) for part in reading.answer_parts)
    yield Witness(
        "final answer",
        "holds the nonce" if contained else "does not hold the nonce",
        "holds" if contained else "nothing",
    )
    if prompt and repeats_prompt(reading.answer, prompt):
        yield Witness("final answer", "quotes the request", "against")


def _usage(reading: Reading) -> Iterator[Witness]:
    final = reading.final.get("usage")
    for statement in reading.usages:
        is_final = statement.source.startswith("response.completed ")
        if statement.value is None:
            if is_final:
                yield _witness(statement, "against")
            continue
        problem = usage_problem(statement.value)
        if problem is None and statement.value != final:
            problem = "it is another count than the finished response's"
        usage = read_usage(statement.value)
        value = str(usage) if usage is not None else value_text(statement.value)
        yield Witness(
            statement.source,
            f"{value}{f': {problem}' if problem else ''}",
            "against" if problem else "holds" if is_final else "nothing",
        )


def _witness(statement: Statement, stance: Stance) -> Witness:
    return Witness(statement.source, value_text(statement.value), stance)


def _size(text: str) -> str:
    return f"{len(text)} character{'' if len(text) == 1 else 's'}"


def final_error(reading: Reading) -> Mapping[str, Any] | None:
    """The error object of a response from any place in the stream, None without one."""
    for holder in (
        reading.final,
        *({"error": p.value} for p in reading.problems if p.source.endswith(".error")),
    ):
        error = holder.get("error")
        if isinstance(error, Mapping):
            return error
    return None
