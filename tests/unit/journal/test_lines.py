"""A line of the journal: what is written can be read, and nothing else passes for it."""

from __future__ import annotations

import json
import zlib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smoke_tui.journal.events.event import Event, JournalDamageError, parse_line
from smoke_tui.journal.events.kinds import DECISIONS, FACTS
from tests.helpers.events import data_of, make_event

LAW = settings(max_examples=100, deadline=None)
WORDS = sorted({*FACTS, *DECISIONS})
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers(-(2**60), 2**60)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text()
)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
EVENTS = st.builds(
    make_event,
    st.integers(0, 10**9),
    st.text(max_size=30),
    st.integers(0, 10**9),
    st.sampled_from(WORDS),
    st.none() | st.text(max_size=20),
    st.none() | st.integers(0, 99),
    st.none() | st.integers(0, 10**6),
    st.dictionaries(st.text(), VALUES, max_size=4),
)
SAMPLE = make_event(
    7,
    "2026-11-21T19:02:11.481Z",
    1234,
    "http",
    "live-call",
    1,
    5,
    {"status": 200, "headers": [["date", 'é\u2028 "x"']], "blobs": {}},
)


@LAW
@given(EVENTS)
def test_a_line_reads_back_as_the_same_event(event: Event) -> None:
    line = event.line()
    assert line.endswith(b"\n")
    assert line.count(b"\n") == 1
    assert line.isascii()
    assert parse_line(line) == event
    assert parse_line(line.rstrip(b"\n")).line() == line


def test_the_form_of_a_line_is_fixed() -> None:
    head = (
        b'{"seq":1,"t":"T","ms":2,"ev":"noted","step":null,"try":null,"re":null,'
        b'"data":{"text":"\\u00e9"}'
    )
    line = make_event(1, "T", 2, "noted", data={"text": "é"}).line()
    assert line == head + b',"crc":"%08x"}\n' % zlib.crc32(head)
    assert json.loads(line)["data"] == {"text": "é"}


@pytest.mark.parametrize("bit", [0x01, 0x02, 0x10, 0x20, 0x80])
def test_any_flipped_byte_is_noticed(bit: int) -> None:
    for at in range(len(SAMPLE.line())):
        broken = bytearray(SAMPLE.line())
        broken[at] ^= bit
        with pytest.raises(JournalDamageError):
            parse_line(bytes(broken))


@LAW
@given(st.binary(max_size=200))
def test_foreign_bytes_are_damage(content: bytes) -> None:
    with pytest.raises(JournalDamageError):
        parse_line(content)


@pytest.mark.parametrize(
    "head",
    [
        b"{}",
        b"[]",
        b'{"seq":1',
        b"null",
        b'{"seq":1,"t":"T","ms":2,"ev":"x"',
        b"[" * 5000,
        b'{"seq":1,"t":"T","ms":2,"ev":"x","step":null,"try":null,"re":null,"data":' + b"[" * 5000,
    ],
)
def test_a_right_checksum_does_not_make_an_event(head: bytes) -> None:
    with pytest.raises(JournalDamageError):
        parse_line(head + b',"crc":"%08x"}' % zlib.crc32(head))


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
def test_a_line_holds_no_number_that_json_does_not_have(value: float) -> None:
    with pytest.raises(ValueError, match="JSON"):
        make_event(0, "T", 0, "noted", data={"x": value}).line()


def test_every_kind_of_event_is_a_fact_or_a_decision() -> None:
    assert not set(FACTS) & set(DECISIONS)
    assert SAMPLE.is_fact
    assert not make_event(0, "T", 0, "step.finished").is_fact


def test_keys_keep_their_order() -> None:
    data: dict[str, Any] = {"b": 1, "a": {"z": 1, "y": 2}}
    assert list(data_of(parse_line(make_event(0, "T", 0, "noted", data=data).line()))) == ["b", "a"]
