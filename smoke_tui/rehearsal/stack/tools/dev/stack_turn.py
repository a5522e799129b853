"""One authoring turn: the request to the Codex backend, and its result."""

from __future__ import annotations

import http.client
import json
import os
import uuid
from typing import Any
from urllib.parse import urlsplit

INSTRUCTIONS_VARIABLE = "SPECTRAL_OPENAI_CODEX_INSTRUCTIONS"
CLIENT_VERSION = "0.171.0"
"""The client version whose models the stack supports."""
IDLE_SECONDS = 60.0
STREAM_BYTES = 8 * 1024 * 1024
DIAGNOSTIC_HEADERS = (
    "cf-mitigated",
    "cf-ray",
    "content-type",
    "date",
    "openai-model",
    "openai-organization",
    "server",
    "x-error-json",
    "x-oai-request-id",
    "x-openai-authorization-error",
    "x-request-id",
)
DIAGNOSTIC_PREFIX = "x-codex-"


class TurnFailedError(Exception):
    """The backend did not complete the turn; `answer` is the stack's report of it."""

    def __init__(self, message: str, status: int | None, body: str, headers: dict[str, str]):
        super().__init__(message)
        self.answer = {
            "message": message,
            "upstream_status": status,
            "upstream_body": body,
            "upstream_headers": headers,
        }


def instructions(config: dict[str, Any]) -> str:
    """The variable's text if it is not blank, else the built-in copy."""
    own = os.environ.get(INSTRUCTIONS_VARIABLE, "")
    return own if own.strip() else str(config["builtin_instructions"])


def request_body(model: str, text: str, prompt: str) -> dict[str, Any]:
    """The product's request: the classic shape, for every model (accepted since July 2026)."""
    user = {"type": "message", "role": "user", "content": [{"type": "input_text", "text": prompt}]}
    return {"model": model, "stream": True, "store": False, "instructions": text, "input": [user]}


def run_turn(config: dict[str, Any], credential: dict[str, Any], prompt: str) -> dict[str, Any]:
    """Send the request; return text, model, id, usage and host of the response.

    Raises:
        TurnFailedError: the backend did not complete it.
    """
    bundle, model = credential["bundle"], credential["model"]
    target = urlsplit(config["codex_url"])
    body = request_body(model, instructions(config), prompt)
    headers = {
        "Authorization": f"Bearer {bundle['access_token']}",
        "ChatGPT-Account-ID": bundle["account_id"],
        "Content-Type": "application/json",
        "Accept": "text/event-stream",
        "originator": "stand-in-stack",
        "version": CLIENT_VERSION,
        "session_id": str(uuid.uuid4()),
        "User-Agent": "stand-in-stack/1.0",
    }
    connection = http.client.HTTPConnection(str(target.hostname), target.port, timeout=IDLE_SECONDS)
    try:
        connection.request("POST", f"{target.path}/responses", json.dumps(body), headers)
        response = connection.getresponse()
    except (OSError, http.client.HTTPException) as error:
        connection.close()
        raise TurnFailedError(f"no answer: {type(error).__name__}", None, "", {}) from error
    diagnostics = {
        name.lower(): value
        for name, value in response.getheaders()
        if name.lower() in DIAGNOSTIC_HEADERS or name.lower().startswith(DIAGNOSTIC_PREFIX)
    }
    try:
        raw = _read(response)
    finally:
        connection.close()
    if response.status != 200:
        raise TurnFailedError("the backend refused the turn", response.status, raw, diagnostics)
    response_object = _completed(raw)
    if response_object is None:
        raise TurnFailedError("the turn was not completed", response.status, raw, diagnostics)
    return {
        "output_text": _text(response_object),
        "model": response_object.get("model"),
        "response_id": response_object.get("id"),
        "usage": response_object.get("usage"),
        "host": target.netloc,
        "upstream_headers": diagnostics,
    }


def _read(response: http.client.HTTPResponse) -> str:
    parts: list[bytes] = []
    size = 0
    while size < STREAM_BYTES:
        try:
            chunk = response.read1(65_536)
        except (OSError, http.client.HTTPException):
            break
        if not chunk:
            break
        parts.append(chunk)
        size += len(chunk)
    return b"".join(parts).decode("utf-8", "replace")


def _completed(raw: str) -> dict[str, Any] | None:
    for line in raw.splitlines():
        if not line.startswith("data: "):
            continue
        try:
            event = json.loads(line[6:])
        except ValueError:
            continue
        if event.get("type") == "response.completed":
            response_object: dict[str, Any] = event["response"]
            return response_object
    return None


def _text(response: dict[str, Any]) -> str:
    return "".join(
        part.get("text", "")
        for item in response.get("output", [])
        for part in item.get("content", [])
        if part.get("type") == "output_text"
    )
