"""Requests as they are recorded: what the engine asked of the world, without its secrets.

Only what readers look into has a class of its own; of the others the table is kept as it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from smoke_tui.journal.events.body import ALWAYS, REST, DecisionBody, key
from smoke_tui.redaction.secret import Json


class Requested(DecisionBody):
    """The engine asks something of a port of the world."""

    __slots__ = ()

    kind: ClassVar[str] = "request"

    @property
    def port(self) -> str:
        """The port of the world that is asked."""
        return self.tags["port"]


@dataclass(frozen=True, slots=True)
class HttpRequested(Requested):
    """An HTTP request; `body` is None or has the key `json` or `form`.

    `recording` is the case that its exchange is recorded for.
    """

    tags: ClassVar[Mapping[str, str]] = {"port": "http"}

    method: str
    url: str
    headers: tuple[tuple[str, str], ...]
    body: Json = field(default=None, metadata=ALWAYS)
    recording: str | None = None


@dataclass(frozen=True, slots=True)
class QuestionAsked(Requested):
    """A question to the operator.

    `question` is its kind, `text` what is asked, `about` what a front end shows beside it;
    `secret` is the kind of secret that the answer's value is, None where it is none.
    """

    tags: ClassVar[Mapping[str, str]] = {"port": "operator"}

    question: str = field(metadata=key("kind"))
    text: str = field(default="", metadata=ALWAYS)
    about: Mapping[str, Json] = field(default_factory=dict, metadata=key("data", **ALWAYS))
    secret: str | None = field(default=None, metadata=ALWAYS)


@dataclass(frozen=True, slots=True)
class PageRequested(Requested):
    """A page to be opened in the browser."""

    tags: ClassVar[Mapping[str, str]] = {"port": "browser"}

    url: str


@dataclass(frozen=True, slots=True)
class StopRequested(Requested):
    """A child to be taken down: `of` is the `seq` of the request that started it."""

    tags: ClassVar[Mapping[str, str]] = {"port": "process", "op": "stop"}

    of: int


@dataclass(frozen=True, slots=True)
class TcpRequested(Requested):
    """A connection to be tried; the number of its TCP port is recorded in place of `tcp`."""

    number: int = field(metadata=key("port"))
    host: str

    @property
    def port(self) -> str:
        """The port of the world that is asked."""
        return "tcp"


@dataclass(frozen=True, slots=True)
class OtherRequested(Requested):
    """A request of any other port, and its parameters."""

    port: str = field()
    parameters: Mapping[str, Json] = field(default_factory=dict, metadata=REST)


@dataclass(frozen=True, slots=True)
class Released(DecisionBody):
    """The engine does not wait for the answer of a request any more."""

    kind: ClassVar[str] = "release"
