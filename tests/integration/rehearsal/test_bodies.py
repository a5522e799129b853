"""Compressed bodies, HTTPS with a private authority, and what a client asks for at its start."""

from __future__ import annotations

import http.client
import json
import ssl
import sys
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
import zstandard

from smoke_tui.rehearsal import Rehearsal, RehearsalError
from tests.helpers.rehearsal_requests import Got, call_body, credentials, events, post_json, send


@pytest.fixture(scope="module", name="secure")
def _secure() -> Iterator[Rehearsal]:
    with Rehearsal.start(tls=True) as rehearsal:
        yield rehearsal
        assert rehearsal.errors == []


def compressed(rehearsal: Rehearsal, body: bytes, encoding: str = "zstd") -> Got:
    held = {**credentials(rehearsal.bundle()), "content-type": "application/json"}
    headers = {**held, "content-encoding": encoding}
    return send("POST", f"{rehearsal.codex_url}/responses", body, headers)


def test_a_zstd_body_is_read(secure: Rehearsal) -> None:
    text = json.dumps(call_body(secure)).encode()
    whole = zstandard.ZstdCompressor().compress(text)
    maker = zstandard.ZstdCompressor(write_content_size=False).compressobj()
    streamed = maker.compress(text) + maker.flush()
    for body in (whole, streamed):
        got = compressed(secure, body)
        assert got.status == 200
        assert "content-encoding" not in got.headers
        assert "n-77" in events(got.text)[-1]["response"]["output"][0]["content"][0]["text"]
    seen = secure.requests()[-1]
    assert seen.model == "gpt-6.2-sol"
    assert "instructions" in seen.fields


def test_a_body_that_cannot_be_read_is_reported(
    secure: Rehearsal, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert compressed(secure, b"{}").status == 400
    bomb = zstandard.ZstdCompressor().compress(b" " * (17 * 1024 * 1024))
    assert compressed(secure, bomb).status == 413
    assert "'br' is not known here" in compressed(secure, b"{}", "br").text
    monkeypatch.setitem(sys.modules, "zstandard", None)
    missing = compressed(secure, b"{}")
    assert missing.status == 415
    assert "pip install 'cryptography>=" in missing.json()["detail"]


def test_https_is_for_clients_that_trust_its_authority(secure: Rehearsal) -> None:
    assert secure.tls_origin is not None
    where = urlsplit(secure.tls_origin)
    trusting = ssl.create_default_context(cafile=str(secure.authority_file))
    connection = http.client.HTTPSConnection(
        str(where.hostname), where.port, timeout=10, context=trusting
    )
    connection.request("GET", "/backend-api/codex/responses")
    assert connection.getresponse().status == 405
    connection.close()
    stranger = http.client.HTTPSConnection(
        str(where.hostname), where.port, timeout=10, context=ssl.create_default_context()
    )
    with pytest.raises(ssl.SSLCertVerificationError):
        stranger.request("GET", "/backend-api/codex/responses")
    assert b"PRIVATE" not in secure.authority_file.read_bytes()


def test_https_without_its_package_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cryptography", None)
    with pytest.raises(RehearsalError, match="pip install 'cryptography>="):
        Rehearsal.start(tls=True)


def test_without_tls_there_is_neither_port_nor_file() -> None:
    with Rehearsal.start() as rehearsal:
        assert rehearsal.tls_origin is None
        assert not rehearsal.authority_file.exists()


def test_the_plug_ins_server_has_no_tools(secure: Rehearsal) -> None:
    where = f"{secure.issuer}/backend-api/ps/mcp"
    first = post_json(
        where,
        {
            "jsonrpc": "2.0",
            "id": 0,
            "method": "initialize",
            "params": {"protocolVersion": "2025-06-18"},
        },
    )
    assert first.json()["result"]["protocolVersion"] == "2025-06-18"
    assert post_json(where, {"jsonrpc": "2.0", "method": "notifications/initialized"}).status == 202
    tools = post_json(where, {"jsonrpc": "2.0", "id": 1, "method": "tools/list"})
    assert tools.json()["result"] == {"tools": []}
    unknown = post_json(where, {"jsonrpc": "2.0", "id": 2, "method": "x/y"})
    assert unknown.json()["error"]["code"] == -32601
