"""Redact an exchange before it is written: registered values, what looks like one, and the rest.

A body or value in which the lint would still find something is withheld, line by line or as a
whole, so that a recording of this tool never fails the lint.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Final
from urllib.parse import quote

from smoke_tui.redaction import Vault
from smoke_tui.redaction.write_guard import WITHHELD, WriteGuard
from smoke_tui.structs import replace
from smoke_tui.world.cassettes.cassette import Headers, Interaction, RecordedRequest
from smoke_tui.world.cassettes.secret_search import SECRET, SecretSearcher
from smoke_tui.world.cassettes.yaml_text import Scalar
from smoke_tui.world.requests.http import HttpRequest
from smoke_tui.world.values import show_text

DROPPED_HEADERS: Final = frozenset(
    {
        "content-length",
        "transfer-encoding",
        "content-encoding",
        "connection",
        "keep-alive",
    }
)
"""Of how the answer came over the wire: a redacted body has another length, and is not packed."""


class RecordingRedactor:
    """Redacts exchanges; `sensitive` are names of headers and fields whose values are secret."""

    def __init__(self, vault: Vault, sensitive: frozenset[str] = frozenset()) -> None:
        self._vault = vault
        self._guard = WriteGuard(vault)
        self._sensitive = frozenset(name.lower() for name in sensitive)
        self._searcher = SecretSearcher(sensitive)

    def request(self, request: HttpRequest) -> RecordedRequest:
        """The recorded form of a request: secrets as their placeholders."""
        shown = request.shown()
        body: bytes | None = None
        if request.form is not None:
            pairs = [(name, self._vault.redact_text(show_text(v))) for name, v in request.form]
            body = "&".join(
                f"{quote(name, safe='')}={quote(value, safe='[]:#')}" for name, value in pairs
            ).encode()
        elif isinstance(shown["body"], dict):
            clean = self._vault.redact_json(shown["body"]["json"])
            body = json.dumps(clean, ensure_ascii=False).encode()
        headers = tuple((name, show_text(value)) for name, value in request.headers)
        names = {name.lower() for name, _ in headers}
        if body is not None and "content-type" not in names:
            kind = "application/x-www-form-urlencoded" if request.form else "application/json"
            headers = (*headers, ("content-type", kind))
        return self._clean_request(RecordedRequest(request.method, request.url, headers, body))

    def interaction(self, made: Interaction) -> Interaction:
        """An exchange without secrets, as it may be written."""
        response = made.response
        body = self._body(response.body)
        headers = tuple(pair for pair in response.headers if pair[0].lower() not in DROPPED_HEADERS)
        chunks = tuple(pair for pair in made.chunks if pair[0] <= len(body))
        return replace(
            made,
            request=self._clean_request(made.request),
            response=replace(
                response,
                headers=self._headers(headers),
                body=body,
                message=self._value("message", response.message),
            ),
            chunks=chunks,
        )

    def _clean_request(self, request: RecordedRequest) -> RecordedRequest:
        uri = self._guard.text(self._vault.redact_text(request.uri))
        if self._finds("uri", uri):
            uri = f"{uri.partition('?')[0].partition('#')[0]}?{WITHHELD}"
        if self._finds("uri", uri):
            uri = WITHHELD
        body = None if request.body is None else self._body(request.body)
        return replace(request, uri=uri, headers=self._headers(request.headers), body=body)

    def _headers(self, headers: Headers) -> Headers:
        clean = self._vault.redact_json([[name, value] for name, value in headers])
        assert isinstance(clean, list)
        pairs: list[tuple[str, str]] = []
        for pair in clean:
            assert isinstance(pair, list)
            name, value = str(pair[0]), str(pair[1])
            pairs.append((name, self._value(name, value, header=True)))
        return tuple(pairs)

    def _value(self, name: str, value: str, *, header: bool = False) -> str:
        """A value, or what stands for it where it is one of a declared name or still exposes."""
        if name.lower() in self._sensitive:
            return self._vault.redact_whole(value, "field")
        clean = self._guard.text(self._vault.redact_text(value))
        path = ("headers", name) if header else (name,)
        return WITHHELD if self._finds_in(path, clean) else clean

    def _body(self, body: bytes) -> bytes:
        clean = self._guard.blob(self._vault.redact(self._fields(body)))
        if not self._finds("body", clean):
            return clean
        lines = clean.splitlines(keepends=True)
        kept = b"".join(
            WITHHELD.encode() + line[len(line.rstrip(b"\r\n")) :]
            if self._finds("body", line)
            else line
            for line in lines
        )
        return WITHHELD.encode() if self._finds("body", kept) else kept

    def _fields(self, body: bytes) -> bytes:
        """A JSON body without the values of declared names."""
        if not self._sensitive:
            return body
        try:
            value = json.loads(body)
        except (ValueError, RecursionError):
            return body
        clean = self._walk(value)
        return body if clean == value else json.dumps(clean, ensure_ascii=False).encode()

    def _walk(self, value: object) -> object:
        if isinstance(value, dict):
            return {
                name: self._vault.redact_whole(json.dumps(item), "field")
                if name.lower() in self._sensitive
                else self._walk(item)
                for name, item in value.items()
            }
        if isinstance(value, list):
            return [self._walk(item) for item in value]
        return value

    def _finds(self, name: str, value: str | bytes) -> bool:
        return self._finds_in((name,), value)

    def _finds_in(self, path: Sequence[str], value: str | bytes) -> bool:
        findings = self._searcher.search(Scalar(tuple(path), 1, value))
        return any(finding.code == SECRET for finding in findings)
