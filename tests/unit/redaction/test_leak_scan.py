"""The scan finds what the redactor's own forms would miss, and names the way."""

from __future__ import annotations

import base64
import gzip
import html
import json
from collections.abc import Callable
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smoke_tui.redaction import Leak, Secret, Vault, scan
from smoke_tui.redaction.leak_scan import SecretSearch, holds_secret
from tests.helpers.minted_secrets import jwt, token


def every_character(text: str) -> str:
    return "".join(f"%{byte:02x}" for byte in text.encode())


DISGUISES: dict[str, Callable[[bytes], bytes]] = {
    "raw": lambda v: v,
    "stripped": lambda v: b" \n".join(v[i : i + 4] for i in range(0, len(v), 4)),
    "stripped ansi": lambda v: b"\x1b[1m".join(v[i : i + 3] for i in range(0, len(v), 3)),
    "percent": lambda v: every_character(v.decode()).encode(),
    "percent+percent": lambda v: quote(every_character(v.decode())).encode(),
    "base64": base64.b64encode,
    "base64 url": lambda v: base64.urlsafe_b64encode(b"x" + v).rstrip(b"="),
    "base64 glued": lambda v: b"ab" + base64.b64encode(b"{'t': '" + v + b"'}"),
    "base64+base64": lambda v: base64.b64encode(base64.b64encode(v)),
    "base64+gzip": lambda v: base64.b64encode(gzip.compress(b"a" * 40 + v)),
    "base64+utf16": lambda v: base64.b64encode(v.decode().encode("utf-16-le")),
    "stripped+base64": base64.encodebytes,
    "hex": lambda v: v.hex().encode(),
    "hex upper": lambda v: b"0" + v.hex().upper().encode(),
    "gzip": gzip.compress,
    "json": lambda v: "".join(f"\\u{b:04x}" for b in v).encode(),
    "html": lambda v: "".join(f"&#{b};" for b in v).encode(),
    "html hex": lambda v: "".join(f"&#x{b:X};" for b in v).encode(),
    "reversed": lambda v: v[::-1],
    "utf16": lambda v: v.decode().encode("utf-16-be"),
    "folded": bytes.upper,
    "json+json": lambda v: json.dumps(json.dumps(html.escape(v.decode()) + "/\n")).encode(),
}


@pytest.mark.parametrize("disguise", DISGUISES)
@pytest.mark.parametrize("size", [30, 400])
def test_disguises(disguise: str, size: int) -> None:
    vault = Vault()
    value = token(size=size)
    vault.add_value(value, "thing", "7")
    text = b"first line\nthen: " + DISGUISES[disguise](value.encode()) + b"\nlast\n"
    leaks = scan(text, vault)
    assert leaks
    assert {(leak.kind, leak.ref) for leak in leaks} == {("thing", "7")}
    assert leaks[0].line in (2, 3)
    assert value not in repr(leaks)
    search = SecretSearch(vault.secrets())
    assert holds_secret(text, search)
    assert not holds_secret(b"first line\nthen: nothing of it\nlast\n", search)


@pytest.mark.parametrize("disguise", DISGUISES)
def test_a_search_takes_more_values_after_it_has_found_some(disguise: str) -> None:
    vault, search = Vault(), SecretSearch()
    texts = []
    for number in range(3):
        value = token(size=30 + 100 * number)
        texts.append(b"then: " + DISGUISES[disguise](value.encode()))
        assert not holds_secret(texts[-1], search)
        vault.add_value(value, "thing", str(number))
        search.add(vault.secrets())
        assert all(holds_secret(text, search) for text in texts)
    assert not holds_secret(b"then: nothing of it", search)


def test_where_and_how() -> None:
    vault = Vault()
    value = token()
    vault.add_value(value, "k", "1")
    assert scan(f"ab\ncd {value}".encode(), vault) == [Leak("k", "1", "raw", 2, 6)]
    spaced = "a b\nc  " + value[:20] + " " + value[20:]
    assert scan(spaced.encode(), vault) == [Leak("k", "1", "raw fragment", 2, 7)]
    packed = b"a b\nc: " + base64.b64encode(value.encode())
    assert scan(packed, vault) == [Leak("k", "1", "base64", 2, 7)]
    escaped = '%20 "\n x' + every_character(value)
    assert scan(escaped.encode(), vault) == [Leak("k", "1", "percent", 2, 8)]


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 50), st.integers(0, 40), st.integers(0, 20))
def test_any_twelve_characters_are_a_leak(start: int, pad: int, more: int) -> None:
    vault = Vault()
    value = "FAKE" + "".join(chr(33 + (i * 37) % 89) for i in range(60))
    vault.add_value(value, "k", "1")
    piece = value[start : start + 12 + more]
    assert scan(b"\x01" * pad + piece.encode() + b"\x01" * 5, vault)
    assert not scan(b"\x01" * pad + value[start : start + 11].encode() + b"\x01" * 5, vault)


def test_short_values_have_to_be_whole() -> None:
    vault = Vault()
    vault.add_value("fak3s", "pin", "5")
    vault.add_value("fak3d6", "pin", "6")
    vault.add_value("fak3dd-10x", "pin", "10")
    assert scan(b"fak3s xfak3d6x fak3dd-10", vault) == []
    assert [leak.ref for leak in scan(b"FAK3D6\nxfak3dd-10xx", vault)] == ["6", "10"]


def test_a_public_header_and_placeholders_are_no_leak() -> None:
    vault = Vault()
    value = jwt()
    vault.add_value(value, "access_token", "1")
    header = value.split(".")[0]
    vault.add_value("FAKE-access_token#login.1-x", "access_token", "login.1")
    vault.add(Secret(None, kind="state", ref="1"))
    text = f"alg {header} [REDACTED:access_token#login.1] {header}.eyJ"
    assert scan(text.encode(), vault) == []
    assert scan(value[: len(header) + 20].encode(), vault)


def test_benign_text_stays_quiet() -> None:
    vault = Vault()
    for _ in range(5):
        vault.add_value(jwt(), "access_token")
    blob = base64.b64encode(bytes(range(256)) * 20)
    text = b"sha256 e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\n" + blob
    assert scan(text * 3, vault) == []


@pytest.mark.slow
def test_a_bomb_ends() -> None:
    bomb = base64.b64encode(gzip.compress(gzip.compress(bytes(40_000_000))))
    vault = Vault()
    vault.add_value(token(), "k")
    assert scan(bomb, vault) == []
