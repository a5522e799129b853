"""A case's new answer against its recorded one: the text, the tool calls, or both."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final, Literal

from smoke_tui.judging.drift import AnswerDrift, RecordedAnswer, Threshold
from smoke_tui.judging.json_values import MAX_DEPTH
from smoke_tui.judging.texts import text_drift
from smoke_tui.judging.tool_calls import tool_call_drift
from smoke_tui.regex import regex

Part = Literal["text", "calls"]

PARTS: Final[tuple[Part, ...]] = ("text", "calls")

NONCE: Final = regex("smoke-[0-9a-f]{10}")


def without_nonce(text: str) -> str:
    """Replace what marks a single call, `smoke-` and ten digits, so that two calls compare."""
    return NONCE.sub("smoke-…", text)


def compare_answers(  # noqa: PLR0913
    case: str,
    baseline: str,
    threshold: Threshold,
    recorded: RecordedAnswer,
    new: RecordedAnswer,
    *,
    parts: Collection[Part] = PARTS,
    autojunk: bool = False,
) -> AnswerDrift:
    """Compare the parts of a new answer with those of the recorded one.

    An answer without a text compares as an empty one.
    """
    text = calls = None
    if "text" in parts:
        text = text_drift(
            without_nonce(recorded.text or ""),
            without_nonce(new.text or ""),
            threshold=threshold.value,
            autojunk=autojunk,
        )
    if "calls" in parts:
        calls = tool_call_drift(_calls(recorded), _calls(new))
    return AnswerDrift(case, baseline, threshold, text, calls)


def _calls(answer: RecordedAnswer) -> list[Mapping[str, object]]:
    calls = [_neutral(call) for call in answer.tool_calls]
    return [call for call in calls if isinstance(call, Mapping)]


def _neutral(value: object, depth: int = 0) -> object:
    """A JSON value whose texts hold no call's mark; what is too deep to be equal stays."""
    if depth > MAX_DEPTH:
        return value
    match value:
        case str():
            return without_nonce(value)
        case Mapping():
            return {_neutral(key): _neutral(item, depth + 1) for key, item in value.items()}
        case list() | tuple():
            return [_neutral(item, depth + 1) for item in value]
        case _:
            return value
