"""Requests as they are recorded: what the engine asked of the world, without its secrets.

Only what readers look into has a class of its own; of the others the table is kept as it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar

from smoke_tui.journal.events.body import ALWAYS, REST, DecisionBody, key
from smoke_tui.redaction.secret import Json
from smoke_tui.structs import field


class Requested(DecisionBody, frozen=True):
    """The engine asks something of a port of the world."""

    kind: ClassVar[str] = "request"

    @property
    def port(self) -> str:
        """The port of the world that is asked."""
        return self.tags["port"]


class HttpRequested(Requested, frozen=True):
    """An HTTP request; `body` is None or has the key `json` or `form`.

    `recording` is the case that its exchange is recorded for.
    """

    tags: ClassVar[Mapping[str, str]] = {"port": "http"}

    method: str
    url: str
    headers: tuple[tuple[str, str], ...]
    body: Annotated[Json, ALWAYS] = None
    recording: str | None = None


class QuestionAsked(Requested, frozen=True):
    """A question to the operator.

    `question` is its kind, `text` what is asked, `about` what a front end shows beside it;
    `secret` is the kind of secret that the answer's value is, None where it is none.
    """

    tags: ClassVar[Mapping[str, str]] = {"port": "operator"}

    question: Annotated[str, key("kind")]
    text: Annotated[str, ALWAYS] = ""
    about: Annotated[Mapping[str, Json], key("data", **ALWAYS)] = field(default_factory=dict)
    secret: Annotated[str | None, ALWAYS] = None


class PageRequested(Requested, frozen=True):
    """A page to be opened in the browser."""

    tags: ClassVar[Mapping[str, str]] = {"port": "browser"}

    url: str


class StopRequested(Requested, frozen=True):
    """A child to be taken down: `of` is the `seq` of the request that started it."""

    tags: ClassVar[Mapping[str, str]] = {"port": "process", "op": "stop"}

    of: int


class TcpRequested(Requested, frozen=True):
    """A connection to be tried; the number of its TCP port is recorded in place of `tcp`."""

    number: Annotated[int, key("port")]
    host: str

    @property
    def port(self) -> str:
        """The port of the world that is asked."""
        return "tcp"


class OtherRequested(Requested, frozen=True):
    """A request of any other port, and its parameters."""

    port: str
    parameters: Annotated[Mapping[str, Json], REST] = field(default_factory=dict)


class Released(DecisionBody, frozen=True):
    """The engine does not wait for the answer of a request any more."""

    kind: ClassVar[str] = "release"
