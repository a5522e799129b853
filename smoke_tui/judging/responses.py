"""The final text and the tool calls of a model's answer: Responses (JSON or stream) or Chat."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from smoke_tui.judging.drift import RecordedAnswer
from smoke_tui.judging.strict_json import read_json
from smoke_tui.regex import regex

FINAL: Final = (None, "final_answer", "final")
"""Phases and channels of the final answer; None where the item names none."""

_CALLS: Final[Mapping[str, str]] = {"function_call": "arguments", "custom_tool_call": "input"}
"""Kinds of items that call a tool of the client, and where what they hand to it stands."""

_CUT: Final = ("response.failed", "response.incomplete", "error")

_LINES: Final = regex(r"\r\n|\r|\n")
_STREAM: Final = regex(r"\A\ufeff?(?:(?::[^\r\n]*)?(?:\r\n|\r|\n))*(?:event|data|id|retry):")

Item = Mapping[str, object]


class UnreadableAnswerError(ValueError):
    """An answer can't be read for certain; the text says why."""


def is_stream(text: str) -> bool:
    """Whether a text begins as server-sent events do."""
    return _STREAM.match(text) is not None


def stream_events(text: str) -> Iterator[Mapping[str, object]]:
    """The JSON objects of a stream's events; what is none is passed over.

    Raises:
        UnreadableAnswerError: an event has a key twice, or a number that JSON does not have.
    """
    data: list[str] = []
    for line in [*_LINES.split(text), ""]:
        if line.startswith("data:"):
            data.append(line[5:].removeprefix(" "))
        elif not line and data:
            content, data = "\n".join(data), []
            if not content.lstrip().startswith("{"):
                continue
            try:
                event = read_json(content)
            except ValueError as error:
                raise UnreadableAnswerError(f"an event of the stream: {error}") from None
            if isinstance(event, Mapping):
                yield event


def of_stream(text: str) -> RecordedAnswer:
    """The answer of a whole stream of the Responses API.

    Raises:
        UnreadableAnswerError: it did not complete, or it states one item in two ways.
    """
    events = list(stream_events(text))
    kinds = [event.get("type") for event in events]
    cut = next((kind for kind in kinds if kind in _CUT), None)
    if cut is not None or "response.completed" not in kinds:
        raise UnreadableAnswerError(
            f"the stream ends with {cut}" if cut else "the stream has no response.completed"
        )
    items = finished_items(events)
    text_of_items = final_text(items)
    return RecordedAnswer(
        unfinished_text(events) if text_of_items is None else text_of_items, tool_calls(items)
    )


def finished_items(events: Sequence[Mapping[str, object]]) -> tuple[Item, ...]:
    """The finished output items of a stream, each once: of its events, and of its last response.

    Raises:
        UnreadableAnswerError: one item is stated in two ways.
    """
    items = _each_once(
        item
        for event in events
        if event.get("type") == "response.output_item.done"
        and isinstance(item := event.get("item"), Mapping)
    )
    last = [event.get("response") for event in events if event.get("type") == "response.completed"]
    response = last[-1] if last else None
    output = response.get("output") if isinstance(response, Mapping) else None
    unmatched, more = list(items), []
    for item in _each_once(_mappings(output)):
        same = next((each for each in unmatched if _is_same(each, item)), None)
        if same is None:
            more.append(item)
        else:
            _refuse_other(same, item)
            unmatched = [each for each in unmatched if each is not same]
    return (*items, *more)


def _each_once(items: Iterable[Item]) -> list[Item]:
    """Items without those that name an id which an earlier one names."""
    once: list[Item] = []
    for item in items:
        same = next((each for each in once if _name_same(each, item)), None)
        if same is None:
            once.append(item)
        else:
            _refuse_other(same, item)
    return once


def _refuse_other(item: Item, other: Item) -> None:
    if _stated(item) != _stated(other):
        raise UnreadableAnswerError(f"the stream states the item {_name(item)} in two ways")


