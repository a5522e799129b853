"""What the engine asks of the world, as data, and the protocols of who answers.

Requests carry `Secret` leaves. Only a live port renders them; what is recorded, matched and
compared is the unrendered form.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import quote

from smoke_tui.redaction import Secret, placeholders_in


@dataclass(frozen=True, slots=True)
class Joined:
    """Text with secrets in it."""

    parts: tuple[str | Secret, ...]


Text = str | Secret | Joined


def show(value: Any) -> Any:
    """The unrendered form: every secret as its placeholder; containers are walked."""
    if isinstance(value, Secret):
        return value.placeholder
    if isinstance(value, Joined):
        return "".join(part if isinstance(part, str) else part.placeholder for part in value.parts)
    if isinstance(value, Mapping):
        return {str(key): show(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [show(item) for item in value]
    return value


def render(value: Any, *, encode: Callable[[str], str] = str) -> Any:
    """The form that leaves the process; called by live ports only."""
    if isinstance(value, Secret):
        return encode(value.reveal())
    if isinstance(value, Joined):
        return "".join(
            part if isinstance(part, str) else encode(part.reveal()) for part in value.parts
        )
    if isinstance(value, Mapping):
        return {str(key): render(item, encode=encode) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [render(item, encode=encode) for item in value]
    return value


PLACEHOLDER_PROBLEM = (
    "it holds a placeholder of a hidden value, not the value; capture it with "
    "secret = true, or give it by a setting"
)


def holds_placeholder(value: Any) -> bool:
    """Whether what would leave holds the placeholder of a value instead of the value.

    A `Secret` leaf is rendered into its value; a placeholder in plain text was read from something
    that had been redacted, and must never be run, sent or shown to a page as if it were the value.
    """
    if isinstance(value, str):
        return bool(placeholders_in(value))
    if isinstance(value, Joined):
        return any(holds_placeholder(part) for part in value.parts)
    if isinstance(value, Mapping):
        return any(holds_placeholder(part) for pair in value.items() for part in pair)
    if isinstance(value, list | tuple):
        return any(holds_placeholder(item) for item in value)
    return False


def secrets_in(value: Any) -> list[Secret]:
    """Every secret leaf of a value."""
    if isinstance(value, Secret):
        return [value]
    if isinstance(value, Joined):
        return [part for part in value.parts if isinstance(part, Secret)]
    if isinstance(value, Mapping):
        return [secret for item in value.values() for secret in secrets_in(item)]
    if isinstance(value, list | tuple):
        return [secret for item in value for secret in secrets_in(item)]
    return []


@dataclass(frozen=True, slots=True)
class Sensitive:
    """A leaf of a JSON answer that is a secret.

    In `path`, "key=value" picks from a list the object whose key has that value. `claims` maps a
    public name to the path of a JWT's claim that may be shown; `nested` maps a name to a claim
    that is a secret of its own, with its kind.
    """

    name: str
    path: tuple[str, ...]
    kind: str
    claims: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    nested: Mapping[str, tuple[tuple[str, ...], str]] = field(default_factory=dict)
    scrub: bool = True


@dataclass(frozen=True, slots=True)
class HttpLimits:
    """Bounds of one exchange: seconds, and bytes of the body."""

    connect: float = 10.0
    idle: float = 30.0
    total: float = 120.0
    body: int = 8 * 1024 * 1024
    linger: float = 5.0


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """One HTTP request. `form` pairs or a `json` value or neither make the body."""

    method: str
    url: str
    headers: tuple[tuple[str, Text], ...] = ()
    json: Any = None
    form: tuple[tuple[str, Text], ...] | None = None
    sensitive: tuple[Sensitive, ...] = ()
    limits: HttpLimits = HttpLimits()

    def shown(self) -> dict[str, Any]:
        """The unrendered form, for the record."""
        body: Any = None
        if self.form is not None:
            body = {"form": [[name, show(value)] for name, value in self.form]}
        elif self.json is not None:
            body = {"json": show(self.json)}
        return {
            "method": self.method,
            "url": self.url,
            "headers": [[name, show(value)] for name, value in self.headers],
            "body": body,
        }

    def rendered_body(self) -> bytes | None:
        """The bytes of the body, secrets included; for live ports only."""
        if self.form is not None:
            return "&".join(
                f"{quote(name, safe='')}={quote(render(value), safe='')}"
                for name, value in self.form
            ).encode("ascii")
        if self.json is not None:
            return json.dumps(render(self.json), ensure_ascii=False).encode()
        return None


@dataclass(frozen=True, slots=True)
class Exchange:
    """What came of an HTTP request, redacted.

    `error` is None or one of: network, dns, tls, proxy, timeout, stalled, cut, oversized,
    compressed, refused-host. `chunks` are (offset in `body`, milliseconds since sending).
    """

    status: int | None
    headers: tuple[tuple[str, str], ...]
    body: bytes
    chunks: tuple[tuple[int, int], ...]
    milliseconds: int
    error: str | None
    error_text: str
    secrets: Mapping[str, Secret]
    digest: str | None
    request: int

    def header(self, name: str) -> str | None:
        """The first header of that name, without regard to case."""
        return next((v for n, v in self.headers if n.lower() == name.lower()), None)

    def text(self) -> str:
        return self.body.decode("utf-8", "replace")

    def json(self) -> Any:
        """The body as JSON, or None."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            return None


