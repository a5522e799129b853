"""The classifier, against the public record of what the real service answers.

Bodies are verbatim from the public reports that the rows name.
"""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smoke_tui.codex.classify import Answer, classify, server_text
from smoke_tui.codex.failure_signals import STRUCTURED, TEXTS, TRANSPORT
from smoke_tui.failure_codes.table import CODES, outcome_of
from smoke_tui.outcomes import Outcome

CF = (("server", "cloudflare"), ("cf-ray", "9a-FRA"))
CHALLENGE = (*CF, ("cf-mitigated", "challenge"), ("content-type", "text/html"))
JUST_A_MOMENT = "<!DOCTYPE html><html><head><title>Just a moment...</title></head></html>"
ATTENTION = (
    "<html><head><title>Attention Required! | Cloudflare</title></head><body>Sorry, you "
    "have been blocked</body></html>"
)
GATEWAY = "<html><head><title>502 Bad Gateway</title></head><center>cloudflare</center></html>"


def detail(text: Any) -> str:
    return json.dumps({"detail": text})


def err(**fields: Any) -> str:
    return json.dumps({"error": fields})


def packed(**fields: Any) -> str:
    return base64.b64encode(json.dumps({"error": fields}).encode()).decode()


ROWS: list[tuple[str, int | None, tuple[tuple[str, str], ...], str, str]] = [
    # Login and refresh, at the token endpoint
    (
        "A9",
        400,
        (),
        err(
            message="No eligible ChatGPT workspaces found.",
            type="invalid_request_error",
            param=None,
            code="chatgpt_account_missing",
        ),
        "workspace-missing",
    ),
    (
        "A19",
        403,
        (),
        err(
            code="unsupported_country_region_territory",
            message="Country, region, or territory not supported",
            param=None,
            type="request_forbidden",
        ),
        "region-unsupported",
    ),
    ("A20", 403, CHALLENGE, JUST_A_MOMENT, "edge-challenge"),
    (
        "R1",
        401,
        (),
        err(
            message="Your refresh token has already been used to generate a new access "
            "token. Please try signing in again.",
            type="invalid_request_error",
            param=None,
            code="refresh_token_reused",
        ),
        "refresh-reused",
    ),
    ("R1 as 400", 400, (), err(code="refresh_token_reused"), "refresh-reused"),
    (
        "R2",
        401,
        (),
        err(
            message="Could not validate your token. Please try signing in again.",
            type="invalid_request_error",
            code="token_expired",
        ),
        "token-expired",
    ),
    ("R3", 400, (), err(code="refresh_token_expired"), "refresh-expired"),
    ("R4", 401, (), err(code="refresh_token_invalidated"), "refresh-revoked"),
    ("R7", 403, CHALLENGE, JUST_A_MOMENT, "edge-challenge"),
    # Instructions and shape
    ("B1", 400, CF, detail("Instructions are not valid"), "instructions-drift"),
    ("B2", 400, CF, detail("Instructions are required"), "instructions-missing"),
    ("B3", 400, CF, detail("Store must be set to false"), "shape-rejected"),
    ("B4", 400, CF, detail("Stream must be set to true"), "shape-rejected"),
    ("B5", 400, CF, detail("Unsupported parameter: max_output_tokens"), "shape-rejected"),
    ("B6", 400, CF, detail("System messages are not allowed"), "shape-rejected"),
    ("B7", 400, CF, detail("Input must be a list"), "shape-rejected"),
    (
        "B8",
        404,
        CF,
        detail(
            "Item with id 'rs_1' not found. Items are not persisted when `store` is set to false."
        ),
        "shape-rejected",
    ),
    ("B9", 400, CF, detail("No tool output found for function call call_1."), "shape-rejected"),
    (
        "B10",
        400,
        CF,
        err(
            message="Invalid value: 'other'. Supported values are: 'a'.",
            type="invalid_request_error",
            param="input[33].action.type",
            code="invalid_value",
        ),
        "shape-rejected",
    ),
    ("B11", 400, CF, detail("Bad Request"), "shape-rejected"),
    ("B11 empty", 400, CF, "", "shape-rejected"),
    # Model
    (
        "C1",
        400,
        CF,
        detail(
            "The 'gpt-5.3-codex' model is not supported when using Codex with a ChatGPT account."
        ),
        "model-unsupported",
    ),
    (
        "C1 wrapped",
        400,
        CF,
        json.dumps(
            {
                "type": "error",
                "status": 400,
                "error": {
                    "type": "invalid_request_error",
                    "message": "The 'GPT-5.5' model is not supported when "
                    "using Codex with a ChatGPT account.",
                },
            }
        ),
        "model-unsupported",
    ),
    (
        "C2",
        400,
        CF,
        detail(
            "The 'gpt-5.6-sol' model requires a newer version of Codex. Please "
            "upgrade to the latest app or CLI and try again."
        ),
        "client-too-old",
    ),
    ("C3", 404, CF, detail("Model not found gpt-5.6-luna"), "model-not-found"),
    ("C3 plain", 404, CF, "Model not found gpt-5.5", "model-not-found"),
    (
        "C4",
        400,
        CF,
        err(
            message="X-OpenAI-Internal-Codex-Responses-Lite requires "
            "`reasoning.context` to be `all_turns`.",
            type="invalid_request_error",
            param="reasoning.context",
            code="unsupported_value",
        ),
        "lite-shape",
    ),
    (
        "C5",
        400,
        CF,
        err(
            message="This model is not supported when using X-OpenAI-Internal-Codex-Responses-Lite."
        ),
        "lite-shape",
    ),
    # Credential
    (
        "U1",
        401,
        CF,
        json.dumps(
            {
                "error": {
                    "message": "Provided authentication token is expired. Please try signing in again.",
                    "type": None,
                    "code": "token_expired",
                    "param": None,
                },
                "status": 401,
            }
        ),
        "token-expired",
    ),
    (
        "U2",
        401,
        CF,
        json.dumps(
            {
                "error": {
                    "message": "Your authentication token has been invalidated. Please try signing in again.",
                    "type": "invalid_request_error",
                    "code": "token_invalidated",
                    "param": None,
                },
                "status": 401,
            }
        ),
        "token-revoked",
    ),
    (
        "U3",
        401,
        CF,
        json.dumps(
            {
                "error": {
                    "message": "Encountered invalidated oauth token for user, failing request",
                    "type": None,
                    "code": "token_revoked",
                    "param": None,
                },
                "status": 401,
            }
        ),
        "token-revoked",
    ),
    (
        "U4",
        401,
        CF,
        detail("Could not parse your authentication token. Please try signing in again."),
        "token-malformed",
    ),
    ("U4 older", 401, CF, err(code="invalid_jwt"), "token-malformed"),
    ("U5", 401, CF, detail("Unauthorized"), "unauthorized"),
    ("U6", 401, CF, "Missing Authentication header", "unauthorized"),
    (
        "U7",
        401,
        (("x-request-id", "req_1"),),
        err(
            message="You have insufficient permissions for this operation. Missing scopes: "
            "api.responses.write."
        ),
        "wrong-host",
    ),
    ("U8", 401, CF, detail("Workspace is not authorized in this region."), "workspace-region"),
    ("U9", 403, CF, detail({"code": "invalid_workspace_selected"}), "wrong-workspace"),
    ("U10", 402, CF, detail({"code": "deactivated_workspace"}), "workspace-deactivated"),
    (
        "U11",
        403,
        CF,
        err(
            message="Personal access token owner is inactive.",
            code="biscuit_baker_service_auth_credential_error_status",
        ),
        "workspace-deactivated",
    ),
    (
        "U12",
        401,
        (("x-openai-authorization-error", "verification_required"),),
        "opaque",
        "verification-required",
    ),
    (
        "U12 packed",
        401,
        (("x-error-json", packed(code="identity_verification_required")),),
        "",
        "verification-required",
    ),
    # Edge
    ("E1", 403, CHALLENGE, JUST_A_MOMENT, "edge-challenge"),
    ("E1 by page", 403, CF, JUST_A_MOMENT, "edge-challenge"),
    (
        "E1 by script",
        503,
        CF,
        "<html><script>window._cf_chl_opt={}</script></html>",
        "edge-challenge",
    ),
    ("E2", 403, CF, ATTENTION, "edge-block"),
    ("E3", 403, CF, "", "edge-unknown"),
    ("E4", 404, CF, "", "edge-path-block"),
    ("E7", 403, CF, err(code="unsupported_country_region_territory"), "region-unsupported"),
    # Plan, usage, rate
    (
        "L1",
        429,
        (*CF, ("x-codex-plan-type", "plus")),
        err(
            type="usage_limit_reached",
            message="The usage limit has been reached",
            plan_type="plus",
            resets_at=1777936568,
            eligible_promo=None,
            resets_in_seconds=13872,
        ),
        "usage-limit-reached",
    ),
    ("L2", 404, CF, err(type="usage_limit_reached"), "usage-limit-reached"),
    ("L2 not included", 404, CF, err(code="usage_not_included"), "usage-not-included"),
    ("L2 rate", 404, CF, err(code="rate_limit_exceeded"), "rate-limited"),
    ("L3", 429, CF, err(type="usage_not_included"), "usage-not-included"),
    ("L4", 429, CF, "", "rate-limited"),
    (
        "L4 said",
        429,
        CF,
        "exceeded retry limit, last status: 429 Too Many Requests",
        "rate-limited",
    ),
    (
        "L5",
        None,
        (),
        err(
            code="rate_limit_exceeded",
            message="Rate limit reached for organization "
            "org on tokens per min (TPM). Please try again in 3.233s",
        ),
        "rate-limited",
    ),
    (
        "L6",
        429,
        (),
        err(
            code="insufficient_quota",
            message="Quota exceeded. Check your plan and billing details.",
        ),
        "quota-exhausted",
    ),
    # Server and stream
    ("S1", 503, CF, err(code="server_is_overloaded"), "overloaded"),
    ("S1 slow", 503, CF, err(code="slow_down"), "overloaded"),
    (
        "S1 said",
        503,
        CF,
        err(message="Selected model is at capacity. Please try a different model."),
        "overloaded",
    ),
    ("S2", 500, CF, err(code="server_error"), "server-error"),
    ("S2 said", 500, CF, err(message="We're currently experiencing high demand"), "server-error"),
    ("S3", 502, CF, GATEWAY, "bad-gateway"),
    (
        "S4",
        503,
        (("x-openai-authorization-error", "biscuit_baker_service_me_circuit_open"),),
        "Service Unavailable",
        "server-error",
    ),
    ("S9", None, (), err(code="context_length_exceeded"), "context-length"),
    (
        "S10",
        400,
        CF,
        err(
            code="cyber_policy",
            message="This request has been flagged for possible cybersecurity risk.",
        ),
        "policy-refused",
    ),
    # By status alone
    ("unlisted 4xx", 418, CF, detail("I am a teapot"), "request-refused"),
    ("403 with words", 403, CF, detail("Forbidden"), "request-refused"),
    ("403 page", 403, CF, "<html><title>Nope</title></html>", "request-refused"),
    ("422", 422, CF, detail("odd"), "shape-rejected"),
    ("redirect", 302, CF, "", "redirect-refused"),
    ("5xx", 503, CF, "", "server-error"),
    ("504", 504, CF, GATEWAY, "bad-gateway"),
    ("520", 520, CF, "<html>odd</html>", "server-error"),
    ("proxy", 407, (), "<html>log in to the proxy</html>", "proxy"),
]


