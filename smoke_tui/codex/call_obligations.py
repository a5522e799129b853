"""What a live call has to show, and which witnesses of an answer show it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
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
"""The obligations of a live call, in the order in which their codes decide."""

_REDACTED: Final = "[REDACTED"
"""Where a text holds this, its pieces may have been redacted otherwise than its whole."""

_BEGUN: Final = ("in_progress", "queued")
"""States of a response before its end."""


@dataclass(frozen=True, slots=True)
class ExpectedCall:
    """What a call asked for. `prompt` is all of it, with the nonce."""

    model: str
    nonce: str
    prompt: str = ""
    subscription: bool = True


def call_obligations(
    exchange: Exchange, reading: Reading, asked: ExpectedCall
) -> tuple[Obligation, ...]:
    """The obligations of a call whose stream came to its end, with their witnesses."""
    return tuple(
        evaluate(duty, witnesses, text=text)
        for duty, witnesses, text in (
            (END, end_witnesses(reading), None),
            (COMPLETE, list(_complete(exchange, reading)), None),
            (IDENTITY, list(_identity(reading)), None),
            *(
                ((ROUTE, list(_route(exchange, reading)), _marks(exchange, reading)),)
                if asked.subscription
                else ()
            ),
            (MODEL, *_model(exchange, reading, asked.model)),
            (
                REFUSAL,
                [Witness("answer", reading.refusal, "against")] if reading.refusal else [],
                None,
            ),
            (AGREEMENT, list(_agreement(reading)), None),
            (ANSWER, list(_answer(reading)), _no_answer(reading)),
            (NONCE, list(_nonce(reading, asked)), None),
            (USAGE, list(_usage(reading)), None),
        )
    )


def end_witnesses(reading: Reading) -> list[Witness]:
    """The ends of a stream: exactly one may be there, and nothing of the answer after it."""
    found: list[Witness] = []
    for number, end in enumerate(reading.terminals, 1):
        good = number == 1 and TERMINAL_EVENTS[end] == "completed"
        found.append(Witness(f"end {number}", end, "holds" if good else "against"))
    found += [Witness("form of an event", text, "against") for text in reading.crossed]
    found += [Witness("after the end", text, "against") for text in reading.late]
    if not reading.terminals and reading.last:
        found.append(Witness("last event", reading.last))
    return found


def _complete(exchange: Exchange, reading: Reading) -> Iterator[Witness]:
    """The states that a response was said to be in, and what was said to be wrong with it."""
    for name, value in exchange.headers:
        if name.lower() in ERROR_HEADERS and value.strip():
            yield Witness(f"header {name.lower()}", value, "against")
    for said in reading.objects:
        if said.value != "response":
            yield _read(said, "against")
    for said in reading.states:
        good: Sequence[str] = (
            ("completed",)
            if said.source.startswith("response.completed ")
            else _BEGUN
            if said.source.startswith(
                ("response.created ", "response.in_progress ", "response.queued ")
            )
            else (*_BEGUN, "completed")
        )
        ok = said.value in good if isinstance(said.value, str) else False
        shows: Stance = "holds" if said.value == "completed" else "nothing"
        yield _read(said, shows if ok else "against")
    for problem in reading.problems:
        yield _read(problem, "against")


def _identity(reading: Reading) -> Iterator[Witness]:
    final = reading.final.get("id")
    for said in reading.ids:
        ok = isinstance(said.value, str) and bool(said.value) and final in (None, said.value)
        ends = said.source.startswith("response.completed ")
        yield _read(said, ("holds" if ends else "nothing") if ok else "against")


def _route(exchange: Exchange, reading: Reading) -> Iterator[Witness]:
    if any(name.lower() == FOREIGN_HEADER for name, _ in exchange.headers):
        yield Witness("headers", FOREIGN_HEADER, "against")
    for source in reading.foreign:
        yield Witness(source, FOREIGN_HEADER, "against")
    for said in reading.reroutes:
        yield _read(said, "against")
    quota = has_quota_headers(exchange.headers)
    yield Witness(
        "headers", "x-codex-* seen" if quota else "no x-codex-*", "holds" if quota else "nothing"
    )


def _marks(exchange: Exchange, reading: Reading) -> str | None:
    """What the marks of another route are, where they are those of an API key."""
    key = reading.foreign or any(name.lower() == FOREIGN_HEADER for name, _ in exchange.headers)
    return "The answer carries the marks of an API key, not a subscription." if key else None


def _model(exchange: Exchange, reading: Reading, asked: str) -> tuple[list[Witness], str | None]:
    """Every place that names the served model; two that disagree contradict one another."""
    named = [
        Statement(f"header {name.lower()}", value)
        for name, value in exchange.headers
        if name.lower() in MODEL_HEADERS and not value.startswith("[REDACTED")
    ]
    named += [said for said in reading.models if said.value is not None]
    good = [
        said.value
        for said in named
        if isinstance(said.value, str) and same_family(asked, said.value)
    ]
    found = []
    for said in named:
        fits = said.value in good and all(same_model(str(said.value), other) for other in good)
        found.append(_read(said, "holds" if fits else "against"))
    others = dict.fromkeys(w.value or "an empty name" for w in found if w.stance == "against")
    holding = dict.fromkeys(w.value for w in found if w.stance == "holds")
    if not others:
        return found, f"{asked} was asked for, no named model answered."
    both = f" {'; '.join(str(w) for w in found)}." if holding or len(others) > 1 else ""
    return found, f"{asked} was asked for, {' and '.join(others)} answered.{both}"


def _agreement(reading: Reading) -> Iterator[Witness]:
    """The answer's text, as pieces, as whole parts, as finished items and in the response."""
    items = reading.answer_items
    text = "".join(item.text for item in items if item.is_message)
    whole = not reading.malformed
    for source, parts in (
        ("output_text.delta", reading.deltas),
        ("output_text.done", reading.done_texts),
        ("content_part.done", reading.part_texts),
    ):
        joined = "".join(parts)
        if joined and whole:
            same = joined == _sent_in_pieces(reading, source) or _REDACTED in joined + text
            yield Witness(source, _size(joined), "holds" if same else "against")
    again = "".join(item.text for item in reading.final_items if item.is_message)
    if reading.items and reading.final_items:
        same = again == text and _kept(reading.final_items) == _kept(reading.items)
        yield Witness(
            "response.completed response.output", _size(again), "holds" if same else "against"
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


def _sent_in_pieces(reading: Reading, source: str) -> str:
    """The text of the messages that came in pieces; all of them, where a piece's item is unknown.

    A backend may send one message in pieces and another one whole.
    """
    named = reading.pieces_of.get(source, [])
    messages = [item for item in reading.answer_items if item.is_message]
    if not set(map(str, named)) <= {item.id for item in messages}:
        return "".join(item.text for item in messages)
    return "".join(item.text for item in messages if item.id in named)


def _kept(items: Sequence[Item]) -> list[tuple[str, str | None]]:
    """The messages of a list of items: their text, and what keeps them from being the answer."""
    return [(item.text, item.not_final) for item in items if item.is_message]


def _answer(reading: Reading) -> Iterator[Witness]:
    """The items of the answer; only the final answer's text shows anything."""
    for item in reading.answer_items:
        shown = item.is_final and bool(item.text.strip())
        yield Witness(
            item.description,
            _size(item.text) if item.is_message else "seen",
            "holds" if shown else "nothing",
        )
    for skipped in reading.skipped:
        yield Witness(skipped.kind, f"{skipped.size:,} bytes, not read")


def _no_answer(reading: Reading) -> str | None:
    """What the response holds in place of a final answer."""
    if reading.answer.strip():
        return None
    others = dict.fromkeys(item.description for item in reading.answer_items if not item.is_final)
    if others:
        return f"The response holds no final answer, only: {', '.join(others)}."
    if "".join(reading.deltas).strip():
        return "The response is complete and holds no finished item, only pieces of text."
    return None


def _nonce(reading: Reading, asked: ExpectedCall) -> Iterator[Witness]:
    held = any(contains_word(part, asked.nonce) for part in reading.answer_parts)
    yield Witness(
        "final answer",
        "holds the nonce" if held else "does not hold the nonce",
        "holds" if held else "nothing",
    )
    if asked.prompt and repeats_prompt(reading.answer, asked.prompt):
        yield Witness("final answer", "quotes the request", "against")


def _usage(reading: Reading) -> Iterator[Witness]:
    final = reading.final.get("usage")
    for said in reading.usages:
        ends = said.source.startswith("response.completed ")
        if said.value is None:
            if ends:
                yield _read(said, "against")
            continue
        problem = usage_problem(said.value)
        if problem is None and said.value != final:
            problem = "it is another count than the finished response's"
        usage = read_usage(said.value)
        value = str(usage) if usage is not None else value_text(said.value)
        yield Witness(
            said.source,
            f"{value}{f': {problem}' if problem else ''}",
            "against" if problem else "holds" if ends else "nothing",
        )


def _read(said: Statement, says: Stance) -> Witness:
    return Witness(said.source, value_text(said.value), says)


def _size(text: str) -> str:
    return f"{len(text)} character{'' if len(text) == 1 else 's'}"


def final_error(reading: Reading) -> Mapping[str, Any] | None:
    """The error object of a response, wherever the stream names one; None where it does not."""
    for holder in (
        reading.final,
        *({"error": p.value} for p in reading.problems if p.source.endswith(".error")),
    ):
        error = holder.get("error")
        if isinstance(error, Mapping):
            return error
    return None