def of_response(response: Mapping[str, object]) -> RecordedAnswer:
    """The answer of one JSON object of the Responses API.

    Raises:
        UnreadableAnswerError: it did not complete.
    """
    status = response.get("status")
    if status not in (None, "completed"):
        raise UnreadableAnswerError(f"the response has the status {status!r}, not completed")
    items = tuple(_mappings(response.get("output")))
    text = final_text(items)
    if text is None and isinstance(response.get("output_text"), str):
        text = str(response["output_text"])
    return RecordedAnswer(text, tool_calls(items))


def of_chat(completion: Mapping[str, object]) -> RecordedAnswer:
    """The answer of one JSON object of the Chat Completions API.

    Raises:
        UnreadableAnswerError: it has not one choice with a message.
    """
    choices = list(_mappings(completion.get("choices")))
    if len(choices) != 1 or not isinstance(message := choices[0].get("message"), Mapping):
        raise UnreadableAnswerError(
            f"{len(choices)} choices; a comparison needs one choice with a message"
        )
    content = message.get("content")
    if isinstance(content, list):
        content = "".join(str(part.get("text", "")) for part in _mappings(content))
    calls = tuple(table_of_call(call) for call in _mappings(message.get("tool_calls")))
    return RecordedAnswer(content if isinstance(content, str) else None, calls)


def table_of_call(call: Mapping[str, object]) -> Mapping[str, object]:
    """A tool call as it is compared, from any of the forms in which APIs and case files state it."""
    inner = call.get("function", call.get("custom"))
    source = inner if isinstance(inner, Mapping) else call
    key = "input" if "arguments" not in source and "input" in source else "arguments"
    return {"name": source.get("name"), "arguments": source.get(key)}


def final_text(items: Sequence[Item]) -> str | None:
    """The text of the final answer's messages; None where there is no such message."""
    parts = [
        str(part.get("text"))
        for item in items
        if _is_final(item)
        for part in _mappings(item.get("content"))
        if part.get("type", "output_text") in ("output_text", "text")
        and isinstance(part.get("text"), str)
    ]
    return "".join(parts) if parts else None


def unfinished_text(events: Sequence[Mapping[str, object]]) -> str | None:
    """The text of events that belong to no other message than the final one, without the items."""
    others = {
        item.get("id")
        for event in events
        if event.get("type") in ("response.output_item.added", "response.output_item.done")
        and isinstance(item := event.get("item"), Mapping)
        and not _is_final(item)
    } - {None}
    for kind, key in (
        ("response.output_text.done", "text"),
        ("response.output_text.delta", "delta"),
    ):
        parts = [
            str(event[key])
            for event in events
            if event.get("type") == kind
            and isinstance(event.get(key), str)
            and event.get("item_id") not in others
        ]
        if parts:
            return "".join(parts)
    return None


def tool_calls(items: Sequence[Item]) -> tuple[Mapping[str, object], ...]:
    """The tool calls among output items, in their order."""
    return tuple(
        {"name": item.get("name"), "arguments": item.get(_CALLS[str(item["type"])])}
        for item in items
        if item.get("type") in _CALLS
    )


def _is_final(item: Item) -> bool:
    return (
        item.get("type") == "message"
        and item.get("role", "assistant") == "assistant"
        and item.get("phase") in FINAL
        and item.get("channel") in FINAL
    )


def _mappings(value: object) -> Iterator[Mapping[str, object]]:
    """The objects of a list; nothing where it is none."""
    return (
        each for each in (value if isinstance(value, list) else ()) if isinstance(each, Mapping)
    )


def _is_same(item: Item, other: Item) -> bool:
    """Whether two places state one item: by its id, else by its call's, else by what it holds."""
    named = _name_same(item, other)
    return _stated(item) == _stated(other) if named is None else named


def _name_same(item: Item, other: Item) -> bool | None:
    """Whether two items have the same id; None where they can't be told by it."""
    if item.get("type") != other.get("type"):
        return False
    for key in ("id", "call_id"):
        if None not in (item.get(key), other.get(key)):
            return bool(item[key] == other[key])
    return None


def _stated(item: Item) -> object:
    """What is compared of an item."""
    return (final_text((item,)), tool_calls((item,)))


def _name(item: Item) -> str:
    return str(item.get("name") or item.get("id") or item.get("call_id") or item.get("type"))
