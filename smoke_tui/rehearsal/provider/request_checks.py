"""The rules by which the rehearsed backend refuses a request, in the order of `RULES`.

Texts and statuses are from public reports. What is not known about the real backend (which headers
it requires) is not checked.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from smoke_tui.httpd.messages import ServerRequest
from smoke_tui.rehearsal.provider import instructions, replies
from smoke_tui.rehearsal.provider.catalogue import BY_SLUG, version_of
from smoke_tui.rehearsal.provider.replies import Reply
from smoke_tui.rehearsal.provider.tokens import AUTH_CLAIM, CLIENT_ID, claims_of
from smoke_tui.structs import Struct

LITE_HEADER: Final = "x-openai-internal-codex-responses-lite"

KNOWN_PARAMETERS: Final = frozenset(
    {
        "client_metadata",
        "include",
        "input",
        "instructions",
        "model",
        "parallel_tool_calls",
        "prompt_cache_key",
        "reasoning",
        "service_tier",
        "store",
        "stream",
        "text",
        "tool_choice",
        "tools",
    }
)
"""Top-level keys that clients from 0.40 to 0.171 send (captured).

All others are refused, among them temperature, top_p, max_output_tokens, previous_response_id,
truncation, metadata, user, top_logprobs and unknown ones (GoModel#718).
"""

SERVED_TIERS: Final = ("priority",)
"""The one `service_tier` the real client sends (captured); others were refused (GoModel#718)."""

_CLIENT_AGENTS: Final = ("codex_", "codex-tui/")
_CLIENT_HEADERS: Final = ("x-codex-turn-metadata", "session-id", "session_id")


class Call(Struct, frozen=True):
    """A Responses call to check, with the backend's state."""

    request: ServerRequest
    body: Mapping[str, Any]
    access: Mapping[str, bool]
    listed: tuple[str, ...]
    drifted: bool
    by_key: bool = False
    """Whether an organization's API key pays: no quota, and any model."""

    @property
    def model(self) -> str:
        """The requested model."""
        return str(self.body.get("model", ""))

    @property
    def bearer(self) -> str | None:
        """The bearer token, or None."""
        return bearer_of(self.request)

    @property
    def lite(self) -> bool:
        """Whether the lite shape is requested."""
        return self.request.header(LITE_HEADER) == "true"

    @property
    def real_client(self) -> bool:
        """Whether this is the real CLI, by its agent and a header that it always sends."""
        agent = self.request.header("user-agent") or ""
        has_client_header = any(self.request.header(name) for name in _CLIENT_HEADERS)
        return agent.startswith(_CLIENT_AGENTS) and has_client_header

    def messages(self) -> Iterator[Mapping[str, Any]]:
        """The message items of the input; items without a type count."""
        items = self.body.get("input")
        for item in items if isinstance(items, list) else ():
            if isinstance(item, dict) and item.get("type", "message") == "message":
                yield item

    def instructions(self) -> str:
        """The base instructions: the field, or the first message if it is a developer's."""
        top = self.body.get("instructions")
        if isinstance(top, str) and top.strip() and not self.lite:
            return top
        first = next(self.messages(), None)
        if first is None or first.get("role") != "developer":
            return ""
        return text_of(first)

    def prompt(self) -> str:
        """The last user text; empty if there is none."""
        texts = [text_of(message) for message in self.messages() if message.get("role") == "user"]
        return texts[-1] if texts else ""

    def characters(self) -> int:
        """How long the texts of all messages are."""
        return sum(len(text_of(message)) for message in self.messages())

    def last_word(self) -> str:
        """The last word of the last user text: the nonce, if the call has one."""
        words = self.prompt().split()
        return words[-1] if words else ""


Rule = Callable[[Call], Reply | None]


def bearer_of(request: ServerRequest) -> str | None:
    """The bearer token, or None."""
    scheme, _, token = (request.header("authorization") or "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" and token.strip() else None


def text_of(message: Mapping[str, Any]) -> str:
    """The text of a message, its parts joined."""
    content = message.get("content")
    if isinstance(content, str):
        return content
    parts = content if isinstance(content, list) else []
    return "".join(str(part.get("text", "")) for part in parts if isinstance(part, dict))


def check_bearer(request: ServerRequest, access: Mapping[str, bool]) -> Reply | None:
    """The refusal of a credential that the issuer did not issue, or None."""
    token = bearer_of(request)
    if token is None:
        return replies.NO_BEARER
    if token in access:
        if not access[token]:
            return replies.TOKEN_INVALIDATED
        return _check_account(request, token)
    claims = claims_of(token)
    if claims is None or CLIENT_ID in claims.get("aud", ()):
        return replies.TOKEN_MALFORMED
    if claims.get("exp", 0) < time.time():
        return replies.TOKEN_EXPIRED
    return replies.UNAUTHORIZED


def _check_account(request: ServerRequest, token: str) -> Reply | None:
    auth = (claims_of(token) or {}).get(AUTH_CLAIM, {})
    sent = request.header("chatgpt-account-id")
    if sent is None:
        return replies.UNAUTHORIZED
    if sent != auth.get("chatgpt_account_id"):
        return replies.WRONG_WORKSPACE
    return None


def _credential(call: Call) -> Reply | None:
    reply = check_bearer(call.request, call.access)
    if not call.real_client:
        return reply
    # With an account id but no token, the client has lost a credential of the issuer.
    logged_out = reply is replies.NO_BEARER and not call.request.header("chatgpt-account-id")
    own_login = reply is replies.UNAUTHORIZED and call.bearer not in call.access
    return None if logged_out or own_login else reply


def _store(call: Call) -> Reply | None:
    return None if call.body.get("store") is False else replies.STORE


def _stream(call: Call) -> Reply | None:
    return None if call.body.get("stream") is True else replies.STREAM


def _parameters(call: Call) -> Reply | None:
    unknown = [name for name in call.body if name not in KNOWN_PARAMETERS]
    if call.body.get("service_tier", SERVED_TIERS[0]) not in SERVED_TIERS:
        unknown.append("service_tier")
    return replies.unsupported(unknown[0]) if unknown else None


def _input(call: Call) -> Reply | None:
    if not isinstance(call.body.get("input"), list):
        return replies.INPUT_LIST
    if any(message.get("role") == "system" for message in call.messages()):
        return replies.SYSTEM_ROLE
    return None


def _model(call: Call) -> Reply | None:
    model = BY_SLUG.get(call.model)
    if model is None or call.model not in call.listed:
        return replies.MODEL_UNSUPPORTED
    # Only a version that is sent is checked (Wei-Shaw/sub2api#3984), each model against its own
    # floor (SocialGouv/iterion#976, where nothing but that header was varied).
    version = version_of(call.request.header("version"))
    if version is not None and version < model.served_from:
        return replies.CLIENT_TOO_OLD
    # A plain request for a lite model is served since 2026-07-13 (opencode#36750,
    # hermes-agent#105025), the other way round is not (openai/codex#30403).
    if call.lite and not model.lite:
        return replies.LITE_ON_OTHER_MODEL
    return None


def is_lite(model: str) -> bool:
    """Whether the catalogue marks a model as lite."""
    return model in BY_SLUG and BY_SLUG[model].lite


def _identity(call: Call) -> Reply | None:
    """`originator` and the first segment of `User-Agent` name one client (sub2api#3984).

    Spelling may differ: the provider's staff asked for `hermes-agent` with `HermesAgent/1.0`
    (hermes-agent#90162).
    """
    originator = call.request.header("originator")
    agent = (call.request.header("user-agent") or "").partition("/")[0]
    if originator is None or _letters(originator) == _letters(agent):
        return None
    return replies.NO_SUCH_CLIENT


def _letters(name: str) -> str:
    return "".join(letter for letter in name.lower() if letter.isalnum())


def _lite_contract(call: Call) -> Reply | None:
    reasoning = call.body.get("reasoning")
    context = reasoning.get("context") if isinstance(reasoning, dict) else None
    return replies.LITE_CONTEXT if call.lite and context != "all_turns" else None


def _instructions(call: Call) -> Reply | None:
    """Base instructions are required; under drift they have to be the current ones.

    Clients that sent none got "Instructions are required" until 2026-06-18 (recorded:
    helm-api#310); what happens since is not known. Client 0.162 and later send a developer message
    instead (captured), so that is accepted from every client (inferred).
    """
    text = call.instructions()
    if not text.strip() and not (call.real_client and not call.drifted):
        return replies.INSTRUCTIONS_REQUIRED
    # Without drift any text passes, as peers with texts of their own report of the real backend.
    current = text.strip() == instructions.CURRENT.strip()
    return replies.INSTRUCTIONS_INVALID if call.drifted and not current else None


RULES: Final[tuple[Rule, ...]] = (
    _credential,
    _store,
    _stream,
    _parameters,
    _input,
    _identity,
    _model,
    _lite_contract,
    _instructions,
)


def refusal(call: Call) -> Reply | None:
    """The first rule's refusal, or None."""
    return next((reply for rule in RULES if (reply := rule(call)) is not None), None)
