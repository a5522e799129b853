"""Turns and ledgers with exactly one mutation in them: none passes; without it all do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from smoke_tui.proof.obligations import first_unmet
from smoke_tui.proof.quoting import contains_word
from smoke_tui.stack.ledger_rows import ledger_lines
from smoke_tui.stack.ledger_window import LedgerReading
from smoke_tui.stack.route_proof import evidence_lines
from smoke_tui.stack.turn_document import claims_of
from smoke_tui.stack.turn_obligations import TurnResult, turn_obligations
from tests.helpers.mutations import Benign, mutations_of, unexplained, unused
from tests.helpers.valid_answers import MODEL, NONCE, PROMPT, USAGE

HEADERS = {
    "x-codex-plan-type": "plus",
    "x-codex-primary-used-percent": "3",
    "openai-model": MODEL,
    "date": "Mon",
}
DOCUMENT: dict[str, Any] = {
    "output_text": f"A quiet world, and {NONCE}.",
    "response_id": "resp_1",
    "usage": USAGE,
    "route": {
        "provider": "openai",
        "credential": "subscription",
        "model": MODEL,
        "host": "chatgpt.com",
    },
    "fallback_used": False,
    "degraded": False,
    "status": "completed",
    "error": None,
    "ok": True,
    "org_id": "org_1",
    "upstream_headers": HEADERS,
}
ROW: dict[str, Any] = {
    "time": "2026-11-28T00:00:00Z",
    "domain": "dom-1",
    "model": MODEL,
    "cost": "0",
    "provider": "openai",
    "credential": "subscription",
    "response_id": "resp_1",
}
OTHER_ROW = {**ROW, "response_id": "resp_0", "model": "gpt-5.2"}


def code_of(
    document: Any = DOCUMENT,
    rows: Any = None,
    *,
    more: bool = False,
    asked: str | None = MODEL,
    own: Sequence[tuple[str, str]] = (),
    mark: str | None = None,
) -> str | None:
    """The code of a turn by what it shows; `route-unproven` is for the operator to attest."""
    claims = claims_of(document, {})
    look = (
        None
        if rows is None
        else LedgerReading(
            tuple(row for row in rows if isinstance(row, Mapping)), more, match="dom-1", start=mark
        )
    )
    turned = TurnResult(document, claims, NONCE, asked, PROMPT, reading=look)
    lines = [
        *evidence_lines(
            claims, contains_word(turned.output, NONCE), document=document, own_headers=list(own)
        ),
        *ledger_lines(look, claims["response_id"]),
    ]
    unmet = first_unmet(
        turn_obligations(
            TurnResult(
                document,
                claims,
                NONCE,
                asked,
                PROMPT,
                reading=look,
                lines=lines,
                own_headers=list(own),
            )
        )
    )
    return unmet.code if unmet is not None else None


NOT_JUDGED = "says nothing of what a pass rests on"
ONE_OF_MANY = "the same is witnessed elsewhere, and nothing contradicts it"
DETAILS = [
    Benign("usage.*_details", "details are optional", "removed|null|table|emptied"),
    Benign("usage.*_details.*", "a number that can be", "removed|null|zero|more|number"),
    Benign("usage.total_tokens", "the sum is optional", "removed"),
]
ANYTHING = "removed|null|text|blank|number|true|list|table|longer|reversed|empty"
OF_ITSELF = [
    *DETAILS,
    Benign("org_id", NOT_JUDGED),
    Benign("upstream_headers.date", NOT_JUDGED),
    Benign("output_text", "words more", "longer"),
    Benign("status", "a stack need not say it", "removed|null|true"),
    Benign("ok", "a stack need not say it", "removed|null|text|blank|number|list|table"),
    Benign("fallback_used", "a stack need not say it", "removed|null|blank"),
    Benign("degraded", "a stack need not say it", "removed|null|blank"),
    Benign("error", "none and blank are the same", "removed|blank"),
    Benign("route.model", ONE_OF_MANY, "removed|null"),
    Benign("route.host", ONE_OF_MANY, "removed|null|blank|empty"),
    Benign("upstream_headers.openai-model", ONE_OF_MANY, "removed|null"),
    Benign("upstream_headers.x-codex-*", "that there are some is what counts"),
]
BY_HEADERS = [*OF_ITSELF, Benign("response_id", "nothing is looked up by it")]
BY_LEDGER = [
    *OF_ITSELF,
    Benign("route.credential", "the ledger names it", "removed|null|blank|empty"),
    Benign("upstream_headers", "the ledger stands for them"),
]
OF_ROWS = [
    Benign("?.time", NOT_JUDGED),
    Benign("?.cost", "a finding, no verdict"),
    Benign("0", "two rows that agree", "doubled"),
    Benign("1", "a row of another response"),
    Benign("0.model", ONE_OF_MANY, "removed|null|blank|empty"),
    Benign("0.provider", ONE_OF_MANY, "removed|null|blank|empty"),
    Benign("0.credential", ONE_OF_MANY, "removed|null|blank|empty"),
    *(
        Benign(f"1.{name}", "a row of another response")
        for name in ("model", "provider", "credential", "response_id")
    ),
]


def test_the_turn_without_a_mutation_passes() -> None:
    assert code_of() is None
    assert code_of(rows=[ROW]) is None
    assert code_of(rows=[ROW, OTHER_ROW]) is None
    assert code_of(asked=None) is None


def test_no_mutation_about_any_leaf_of_a_turn_passes_unexplained() -> None:
    mutations = list(mutations_of(DOCUMENT))
    assert len(mutations) > 200
    for rows, benign in ((None, BY_HEADERS), ([ROW], BY_LEDGER)):
        passed = [
            mutation for mutation in mutations if code_of(mutation.told(DOCUMENT), rows) is None
        ]
        assert unexplained(passed, benign) == []
        assert unused(benign) == []


def test_no_mutation_about_any_leaf_of_the_ledger_passes_unexplained() -> None:
    rows = [ROW, OTHER_ROW]
    passed = [
        mutation for mutation in mutations_of(rows) if code_of(rows=mutation.told(rows)) is None
    ]
    assert unexplained(passed, OF_ROWS) == []
    assert unused(OF_ROWS) == []


# --- signs that nobody declared: names and places ---

SIGNS: list[dict[str, Any]] = [
    *(
        {name: value}
        for name in (
            "fallback_used",
            "usedFallback",
            "isFallback",
            "degraded",
            "is_degraded",
            "fell_back_fallback",
        )
        for value in (True, 1, "true", "Yes", "1", "on")
    ),
    {"fallback_used": "gpt-4o-mini"},
    {"degrade_reason": "quota"},
    {"degraded": {"why": "quota"}},
    {"fallback_from": "openai"},
    {"status": "failed"},
    {"status": "error"},
    {"state": "degraded"},
    {"status": 500},
    {"status": "503"},
    {"status": "partial"},
    {"status_code": 429},
    {"upstream_status": 429},
    {"upstreamStatus": "502"},
    {"http_status": 401},
    {"error": {"message": "no"}},
    {"error": "failed"},
    {"errors": ["x"]},
    {"upstream_error": {"code": "rate_limit_exceeded"}},
    {"last_error": "timeout"},
    {"ok": False},
    {"success": "false"},
    {"failed": True},
    {"canned": True},
    {"from_cache": True},
    {"truncated": True},
    {"finish_reason": "length"},
    {"incomplete_details": {"reason": "x"}},
    {"degradation": "partial"},
    {"mode": "degraded"},
    {"source": "canned"},
    {"via": "fallback"},
    {"provider": "anthropic"},
    {"upstream_provider": "xai"},
    {"credential_type": "api_key"},
    {"billing": "platform"},
    {"tier": "Platform"},
    {"auth_mode": "API key"},
    {"provider_status": "rate_limited"},
    {"refusal": "I can't do that."},
    {"upstream_response_id": "resp_9"},
    {"model": "gpt-5.2"},
    {"served_model": "gpt-5.5-mini"},
    {"headers": {"OpenAI-Organization": "org-1"}},
    {"headers": {"openai-model": "gpt-5.2"}},
    {"upstream_headers": [["x-codex-plan-type", "plus"], ["openai-organization", "x"]]},
    {"refusal": "No"},
    {"cached": True},
    {"cacheHit": "true"},
    {"cache": "HIT"},
    {"mock": 1},
    {"dry_run": True},
    {"synthetic": True},
    {"placeholder": "yes"},
    {"stale": True},
    {"partial": True},
    {"blocked": True},
    {"timed_out": True},
    {"fell_back": True},
    {"failover": True},
    {"rerouted": True},
    {"downgraded": True},
    {"fallback_count": "2"},
    {"fallback": {"used": True}},
    {"platform_key_used": True},
    {"billed_to": "platform"},
    {"source": "cache"},
    {"source": "Cached response"},
    {"source": "fixture"},
    {"engine": "stub"},
    {"served_by": "mock"},
    {"answered_from": "replay"},
    {"status": "error: upstream"},
    {"type": "error"},
    {"object": "Error"},
    {"error_type": "timeout"},
    {"traceback": "Traceback"},
    {"warnings": ["fell back to the platform key"]},
    {"warnings": [{"code": "fallback_used"}]},
    {"warning": "Degraded: quota"},
    {"notices": [{"message": "answered from the cache"}]},
    {"results": [{"error": "boom"}]},
    {"trace": {"events": [{"error": {"code": "x"}}]}},
    {"choices": [{"finish_reason": "content_filter"}]},
    {"attempts": [{"provider": "openai", "error": "429"}, {"provider": "anthropic"}]},
    {"attempts": [{"status": "ok"}, {"status": "failed"}]},
    {"hops": [{"provider": "xai"}]},
    {"calls": [{"model": "gpt-5.2"}]},
    {"upstream_headers": {**HEADERS, "x-openai-authorization-error": "account_deactivated"}},
    {
        "upstream_headers": [
            {"name": "x-codex-plan-type", "value": "plus"},
            {"name": "OpenAI-Organization", "value": "org-1"},
        ]
    },
    {"upstream_headers": "x-codex-plan-type: plus\r\nopenai-organization: org-1\r\n"},
]
OWN_HEADERS = [
    ("openai-organization", "org-1"),
    ("openai-model", "gpt-5.2"),
    ("x-fallback", "true"),
    ("X-Fallback-Provider", "xai"),
    ("x-degraded", "1"),
    ("x-llm-provider", "anthropic"),
    ("x-cache", "HIT"),
    ("warning", '199 - "a fallback was used"'),
    ("x-error-json", "e30="),
    ("x-openai-authorization-error", "account_deactivated"),
    ("x-error", "upstream"),
]
HONEST_HEADERS = [
    ("content-type", "application/json"),
    ("x-fallback", "false"),
    ("x-cache", "MISS"),
    ("x-llm-provider", "OpenAI"),
    ("warning", '199 - "no fallback was used"'),
    ("via", "1.1 edge"),
    ("x-served-by", "cache-fra19127"),
    ("x-error", "[REDACTED:header]"),
]


@pytest.mark.parametrize("holder", [None, "route", "response", "upstream"])
@pytest.mark.parametrize("sign", SIGNS, ids=str)
def test_a_sign_of_trouble_is_read_wherever_it_stands(
    sign: dict[str, Any], holder: str | None
) -> None:
    told = (
        {**DOCUMENT, **sign}
        if holder is None
        else {**DOCUMENT, holder: {**DOCUMENT.get(holder, {}), **sign}}
    )
    assert code_of(told) is not None
    assert code_of(told, [ROW]) is not None


@pytest.mark.parametrize(
    "route",
    [
        {"provider": "not-openai"},
        {"provider": "openai-compatible"},
        {"provider": "openai.evil"},
        {"provider": "azure/openai"},
        {"provider": ["openai"]},
        {"credential": "no-subscription"},
        {"credential": "subscription-expired"},
        {"credential": "codex-api-key"},
        {"credential": "oauth2-service-account"},
        {"credential": ["subscription"]},
        {"credential": {"kind": "subscription"}},
        {"host": "chatgpt.com.evil.example"},
        {"host": "chatgpt.com@evil.example"},
        {"host": "xchatgpt.com"},
        {"host": "api.openai.com"},
        {"host": "http://chatgpt.com"},
        {"host": "chatgpt.com:8443"},
        {"host": "127.0.0.1:9"},
        {"host": 7},
        {"host": ["chatgpt.com"]},
    ],
    ids=str,
)
@pytest.mark.parametrize("rows", [None, [ROW]])
def test_names_that_merely_contain_the_wanted_one_prove_nothing(
    route: dict[str, Any], rows: Any
) -> None:
    assert code_of({**DOCUMENT, "route": {**DOCUMENT["route"], **route}}, rows) is not None


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [{**ROW, "response_id": "resp_11"}],
        [{**ROW, "response_id": "resp_"}],
        [{**ROW, "response_id": " resp_1"}],
        [{**ROW, "response_id": "RESP_1"}],
        [ROW, {**ROW, "model": "gpt-5.2"}],
        [ROW, {**ROW, "provider": "xai"}],
        [ROW, {**ROW, "credential": "platform"}],
        [ROW, {**ROW, "credential": "?"}],
        [ROW, {**ROW, "domain": None}],
        [ROW, {**ROW, "domain": ""}],
        [ROW, {**ROW, "domain": " \t"}],
        [ROW, {**OTHER_ROW, "domain": None}],
        [{**ROW, "domain": "dom-2"}],
        [ROW, {**ROW, "domain": "dom-2"}],
        [OTHER_ROW],
        [{**ROW, "response_id": None}, OTHER_ROW],
    ],
    ids=str,
)
def test_rows_that_do_not_agree_prove_nothing(rows: list[dict[str, Any]]) -> None:
    assert code_of(rows=rows) is not None


def test_more_rows_than_were_read_prove_nothing() -> None:
    assert code_of(rows=[ROW], more=True) == "route-unproven"


@pytest.mark.parametrize(
    "text",
    [
        PROMPT,
        f"You wrote: {PROMPT}",
        PROMPT.upper(),
        PROMPT.replace("\n", "\\n"),
        f"<p>{PROMPT}</p>",
        f"Your answer has to contain this word, exactly as it is: {NONCE}",
        f"Answer with the word given to you, and nothing else: {NONCE}",
        NONCE[:-1],
        "",
        " ",
        "A quiet world.",
        f"{NONCE}0",
        f"x{NONCE}",
        NONCE * 2,
    ],
)
def test_a_text_that_quotes_the_request_is_no_answer(text: str) -> None:
    assert code_of({**DOCUMENT, "output_text": text}) == "degraded-empty"


@pytest.mark.parametrize(
    "usage",
    [
        None,
        {},
        "many",
        {"input_tokens": 3},
        {"input_tokens": 0, "output_tokens": 0},
        {"input_tokens": "3", "output_tokens": 2},
        {**USAGE, "total_tokens": 1},
        {"prompt_tokens": -1, "completion_tokens": 2},
    ],
    ids=str,
)
def test_a_turn_without_the_usage_of_a_call_does_not_pass(usage: Any) -> None:
    assert code_of({**DOCUMENT, "usage": usage}) in ("degraded-no-usage", "route-unproven")


HONEST: list[dict[str, Any]] = [
    {},
    {"fallback_model": "gpt-4o", "fallback_enabled": True},
    {"fallbacks": []},
    {"status": 200},
    {"status": "ok"},
    {"error": None, "errors": []},
    {"warnings": ["slow"]},
    {"usage": {"prompt_tokens": 3, "completion_tokens": 2}},
    {"degraded": "no"},
    {"route": {**DOCUMENT["route"], "credential": "Subscription (OAuth bundle)"}},
    {"route": {**DOCUMENT["route"], "credential": "chatgpt_oauth", "provider": "OpenAI"}},
    {"route": {**DOCUMENT["route"], "model": f"{MODEL}-2026-03-01"}},
    {"route": {**DOCUMENT["route"], "host": "https://chatgpt.com/backend-api/codex"}},
    {"world": {"model": "embedding-3", "locked": False}},
    {"upstream_headers": [["x-codex-plan-type", "plus"], ["Openai-Model", MODEL]]},
    {"history": [{"status": "failed", "error": "x", "degraded": True}]},
    {"mode": "no-fallback"},
    {"source": "openai"},
    {"tier": "plus"},
    {"billing": "subscription"},
    {"response": {"id": "turn-7", "provider": "openai"}},
    {"refusal": None},
    {"usage": {**USAGE, "cached": 10}},
    {"completed": 0},
    {"attempts": [{"error": "timeout"}, {"provider": "openai", "status": "ok", "error": None}]},
    {"warnings": ["no fallback was used", "The bridge may fall."]},
    {"cached": False},
    {"entities": [{"status": "failed", "name": "A quest", "blocked": True, "model": "x"}]},
    {"world": {"status": "fallen", "source": "cache", "mock": True, "type": "error"}},
    {"source": "not cached"},
    {"source": "author"},
    {"steps": [{"name": "llm", "error": None}]},
    {"fallback": {"used": False, "provider": None}},
    {"cache": "miss"},
    {"type": "turn"},
    {"meta": {"source": "api", "model": MODEL}},
    {"path": "/worlds/cache/1"},
    {"messages": [{"role": "user", "content": "Is there an error?"}]},
]


@pytest.mark.parametrize("more", HONEST, ids=str)
def test_an_honest_turn_passes(more: dict[str, Any]) -> None:
    found = {**DOCUMENT, **more}
    assert (code_of(found), code_of(found, [ROW])) == (None, None)


@pytest.mark.parametrize("header", OWN_HEADERS, ids=str)
def test_a_sign_in_the_headers_of_the_stack_is_read(header: tuple[str, str]) -> None:
    assert code_of(own=[header]) is not None
    assert code_of(rows=[ROW], own=[header]) is not None


def test_headers_of_an_honest_stack_say_nothing() -> None:
    assert code_of(own=HONEST_HEADERS) is None


def test_a_row_from_before_the_turn_proves_nothing() -> None:
    assert code_of(rows=[ROW], mark="2026-11-28T00:00:00+00:00") is None
    assert code_of(rows=[ROW], mark="a mark of its own") is None
    assert code_of(rows=[ROW], mark="2026-11-28T00:00:01Z") == "route-unproven"


@pytest.mark.parametrize(
    "rows",
    [
        [ROW, OTHER_ROW],
        [{**ROW, "model": f"{MODEL}-2026-03-01"}],
        [{**ROW, "response_id": None}],
        [{name: ROW[name] for name in ("time", "domain", "model", "cost")}],
    ],
    ids=str,
)
def test_an_honest_ledger_passes(rows: list[dict[str, Any]]) -> None:
    assert code_of(rows=rows) is None
