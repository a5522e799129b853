"""How a new recording of a case differs from the accepted one, exchange by exchange. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from smoke_tui.judging.answers import compare_answers, without_nonce
from smoke_tui.judging.drift import DriftPair, RecordedAnswer, Threshold
from smoke_tui.judging.responses import (
    UnreadableAnswerError,
    is_stream,
    of_chat,
    of_response,
    of_stream,
    stream_events,
)
from smoke_tui.regex import regex
from smoke_tui.structs import Struct, field

ABSENT: Final = "(absent)"

_PLACEHOLDER: Final = regex(r"\[REDACTED:([A-Za-z0-9_.-]+)#[^\]\s]*\]")
_LOOPBACK: Final = regex(r"(127\.0\.0\.1|localhost|\[::1\]):\d+")

Pairs = Sequence[tuple[str, str]]


class ExchangeText(Struct, frozen=True):
    """A recorded exchange as texts; `status` None where the answer was cut before any."""

    method: str
    uri: str
    request_headers: tuple[tuple[str, str], ...]
    request_body: str
    status: int | None
    response_headers: tuple[tuple[str, str], ...]
    response_body: str
    cut: str = ""


class FieldChange(Struct, frozen=True):
    """A place at which two exchanges differ, such as `request.body.input[0].content`."""

    path: str
    old: str
    new: str


class ExchangeChange(Struct, frozen=True):
    """What differs in one exchange.

    Attributes:
        number: Its number in the new recording; of one that is gone, in the accepted one.
        title: Method and address.
        kind: "changed", "equal", "new", or "gone".
        fields: The places that differ outside of the model's answer.
        answers: Both answers, compared; None where the body is no answer of a model.
    """

    number: int
    title: str
    kind: str
    fields: tuple[FieldChange, ...] = ()
    answers: DriftPair | None = None


class RecordingChange(Struct, frozen=True):
    """The difference of two recordings of a case; `first` where there is no accepted one."""

    case: str
    exchanges: tuple[ExchangeChange, ...]
    first: bool = False

    @property
    def pairs(self) -> tuple[DriftPair, ...]:
        """The compared answers."""
        return tuple(e.answers for e in self.exchanges if e.answers is not None)

    @property
    def lowest(self) -> DriftPair | None:
        """The pair with the least similar texts; None where no texts were compared."""
        texts = [pair for pair in self.pairs if pair.drift.text is not None]
        return min(texts, key=_ratio, default=None)


def _ratio(pair: DriftPair) -> float:
    return pair.drift.text.ratio if pair.drift.text is not None else 1.0


class CaseThreshold(Struct, frozen=True):
    """The name of a case in the calibration log, where its answers are from, its threshold.

    `autojunk`: texts are measured with the heuristic of that name.
    """

    case: str
    baseline: str
    threshold: Threshold = field(default_factory=Threshold)
    autojunk: bool = False


def recording_change(
    recorded: Sequence[ExchangeText] | None, new: Sequence[ExchangeText], measure: CaseThreshold
) -> RecordingChange:
    """Compare a new recording with the accepted one; `recorded` None: there is none.

    Exchanges pair by method and address, in their order.
    """
    rest = list(enumerate(recorded or (), 1))
    changes = []
    for number, exchange in enumerate(new, 1):
        title = _title(exchange)
        same = next((item for item in rest if _title(item[1]) == title), None)
        if same is None:
            changes.append(_alone(number, exchange, "new"))
            continue
        rest.remove(same)
        changes.append(_paired(number, same[1], exchange, measure))
    changes += [_alone(number, exchange, "gone") for number, exchange in rest]
    return RecordingChange(measure.case, tuple(changes), recorded is None)


def _title(exchange: ExchangeText) -> str:
    """Method and address; a rehearsal listens on another port each time."""
    return f"{exchange.method} {_LOOPBACK.sub(lambda m: m[1], exchange.uri)}"


def _alone(number: int, exchange: ExchangeText, kind: str) -> ExchangeChange:
    """An exchange without a counterpart: every field of it is shown, as nothing shows it else."""
    parts = _parts(exchange)
    answer = _answer(exchange)
    if answer is not None:
        parts |= {"response.answer": {"text": answer.text, "tool_calls": list(answer.tool_calls)}}
    sides = ({}, parts) if kind == "new" else (parts, {})
    fields = tuple(_differences(*sides, ""))
    return ExchangeChange(number, _title(exchange), kind, fields)


def _paired(
    number: int, old: ExchangeText, new: ExchangeText, measure: CaseThreshold
) -> ExchangeChange:
    fields = tuple(_differences(_parts(old), _parts(new), ""))
    answers = None
    before, after = _answer(old), _answer(new)
    if before is not None and after is not None:
        drift = compare_answers(
            measure.case,
            measure.baseline,
            measure.threshold,
            before,
            after,
            autojunk=measure.autojunk,
        )
        answers = DriftPair(drift, before, after)
    elif before is not None or after is not None:
        fields += (FieldChange("response.body", old.response_body, new.response_body),)
    differs = bool(fields) or (answers is not None and before != after)
    return ExchangeChange(number, _title(new), "changed" if differs else "equal", fields, answers)


def _parts(exchange: ExchangeText) -> dict[str, object]:
    """What of an exchange is compared place by place: all but the model's answer."""
    parts: dict[str, object] = {
        "request.headers": _headers(exchange.request_headers),
        "request.body": _value(exchange.request_body),
        "response.status": exchange.status,
        "response.headers": _headers(exchange.response_headers),
        "response.body": _body_besides(exchange.response_body),
    }
    if exchange.cut:
        parts["cut"] = exchange.cut
    return parts


