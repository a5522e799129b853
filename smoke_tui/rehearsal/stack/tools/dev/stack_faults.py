"""Faults of the stack behind a healthy appearance, by the mode of the scenario."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

OTHER_MODEL = "gpt-6-luna"
FAKE_KEY = "sk-FAKE-key-that-nobody-gave-the-organization"
OWN_KEY = "organization_api_key"
OWN_KEY_ROW = {
    "provider": "openai",
    "model": "gpt-6.2-sol",
    "credential": OWN_KEY,
    "cost_estimate": "0.004200",
}
ORGANIZATION_HEADER = {"openai-organization": "org-FAKE-platform-tier"}
NOT_SAVED = "The settings could not be saved: the database did not answer in time."

_LOGIN_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Sign in to the dashboard</title></head>
<body><main><h1>Sign in to the dashboard</h1><p>Your session has ended.</p></main></body></html>
"""


def _other_model(credential: dict[str, Any]) -> dict[str, Any]:
    return {**credential, "model": OTHER_MODEL}


def _own_key(credential: dict[str, Any]) -> dict[str, Any]:
    public = {name: credential[name] for name in ("provider", "model")}
    return {**public, "credential_type": "api_key", "api_key": FAKE_KEY}


STORED_INSTEAD: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "other-model": _other_model,
    "own-key": _own_key,
}
"""What is stored instead of a credential that the page reported as saved."""


def _canned(org: dict[str, str], prompt: str, **claims: object) -> tuple[str, bytes]:
    """A cached answer: it repeats the prompt's last word without a request to a model."""
    text = f"As you said before: {prompt.split()[-1]}"
    answer = {"output_text": text, "org_id": org["org_id"], **claims}
    return "application/json", json.dumps(answer).encode()


def _claimed(org: dict[str, str], prompt: str) -> tuple[str, bytes]:
    route = {"provider": "openai", "credential": "subscription", "model": "gpt-6.2-sol"}
    return _canned(org, prompt, route=route, response_id="resp_FAKE-cached", fallback_used=False)


def _login_page(org: dict[str, str], prompt: str) -> tuple[str, bytes]:
    return "text/html; charset=utf-8", _LOGIN_PAGE.encode()


TURN_ANSWERS: dict[str, Callable[[dict[str, str], str], tuple[str, bytes]]] = {
    "canned": _canned,
    "claimed": _claimed,
    "login-page": _login_page,
}
"""Content type and body of a turn answered with 200, but not by the provider."""


def own_key_answer(org: dict[str, str], credential: dict[str, Any], prompt: str) -> dict[str, Any]:
    """A turn with the organization's API key; no request is sent."""
    return {
        "output_text": f"This answer came from an API key, with {prompt.split()[-1]} in it.",
        "route": {
            "provider": "openai",
            "credential": OWN_KEY,
            "model": credential["model"],
            "host": "api.openai.com",
        },
        "response_id": "resp_FAKE-own-key",
        "fallback_used": False,
        "usage": {"input_tokens": 40, "output_tokens": 16, "total_tokens": 56},
        "org_id": org["org_id"],
    }
