"""Compare our request with the real client's: differences, and the reasons of known ones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, Literal

from smoke_tui.codex.bundle import Bundle
from smoke_tui.codex.request_shapes import CallInputs, Shape, build_call
from smoke_tui.codex.version_gate import is_older
from smoke_tui.config.session_config import SessionConfig
from smoke_tui.redaction import Secret
from smoke_tui.structs import Struct
from smoke_tui.world.request_outline import items_of, outline
from smoke_tui.world.requests.http import HttpLimits, HttpRequest
from smoke_tui.world.values import show_text

Kind = Literal["missing", "extra", "moved", "changed"]

UNCOMPARED: Final = frozenset({"host", "content-length", "connection"})
"""Headers that a transport sets."""

TRANSPORT_HEADERS: Final = {"accept-encoding": "identity"}
"""Headers that this tool's transport adds by default."""

PRESENCE_ONLY: Final = frozenset(
    {
        "session-id",
        "thread-id",
        "x-client-request-id",
        "prompt_cache_key",
        "authorization",
        "chatgpt-account-id",
        "x-codex-turn-metadata",
        "x-codex-window-id",
        "session_id",
        "conversation_id",
    }
)
"""Names with random or secret values, of which only the presence is compared."""

CONTEXT: Final = "the client adds its own context messages"

REASONS: Final[tuple[tuple[str, Kind, str], ...]] = (
    ("version", "extra", "the client sends it to its built-in provider only"),
    ("authorization", "extra", "the capture runs without a login"),
    ("chatgpt-account-id", "extra", "the capture runs without a login"),
    ("user-agent", "changed", "this tool gives its own name; --user-agent changes it"),
    ("originator", "changed", "this tool gives its own name; --originator changes it"),
    ("x-codex-beta-features", "missing", "names features of the client's own session"),
    ("x-codex-window-id", "missing", "describes the client's own session"),
    ("x-codex-turn-metadata", "missing", "describes the client's own session"),
    ("x-codex-installation-id", "missing", "describes the client's own installation"),
    ("conversation_id", "missing", "sent by clients up to 0.80"),
    ("session_id", "missing", "the name of session-id up to client 0.120"),
    ("session-id", "extra", "clients up to 0.120 call it session_id"),
    ("thread-id", "extra", "sent since client 0.140"),
    ("x-client-request-id", "extra", "sent since client 0.120"),
    ("openai-beta", "missing", "sent by client 0.40 only"),
    (
        "instructions",
        "moved",
        "client 0.162 and later, and Responses-Lite models before, send them "
        "as a developer message (--shape developer or lite)",
    ),
    (
        "client_metadata.mcp_attribution",
        "missing",
        "tells which tool servers the client uses; with a login only",
    ),
    (
        "client_metadata.guardian_credits_requested",
        "missing",
        "asks for a review paid by the provider; with a login only",
    ),
    ("client_metadata.*", "missing", "describes the client's own session"),
    ("id", "missing", "the client's own id of the item"),
    (
        "internal_chat_message_metadata_passthrough",
        "missing",
        "names turn, time and kind of each part; with a login only",
    ),
    ("tools", "changed", "this tool's calls offer no tools"),
    ("tools", "extra", "Responses-Lite carries tools in the input (--shape lite)"),
    ("text.*", "missing", "the client's verbosity setting"),
    (
        "accept-encoding",
        "changed",
        "this tool asks for no encoding, so that what is recorded is what was sent",
    ),
    ("accept-encoding", "extra", "sent since client 0.171"),
    (
        "content-encoding",
        "missing",
        "the client compresses its body with a login; its feature "
        "enable_request_compression switches that off",
    ),
    (
        "x-codex-routing-hint",
        "missing",
        "names model and tier; the client sends it with a login and its built-in provider only",
    ),
    (
        "x-openai-internal-codex-responses-lite",
        "missing",
        "the client asks for this model in the lite shape; plain requests are served since "
        "2026-07-13 (opencode#36750)",
    ),
    ("parallel_tool_calls", "changed", "goes with the lite shape"),
    ("reasoning.context", "missing", "goes with the lite shape"),
    ("reasoning.effort", "missing", "the client's effort setting for the model"),
    ("reasoning.effort", "changed", "the client's effort setting for the model"),
    ("reasoning.summary", "extra", "sent where the client has no catalogue entry for the model"),
)
"""Known differences, with their reasons."""


class Difference(Struct, frozen=True):
    """A difference; `where` is header or body, `reason` is None if it is unknown."""

    where: str
    name: str
    kind: Kind
    ours: str
    theirs: str
    reason: str | None

    @property
    def key(self) -> tuple[str, str, str]:
        """The subject of the difference, without the values."""
        return self.where, self.name, self.kind


def version_difference(ours: str, theirs: str) -> Difference | None:
    """The difference between the sent and the installed client version, if there is one."""
    if ours == theirs:
        return None
    reason = (
        None
        if is_older(ours, theirs)
        else "this tool advertises another version than the installed client's (--client-version)"
    )
    return Difference("header", "version", "changed", ours, theirs, reason)


def example_call(shape: Shape, config: SessionConfig, model: str) -> HttpRequest:
    """The call this tool would make, with stand-ins for secret and random values."""

    def stand_in(kind: str) -> Secret:
        return Secret(None, kind=kind, ref="wire")

    bundle = Bundle(
        stand_in("access-token"), None, None, stand_in("account-id"), None, None, "none", False
    )
    instructions = stand_in("instructions")
    inputs = CallInputs(bundle, config, model, instructions, "x", "session", HttpLimits())
    return build_call(shape, inputs)