@pytest.mark.parametrize(
    ("row", "status", "headers", "body", "code"), ROWS, ids=[row[0] for row in ROWS]
)
def test_every_reported_failure(
    row: str, status: int | None, headers: tuple[tuple[str, str], ...], body: str, code: str
) -> None:
    found = classify(Answer(status, headers, body))
    assert found.code == code, found
    assert CODES[found.code].outcome is outcome_of(code)


@pytest.mark.parametrize("word", sorted(STRUCTURED))
def test_a_code_is_read_from_all_five_envelopes_and_beats_every_status(word: str) -> None:
    envelopes = [
        {"error": {"code": word, "message": "m"}},
        {"detail": {"code": word}},
        {"error": {"type": word}},
        {"error": word, "error_description": "d"},
        {"type": "error", "status": 400, "error": {"code": word, "param": None}},
        {"error": {"error": {"code": word}}},
        {"detail": {"error": {"code": word}}},
        {"response": {"error": {"code": word}}},
        {"code": word},
        {"error": {"code": word.upper()}},
    ]
    for envelope in envelopes:
        for status in (200, 400, 401, 403, 404, 429, 500, 503, None):
            found = classify(Answer(status, CF, json.dumps(envelope)))
            assert found.code == STRUCTURED[word], (envelope, status)


