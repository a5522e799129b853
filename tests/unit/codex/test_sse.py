"""Server-sent events from raw bytes: the standard's line rules, whatever the chunks."""

from __future__ import annotations

import itertools
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smoke_tui.codex.sse import EVENT_LIMIT, KEPT_END, EventSplitter, SseEvent, looks_like_stream
from smoke_tui.codex.stream import StreamReader, read_stream
from smoke_tui.proof.counts import read_usage, usage_problem
from tests.helpers.response_streams import (
    ANSWER,
    MODEL,
    NONCE,
    USAGE,
    WHOLE,
    completed,
    created,
    delta,
    event,
    item,
)

LAW = settings(max_examples=100, deadline=None)
BYTES = st.lists(
    st.sampled_from(
        [
            b"\r",
            b"\n",
            b"\r\n",
            b"data",
            b":",
            b" ",
            b"data: x",
            b"data:",
            b"event: y",
            b"id: 1",
            b": comment",
            b"\xef\xbb\xbf",
            b"\xe2\x80\xa8",
            b"\xc2\x85",
            b"\x0b",
            b"\x0c",
            b"\x00",
            b"\xff\xfe",
            b"{}",
            b"data: [DONE]",
        ]
    ),
    max_size=30,
).map(b"".join) | st.binary(max_size=80)


def events_of(*pieces: bytes) -> list[SseEvent]:
    splitter = EventSplitter()
    return [one for piece in pieces for one in splitter.feed(piece)]


def split(*pieces: bytes) -> list[tuple[str, bytes]]:
    return [(one.name, one.data) for one in events_of(*pieces)]


def by_the_standard(content: bytes) -> list[tuple[str, bytes]]:
    """WHATWG HTML 9.2.6, written the plain way."""
    content = content.removeprefix(b"\xef\xbb\xbf")
    lines = content.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")[:-1]
    events: list[tuple[str, bytes]] = []
    data: list[bytes] = []
    event_name = ""
    for line in lines:
        if not line:
            if data:
                events.append((event_name, b"\n".join(data)))
            data, event_name = [], ""
            continue
        name, _, value = line.partition(b":")
        if name == b"data":
            data.append(value.removeprefix(b" "))
        elif name == b"event":
            event_name = value.decode("utf-8", "replace").strip()
    return events


@LAW
@given(BYTES)
def test_events_are_those_of_the_standard(content: bytes) -> None:
    # A final CR may still become CRLF; both end the line.
    assert split(content) == by_the_standard(content)


@LAW
@given(BYTES, st.lists(st.integers(0, 200), max_size=8))
def test_chunks_do_not_matter(content: bytes, cuts: list[int]) -> None:
    at = sorted({min(cut, len(content)) for cut in cuts} | {0, len(content)})
    pieces = [content[a:b] for a, b in itertools.pairwise(at)]
    assert split(*pieces) == split(content)
    assert split(*(content[n : n + 1] for n in range(len(content)))) == split(content)


@pytest.mark.parametrize(
    ("content", "events"),
    [
        (b"data: a\n\n", [b"a"]),
        (b"data: a\r\r", [b"a"]),
        (b"data: a\r\n\r\n", [b"a"]),
        (b"data:a\n\n", [b"a"]),
        (b"data:  a\n\n", [b" a"]),
        (b"data\n\n", [b""]),
        (b"data: a\ndata: b\n\n", [b"a\nb"]),
        (b"data: a\n", []),
        (b"data: a", []),
        (b"\xef\xbb\xbfdata: a\n\n", [b"a"]),
        (b"\xef\xbb\xbf\xef\xbb\xbfdata: a\n\n", []),
        (b"event: x\nid: 1\nretry: 3\n: note\n\n", []),
        (b"\n\n\n", []),
        ("data: a\u2028b\u2029c\x85d\n\n".encode(), ["a\u2028b\u2029c\x85d".encode()]),
        (b"data: a\x00b\x0bc\x0cd\x1ee\n\n", [b"a\x00b\x0bc\x0cd\x1ee"]),
        (b"Data: a\n\n data: b\n\ndatax: c\n\n", []),
        (b"data: \xff\xfe\n\n", [b"\xff\xfe"]),
    ],
)
def test_single_cases(content: bytes, events: list[bytes]) -> None:
    assert [data for _, data in split(content)] == events


def test_the_name_of_an_event_is_kept() -> None:
    assert split(b"event: error\ndata: {}\n\ndata: {}\n\n") == [("error", b"{}"), ("", b"{}")]
    assert split(b"event: a\n\ndata: {}\n\n") == [("", b"{}")]


