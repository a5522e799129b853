"""Any chunking of a stream gives what redacting the whole gives."""

from __future__ import annotations

import threading

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smoke_tui.redaction import Vault
from smoke_tui.redaction.detector_stage import CAP
from tests.helpers.minted_secrets import jwt, token

VALUES = [
    "FAKE" + "ab" * 8, "abababFAKE7", "FAKEab" * 4, "fak3d6", "FAKE\nline two", "nFAKE\\tail99",
]  # fmt: skip
PIECES = [
    *VALUES, *(v[:9] for v in VALUES), *(v[-9:] for v in VALUES), VALUES[0][:14], VALUES[2][-14:],
    "\n", "\r\n", "\r", "\n   ", "\\n", "\\", " ", ".", "...", "…", "n", "[", "[REDACTED:", "#1]",
    "[REDACTED:k#1]", "[REDACTED:foreign#x]", "Bearer ", "eyJhbGciOi", ".", "sk-proj-",
    "A1b2C3d4E5f6",
    '"access_token"', ": ", '"', "'", "password=", "&", "?code=", "cookie: a=", "; ", "://u:",
    "@h", "%22", "%", "é", "FAKE", "ab", "=", "rt_", ",", "basic ", "dXNlcjpGQUtF",
]  # fmt: skip
TEXTS = st.lists(st.sampled_from(PIECES), max_size=14).map("".join)


def vault() -> Vault:
    made = Vault()
    for number, value in enumerate(VALUES):
        made.add_value(value, "k", str(number))
    return made


def streamed(made: Vault, chunks: list[bytes]) -> bytes:
    stream = made.stream()
    return b"".join(stream.feed(chunk) for chunk in chunks) + stream.flush()


@pytest.mark.slow
@settings(max_examples=150, deadline=None)
@given(TEXTS, st.data())
def test_chunking_does_not_matter(text: str, data: st.DataObject) -> None:
    raw = text.encode()
    cuts = sorted(data.draw(st.lists(st.integers(0, len(raw)), max_size=5)))
    chunks = [raw[a:b] for a, b in zip([0, *cuts], [*cuts, len(raw)], strict=True)]
    made = vault()
    whole = made.redact(raw)
    assert streamed(made, chunks) == whole
    assert streamed(made, [raw[i : i + 1] for i in range(len(raw))]) == whole


@settings(max_examples=150, deadline=None)
@given(TEXTS)
def test_twice_is_once(text: str) -> None:
    made = vault()
    once = made.redact_text(text)
    assert made.redact_text(once) == once


@settings(max_examples=100, deadline=None)
@given(TEXTS)
def test_no_value_survives(text: str) -> None:
    made = vault()
    out = made.redact_text(text)
    assert not any(value in out for value in VALUES if len(value) > 7)


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=300))
def test_bytes_without_a_secret_come_out_as_they_are(raw: bytes) -> None:
    assert streamed(vault(), [raw[:7], raw[7:]]) == raw


def test_a_line_is_shown_as_soon_as_it_ends() -> None:
    made = Vault()
    made.add_value(token(size=900), "access_token")
    stream = made.stream()
    assert stream.feed(b"hello wor") == b"hello "
    assert stream.feed(b"ld\n") == b"world\n"
    assert stream.feed(b"any case\n") == b"any case\n"
    assert stream.feed(b"Bearer is") == b""
    assert stream.feed(b" a word\n") == b"Bearer is a word\n"


def test_an_end_that_may_become_a_secret_is_held() -> None:
    made = Vault()
    value = token()
    made.add_value(value, "k", "1")
    stream = made.stream()
    assert stream.feed(b"x " + value[:-1].encode()) == b"x "
    assert stream.feed(b"\n") == b""
    assert stream.feed(value[-1:].encode() + b"\n") == b"[REDACTED:k#1]\n"


def test_a_secret_learnt_between_feeds_counts_at_once() -> None:
    made = Vault()
    stream = made.stream()
    value = token()
    first = stream.feed(b"a\n")
    made.add_value(value, "k", "1")
    assert first + stream.feed(value.encode() + b"\n") + stream.flush() == b"a\n[REDACTED:k#1]\n"


@pytest.mark.slow
def test_lines_longer_than_the_cap() -> None:
    made = vault()
    secret = jwt()
    for filler in (b"x", b'{"a":1},', b"word ", b'"password":"p",', b"cookie: a=b; "):
        body = filler * (CAP // len(filler) - 20)
        for raw in (
            body + b'"' + secret.encode() + b'"' + filler * 60 + VALUES[0].encode() + body,
            body + b', "access_token": "' + b"FAKE0" * 50 + b'",' + body + b"\n" + body,
        ):
            whole = made.redact(raw)
            assert b"FAKE" not in whole
            for size in (5000, CAP + 1):
                chunks = [raw[i : i + size] for i in range(0, len(raw), size)]
                assert streamed(made, chunks) == whole


def test_a_value_longer_than_the_cap_leaves_no_rest() -> None:
    raw = b'{"password": "' + b"FAKE" * CAP + b'", "a": 1}\n'
    assert Vault().redact(raw) == b'{"password": "[REDACTED:password#1]", "a": 1}\n'


@pytest.mark.slow
def test_memory_is_bounded_for_endless_input() -> None:
    made = vault()
    for endless in (b"\n", b" ", b"a", b"\\n", b"FAKE", b".", b"["):
        stream = made.stream()
        out = sum(len(stream.feed(endless * 4096)) for _ in range(40))
        assert len(endless) * 4096 * 40 - out <= CAP + 4096


def test_threads_may_share_a_vault() -> None:
    made = Vault()
    values = [token() for _ in range(40)]
    wrong: list[str] = []

    def work(own: list[str]) -> None:
        for value in own:
            secret = made.add_value(value, "k")
            if made.redact_text(value) != secret.placeholder:
                wrong.append(secret.placeholder)

    threads = [threading.Thread(target=work, args=(values[i::4],)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
    assert sorted(int(s.ref) for s in made.secrets()) == list(range(1, 41))


def test_a_word_of_many_bytes_waits_for_the_byte_after_it() -> None:
    """A value of six letters takes twelve bytes here; before another letter it is none."""
    vault = Vault()
    vault.add_value("äöüäöü", "pin", "1")
    for text in ("xy äöüäöüx z", "xy äöüäöü z"):
        data = text.encode()
        stream = vault.stream()
        pieces = b"".join(stream.feed(data[at : at + 1]) for at in range(len(data)))
        assert pieces + stream.flush() == vault.redact(data)


def test_a_value_among_many_is_held_back_at_each_of_its_bytes() -> None:
    vault = Vault()
    values = [f"FAKE-{number:03}-{number * 7919:06}-tail" for number in range(200)]
    for number, value in enumerate(values):
        vault.add_value(value, "thing", str(number))
    for value in values[::40]:
        data = f"a line with {value}, and more\n".encode()
        for cut in range(len(data)):
            stream = vault.stream()
            first = stream.feed(data[:cut])
            assert first + stream.flush(data[cut:]) == vault.redact(data)
            assert b"FAKE" not in first