def test_both_headers_are_read_before_the_body() -> None:
    body = err(code="usage_limit_reached")
    plain = (("X-OpenAI-Authorization-Error", " Token_Expired "),)
    assert classify(Answer(403, plain, body)).code == "token-expired"
    both = (*plain, ("x-error-json", packed(code="token_revoked")))
    assert classify(Answer(403, both, body)).code == "token-expired"
    assert classify(Answer(403, both[1:], body)).code == "token-revoked"
    assert classify(Answer(403, both[1:], "")).code == "token-revoked"
    unpadded = (("x-error-json", packed(code="token_revoked").rstrip("=")),)
    assert classify(Answer(403, unpadded, "")).code == "token-revoked"


@pytest.mark.parametrize(
    "header",
    ["%%%", "AAAA", base64.b64encode(b"\xff\xfe").decode(), base64.b64encode(b"[1]").decode(), "é"],
)
def test_an_unreadable_header_is_no_code(header: str) -> None:
    assert (
        classify(Answer(401, (("x-error-json", header),), detail("Unauthorized"))).code
        == "unauthorized"
    )
    assert classify(Answer(403, (("x-error-json", header),), "")).code == "edge-unknown"


def test_a_code_beats_a_type_and_both_beat_a_text() -> None:
    assert (
        classify(Answer(429, (), err(code="insufficient_quota", type="usage_limit_reached"))).code
        == "quota-exhausted"
    )
    assert (
        classify(
            Answer(400, (), err(code="token_expired", message="Instructions are not valid"))
        ).code
        == "token-expired"
    )
    assert (
        classify(Answer(400, (), err(code="never_seen", message="Instructions are not valid"))).code
        == "instructions-drift"
    )


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("  INSTRUCTIONS ARE NOT VALID. ", "instructions-drift"),
        ("Error: instructions is invalid for this model", "instructions-drift"),
        ("instructions are missing", "instructions-missing"),
        ("the model `gpt-9` is not supported", "model-unsupported"),
        ("The model gpt-9 does not exist or you do not have access", "model-not-found"),
        ("You've hit your usage limit. Upgrade to Pro", "usage-limit-reached"),
        ("To use Codex with your ChatGPT plan, upgrade to Plus", "usage-not-included"),
        ("You exceeded your current quota", "quota-exhausted"),
        ("This token has expired", "token-expired"),
        ("Your token has been revoked", "token-revoked"),
        ("Your input exceeds the context window of this model.", "context-length"),
    ],
)
def test_other_wordings_in_every_text_envelope(text: str, code: str) -> None:
    for body in (
        detail(text),
        err(message=text),
        json.dumps({"error_description": text}),
        json.dumps({"message": text}),
        text,
        json.dumps({"error": text}),
    ):
        assert classify(Answer(400, CF, body)).code == code, body


