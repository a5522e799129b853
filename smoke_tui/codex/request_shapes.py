"""Request shapes as data: headers and body fields, with the client versions they come from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from smoke_tui.codex.bundle import Bundle
from smoke_tui.config.session_config import SessionConfig
from smoke_tui.redaction import Secret
from smoke_tui.world.request_template import INSTRUCTIONS, PROMPT, filled
from smoke_tui.world.requests.http import HttpLimits, HttpRequest
from smoke_tui.world.values import Joined, Text

Place = Literal["instructions", "developer"]


@dataclass(frozen=True, slots=True)
class Shape:
    """One way to ask. `place` is where the base instructions stand.

    `captured` names the client versions whose requests it was taken from.
    """

    name: str
    captured: str
    place: Place
    headers: tuple[tuple[str, str], ...]
    body: Mapping[str, Any]


LITE_HEADER: Final = "x-openai-internal-codex-responses-lite"

SHAPES: Final[Mapping[str, Shape]] = {
    shape.name: shape
    for shape in (
        Shape(
            "classic",
            "0.40 to 0.155 (models without Responses-Lite)",
            "instructions",
            (),
            {
                "tools": [],
                "tool_choice": "auto",
                "parallel_tool_calls": True,
                "reasoning": {"summary": "auto"},
            },
        ),
        Shape(
            "developer",
            "0.162 to 0.171 (models without Responses-Lite)",
            "developer",
            (),
            {
                "tools": [],
                "tool_choice": "auto",
                "parallel_tool_calls": True,
                "reasoning": {"effort": "medium"},
            },
        ),
        Shape(
            "lite",
            "0.145 to 0.171 (models with Responses-Lite)",
            "developer",
            ((LITE_HEADER, "true"),),
            {
                "tool_choice": "auto",
                "parallel_tool_calls": False,
                "reasoning": {"effort": "low", "context": "all_turns"},
            },
        ),
    )
}

COMMON_BODY: Final[Mapping[str, Any]] = {
    "stream": True,
    "store": False,
    "include": ["reasoning.encrypted_content"],
}
"""Fields that every captured client sends alike."""


def build_api_call(
    *,
    url: str,
    key: Secret,
    config: SessionConfig,
    model: str,
    prompt: str,
    most_output: int,
    limits: HttpLimits,
) -> HttpRequest:
    """The Responses call of the supported production path: an organisation's own API key."""
    headers: tuple[tuple[str, Text], ...] = (
        ("accept", "text/event-stream"),
        ("content-type", "application/json"),
        ("authorization", Joined(("Bearer ", key))),
        ("user-agent", config.user_agent),
    )
    body = {
        "model": model,
        "stream": True,
        "store": False,
        "input": [_user(prompt)],
        "max_output_tokens": most_output,
    }
    return HttpRequest("POST", url, headers, json=body, limits=limits)


def _user(prompt: str) -> dict[str, Any]:
    return {"type": "message", "role": "user", "content": [{"type": "input_text", "text": prompt}]}


def build_call(
    shape: Shape,
    *,
    url: str,
    bundle: Bundle,
    config: SessionConfig,
    model: str,
    instructions: Secret,
    prompt: str,
    session: str,
    limits: HttpLimits,
) -> HttpRequest:
    """The Responses call of one shape, for a subscription."""
    headers: list[tuple[str, Text]] = [
        ("version", config.client_version),
        *shape.headers,
        ("session-id", session),
        ("thread-id", session),
        ("x-client-request-id", session),
        ("accept", "text/event-stream"),
        ("content-type", "application/json"),
        ("authorization", Joined(("Bearer ", bundle.access_token))),
        ("chatgpt-account-id", bundle.account_id),
        ("originator", config.originator),
        ("user-agent", config.user_agent),
    ]
    user = _user(prompt)
    body: dict[str, Any] = {
        "model": model,
        **COMMON_BODY,
        **shape.body,
        "prompt_cache_key": session,
    }
    if shape.place == "instructions":
        body["instructions"] = instructions
        body["input"] = [user]
    else:
        developer = {
            "type": "message",
            "role": "developer",
            "content": [{"type": "input_text", "text": instructions}],
        }
        tools = [{"type": "additional_tools", "role": "developer", "tools": []}]
        body["input"] = [*(tools if shape.name == "lite" else []), developer, user]
    return HttpRequest("POST", url, tuple(headers), json=body, limits=limits)


def build_installed_call(
    template: Mapping[str, Any],
    *,
    url: str,
    bundle: Bundle,
    config: SessionConfig,
    model: str,
    client_version: str,
    instructions: Secret,
    prompt: str,
    session: str,
    limits: HttpLimits,
) -> HttpRequest:
    """The Responses call as the installed Codex CLI sends it today, from a captured template.

    Names, credential and client version are this tool's own.
    """
    values: dict[str, Any] = {INSTRUCTIONS: instructions, PROMPT: prompt}

    def fill(name: str) -> Any:
        return values.get(name, session)

    headers: list[tuple[str, Text]] = [
        ("version", client_version),
        *((str(name), filled(value, fill)) for name, value in template["headers"]),
        ("authorization", Joined(("Bearer ", bundle.access_token))),
        ("chatgpt-account-id", bundle.account_id),
        ("originator", config.originator),
        ("user-agent", config.user_agent),
    ]
    body = {**filled(template["body"], fill), "model": model}
    return HttpRequest("POST", url, tuple(headers), json=body, limits=limits)
