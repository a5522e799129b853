"""Parsed JSON is redacted in leaves, keys and JSON text inside leaves."""

from __future__ import annotations

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from smoke_tui.redaction import Json, Vault
from tests.helpers.minted_secrets import token

LEAVES = st.none() | st.booleans() | st.integers() | st.text(max_size=12)
VALUES: st.SearchStrategy[Json] = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.text(max_size=8) | st.sampled_from(["password", "cookie", "id_token"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


def test_leaves_keys_and_nested_text() -> None:
    vault = Vault()
    value = token('a"b\\')
    mark = vault.add_value(value, "k", "1").placeholder
    inner = json.dumps({"deep": json.dumps([value]), "n": 1.0})
    out = vault.redact_json({value: [value, 1, None, True, 1.5], "inner": inner})
    assert out == {
        mark: [mark, 1, None, True, 1.5],
        "inner": json.dumps({"deep": json.dumps([mark]), "n": 1.0}),
    }


def test_the_key_gives_a_value_away() -> None:
    out = Vault().redact_json(
        {
            "access_token": "FAKE one",
            "x-api-key": ["FAKE1", "FAKE2"],
            "set-cookie": ["sid=FAKEa; Path=/", "b=FAKEb"],
            "password": None,
            "id_token": "",
            "headers": [["Cookie", "a=FAKE; c=FAKE"], ["cf-ray", "8a1b"]],
            "text": '{"client_secret": "FAKE x", "code": "kept"}',
            "input_tokens": "12",
        }
    )
    assert out == {
        "access_token": "[REDACTED:access_token#1]",
        "x-api-key": ["[REDACTED:api_key#1]", "[REDACTED:api_key#2]"],
        "set-cookie": ["sid=[REDACTED:cookie#1]; Path=/", "b=[REDACTED:cookie#2]"],
        "password": None,
        "id_token": "",
        "headers": [
            ["Cookie", "a=[REDACTED:cookie#3]; c=[REDACTED:cookie#3]"],
            ["cf-ray", "8a1b"],
        ],
        "text": '{"client_secret": "[REDACTED:client_secret#1]", "code": "kept"}',
        "input_tokens": "12",
    }


def test_deep_nesting_ends() -> None:
    value: Json = "x"
    for _ in range(5000):
        value = [value]
    out = Vault().redact_json(value)
    assert "[nested too deep]" in json.dumps(out)
    text = "[" * 100_000
    assert Vault().redact_json(text) == text


def test_layout_of_harmless_json_text_is_kept() -> None:
    text = '{ "a":1.50,\n "b" : [ ] }'
    assert Vault().redact_json([text]) == [text]


@settings(max_examples=150, deadline=None)
@given(VALUES)
def test_twice_is_once(value: Json) -> None:
    vault = Vault()
    once = vault.redact_json(value)
    assert vault.redact_json(once) == once


@settings(max_examples=60, deadline=None)
@given(st.text())
def test_any_text_is_taken(text: str) -> None:
    assert Vault().redact_text(text + "\ud800") == text + "\ud800"