def test_the_header_server_proves_nothing() -> None:
    for body, status, code in (
        (detail("Unauthorized"), 401, "unauthorized"),
        (err(code="usage_limit_reached"), 429, "usage-limit-reached"),
    ):
        assert classify(Answer(status, CF, body)).code == code
        assert classify(Answer(status, (), body)).code == code


@pytest.mark.parametrize(
    ("error", "code"),
    [
        ("network", "network"),
        ("dns", "dns"),
        ("tls", "tls"),
        ("proxy", "proxy"),
        ("timeout", "timeout"),
        ("stalled", "stream-stalled"),
        ("cut", "stream-cut"),
        ("oversized", "stream-oversized"),
        ("compressed", "stream-malformed"),
        ("refused-host", "not-configured"),
        ("never heard of", "network"),
    ],
)
def test_transport_errors_come_first(error: str, code: str) -> None:
    assert classify(Answer(None, (), "", error, "said")).code == code
    assert classify(Answer(None, (), err(code="token_expired"), error, "said")).code == code


@pytest.mark.parametrize("error", ["compressed", "cut", "stalled", "timeout", "oversized"])
@pytest.mark.parametrize("status", [403, 404])
def test_an_answer_whose_body_never_came_is_not_an_empty_one(error: str, status: int) -> None:
    assert classify(Answer(status, CF, "", error, "said")).code == TRANSPORT[error]


