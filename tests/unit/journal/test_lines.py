"""A line of the journal: what is written can be read, and nothing else passes for it."""

from __future__ import annotations

import json
import zlib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smoke_tui.journal.events.event import Event, JournalDamageError, checked_json, parse_line
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


def read_as_python_reads(content: bytes) -> None:
    """`content` without its last brace, under a right checksum, beside Python's own JSON."""
    line = content + b',"crc":"%08x"}' % zlib.crc32(content)
    try:
        wanted = json.loads(content.decode() + "}")
    except (ValueError, RecursionError):
        with pytest.raises(JournalDamageError):
            checked_json(line)
        return
    # The text tells 1 from 1.0 and from True, 0 from -0, and what is no number.
    assert repr(checked_json(line)) == repr(wanted)


@LAW
@given(st.integers(0, 400), st.binary(max_size=3), st.integers(0, 2))
def test_json_is_read_as_python_reads_it(at: int, other: bytes, cut: int) -> None:
    head = SAMPLE.line().rpartition(b',"crc":"')[0]
    place = at % len(head)
    read_as_python_reads(head[:place] + other + head[place + cut :])


@pytest.mark.parametrize(
    "value",
    [
        "NaN",
        "-Infinity",
        "1e400",
        "1e-400",
        "-0",
        "-0.0",
        "1.0",
        "1E5",
        "01",
        "1.",
        "9" * 400,
        '"\\ud800"',
        '"\\ud83d\\ude00"',
        '"\u00e9"',
        '"\x01"',
        '"\x7f"',
        '{"a":1,"a":2}',
        "[" * 400 + "]" * 400,
        "[" * 5000 + "]" * 5000,
    ],
)
def test_odd_json_is_read_as_python_reads_it(value: str) -> None:
    read_as_python_reads(b'{"seq":1,"data":' + value.encode())


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
