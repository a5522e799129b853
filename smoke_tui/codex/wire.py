"""Our request beside the real client's: what differs, and why where it is known."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from smoke_tui.codex.bundle import Bundle
from smoke_tui.codex.shapes import Shape, build_call
from smoke_tui.secrecy import Secret
from smoke_tui.world.config import Config
from smoke_tui.world.outline import outline
from smoke_tui.world.ports import HttpLimits, HttpRequest

Kind = Literal["missing", "extra", "moved", "changed"]

UNCOMPARED: Final = frozenset({"host", "content-length", "connection", "accept-encoding"})
"""Headers that a transport sets by itself."""

VARYING: Final = frozenset({"session-id", "thread-id", "x-client-request-id", "prompt_cache_key"})
"""Names whose values are drawn anew each time: only their presence is compared."""

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
    ("instructions", "moved", "client 0.162 and later, and Responses-Lite models before, send them "
                              "as a developer message (--shape developer or lite)"),
    ("client_metadata", "missing", "describes the client's own session"),
    ("tools", "changed", "this tool's calls offer no tools"),
    ("tools", "extra", "Responses-Lite carries tools in the input (--shape lite)"),
    ("text", "missing", "the client's verbosity setting"),
    ("input", "changed", "the client adds its own context messages"),
    ("reasoning.effort", "missing", "the client's effort setting for the model"),
    ("reasoning.effort", "changed", "the client's effort setting for the model"),
    ("reasoning.summary", "extra", "sent where the client has no catalogue entry for the model"),
)
"""Differences that are known, with their reasons; any other is worth a look."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference. `where` is header or body, `reason` None where nobody knows it yet."""

    where: str
    name: str
    kind: Kind
    ours: str
    theirs: str
    reason: str | None


def our_call(shape: Shape, config: Config, model: str) -> HttpRequest:
    """The call this tool would make, with stand-ins for all that is secret or drawn."""
    def stand_in(kind: str) -> Secret:
        return Secret(None, kind=kind, ref="wire")

    bundle = Bundle(stand_in("access-token"), None, None, stand_in("account-id"), None, None,
                    "none", False)
    return build_call(
        shape, url=f"{config.codex_url}/responses", bundle=bundle, config=config, model=model,
        instructions=stand_in("instructions"), prompt="x", session="session",
        limits=HttpLimits(),
    )


def compare(
    ours: HttpRequest, headers: list[tuple[str, str]], theirs: Mapping[str, Any], place: str | None
) -> list[Difference]:
    """Every difference between our call and a captured one (its headers and body outline)."""
    shown = ours.shown()
    found = list(_headers({n.lower(): str(v) for n, v in shown["headers"]},
                          {n.lower(): v for n, v in headers}))
    body = shown["body"]["json"]
    ours_place = "instructions" if "instructions" in body else "input"
    theirs_place = "instructions" if place == "instructions" else "input"
    if place is not None and ours_place != theirs_place:
        found.append(_difference("body", "instructions", "moved", ours_place, place))
    found += _body(outline(body), theirs)
    return found


def _headers(ours: Mapping[str, str], theirs: Mapping[str, str]) -> Iterator[Difference]:
    for name in sorted({*ours, *theirs} - UNCOMPARED):
        if name not in ours:
            yield _difference("header", name, "missing", "", theirs[name])
        elif name not in theirs:
            yield _difference("header", name, "extra", ours[name], "")
        elif name not in VARYING and ours[name] != theirs[name]:
            yield _difference("header", name, "changed", ours[name], theirs[name])


def _body(
    ours: Mapping[str, Any], theirs: Mapping[str, Any], path: str = ""
) -> Iterator[Difference]:
    for key in [*ours, *(k for k in theirs if k not in ours)]:
        name = f"{path}{key}"
        if name == "instructions":
            continue
        if key not in ours:
            yield _difference("body", name, "missing", "", _short(theirs[key]))
        elif key not in theirs:
            yield _difference("body", name, "extra", _short(ours[key]), "")
        elif isinstance(ours[key], Mapping) and isinstance(theirs[key], Mapping):
            yield from _body(ours[key], theirs[key], f"{name}.")
        elif key not in VARYING and ours[key] != theirs[key]:
            yield _difference("body", name, "changed", _short(ours[key]), _short(theirs[key]))


def _short(value: Any) -> str:
    if isinstance(value, list):
        return f"{len(value)} items"
    return str(value)[:120]


def _difference(where: str, name: str, kind: Kind, ours: str, theirs: str) -> Difference:
    reason = next((why for n, k, why in REASONS if n == name and k == kind), None)
    return Difference(where, name, kind, ours[:120], theirs[:120], reason)
