"""Recorded answers as files: plain text, a case file, an answer of an API as it came."""

from __future__ import annotations

import json
from collections.abc import Mapping
from difflib import get_close_matches
from typing import Final

from smoke_tui.judging.drift import RecordedAnswer
from smoke_tui.judging.responses import (
    UnreadableAnswerError,
    is_stream,
    of_chat,
    of_response,
    of_stream,
    table_of_call,
)
from smoke_tui.judging.strict_json import read_json
from smoke_tui.structs import Struct

TEXT_NAMES: Final = (".txt", ".md")
"""Endings of names whose file is a text, whatever it looks like."""

KEYS: Final = ("output_text", "tool_calls", "drift_threshold")
"""Keys of a case file."""

_FORMS: Final = (
    'a text, {"output_text": "…", "tool_calls": […], "drift_threshold": 0.7}, or an answer of the '
    "Responses or Chat Completions API"
)


class BaselineError(ValueError):
    """A recorded answer can't be read; the text says which, why, and what is expected."""


class CaseFile(Struct, frozen=True):
    """A recorded answer, and the threshold that its file names; None where it names none.

    `states_calls`: it says which tools were called, be it none. A plain text does not.
    """

    answer: RecordedAnswer
    threshold: float | None = None
    states_calls: bool = True


def read_answer(content: str, name: str) -> CaseFile:
    """The recorded answer in the text of a file.

    Of a plain text the last line end does not count: editors add it.

    Raises:
        BaselineError: the file is none, has a key twice, or its answer is not whole.
    """
    content = content.removeprefix("\ufeff")
    try:
        return _read(content, name)
    except ValueError as error:
        raise BaselineError(f"{name}: {error}") from None


def answer_in(content: str) -> RecordedAnswer:
    """The answer in what a step got, such as a body or an output; else its text as it is.

    Raises:
        BaselineError: it has a key twice, or is an answer that is not whole.
    """
    return case_in(content).answer


def case_in(content: str) -> CaseFile:
    """The same, with whether it states which tools were called.

    Raises:
        BaselineError: it has a key twice, or is an answer that is not whole.
    """
    return read_answer(content, "the answer")


def render_case(answer: RecordedAnswer) -> str:
    """An answer as the text of a case file."""
    table: dict[str, object] = {
        "output_text": answer.text,
        "tool_calls": [dict(call) for call in answer.tool_calls],
    }
    return json.dumps(table, ensure_ascii=False, indent=2) + "\n"


def render_like(former: str | None, name: str, answer: RecordedAnswer) -> str:
    """The text of a baseline with a new answer, in the form that the file's name or content has.

    A file that holds a threshold keeps it.

    Raises:
        BaselineError: a plain text has no place for what the answer holds.
    """
    if _is_text_file(former or "", name):
        if answer.text is None:
            raise BaselineError(f"{name}: the new answer has no text, and the file is a text")
        return answer.text + "\n"
    threshold = read_answer(former, name).threshold if former else None
    text = render_case(answer)
    if threshold is None:
        return text
    table = json.loads(text) | {"drift_threshold": threshold}
    return json.dumps(table, ensure_ascii=False, indent=2) + "\n"


def _is_text_file(content: str, name: str) -> bool:
    if name.lower().endswith(TEXT_NAMES):
        return True
    if name.lower().endswith((".json", ".sse")) or is_stream(content):
        return False
    return _table(content) is None


def _read(content: str, name: str) -> CaseFile:
    low = name.lower()
    if low.endswith(TEXT_NAMES):
        return _plain(content)
    if is_stream(content) or (low.endswith(".sse") and not content.lstrip().startswith("{")):
        return CaseFile(of_stream(content))
    if low.endswith((".json", ".sse")):
        table = read_json(content)
        if not isinstance(table, Mapping):
            raise ValueError(f"no JSON object; expected {_FORMS}")
        answer = _of_table(table)
        if answer is None:
            raise ValueError(f"no recorded answer (keys {', '.join(table)}); expected {_FORMS}")
        return answer
    table = _table(content)
    answer = _of_table(table) if table is not None else None
    return answer or _plain(content)


def _plain(content: str) -> CaseFile:
    return CaseFile(RecordedAnswer(_without_last_line_end(content)), states_calls=False)


def _table(content: str) -> Mapping[str, object] | None:
    """A JSON object that a content is; None where it is none, as a text may begin with a brace."""
    if not content.lstrip().startswith("{"):
        return None
    try:
        plain = json.loads(content)
    except (ValueError, RecursionError):
        return None
    if not isinstance(plain, dict) or not (set(plain) & {*KEYS, "output", "choices", "object"}):
        return None
    table = read_json(content)
    assert isinstance(table, Mapping)
    return table


def _of_table(table: Mapping[str, object]) -> CaseFile | None:
    """The answer of a JSON object; None where it is of no form that has one."""
    if isinstance(table.get("output"), list) or table.get("object") == "response":
        return CaseFile(of_response(table))
    if isinstance(table.get("choices"), list):
        return CaseFile(of_chat(table))
    for key in table:
        if key not in KEYS and (near := get_close_matches(key, KEYS, n=1, cutoff=0.8)):
            raise ValueError(f"the key {key!r} is unknown; did you mean {near[0]!r}?")
    if not any(key in table for key in KEYS[:2]):
        return None
    text = table.get("output_text")
    if text is not None and not isinstance(text, str):
        raise ValueError(f"output_text has to be a text, not {_kind(text)}")
    states_calls = isinstance(table.get("tool_calls"), list)
    return CaseFile(RecordedAnswer(text, _calls(table)), _threshold(table), states_calls)


def _calls(table: Mapping[str, object]) -> tuple[Mapping[str, object], ...]:
    calls = table.get("tool_calls")
    if calls is None:
        return ()
    if not isinstance(calls, list):
        raise ValueError(f"tool_calls has to be a list, not {_kind(calls)}")
    tables = []
    for at, call in enumerate(calls):
        stated = table_of_call(call) if isinstance(call, Mapping) else {}
        if not isinstance(stated.get("name"), str) or not isinstance(
            stated.get("arguments"), str | Mapping
        ):
            raise ValueError(
                f"tool_calls[{at}] has to be an object with a name, and with arguments as a text "
                "or an object"
            )
        tables.append(stated)
    return tuple(tables)


def _threshold(table: Mapping[str, object]) -> float | None:
    if "drift_threshold" not in table:
        return None
    value = table["drift_threshold"]
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise ValueError(f"drift_threshold has to be a number from 0 to 1, not {value!r}")
    return float(value)


def _kind(value: object) -> str:
    return type(value).__name__


def _without_last_line_end(text: str) -> str:
    return text[:-2] if text.endswith("\r\n") else text.removesuffix("\n")


__all__ = [
    "BaselineError",
    "CaseFile",
    "UnreadableAnswerError",
    "answer_in",
    "case_in",
    "read_answer",
    "render_case",
    "render_like",
]
