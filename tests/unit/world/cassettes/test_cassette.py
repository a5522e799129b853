"""The format: what VCR writes comes back, what we add survives, what differs is a clear error."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from smoke_tui.redaction import Secret, Vault
from smoke_tui.world.cassettes.cassette import (
    CaseNote,
    Cassette,
    Interaction,
    RecordedRequest,
    RecordedResponse,
    parse_cassette,
    render_cassette,
)
from smoke_tui.world.cassettes.lint import LintInput, lint_text
from smoke_tui.world.cassettes.redacting import RecordingRedactor
from tests.helpers.minted_secrets import token

TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=30)
NAMES = st.text("abcdefghijklmnopqrstuvwxyz-", min_size=1, max_size=12)
BODIES = st.one_of(TEXTS.map(str.encode), st.binary(max_size=40))


def headers(draw: st.DrawFn) -> tuple[tuple[str, str], ...]:
    names = draw(st.lists(NAMES, max_size=3, unique=True))
    return tuple((name, draw(TEXTS)) for name in sorted(names))


@st.composite
def interactions(draw: st.DrawFn, *, cut: bool = False) -> Interaction:
    request = RecordedRequest(
        draw(st.sampled_from(("GET", "POST"))),
        f"https://h.test/{draw(NAMES)}",
        headers(draw),
        draw(st.none() | BODIES),
    )
    response = RecordedResponse(
        draw(st.integers(100, 599)), draw(NAMES), headers(draw), draw(BODIES)
    )
    chunks = draw(st.lists(st.tuples(st.integers(0, 99), st.integers(0, 99)), max_size=3))
    why = draw(NAMES) if cut else None
    return Interaction(request, response, tuple(chunks), draw(st.integers(0, 9)), draw(NAMES), why)


@given(st.lists(interactions(), max_size=3), st.lists(interactions(cut=True), max_size=2), NAMES)
def test_what_is_written_is_read_again(
    made: list[Interaction], cut: list[Interaction], name: str
) -> None:
    cassette = Cassette(tuple(made), tuple(cut), CaseNote(name, "0" * 64, model=name))
    text = render_cassette(cassette)
    assert parse_cassette(text, "x") == cassette
    assert render_cassette(parse_cassette(text, "x")) == text


@given(st.lists(interactions(), min_size=1, max_size=2))
def test_the_digest_is_of_the_exchanges_alone(made: list[Interaction]) -> None:
    plain = Cassette(tuple(made))
    noted = Cassette(plain.interactions, plain.interactions[:1], CaseNote("a", "0" * 64))
    assert plain.digest() == noted.digest()


@given(interactions(), st.integers(0, 30), st.sampled_from(("body", "uri", "header", "answer")))
def test_a_secret_at_any_place_is_gone_and_redaction_is_idempotent(
    made: Interaction, at: int, place: str
) -> None:
    secret = token("tok-")
    vault = Vault()
    vault.add(Secret(secret, kind="token", ref="a"))
    text = "x" * at + f" {secret} y"
    request, response = made.request, made.response
    match place:
        case "body":
            request = RecordedRequest("POST", request.uri, request.headers, text.encode())
        case "uri":
            request = RecordedRequest("GET", f"https://h.test/{secret}?a={secret}")
        case "header":
            request = RecordedRequest("GET", request.uri, (("x-a", text),))
        case _:
            response = RecordedResponse(200, "OK", (), text.encode())
    redactor = RecordingRedactor(vault)
    clean = redactor.interaction(Interaction(request, response))
    rendered = render_cassette(Cassette((clean,)))
    assert secret not in rendered
    assert secret[:12] not in rendered
    assert redactor.interaction(clean) == clean
    assert [
        line for line in lint_text(LintInput("x.yaml", rendered)) if line.code == "secret"
    ] == []


def test_what_only_its_name_shows_is_redacted_too() -> None:
    value = "FAKE0a1b2c3d4e5f6"
    request = RecordedRequest(
        "POST",
        f"https://h.test/x?sig={value}",
        (("x-customer-token", value), ("x-tenant", "acme"), ("content-type", "application/json")),
        json.dumps({"customer_token": value, "x-tenant": "acme", "n": 1}).encode(),
    )
    redactor = RecordingRedactor(Vault(), frozenset({"X-Tenant"}))
    clean = redactor.interaction(Interaction(request, RecordedResponse(200)))
    text = render_cassette(Cassette((clean,)))
    assert "FAKE" not in text
    assert "acme" not in text
    assert lint_text(LintInput("x.yaml", text, frozenset({"x-tenant"}))) == []


def test_a_date_header_shows_when_others_recorded() -> None:
    def at(*dates: str) -> str | None:
        responses = (RecordedResponse(200, "OK", (("Date", date),)) for date in dates)
        request = RecordedRequest("GET", "http://x/")
        return Cassette(tuple(Interaction(request, r) for r in responses)).recorded_at()

    first, second = "Sat, 28 Nov 2026 21:00:00 GMT", "Sat, 28 Nov 2026 22:00:00 +0000"
    assert at(first, second, "yesterday") == "2026-11-28T22:00:00Z"
    assert at() is None
    assert at("yesterday") is None


def test_an_old_body_of_httpx_is_read() -> None:
    text = (
        "version: 1\ninteractions:\n- request: {method: GET, uri: 'http://x/', body: null, headers: {}}\n"
        "  response: {status_code: 200, http_version: HTTP/1.1, headers: {a: [b]}, content: hello}\n"
    )
    (made,) = parse_cassette(text, "x").interactions
    assert (made.response.status, made.response.body) == (200, b"hello")


def test_bodies_that_were_files_or_iterated_are_read() -> None:
    text = (
        "version: 1\ninteractions:\n- request:\n    method: POST\n    uri: http://x/\n    headers: {}\n"
        "    body: !!python/object/new:_io.BytesIO\n      state: !!python/tuple\n      - !!binary |\n"
        "        aGVsbG8=\n      - 0\n      - null\n"
        "  response: {status: {code: 200, message: OK}, headers: {}, body: {string: ''}}\n"
    )
    (made,) = parse_cassette(text, "x").interactions
    assert made.request.body == b"hello"