@pytest.mark.parametrize("step", [997, 65_536, 10**9])
@pytest.mark.parametrize("lines", [1, 5000])
def test_an_event_that_is_too_large_keeps_its_ends_and_its_size(step: int, lines: int) -> None:
    each = (EVENT_LIMIT + 5000) // lines + 1
    large = b"".join(b"data: " + bytes([97 + n % 26]) * each + b"\n" for n in range(lines)) + b"\n"
    content = b"data: ok\n\n" + large + b"data: still\n\n"
    first, odd, last = events_of(*(content[n : n + step] for n in range(0, len(content), step)))
    assert (first.data, first.whole, last.data, last.whole) == (b"ok", True, b"still", True)
    assert (odd.whole, odd.size) == (False, each * lines + lines - 1)
    assert odd.data[:10] == b"a" * 10
    assert len(odd.data) <= 2 * KEPT_END + 1


def test_just_below_the_limit_is_read_whole() -> None:
    assert events_of(b"data: " + b"x" * (EVENT_LIMIT - 6) + b"\n\n")[0].whole


@pytest.mark.slow
def test_a_body_of_empty_lines_does_not_hold_everything_up() -> None:
    """As large as the Http port lets a body be; a child, because it may take for ever."""
    script = (
        "from smoke_tui.codex.stream import read_stream\n"
        "assert read_stream(b'\\n' * (8 << 20) + b'data: {}\\n\\n').malformed == 1\n"
    )
    subprocess.run([sys.executable, "-c", script], timeout=60, check=True)


@pytest.mark.slow
def test_a_body_of_tiny_deltas_does_not_hold_everything_up() -> None:
    script = (
        "from smoke_tui.codex.stream import read_stream\n"
        'one = b\'data: {"type":"response.output_text.delta","delta":"x"}\\n\\n\'\n'
        "assert len(read_stream(one * 140_000).text) == 140_000\n"
    )
    subprocess.run([sys.executable, "-c", script], timeout=60, check=True)


def test_reading_a_whole_stream() -> None:
    reading = read_stream(WHOLE)
    assert (reading.text, "".join(reading.deltas)) == (f"Here it is: {NONCE}",) * 2
    assert (reading.model, reading.response_id, reading.events) == (MODEL, "resp_1", 5)
    assert (reading.terminals, reading.malformed) == (["response.completed"], 0)
    assert reading.over
    usage = reading.usage
    assert usage is not None
    assert (
        usage.input_tokens,
        usage.cached_input_tokens,
        usage.output_tokens,
        usage.reasoning_tokens,
    ) == (10, 4, 3, 1)


def test_the_finished_item_beats_the_deltas() -> None:
    assert (
        read_stream(created() + delta("a") + delta("b") + item("whole") + completed()).text
        == "whole"
    )
    assert read_stream(created() + delta("a") + delta("b") + completed()).text == "ab"


def test_the_last_model_and_id_said_are_the_ones() -> None:
    reading = read_stream(created("one") + completed(model="two"))
    assert reading.model == "two"
    assert read_stream(created("one") + event("response.completed", response={})).model == "one"


def test_text_is_given_out_as_it_comes() -> None:
    reader = StreamReader()
    first = created() + delta("He")
    assert reader.feed(first) == "He"
    assert reader.feed(delta("llo")[:10]) == ""
    assert reader.feed(delta("llo")[10:]) == "llo"
    assert reader.reading.first_text_offset == len(first)
    assert not reader.reading.over
    reader.feed(completed())
    assert reader.reading.over


MALFORMED = [
    b"data: {\n\n",
    b"data: no json\n\n",
    b"data: []\n\n",
    b"data: 1\n\n",
    b"data: null\n\n",
    b'data: {"type": 3}\n\n',
    b'data: {"typo": "x"}\n\n',
    b"data: \xff\xfe\n\n",
    b"data: " + b"[" * 100_000 + b"\n\n",
    b'data: "text"\n\n',
    b"data: {\x00}\n\n",
]


@pytest.mark.parametrize("bad", MALFORMED)
def test_a_malformed_event_among_good_ones_is_counted_and_survived(bad: bytes) -> None:
    reading = read_stream(created() + bad + ANSWER + completed())
    assert (reading.malformed, reading.events) == (1, 4)
    assert reading.text.endswith(NONCE)
    assert reading.terminals == ["response.completed"]