@pytest.mark.parametrize(
    ("body", "headers", "delay"),
    [
        (err(message="Please try again in 3.233s"), (), 3.233),
        (err(message="try again in 250 ms"), (), 0.25),
        (err(message="Try again in 2 minutes."), (), 120.0),
        (err(resets_in_seconds=13872), (), 13872.0),
        (err(resets_in_seconds=7, message="try again in 1s"), (("retry-after", "9"),), 7.0),
        ("", (("Retry-After", "30"),), 30.0),
        ("", (("retry-after", "-5"),), None),
        ("", (("retry-after", "Wed, 21 Oct 2026 07:28:00 GMT"),), None),
        ("", (), None),
        (err(resets_in_seconds=True), (), None),
        (err(resets_in_seconds=-1), (), None),
        (err(resets_in_seconds="7"), (), None),
    ],
)
def test_the_delay_an_answer_asks_for(
    body: str, headers: tuple[tuple[str, str], ...], delay: float | None
) -> None:
    found = classify(Answer(429, headers, body)).delay
    assert found == (pytest.approx(delay) if delay is not None else None)


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        ('{"error": {"resets_in_seconds": Infinity}}', ()),
        ('{"error": {"resets_in_seconds": NaN}}', ()),
        ('{"error": {"resets_in_seconds": 1e999}}', ()),
        ('{"error": {"resets_in_seconds": 1' + "0" * 400 + "}}", ()),
        ('{"error": {"resets_in_seconds": 1' + "0" * 5000 + "}}", ()),
        ("try again in " + "9" * 400 + " s", ()),
        ("", (("retry-after", "9" * 400),)),
        ("", (("retry-after", "\u00b2"),)),
        ("", (("retry-after", "\u0663"),)),
    ],
)
def test_a_delay_that_is_no_number_of_seconds_is_none(
    body: str, headers: tuple[tuple[str, str], ...]
) -> None:
    delay = classify(Answer(429, headers, body)).delay
    assert delay is None or 0 <= delay < 1e12


def test_what_a_usage_limit_says_besides() -> None:
    found = classify(Answer(429, (), err(type="usage_limit_reached", resets_at=1777936568)))
    assert found.resets_at == 1777936568
    field = classify(Answer(400, (), err(code="invalid_value", param="input[3].x", message="m")))
    assert (field.param, field.text) == ("input[3].x", "m")


