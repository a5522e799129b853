"""HTTP exchanges of a try: the failed one, its answer, and the block for support."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final

from smoke_tui.journal.events.event import EventOf
from smoke_tui.journal.events.facts import HttpAnswered
from smoke_tui.journal.events.requests import HttpRequested
from smoke_tui.journal.events.values import Blob, Observed
from smoke_tui.journal.state import State, Try
from smoke_tui.presentation.format import count, cut, cut_middle
from smoke_tui.presentation.spans import Row, Text, quote
from smoke_tui.proof.headers import REQUEST_IDS

EvidenceReader = Callable[[str], bytes | None]
"""Returns the stored bytes of a sha256; None if the record does not have them."""

MOST_BODY: Final = 6_000
"""Characters of a failing answer's text."""

MOST_EXCHANGES: Final = 4
"""Exchanges of a try that are shown, the last ones."""

MOST_HEADERS: Final = 40


def no_evidence(digest: str) -> bytes | None:
    """Stand for evidence where only the journal is at hand."""
    return None


def matters(state: State, seq: int) -> bool:
    """Return whether an exchange is worth showing; a successful probe is not."""
    request, fact = state.exchanges[seq]
    if request.body.method != "GET":
        return True
    return (fact.body.status or 0) >= 400 and not shows_reachable(request.body, fact.body)


def shows_reachable(request: HttpRequested, answer: HttpAnswered) -> bool:
    """Return whether an exchange is a probe whose error status means that the host is reached.

    A GET of an address that takes POST alone is answered with 405.
    """
    return request.method == "GET" and answer.status == 405


def shown(state: State, attempt: Try) -> list[int]:
    """Return the exchanges of a try that a report shows, by sequence number."""
    return [seq for seq in attempt.exchanges if matters(state, seq)][-MOST_EXCHANGES:]


def failing(state: State, attempt: Try) -> int | None:
    """Return the exchange a try failed at: the one its code came from, else the last failed one."""
    if attempt.ended is not None and attempt.code is None and not attempt.error:
        return None
    seq = attempt.observed.value("exchange")
    if isinstance(seq, int) and seq in attempt.exchanges and seq in state.exchanges:
        return seq
    digest = attempt.observed.text("body_sha256")
    backwards = list(reversed(attempt.exchanges))
    for seq in backwards:
        if digest and any(b.sha256 == digest for b in state.exchanges[seq][1].blobs.values()):
            return seq
    return next((seq for seq in backwards if _failed(*state.exchanges[seq])), None)


def _failed(request: EventOf[HttpRequested], fact: EventOf[HttpAnswered]) -> bool:
    status = fact.body.status
    failed = status is None or status >= 400
    return failed and not shows_reachable(request.body, fact.body)


def body_text(state: State, seq: int, evidence: EvidenceReader) -> tuple[str, str] | None:
    """Return an answer's text, its middle cut, and a description of it; None if it is empty."""
    for blob in state.exchanges[seq][1].blobs.values():
        if not blob.bytes:
            continue
        about = _about(blob)
        content = evidence(blob.sha256)
        if content is None:
            return "", f"{about}; the record at hand does not have it"
        return cut_middle(content.decode("utf-8", "replace"), MOST_BODY), about
    return None


def _about(blob: Blob) -> str:
    """The size of a stored body, and the first digits of its hash, which name its file."""
    return f"{count(blob.bytes, 'byte')}, sha256 {blob.sha256[:12]}…"


