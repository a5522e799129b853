"""The envelope of an event, and its line in a journal."""

from __future__ import annotations

import json
import math
import zlib
from collections.abc import Mapping
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final, Generic, TypeAlias, TypeVar, cast

import msgspec

from smoke_tui.journal.events.body import Body, FactBody, Opaque
from smoke_tui.journal.events.codec import decode, encode, kind_of
from smoke_tui.journal.events.kinds import FACTS
from smoke_tui.journal.events.values import Blob, RecordedSecret
from smoke_tui.redaction.secret import Json
from smoke_tui.structs import Struct, field

OTHER_FORM_ERRORS: Final = (
    KeyError,
    ValueError,
    TypeError,
    AttributeError,
    IndexError,
    AssertionError,
)
"""What reading a line of another form raises."""


class JournalDamageError(ValueError):
    """A journal line that can't be what was written. The text says what is wrong with it."""


B_co = TypeVar("B_co", bound=Body, covariant=True)


class EventOf(Struct, Generic[B_co], frozen=True):
    """One line of a journal, whose body is known to be of a class.

    `time` is UTC, ISO 8601 with milliseconds; `ms` counts monotonic milliseconds since the session
    opened; `attempt` is the number of the step's try; `request_seq` is the `seq` of the request
    that it answers. `blobs` names evidence beside the journal, `secrets` what was taken out of an
    answer.
    """

    seq: int
    time: str
    ms: int
    body: B_co
    step: str | None = None
    attempt: int | None = None
    request_seq: int | None = None
    blobs: Mapping[str, Blob] = field(default_factory=dict)
    secrets: Mapping[str, RecordedSecret] = field(default_factory=dict)

    @property
    def kind(self) -> str:
        """The serialized name of the event's kind."""
        return kind_of(self.body)

    @property
    def is_fact(self) -> bool:
        """Whether it is a fact, and no decision."""
        if isinstance(self.body, Opaque):
            return self.body.name in FACTS
        return isinstance(self.body, FactBody)

    def line(self) -> bytes:
        """The canonical bytes of the line, with its checksum and a final newline."""
        head = json.dumps(
            {
                "seq": self.seq,
                "t": self.time,
                "ms": self.ms,
                "ev": self.kind,
                "step": self.step,
                "try": self.attempt,
                "re": self.request_seq,
                "data": data_of(self),
            },
            ensure_ascii=True,
            allow_nan=False,
            separators=(",", ":"),
            sort_keys=False,
        )[:-1].encode("ascii")
        return head + b',"crc":"%08x"}\n' % zlib.crc32(head)


if TYPE_CHECKING:
    Event: TypeAlias = EventOf[Body]
else:
    # Without its parameter, so that it can be called and asked for with `isinstance`.
    Event = EventOf


B = TypeVar("B", bound=Body)


def typed(event: Event, body: B) -> EventOf[B]:
    """The same event, its body known to be of a class: `body` is its own."""
    assert event.body is body
    return cast("EventOf[B]", event)


def data_of(event: Event) -> dict[str, Json]:
    """The table that a journal holds of an event: its body, evidence and secrets."""
    return encode(event.body, event.blobs, event.secrets)


def event_of(
    place: tuple[int, str, int],
    kind: str,
    data: Mapping[str, Any],
    step: str | None = None,
    attempt: int | None = None,
    request_seq: int | None = None,
) -> Event:
    """An event from its data; `place` is its `seq`, `time` and `ms`."""
    decoded = decode(kind, data, step=bool(step), attempt=attempt is not None)
    return Event(*place, decoded.body, step, attempt, request_seq, decoded.blobs, decoded.secrets)


def storable(value: Any) -> Any:
    """A value as a journal can hold it: no NaN or infinity, no half of a surrogate pair."""
    if isinstance(value, str):
        return value if value.isascii() else _whole(value)
    if value is None or isinstance(value, int):
        return value
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, Mapping):
        return {storable(str(key)): storable(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [storable(item) for item in value]
    return value


def _whole(text: str) -> str:
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


_KEYS: Final[Mapping[str, Any]] = {
    "seq": int,
    "t": str,
    "ms": int,
    "ev": str,
    "step": str | None,
    "try": int | None,
    "re": int | None,
    "data": dict,
}


_PARTS: Final = itemgetter(*_KEYS)
_FORMS: Final = frozenset(
    (int, str, int, str, step, attempt, request, dict)
    for step in (str, type(None))
    for attempt in (int, type(None))
    for request in (int, type(None))
)
"""The types of a line's values, each as JSON reads it."""


_JSON: Final = msgspec.json.Decoder()


def checked_json(line: bytes) -> Json:
    """The JSON value of one line (without or with its newline), its checksum left away.

    Raises:
        JournalDamageError: the checksum does not fit, or it is no JSON.
    """
    body = line.rstrip(b"\n")
    head, mark, tail = body.rpartition(b',"crc":"')
    if not mark or len(tail) != 10 or not tail.endswith(b'"}'):
        raise JournalDamageError("the line has no checksum at its end")
    if b"%08x" % zlib.crc32(head) != tail[:8]:
        raise JournalDamageError("the line's checksum does not fit its content")
    try:
        decoded: Json = _JSON.decode(head + b"}")
        return decoded
    except (msgspec.DecodeError, ValueError, RecursionError):
        # What it is stricter about: numbers without an end, halves of surrogate pairs.
        pass
    try:
        parsed: Json = json.loads(f"{head.decode()}}}")
    except (ValueError, RecursionError) as error:
        raise _no_event(error) from None
    return parsed


def parse_line(line: bytes) -> Event:
    """Read one line (without or with its newline).

    Raises:
        JournalDamageError: the checksum does not fit, or the line has another form.
    """
    raw = checked_json(line)
    try:
        if not isinstance(raw, dict):
            raise TypeError("no table")
        seq, time, ms, kind, step, attempt, request_seq, data = parts = _PARTS(raw)
        if tuple(map(type, parts)) not in _FORMS:
            for value, kinds in zip(parts, _KEYS.values(), strict=True):
                if not isinstance(value, kinds):
                    raise TypeError(f"{type(value).__name__} where another kind belongs")
        return event_of((seq, time, ms), kind, data, step, attempt, request_seq)
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise _no_event(error) from None


def _no_event(error: Exception) -> JournalDamageError:
    return JournalDamageError(f"the line is not a journal event ({type(error).__name__})")
