"""Secrets spread over the events of a stream."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smoke_tui.codex.stream import StreamReader
from smoke_tui.redaction import Vault
from smoke_tui.world.live.sse_redaction import without_spread_secrets

TOKEN = "FAKE-token-that-nobody-may-see-0123456789"


def stream(*deltas: str, end: str = "\n") -> bytes:
    events = [{"type": "response.output_text.delta", "delta": delta} for delta in deltas]
    return "".join(f"data: {json.dumps(event)}{end}{end}" for event in events).encode()


def vault() -> Vault:
    known = Vault()
    known.add_value(TOKEN, "access-token")
    return known


def text_of(body: bytes) -> str:
    reader = StreamReader()
    reader.feed(body)
    return "".join(reader.reading.deltas)


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("size", [1, 2, 5, 20, 40])
def test_pieces_of_a_secret_are_taken_out(size: int, end: str) -> None:
    said = f"It is {TOKEN}, I think."
    body = stream(*(said[at : at + size] for at in range(0, len(said), size)), end=end)
    clean = without_spread_secrets(body, vault().redact_text)
    assert text_of(clean) == "It is [REDACTED:access-token#1], I think."
    assert b"nobody" not in clean
    assert clean.count(b"\n") == body.count(b"\n")


@given(st.lists(st.text(max_size=12), max_size=12))
def test_a_stream_without_a_secret_stays_as_it_is(deltas: list[str]) -> None:
    body = stream(*deltas)
    known = vault()
    if known.redact_text("".join(deltas)) == "".join(deltas):
        assert without_spread_secrets(body, known.redact_text) is body


@given(st.binary(max_size=200))
def test_any_bytes_are_survived(body: bytes) -> None:
    assert without_spread_secrets(b'data: {"delta": 3}\n' + body, vault().redact_text)