def compare(
    ours: HttpRequest,
    headers: list[tuple[str, str]],
    theirs: Mapping[str, Any],
    place: str | None,
    items: Sequence[Mapping[str, Any]] = (),
) -> list[Difference]:
    """Every difference between our call and a captured one (headers, body outline, input items)."""
    sent = TRANSPORT_HEADERS | {n.lower(): show_text(v) for n, v in ours.headers}
    differences = list(_headers(sent, {n.lower(): v for n, v in headers}))
    body = ours.shown_json()
    ours_place = "instructions" if "instructions" in body else "input"
    theirs_place = "instructions" if place == "instructions" else "input"
    if place is not None and ours_place != theirs_place:
        differences.append(_difference("body", "instructions", "moved", ours_place, place))
    differences += _body(outline(body), theirs)
    differences += _items(items_of(body), list(items), place)
    return differences


def _items(
    ours: list[dict[str, Any]], theirs: list[Mapping[str, Any]], place: str | None
) -> Iterator[Difference]:
    """The items of `input`, each by its purpose: tools, base instructions, prompt, context."""
    remaining = {_purpose(item, index, len(ours), None): item for index, item in enumerate(ours)}
    for index, item in enumerate(theirs):
        purpose = _purpose(item, index, len(theirs), place)
        name, own_item = f"input[{index}]", remaining.pop(purpose, None)
        if own_item is None:
            reason = CONTEXT if purpose.startswith("context") else None
            if purpose == "tools":
                reason = "the lite shape carries the tools in the input (--shape lite)"
            elif purpose == "instructions":
                reason = "the shape of this call has them in the field instructions"
            yield Difference("body", name, "missing", "", _item_text(item), reason)
            continue
        for key in item["keys"]:
            if key not in own_item["keys"]:
                yield _difference("body", f"{name}.{key}", "missing", "", "sent", key)
        if purpose == "tools" and own_item.get("tools") != item.get("tools"):
            yield Difference(
                "body",
                f"{name}.tools",
                "changed",
                f"{own_item.get('tools')}",
                f"{item.get('tools')}",
                "this tool's calls offer no tools",
            )
    for purpose, item in remaining.items():
        reason = (
            "the client sends them in the field instructions" if purpose == "instructions" else None
        )
        yield Difference("body", f"input ({purpose})", "extra", _item_text(item), "", reason)


def _purpose(item: Mapping[str, Any], index: int, count: int, place: str | None) -> str:
    if item["type"] == "additional_tools":
        return "tools"
    if place == f"input[{index}]" or (place is None and item["role"] == "developer"):
        return "instructions"
    if index == count - 1 and item["role"] == "user":
        return "prompt"
    return f"context {index}"


def _item_text(item: Mapping[str, Any]) -> str:
    """One item as text: `developer message of 21,769 characters (model.base_instructions)`."""
    sizes = " + ".join(f"{size:,}" for size in item["chars"] if size is not None)
    text = f"{item['role']} {item['type']}" + (f" of {sizes} characters" if sizes else "")
    if item.get("tools") is not None:
        text += f" with {item['tools']} groups"
    return text + (f" ({', '.join(item['kinds'])})" if item.get("kinds") else "")


def _headers(ours: Mapping[str, str], theirs: Mapping[str, str]) -> Iterator[Difference]:
    for name in sorted({*ours, *theirs} - UNCOMPARED):
        if name not in ours:
            value = "sent" if name in PRESENCE_ONLY else theirs[name]
            yield _difference("header", name, "missing", "", value)
        elif name not in theirs:
            yield _difference("header", name, "extra", ours[name], "")
        elif name not in PRESENCE_ONLY and ours[name] != theirs[name]:
            yield _difference("header", name, "changed", ours[name], theirs[name])


def _body(
    ours: Mapping[str, Any], theirs: Mapping[str, Any], path: str = ""
) -> Iterator[Difference]:
    for key in [*ours, *(k for k in theirs if k not in ours)]:
        name = f"{path}{key}"
        if name in ("instructions", "input"):
            continue
        if key not in ours and isinstance(theirs[key], Mapping):
            yield from _body({}, theirs[key], f"{name}.")
        elif key not in ours:
            yield _difference("body", name, "missing", "", _short(theirs[key]))
        elif key not in theirs:
            yield _difference("body", name, "extra", _short(ours[key]), "")
        elif isinstance(ours[key], Mapping) and isinstance(theirs[key], Mapping):
            yield from _body(ours[key], theirs[key], f"{name}.")
        elif key not in PRESENCE_ONLY and ours[key] != theirs[key]:
            yield _difference("body", name, "changed", _short(ours[key]), _short(theirs[key]))


def _short(value: object) -> str:
    if isinstance(value, list):
        return f"{len(value)} items"
    return str(value)[:120]


def _difference(
    where: str, name: str, kind: Kind, ours: str, theirs: str, key: str | None = None
) -> Difference:
    """A difference with its reason, looked up by `key`, by default the name."""
    names = (key or name, f"{name.partition('.')[0]}.*")
    reason = next((why for n, k, why in REASONS if n in names and k == kind), None)
    return Difference(where, name, kind, ours[:120], theirs[:120], reason)