def test_what_was_said_is_clean_and_short() -> None:
    said = server_text(Answer(400, (), detail("a\x1b[31mb\u202e" + "x" * 5000)))
    assert "\x1b" not in said
    assert "\u202e" not in said
    assert len(said) <= 600
    assert server_text(Answer(403, (), JUST_A_MOMENT)) == "Just a moment..."
    assert server_text(Answer(None, (), "", "dns", "no such host")) == "no such host"


JSON_TEXT = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from(sorted(STRUCTURED)),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "error",
                    "detail",
                    "code",
                    "type",
                    "message",
                    "response",
                    "body",
                    "param",
                    "resets_at",
                    "resets_in_seconds",
                    "x",
                ]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
).map(json.dumps)
HEADERS = st.lists(
    st.tuples(
        st.sampled_from(
            [
                "x-error-json",
                "x-openai-authorization-error",
                "cf-mitigated",
                "retry-after",
                "content-type",
                "x-request-id",
            ]
        ),
        st.text(max_size=30),
    ),
    max_size=3,
).map(tuple)
BODIES = st.binary(max_size=200).map(lambda b: b.decode("utf-8", "replace")) | JSON_TEXT
ERRORS = st.none() | st.sampled_from(sorted(TRANSPORT)) | st.text(max_size=5)


@settings(max_examples=100, deadline=None)
@given(st.none() | st.integers(100, 599), HEADERS, BODIES, ERRORS)
def test_anything_at_all_is_some_failure(
    status: int | None, headers: tuple[tuple[str, str], ...], body: str, error: str | None
) -> None:
    found = classify(Answer(status, headers, body, error, "said"))
    assert found.code in CODES
    assert outcome_of(found.code) in (Outcome.FAIL, Outcome.BLOCKED)
    assert len(found.text) <= 600
    # What is observed of it is written to the journal, which holds JSON numbers only.
    json.dumps([found.delay, found.resets_at, found.param, found.text], allow_nan=False)


def test_every_code_of_the_tables_is_a_word_of_the_outcomes_page() -> None:
    named = {*STRUCTURED.values(), *TRANSPORT.values(), *(code for code, _ in TEXTS)}
    assert named <= set(CODES)


@pytest.mark.parametrize(
    ("status", "headers", "body", "words"),
    [
        (404, (), "", "the provider's edge answered in place of its backend, without a word"),
        (429, (), "", "no reason was given"),
        (
            503,
            (),
            '{"error":{"code":"server_is_overloaded"}}',
            "the answer's code is server_is_overloaded",
        ),
        (
            401,
            (("x-openai-authorization-error", "identity_verification_required"),),
            "{}",
            "a header says identity_verification_required",
        ),
        (404, (), '{"detail":"Model not found {x}"}', "Model not found {x}"),
        (400, (), "{x} Instructions are not valid", "{x} Instructions are not valid"),
    ],
)
def test_a_failure_has_words_for_the_person(
    status: int, headers: tuple[tuple[str, str], ...], body: str, words: str
) -> None:
    assert classify(Answer(status, headers, body, None, "")).message == words


@pytest.mark.parametrize(
    ("begin", "end"),
    [
        ("", ""),
        ("<html>", ""),
        ("<html><title>", ""),
        ("[", ""),
        ('{"detail": "', '"}'),
        ('{"error": {"code": "', '"}}'),
    ],
)
@pytest.mark.parametrize(
    "part",
    [
        "model ",
        "account ",
        "a cloudflare ",
        "<title>",
        "try again in ",
        "account_",
        " ",
        "error code: 1",
        "workspace ",
    ],
)
def test_megabytes_of_anything_are_read_in_bounded_work(begin: str, end: str, part: str) -> None:
    """Marks are looked for in a bounded part; a pattern that went over all would take minutes."""
    body = begin + part * (4_000_000 // len(part)) + end
    for status in (403, 503):
        assert classify(Answer(status, (), body)).code in CODES
