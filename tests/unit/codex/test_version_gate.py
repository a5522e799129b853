"""A version gate is told from a retirement by the catalogue for every client version."""

from __future__ import annotations

import json

import pytest

from smoke_tui.codex.classify import Answer, classify
from smoke_tui.codex.version_gate import Gate, explain_refusal, is_older, stack_refusal, with_gate
from smoke_tui.failure_codes.texts import CodeText, text_of_code
from smoke_tui.world.call_history import EarlierCall

TEXTS = [
    (
        400,
        {
            "detail": "The 'gpt-6.2-sol' model requires a newer version of Codex. Please upgrade to "
            "the latest app or CLI and try again."
        },
    ),
    (
        400,
        {
            "detail": "The 'gpt-6.2-sol' model is not supported when using Codex with a ChatGPT "
            "account."
        },
    ),
    (404, {"error": {"code": "model_not_found", "message": "Model not found gpt-6.2-sol"}}),
]


@pytest.mark.parametrize(("status", "body"), TEXTS)
def test_each_text_of_a_gate_ends_in_the_version_that_helps(
    status: int, body: dict[str, object]
) -> None:
    failure = classify(Answer(status, (), json.dumps(body)))
    gate = explain_refusal(
        failure.code,
        "gpt-6.2-sol",
        "0.169.0",
        {"gpt-5.5": ()},
        {"gpt-5.5": (), "gpt-6.2-sol": ("0.171.0",)},
    )
    told = with_gate(failure, gate, "gpt-6.2-sol")
    assert (told.code, told.about.needs_version) == ("client-too-old", "0.171.0")
    row = text_of_code(told.code, told.observed())
    assert row is not None
    assert "gpt-6.2-sol from client version 0.171.0 on" in row.what
    assert "--client-version" in row.remedy


@pytest.mark.parametrize(("status", "body"), TEXTS[1:])
def test_a_retired_model_stays_one(status: int, body: dict[str, object]) -> None:
    failure = classify(Answer(status, (), json.dumps(body)))
    everything = {"gpt-5.5": (), "gpt-6.2-astra": ("0.171.0",)}
    assert (
        explain_refusal(failure.code, "gpt-6.2-sol", "0.169.0", {"gpt-5.5": ()}, everything).code
        == failure.code
    )
    assert (
        explain_refusal(failure.code, "gpt-6.2-sol", "0.169.0", {"gpt-5.5": ()}, None).code
        == failure.code
    )


@pytest.mark.parametrize(
    ("code", "sent", "filtered", "unfiltered", "gate"),
    [
        # Listed for our version too: not provisioned yet (hermes-agent#86288).
        (
            "model-unsupported",
            "0.171.0",
            {"m": ("0.171.0",)},
            {"m": ("0.171.0",)},
            ("model-unsupported", None),
        ),
        # Left out for our version, and no version is named.
        ("model-unsupported", "0.169.0", {}, {"m": ()}, ("client-too-old", None)),
        ("model-not-found", "0.171.0", {}, {"m": ("0.170.0",)}, ("model-not-found", None)),
        # The minimum as a list (openinterpreter#1797): the first one that is newer.
        (
            "model-unsupported",
            "0.160.0",
            {},
            {"m": ("0.171.0", "0.144.0", "0.165.0")},
            ("client-too-old", "0.165.0"),
        ),
        # The catalogue of our version lists it and says that it needs more.
        ("model-unsupported", "0.160.0", {"m": ("0.161.0",)}, None, ("client-too-old", "0.161.0")),
        ("client-too-old", "0.160.0", None, None, ("client-too-old", None)),
        ("client-too-old", "0.160.0", None, {"m": ("0.161.0",)}, ("client-too-old", "0.161.0")),
        (
            "model-unsupported",
            "0.162.0-alpha.15",
            {},
            {"m": ("0.162.0",)},
            ("client-too-old", "0.162.0"),
        ),
        ("usage-limit-reached", "0.1.0", {}, {"m": ("9.0.0",)}, ("usage-limit-reached", None)),
        ("model-unsupported", "odd", {}, {"m": ("odd too",)}, ("model-unsupported", None)),
    ],
)
def test_what_both_listings_make_of_a_refusal(
    code: str,
    sent: str,
    filtered: dict[str, tuple[str, ...]] | None,
    unfiltered: dict[str, tuple[str, ...]] | None,
    gate: tuple[str, str | None],
) -> None:
    found = explain_refusal(code, "m", sent, filtered, unfiltered)
    assert (found.code, found.needs_version) == gate
    assert isinstance(found, Gate)


@pytest.mark.parametrize(
    ("older", "newer"),
    [
        ("0.9.0", "0.10.0"),
        ("0.162.0-alpha.15", "0.162.0"),
        ("0.162.0-alpha.9", "0.162.0-alpha.15"),
        ("0.162.0-alpha.15", "0.162.0-beta.1"),
        ("0.162", "0.162.1"),
    ],
)
def test_versions_are_ordered_as_versions(older: str, newer: str) -> None:
    assert is_older(older, newer)
    assert not is_older(newer, older)
    assert not is_older(older, older)
    assert not is_older("none", newer)


RETIRED_OR_GATED = (
    400,
    {"detail": "The 'gpt-6.2-sol' model is not supported when using Codex with a ChatGPT account."},
)


def at_the_turn(earlier: EarlierCall | None) -> tuple[str, CodeText]:
    status, body = RETIRED_OR_GATED
    found = stack_refusal(classify(Answer(status, (), json.dumps(body))), "gpt-6.2-sol", earlier)
    row = text_of_code(found.code, found.observed())
    assert row is not None
    return found.code, row


def test_the_stack_s_refusal_is_the_gate_that_the_call_has_met() -> None:
    code, row = at_the_turn(EarlierCall("client-too-old", "0.171.0", None, "0.180.0"))
    assert code == "client-too-old"
    assert row.side == "the stack"
    assert "stack advertise client version 0.180.0" in row.remedy
    assert "--client-version" not in row.remedy


def test_a_model_that_the_call_was_served_points_at_the_stack_s_own_version() -> None:
    code, row = at_the_turn(EarlierCall(None, "0.171.0", "0.169.0"))
    assert code == "model-unsupported"
    assert row.side == "the stack"
    assert "served it with client version 0.171.0" in row.what
    assert "client version 0.169.0 or later" in row.remedy


@pytest.mark.parametrize(
    "earlier",
    [
        None,
        EarlierCall("model-unsupported", "0.171.0"),
        EarlierCall("network", "0.171.0"),
    ],
)
def test_without_that_knowledge_the_stack_s_refusal_stays_what_it_says(
    earlier: EarlierCall | None,
) -> None:
    code, row = at_the_turn(earlier)
    assert code == "model-unsupported"
    assert row.side == "the provider"
    assert "another model" in row.remedy


def test_a_refusal_for_something_else_says_nothing_of_models() -> None:
    found = classify(Answer(429, (), "slow down"))
    assert stack_refusal(found, "m", EarlierCall("client-too-old", needs="0.180.0")) == found