@pytest.mark.parametrize(
    "odd",
    [
        event("response.output_text.delta", delta=3),
        event("response.output_text.delta"),
        event("response.output_item.done"),
        event("response.output_item.done", item=[]),
        event("response.output_item.done", item={"type": "message", "content": "x"}),
        event("response.output_item.done", item={"type": "message", "content": [1, {"type": "x"}]}),
        event("response.output_item.done", item={"type": "reasoning", "content": []}),
        event("response.created", response="x"),
        event("response.created", response={"model": 3}),
        event("brand.new.event", x=1),
        b"data: [DONE]\n\n",
    ],
)
def test_odd_and_unknown_events_change_nothing(odd: bytes) -> None:
    reading = read_stream(created() + odd + ANSWER + completed())
    assert (reading.text, reading.model) == (f"Here it is: {NONCE}", MODEL)
    assert reading.malformed == 0
    assert reading.usage is not None


@pytest.mark.parametrize(
    "usage",
    [
        None,
        {},
        [],
        "x",
        3,
        {"input_tokens": 1},
        {"output_tokens": 1},
        {"input_tokens": float("nan"), "output_tokens": 1},
        {"input_tokens": 1, "output_tokens": float("inf")},
        {"input_tokens": -1, "output_tokens": 1},
        {"input_tokens": "1", "output_tokens": 1},
        {"input_tokens": True, "output_tokens": 1},
        {"input_tokens": 1, "output_tokens": 1.5},
        {"input_tokens": (1 << 40) + 1, "output_tokens": 1},
        {"input_tokens": None, "output_tokens": 1},
        {"input_tokens": 1, "output_tokens": 1, "input_tokens_details": {"cached_tokens": -1}},
        {"input_tokens": 1, "output_tokens": 1, "output_tokens_details": {"reasoning_tokens": "x"}},
    ],
)
def test_usage_that_is_no_count_is_none(usage: object) -> None:
    assert read_usage(usage) is None


@pytest.mark.parametrize(
    "usage",
    [
        {"input_tokens": 1, "output_tokens": 2},
        {"input_tokens": 1.0, "output_tokens": 2},
        USAGE,
        {"input_tokens": 0, "output_tokens": 0, "input_tokens_details": None},
    ],
)
def test_usage_that_is_a_count_is_read(usage: object) -> None:
    found = read_usage(usage)
    assert found is not None
    assert type(found.input_tokens) is int


@pytest.mark.parametrize(
    "usage",
    [
        {"input_tokens": 0, "output_tokens": 3},
        {"input_tokens": 3, "output_tokens": 0},
        {"input_tokens": 3, "output_tokens": 2, "total_tokens": 6},
        {"input_tokens": 3, "output_tokens": 2, "total_tokens": None},
        {"input_tokens": 3, "output_tokens": 2, "total_tokens": "5"},
        {"input_tokens": 3, "output_tokens": 2, "input_tokens_details": {"cached_tokens": 4}},
        {"input_tokens": 3, "output_tokens": 2, "output_tokens_details": {"reasoning_tokens": 3}},
        {"input_tokens": 3, "output_tokens": 2, "output_tokens_details": []},
        {"input_tokens": 3, "output_tokens": 2, "input_tokens_details": {"image_tokens": -1}},
        {"input_tokens": 3, "output_tokens": 2, "new_tokens": "many"},
    ],
)
def test_usage_that_no_call_can_have_is_reported(usage: object) -> None:
    assert usage_problem(usage)


@pytest.mark.parametrize(
    "usage",
    [
        USAGE,
        {"input_tokens": 3, "output_tokens": 2},
        {"input_tokens": 3, "output_tokens": 2, "input_tokens_details": None},
        {"input_tokens": 3, "output_tokens": 2, "total_tokens": 5, "later": {"a": [1]}},
    ],
)
def test_usage_that_a_call_can_have(usage: object) -> None:
    assert usage_problem(usage) is None


@LAW
@given(st.binary(max_size=300))
def test_reading_never_raises(content: bytes) -> None:
    reading = read_stream(content)
    assert isinstance(reading.text, str)
    assert reading.usage is None or reading.terminals


@pytest.mark.parametrize(
    ("body", "is_stream"),
    [
        (WHOLE, True),
        (b"data: x", True),
        (b"\xef\xbb\xbfdata: x", True),
        (b"\r\n\r\nevent: x", True),
        (b": ping\n\n", True),
        (b"id: 1\n", True),
        (b"retry: 5\n", True),
        (b"", False),
        (b'{"detail": "x"}', False),
        (b"<html>", False),
        (b"  {", False),
        (b"database", False),
    ],
)
def test_a_stream_is_known_by_its_first_bytes(body: bytes, is_stream: bool) -> None:
    assert looks_like_stream(body) is is_stream