def support(state: State, attempt: Try, evidence: EvidenceReader) -> list[Row]:
    """Return what the provider's support asks for, from the exchange a try failed at.

    Empty if the provider was not asked. If the stack made the provider's call, what it passes on
    of that call counts.
    """
    seq = failing(state, attempt)
    if seq is None:
        return []
    request, fact = state.exchanges[seq]
    direct = _is_direct(state, request.body.url)
    if not direct and not attempt.calls:
        return []
    sent, got = _headers(request.body.headers), _headers(fact.body.headers)
    upstream_status, upstream = (None, {}) if direct else _passed_on(fact, evidence)
    status = fact.body.status
    identity = _first_id(upstream) or _first_id(got) or attempt.observed.text("request_id")
    model = (
        attempt.observed.text("model") or upstream.get("openai-model") or got.get("openai-model")
    )
    rows: list[Row] = [
        ("Asked", [quote(f"{request.body.method} {request.body.url}", 200)]),
        ("Request id", [quote(identity, 120)] if identity else ["none was given"]),
        ("Status", [quote(status, 20)] if status is not None else _no_answer(fact)),
    ]
    if upstream_status is not None:
        rows.append(("Provider's status", [quote(upstream_status, 20)]))
    if model:
        rows.append(("Served model", [quote(model, 80)]))
    if direct:
        rows += [
            ("User-Agent", [quote(sent["user-agent"], 200) if "user-agent" in sent else _UNSENT]),
            ("Originator", [quote(sent["originator"], 80) if "originator" in sent else _UNSENT]),
            ("Account id", ["sent" if "chatgpt-account-id" in sent else _UNSENT]),
        ]
    else:
        rows.append(("Called by", ["the stack under test"]))
    rows.append(("Declared origin", [quote(state.first_config.origin, 40)]))
    if "date" in got:
        rows.append(("Answered at", [quote(got["date"], 60)]))
    return rows


_UNSENT: Final = "not sent"


def _no_answer(fact: EventOf[HttpAnswered]) -> Text:
    return ["no answer: ", quote(fact.body.error, 60)]


def _first_id(headers: Mapping[str, str]) -> str | None:
    """The first header by which support can look a request up."""
    return next((f"{name} {headers[name]}" for name in REQUEST_IDS if name in headers), None)


def request_id(observed: Observed) -> str | None:
    """Return the first id of a try by which support can look its request up."""
    return observed.text("request_id") or _first_id(_headers(observed.headers))


def _is_direct(state: State, url: str) -> bool:
    """Whether a request went straight to the provider, by the session's addresses."""
    config = state.first_config
    return any(
        url.startswith(address)
        for address in (config.codex_url, config.issuer, config.api_url)
        if address
    )


def _passed_on(
    fact: EventOf[HttpAnswered], evidence: EvidenceReader
) -> tuple[object, dict[str, str]]:
    """Status and headers of the provider's answer inside the stack's error."""
    for blob in fact.blobs.values():
        content = evidence(blob.sha256) if blob.bytes else None
        try:
            error = json.loads(content or b"")["error"]
            headers = error.get("upstream_headers")
            return error.get("upstream_status"), _headers(
                headers.items() if isinstance(headers, Mapping) else ()
            )
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            continue
    return None, {}


def _headers(pairs: Iterable[tuple[object, object]]) -> dict[str, str]:
    return {str(name).lower(): str(value) for name, value in pairs}


def exchange_text(state: State, seq: int) -> str:
    """Render an exchange: request line and headers, then status and headers."""
    request, fact = state.exchanges[seq]
    asked, got = request.body, fact.body
    lines = [cut(f"{asked.method} {asked.url}", 1000), *_header_lines(asked.headers, 120), ""]
    if got.status is None:
        return "\n".join([*lines, f"(no answer: {got.error}: {cut(got.error_text, 500)})"])
    lines += [f"HTTP {got.status} after {got.ms} ms", *_header_lines(got.headers, 200)]
    lines += [
        f"(body: {count(blob.bytes, 'byte')}, sha256 {blob.sha256[:12]}…)"
        for blob in fact.blobs.values()
    ]
    if got.error:
        lines.append(f"({got.error}: {cut(got.error_text, 500)})")
    return "\n".join(lines)


def _header_lines(headers: Sequence[tuple[str, str]], limit: int) -> list[str]:
    lines = [f"{cut(name, 100)}: {cut(value, limit)}" for name, value in headers[:MOST_HEADERS]]
    if len(headers) > MOST_HEADERS:
        lines.append(f"({len(headers) - MOST_HEADERS} more headers)")
    return lines
