"""The provider's answers by kind: account states, interception, limits, names nobody knows."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smoke_tui.codex.classify import Answer, Failure, classify
from smoke_tui.codex.failure_signals import (
    GENERIC_NAMES,
    STRUCTURED,
    code_for_name,
    code_for_status,
)
from smoke_tui.codex.quota import active_limit, read_windows, windows_by_family
from smoke_tui.engine.rules import judge
from smoke_tui.failure_codes.table import CODES, outcome_of
from smoke_tui.failure_codes.texts import REACHED, moment, text_of_code
from smoke_tui.journal.state import StepState
from smoke_tui.outcomes import Outcome
from smoke_tui.runbook.model import Step
from smoke_tui.world.result import Result

Headers = tuple[tuple[str, str], ...]
CF: Headers = (("server", "cloudflare"), ("cf-ray", "9a-FRA"))


def err(**fields: Any) -> str:
    return json.dumps({"error": fields})


def packed(document: Any) -> str:
    return base64.b64encode(json.dumps(document).encode()).decode()


def told(failure: Failure) -> tuple[str, str]:
    """The sentence and the remedy of a failure, as every reader gets them."""
    found = text_of_code(failure.code, failure.observed())
    assert found is not None
    return found.what, found.remedy


def calls_again(failure: Failure) -> bool:
    """Whether the engine makes another call after it, by retry or by refresh."""
    step = Step("live-call", "call", "t", "", 1, 1)
    observed = {"fresh": True, "refreshable": True} | failure.observed()
    decision = judge(
        step, Result(failure.code, "s", observed), StepState("live-call"), "unknown", {}
    )
    return decision.outcome is None


# Account states


@pytest.mark.parametrize(
    "name",
    [
        "account_deactivated",
        "account_suspended",
        "account_banned",
        "account_disabled",
        "account_deleted",
        "user_deactivated",
        "user_suspended",
        "deactivated_user",
        "banned_account",
        "account_is_disabled",
        "user_account_terminated",
        "account_has_been_deleted",
        "deactivated",
        "suspended",
        "banned",
        "AccountDeactivated",
        "account-suspended",
        "ACCOUNT_DELETED",
        "member_suspended",
        "account_suspended_for_abuse",
        "Account Deactivated",
        "user_not_active",
        "account_locked",
        "inactive_user",
    ],
)
@pytest.mark.parametrize("where", ["plain header", "packed header", "code", "detail code", "type"])
def test_the_state_of_an_account_is_known_by_its_kind(name: str, where: str) -> None:
    headers: Headers = {
        "plain header": (("X-OpenAI-Authorization-Error", name),),
        "packed header": (("x-error-json", packed({"error": {"code": name}})),),
    }.get(where, ())
    body = {
        "code": err(code=name, message="no"),
        "detail code": json.dumps({"detail": {"code": name}}),
        "type": err(type=name),
    }.get(where, json.dumps({"detail": "Unauthorized"}))
    for status in (400, 401, 403, None):
        found = classify(Answer(status, headers, body))
        assert found.code == "account-deactivated"
        assert not calls_again(found)


@pytest.mark.parametrize(
    "text",
    [
        # Soju06/codex-lb#353, word for word.
        "Your OpenAI account has been deactivated, please check your email for more information. If "
        "you feel this is an error, contact us through our help center at help.openai.com.",
        "You do not have an account because it has been deleted or deactivated.",
        "Your account was suspended.",
        "This user is banned",
        "account_deactivated",
        "The account associated with this login is disabled.",
        "Deactivated account",
        "User account is closed",
        "This account is no longer active",
        "Your account is locked.",
        "Your account has been flagged and access is suspended.",
    ],
)
def test_the_state_of_an_account_is_known_by_its_wording(text: str) -> None:
    for body in (json.dumps({"detail": text}), err(message=text), text):
        for status in (401, 403):
            found = classify(Answer(status, CF, body))
            assert found.code == "account-deactivated", body
            assert not calls_again(found)


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("workspace_suspended", "workspace-deactivated"),
        ("organization_deactivated", "workspace-deactivated"),
        ("deactivated_workspace", "workspace-deactivated"),
        ("codex_cli_workspace_disabled", "entitlement-missing"),
        ("api_key_disabled", None),
        ("user_token_disabled", None),
        ("feature_disabled", None),
        ("account_feature_disabled", None),
        ("model_deleted", None),
        ("account_frobbed", None),
    ],
)
def test_a_state_of_something_else_is_no_state_of_the_account(name: str, code: str | None) -> None:
    assert code_for_name(name) == code


@pytest.mark.parametrize(
    "text",
    [
        "The user message with id msg_1 was deleted",
        "API key has been disabled",
        "Device code login is disabled for your account",
        "Your account token was blocked",
        "Codex is disabled for this user",
        "The account feature is locked",
    ],
)
def test_a_wording_about_something_else_is_no_state_of_the_account(text: str) -> None:
    for status in (400, 401, 403):
        assert classify(Answer(status, CF, err(message=text))).code != "account-deactivated"


# The codes of the real client 0.171

CLIENT_CODES = [
    ("bio_policy", "policy-refused"),
    ("misalignment_policy_violation", "policy-refused"),
    ("content_policy_violation", "policy-refused"),
    ("inference_hook_denied", "policy-refused"),
    ("access_program_not_enabled", "policy-refused"),
    ("policy_capacity_unavailable", "overloaded"),
    ("organization_spend_limit_exceeded", "quota-exhausted"),
    ("organization_usage_limit_exceeded", "quota-exhausted"),
]


@pytest.mark.parametrize(("name", "code"), CLIENT_CODES)
@pytest.mark.parametrize("status", [None, 200, 400, 403, 429, 503])
def test_what_the_real_client_knows(name: str, code: str, status: int | None) -> None:
    found = classify(Answer(status, CF, err(code=name, message="Said so.")))
    assert (found.code, found.named) == (code, None)
    assert CODES[code].outcome is Outcome.BLOCKED


def test_a_hook_a_programme_and_an_organisation_have_sentences_of_their_own() -> None:
    said = {name: told(classify(Answer(403, CF, err(code=name)))) for name, _ in CLIENT_CODES}
    assert "hook of the workspace" in said["inference_hook_denied"][0]
    assert "programme" in said["access_program_not_enabled"][0]
    assert "organisation's spend limit" in said["organization_spend_limit_exceeded"][0]
    assert "owner" in said["organization_usage_limit_exceeded"][1]
    assert "no capacity" in said["policy_capacity_unavailable"][0]


def test_four_kinds_of_gone_credits_have_four_sentences() -> None:
    told_apart = set()
    for name in REACHED:
        by_header = classify(
            Answer(
                429,
                (("X-Codex-Rate-Limit-Reached-Type", name),),
                err(type="usage_limit_reached", resets_at=1795003600, resets_in_seconds=3600),
            )
        )
        by_field = classify(
            Answer(429, (), err(type="usage_limit_reached", rate_limit_reached_type=name))
        )
        assert by_header.code == by_field.code == "quota-exhausted"
        assert told(by_header) == told(by_field)
        assert (by_header.delay, by_header.resets_at) == (None, None)
        assert not calls_again(by_header)
        told_apart.add(told(by_header))
    assert len(told_apart) == 4
    assert (
        classify(
            Answer(
                429,
                (("x-codex-rate-limit-reached-type", "rate_limit_reached"),),
                err(type="usage_limit_reached"),
            )
        ).code
        == "usage-limit-reached"
    )


def test_credits_that_a_member_can_not_add() -> None:
    found = classify(
        Answer(
            429,
            (("x-codex-rate-limit-reached-type", "workspace_member_credits_depleted"),),
            err(
                type="usage_limit_reached",
                message="The usage limit has been reached",
                plan_type="business",
                rate_limit_reached_type="workspace_member_credits_depleted",
            ),
        )
    )
    assert found.code == "quota-exhausted"
    what, remedy = told(found)
    assert "out of credits" in what
    assert "owner" in remedy
    assert "Wait" not in remedy


def test_workspace_routing_that_is_unavailable_is_the_provider_s_trouble() -> None:
    # openai/codex#46382
    for body in (json.dumps({"detail": "Workspace routing is unavailable"}), ""):
        found = classify(Answer(432, CF, body))
        assert found.code == "server-error"


# Names that nobody knows


@pytest.mark.parametrize(
    ("status", "general"),
    [
        (401, "unauthorized"),
        (429, "rate-limited"),
        (503, "server-error"),
        (500, "server-error"),
        (502, "bad-gateway"),
        (403, "request-refused"),
        (400, "shape-rejected"),
    ],
)
@pytest.mark.parametrize("where", ["code", "type", "plain header", "packed header"])
def test_a_name_nobody_knows_is_shown_and_never_tried_again(
    status: int, general: str, where: str
) -> None:
    name = "zorblatt_quorum_lost"
    headers: Headers = {
        "plain header": (("x-openai-authorization-error", name),),
        "packed header": (("x-error-json", packed({"error": {"code": name}})),),
    }.get(where, ())
    body = err(**{where: name}) if where in ("code", "type") else "{}"
    found = classify(Answer(status, (*CF, *headers), body))
    assert (found.code, found.named) == (general, name)
    assert name in found.message
    assert name in told(found)[0]
    assert not calls_again(found)


def test_without_a_name_what_may_pass_by_itself_is_tried_again() -> None:
    for status, body in (
        (401, json.dumps({"detail": "Unauthorized"})),
        (503, ""),
        (429, "{}"),
        (500, err(type="server_error")),
        (401, err(code="token_expired")),
        (401, err(type="authentication_error", code=None)),
        (401, json.dumps({"error": "Unauthorized"})),
    ):
        assert calls_again(classify(Answer(status, CF, body))), body


def test_a_number_in_the_header_of_the_refusal_names_nothing() -> None:
    # openai/codex#24495: "auth error: 403, auth error code: invalid_workspace_selected"
    numbered = classify(Answer(401, (("x-openai-authorization-error", "401"),), "{}"))
    assert (numbered.code, numbered.named) == ("unauthorized", None)


@pytest.mark.parametrize(
    "body",
    [
        json.dumps({"errors": [{"code": "token_revoked"}]}),
        json.dumps([{"code": "token_revoked"}]),
        json.dumps({"detail": [{"error": {"code": "token_revoked"}}]}),
        json.dumps({"error": json.dumps({"error": {"code": "token_revoked"}})}),
    ],
)
def test_a_code_is_found_in_lists_and_in_text_that_holds_a_document(body: str) -> None:
    assert classify(Answer(401, CF, body)).code == "token-revoked"


@pytest.mark.parametrize("strip", [True, False])
@pytest.mark.parametrize("urlsafe", [True, False])
def test_a_packed_header_is_read_in_either_alphabet(strip: bool, urlsafe: bool) -> None:
    raw = json.dumps(
        {"error": {"code": "token_revoked", "message": "ÿþý>>>???"}}, ensure_ascii=False
    ).encode()
    text = (base64.urlsafe_b64encode if urlsafe else base64.b64encode)(raw).decode()
    assert ("-" in text or "_" in text) if urlsafe else ("+" in text or "/" in text)
    header = text.rstrip("=") if strip else text + "=="
    assert classify(Answer(403, (("x-error-json", header),), "")).code == "token-revoked"


# What an answer says besides


def test_a_usage_limit_says_which_window_and_until_when() -> None:
    headers = (
        ("x-codex-plan-type", "plus"),
        ("x-codex-primary-used-percent", "100"),
        ("x-codex-primary-window-minutes", "10080"),
        ("x-codex-primary-reset-at", "1795003600"),
        ("x-codex-secondary-used-percent", "0"),
        ("x-codex-secondary-reset-at", "0"),
    )
    found = classify(Answer(429, headers, err(type="usage_limit_reached")))
    what, remedy = told(found)
    assert "the 7 d window" in what
    assert "plan plus" in what
    assert found.resets_at == 1795003600
    assert str(moment(1795003600)) in remedy
    assert moment(1795003600) == "2026-11-18T12:06:40Z"


def test_the_field_and_the_model_are_named() -> None:
    shape = classify(Answer(400, CF, json.dumps({"detail": "Unsupported parameter: top_p"})))
    assert "top_p" in told(shape)[0]
    lists = classify(
        Answer(
            422,
            CF,
            json.dumps(
                {
                    "detail": [
                        {"type": "missing", "loc": ["body", "input", 0], "msg": "Field required"}
                    ]
                }
            ),
        )
    )
    assert (lists.code, lists.named) == ("shape-rejected", None)
    assert "body.input.0" in told(lists)[0]
    model = classify(
        Answer(
            400,
            CF,
            json.dumps(
                {
                    "detail": "The 'gpt-5-codex' model is not supported when using Codex "
                    "with a ChatGPT account."
                }
            ),
        )
    )
    assert "gpt-5-codex" in told(model)[0]


# Quota families

FAMILIES = (
    ("x-codex-active-limit", "codex_bengalfox"),
    ("x-codex-bengalfox-limit-name", "GPT-Spark"),
    ("x-codex-bengalfox-primary-used-percent", "97"),
    ("x-codex-bengalfox-primary-window-minutes", "300"),
    ("x-codex-primary-used-percent", "1"),
    ("x-codex-primary-window-minutes", "300"),
    ("x-codex-secondary-used-percent", "0"),
    ("x-codex-secondary-reset-at", "0"),
)


def test_the_window_is_that_of_the_limit_the_call_counted_against() -> None:
    (window,) = read_windows(FAMILIES)
    assert (window.used_percent, window.window_minutes, window.limit) == (97.0, 300, "GPT-Spark")
    assert window.limit == "GPT-Spark"
    assert active_limit(FAMILIES) == "codex-bengalfox"
    assert {limit: len(found) for limit, found in windows_by_family(FAMILIES).items()} == {
        "codex-bengalfox": 1,
        "codex": 1,
    }


def test_a_family_that_is_named_and_not_told_leaves_the_usual_windows() -> None:
    headers = (("x-codex-active-limit", "premium"), *FAMILIES[1:])
    (window,) = read_windows(headers)
    assert (window.used_percent, window.limit) == (1.0, None)
    assert window.limit is None


def test_the_weekly_window_may_stand_in_the_first_slot() -> None:
    # openusage#979
    (window,) = read_windows(
        (("x-codex-primary-used-percent", "40"), ("x-codex-primary-window-minutes", "10080"))
    )
    assert window.name == "7 d"


def test_a_limit_that_does_not_begin_with_codex_is_read() -> None:
    (window,) = read_windows(
        (
            ("x-codex-active-limit", "spark"),
            ("x-spark-limit-name", "Größe"),
            ("X-Spark-Primary-Used-Percent", "12.5"),
            ("x-spark-primary-window-minutes", "60"),
        )
    )
    assert (window.used_percent, window.limit) == (12.5, "Größe")


# A text that only looks like JSON


@pytest.mark.parametrize(
    "text",
    [
        "[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed",
        "[Errno 111] refused",
        "[TLS] {x}",
        "{no json}",
    ],
)
def test_a_reason_that_begins_with_a_bracket_is_shown(text: str) -> None:
    assert classify(Answer(None, (), "", "tls", text)).message == text
    assert classify(Answer(503, CF, text)).message == text


@pytest.mark.parametrize("text", ['{"error": {}}', '["x"]', '[{"a": 1}]', '{"cut": "' + "o" * 700])
def test_bare_data_is_no_reason(text: str) -> None:
    assert classify(Answer(503, CF, text)).message == "no reason was given"


# Anything at all

NAMES = st.text("abcdefghijklmnopqrstuvwxyz_", min_size=3, max_size=20).filter(
    lambda name: (
        code_for_name(name) is None
        and name not in GENERIC_NAMES
        and "_" in name.strip("_")
        and "__" not in name
        and name == name.strip("_")
    )
)
KNOWN = st.sampled_from(sorted(STRUCTURED))
STATUS = st.none() | st.integers(100, 599)


def wrapped(envelope: int, key: str, name: str, text: str) -> str:
    error = {key: name, "message": text}
    return json.dumps(
        [
            {"error": error},
            {"detail": error},
            error,
            {"type": "error", "status": 4, "error": error},
            {"response": {"error": error}},
            {"errors": [error]},
            {"error": {"error": error}},
        ][envelope]
    )


@settings(max_examples=300, deadline=None)
@given(STATUS, st.integers(0, 6), st.sampled_from(["code", "type"]), NAMES)
def test_a_name_nobody_knows_never_makes_a_second_call(
    status: int | None, envelope: int, key: str, name: str
) -> None:
    found = classify(Answer(status, CF, wrapped(envelope, key, name, "hm")))
    assert (found.code, found.named) == (code_for_status(status), name)
    assert outcome_of(found.code) in (Outcome.FAIL, Outcome.BLOCKED)
    assert not calls_again(found)


@settings(max_examples=300, deadline=None)
@given(
    STATUS,
    st.integers(0, 6),
    st.sampled_from(["code", "type"]),
    KNOWN,
    st.sampled_from(["", "Token is expired", "too many requests", "Instructions are required"]),
)
def test_a_known_code_is_never_outweighed_by_status_or_text(
    status: int | None, envelope: int, key: str, name: str, text: str
) -> None:
    for headers in ((), CF):
        body = wrapped(envelope, key, name, text)
        assert classify(Answer(status, headers, body)).code == STRUCTURED[name]
        without = classify(Answer(status, headers, "{}"))
        with_header = classify(
            Answer(status, (*headers, ("x-openai-authorization-error", name)), "{}")
        )
        assert with_header.code == STRUCTURED[name]
        assert without.named is None


@pytest.mark.parametrize(
    "text",
    ["Instructions are not valid", "Unauthorized", "Rate limit", "Service Unavailable", "a b c"],
)
def test_a_sentence_is_no_name(text: str) -> None:
    for body in (json.dumps({"detail": text}), err(message=text), text):
        assert classify(Answer(503, CF, body)).named is None