def _headers(pairs: Pairs) -> dict[str, object]:
    values: dict[str, object] = {}
    for name, value in pairs:
        low = name.lower()
        values[low] = f"{values[low]}, {value}" if low in values else value
    return values


def _value(body: str) -> object:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return body


def _body_besides(body: str) -> object:
    """A body without the answer in it; of a stream, its last response."""
    if is_stream(body):
        try:
            response = [e["response"] for e in stream_events(body) if "response" in e]
        except UnreadableAnswerError:
            return body
        last = response[-1] if response else None
        return _without_answer(last) if isinstance(last, Mapping) else body
    value = _value(body)
    return _without_answer(value) if isinstance(value, Mapping) else value


def _without_answer(response: Mapping[str, object]) -> dict[str, object]:
    return {key: value for key, value in response.items() if key not in ("output", "choices")}


def _answer(exchange: ExchangeText) -> RecordedAnswer | None:
    """The model's answer in a response; None where there is none, or none that can be read."""
    body = exchange.response_body
    try:
        if is_stream(body):
            return of_stream(body)
        value = _value(body)
        if isinstance(value, Mapping):
            if isinstance(value.get("output"), list):
                return of_response(value)
            if isinstance(value.get("choices"), list):
                return of_chat(value)
    except ValueError:
        return None
    return None


def _differences(old: object, new: object, path: str) -> Iterator[FieldChange]:
    """Each place where two values differ; what marks a single call is no difference.

    What only one of them has is shown by its own places, too.
    """
    if old == ABSENT and new and isinstance(new, dict | list):
        old = type(new)()
    if new == ABSENT and old and isinstance(old, dict | list):
        new = type(old)()
    if isinstance(old, dict) and isinstance(new, dict):
        for key in [*old, *(key for key in new if key not in old)]:
            place = f"{path}.{key}" if path else str(key)
            yield from _differences(old.get(key, ABSENT), new.get(key, ABSENT), place)
    elif isinstance(old, list) and isinstance(new, list):
        for at in range(max(len(old), len(new))):
            sides = [side[at] if at < len(side) else ABSENT for side in (old, new)]
            yield from _differences(sides[0], sides[1], f"{path}[{at}]")
    elif type(old) is not type(new) or _neutral(old) != _neutral(new):
        yield FieldChange(path, _shown(old), _shown(new))


def _neutral(value: object) -> object:
    """A value without the marks of a single call and the numbers of placeholders."""
    if not isinstance(value, str):
        return value
    return _PLACEHOLDER.sub(r"[REDACTED:\1]", without_nonce(value))


def _shown(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
