"""Request shapes as data: headers and body fields, with the client versions they come from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Literal

from smoke_tui.codex.bundle import Bundle
from smoke_tui.config.session_config import SessionConfig
from smoke_tui.redaction import Secret
from smoke_tui.structs import Struct, replace
from smoke_tui.world.request_template import INSTRUCTIONS, PROMPT, fill_body, fill_header
from smoke_tui.world.requests.http import HttpLimits, HttpRequest
from smoke_tui.world.values import Joined, Text

Place = Literal["instructions", "developer"]


class Shape(Struct, frozen=True):
    """A form of the request; `place` is where it has the base instructions.

    `captured` names the client versions from whose requests it was taken.
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
"""Fields that are the same in every captured client."""


class CallInputs(Struct, frozen=True):
    """The parts of a Responses call for a subscription that its shape does not decide."""

    bundle: Bundle
    config: SessionConfig
    model: str
    instructions: Secret
    prompt: str
    session: str
    limits: HttpLimits

    @property
    def url(self) -> str:
        """The address of the call."""
        return f"{self.config.codex_url}/responses"


def build_api_call(
    config: SessionConfig,
    key: Secret,
    model: str,
    prompt: str,
    *,
    max_output_tokens: int,
    limits: HttpLimits,
) -> HttpRequest:
    """The Responses call with an organisation's API key, the provider's supported way."""
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
        "max_output_tokens": max_output_tokens,
    }
    return HttpRequest("POST", f"{config.api_url}/responses", headers, json=body, limits=limits)


def _user(prompt: str) -> dict[str, Any]:
    return {"type": "message", "role": "user", "content": [{"type": "input_text", "text": prompt}]}


def build_call(shape: Shape, inputs: CallInputs) -> HttpRequest:
    """The Responses call of one shape, for a subscription."""
    bundle, config, session = inputs.bundle, inputs.config, inputs.session
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
    user = _user(inputs.prompt)
    body: dict[str, Any] = {
        "model": inputs.model,
        **COMMON_BODY,
        **shape.body,
        "prompt_cache_key": session,
    }
    if shape.place == "instructions":
        body["instructions"] = inputs.instructions
        body["input"] = [user]
    else:
        developer = {
            "type": "message",
            "role": "developer",
            "content": [{"type": "input_text", "text": inputs.instructions}],
        }
        tools = [{"type": "additional_tools", "role": "developer", "tools": []}]
        body["input"] = [*(tools if shape.name == "lite" else []), developer, user]
    return HttpRequest("POST", inputs.url, tuple(headers), json=body, limits=inputs.limits)


def with_system(request: HttpRequest, text: str) -> HttpRequest:
    """The request with a system's text before the user's; the instructions stay the product's."""
    if not text:
        return request
    body = request.json
    assert isinstance(body, dict)
    content = [{"type": "input_text", "text": text}]
    developer = {"type": "message", "role": "developer", "content": content}
    *before, user = body["input"]
    return replace(request, json={**body, "input": [*before, developer, user]})


def build_installed_call(
    template: Mapping[str, Any], inputs: CallInputs, client_version: str
) -> HttpRequest:
    """The Responses call as the installed Codex CLI sends it, from a captured template.

    User agent, originator, credential and client version are this tool's own.
    """
    bundle, config = inputs.bundle, inputs.config
    values: dict[str, Text] = {INSTRUCTIONS: inputs.instructions, PROMPT: inputs.prompt}

    def fill(name: str) -> Text:
        return values.get(name, inputs.session)

    headers: list[tuple[str, Text]] = [
        ("version", client_version),
        *((str(name), fill_header(value, fill)) for name, value in template["headers"]),
        ("authorization", Joined(("Bearer ", bundle.access_token))),
        ("chatgpt-account-id", bundle.account_id),
        ("originator", config.originator),
        ("user-agent", config.user_agent),
    ]
    body = fill_body(template["body"], fill) | {"model": inputs.model}
    return HttpRequest("POST", inputs.url, tuple(headers), json=body, limits=inputs.limits)
