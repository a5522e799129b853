"""Cassettes for tests: texts as VCR writes them, and secrets in every carrier."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Iterator
from urllib.parse import quote

from smoke_tui.world.cassettes.cassette import (
    Cassette,
    Interaction,
    RecordedRequest,
    RecordedResponse,
    render_cassette,
)

URI = "https://chatgpt.com/backend-api/codex/responses"
JSON_TYPE = (("content-type", "application/json"),)


def interaction(
    *,
    uri: str = URI,
    method: str = "POST",
    body: bytes | None = b'{"model":"gpt-5.5"}',
    headers: tuple[tuple[str, str], ...] = JSON_TYPE,
    answer: bytes = b"hello",
    answer_headers: tuple[tuple[str, str], ...] = (("content-type", "text/event-stream"),),
) -> Interaction:
    """One exchange."""
    return Interaction(
        RecordedRequest(method, uri, headers, body),
        RecordedResponse(200, "OK", answer_headers, answer),
    )


def text_of(*interactions: Interaction) -> str:
    """The text of a cassette."""
    return render_cassette(Cassette(interactions))


def deltas(text: str, size: int) -> bytes:
    """An event stream whose deltas joined are a text, in pieces of some characters."""
    lines = []
    for at in range(0, len(text), size):
        event = {"type": "response.output_text.delta", "delta": text[at : at + size]}
        lines.append(f"event: response.output_text.delta\ndata: {json.dumps(event)}\n\n")
    return "".join(lines).encode()


def carriers(secret: str) -> Iterator[tuple[str, Interaction]]:
    """A token that is recognizable by itself, in every carrier of a recording."""
    nested = json.dumps({"a": json.dumps({"b": secret})})
    packed = base64.b64encode(gzip.compress(json.dumps({"k": secret}).encode())).decode()
    ansi = "\x1b[1m".join((secret[:9], secret[9:]))
    wrapped = "\n".join(secret[at : at + 40] for at in range(0, len(secret), 40))
    yield "request header", interaction(headers=(("x-custom", secret),))
    yield "authorization", interaction(headers=(("Authorization", f"Bearer {secret}"),))
    yield "response header", interaction(answer_headers=(("x-echo", f"was {secret}"),))
    yield "query", interaction(uri=f"{URI}?q={quote(secret)}&x=1")
    yield "fragment", interaction(uri=f"{URI}#t={quote(secret)}")
    yield "form", interaction(body=f"a=b&c={quote(secret)}".encode())
    yield "json", interaction(body=json.dumps({"note": [secret]}).encode())
    yield "json in json", interaction(body=nested.encode())
    yield "percent", interaction(answer=quote(secret, safe="").encode())
    yield "all percent", interaction(answer="".join(f"%{b:02X}" for b in secret.encode()).encode())
    yield "base64", interaction(answer=base64.b64encode(f"x {secret}".encode()))
    yield "gzip+base64", interaction(answer=packed.encode())
    yield "hex", interaction(answer=secret.encode().hex().encode())
    yield "utf-16", interaction(answer=secret.encode("utf-16-le"))
    yield "gzip", interaction(answer=gzip.compress(secret.encode()))
    yield "ansi", interaction(answer=ansi.encode())
    yield "wrapped", interaction(answer=f"token:\n{wrapped}\n".encode())
    yield "deltas", interaction(answer=deltas(f"it is {secret}.", 5))
    yield "html", interaction(answer=f"<p>{secret}</p>".encode())
    yield "yaml", interaction(answer=f"key: {secret}\n".encode())
    yield "repr", interaction(answer=f"Bundle(x={secret!r})".encode())