@dataclass(frozen=True, slots=True)
class CallbackSpec:
    """A one-shot loopback listener for a login's redirect.

    `ports` are tried in order (0: any free one). `state` is compared in constant time. With
    `issuer`, an `iss` parameter has to be equal to it (RFC 9207).
    """

    ports: tuple[int, ...]
    path: str
    state: Secret
    issuer: str

    def shown(self) -> dict[str, Any]:
        return {
            "ports": list(self.ports),
            "path": self.path,
            "state": self.state.placeholder,
            "issuer": self.issuer,
        }


@dataclass(frozen=True, slots=True)
class SpawnSpec:
    """A child to start.

    `hidden`: its output is secret; it is read to its end, never shown, and of its last JSON object
    the leaves at `sensitive` come back as secrets, those at `public` as they are, and no others.
    `env` goes on top of the allow-list.
    `stays`: a service; no time limit of its own. `detaches`: the command ends by itself and what
    it started stays, until the child is stopped.
    """

    argv: tuple[Text, ...]
    cwd: str
    env: tuple[tuple[str, Text], ...] = ()
    path_prepend: str | None = None
    hidden: bool = False
    sensitive: tuple[Sensitive, ...] = ()
    public: tuple[tuple[str, ...], ...] = ()
    stays: bool = False
    detaches: bool = False

    def shown(self) -> dict[str, Any]:
        shown = {
            "argv": show(self.argv),
            "cwd": self.cwd,
            "env": [[name, show(value)] for name, value in self.env],
            "hidden": self.hidden,
            "stays": self.stays,
        }
        # Left out where false: journals from before there was such a thing still replay.
        return shown | ({"detaches": True} if self.detaches else {})


@dataclass(frozen=True, slots=True)
class Question:
    """Something only the operator can say or do.

    `kind` is one of `QUESTIONS`; `data` is what a front shows. `secret`: the answer's value is a
    secret of that kind; fronts read it masked, and only its shape is recorded. `check`: the
    pasted address is judged like the callback it stands for.
    """

    kind: str
    text: str
    data: Mapping[str, Any] = field(default_factory=dict)
    secret: str | None = None
    check: CallbackSpec | None = None


class Browser(Protocol):
    """Opens pages. Raises `PortError` with a plain sentence where it can't."""

    async def open_page(self, url: str) -> None: ...


class Clipboard(Protocol):
    """Carries a text to where the operator pastes it; returns how, in a word."""

    async def put(self, text: str) -> str: ...

    async def clear(self) -> None: ...


class PortError(Exception):
    """A port could not do its work; the text is for the person."""
