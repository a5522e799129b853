"""The ports of the live world: one protocol each, and the fact that a port answers with.

The clock's protocol is `journal.stream.Clock`, since the event stream dates facts by it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

from smoke_tui.config.questions import Answer
from smoke_tui.journal.events.body import FactBody
from smoke_tui.redaction import Secret
from smoke_tui.structs import Struct, field
from smoke_tui.world.conversation import BodyReader, PendingRequest
from smoke_tui.world.requests.codex_cli import CaptureClient
from smoke_tui.world.requests.http import HttpRequest, Listen
from smoke_tui.world.requests.ledger import ReadLedger
from smoke_tui.world.requests.machine import (
    LookUpPrice,
    ReadDocument,
    ReadSecretFile,
    ReadVariable,
    ReplaceBundle,
)
from smoke_tui.world.requests.operator import Question
from smoke_tui.world.requests.processes import Spawn
from smoke_tui.world.requests.texts import KeepText, ReadText, ReplaceCalibration, ReplaceText

Refs = Mapping[str, str]
"""The references of an answer's secrets, by their names there."""


class PortError(Exception):
    """A port could not do its work; the text is for the person."""


class PortAnswer(Struct, frozen=True):
    """A fact that answers a request, not yet redacted, with its secrets and evidence.

    `taken` is called on the engine's loop once the fact is let in and written.
    """

    body: FactBody
    secrets: Mapping[str, Secret] = field(default_factory=dict)
    blobs: Mapping[str, bytes] = field(default_factory=dict)
    taken: Callable[[], None] | None = None


Post = Callable[[PortAnswer], None]


class Ids(Protocol):
    """Random values that requests need."""

    def __call__(self, shape: str) -> str:
        """A fresh value of a shape, a key of `world.live.random_values.DRAWS`."""


class Http(Protocol):
    """HTTP exchanges."""

    async def exchange(
        self, request: HttpRequest, refs: Refs, reader: BodyReader | None = None
    ) -> PortAnswer:
        """Send one request and take its answer in, redacted."""

    async def close(self) -> None:
        """Close the connections that are kept."""


class CallbackListener(Protocol):
    """Loopback listeners for the redirects of logins."""

    async def listen(self, request: Listen, refs: Refs, post: Post) -> None:
        """Listen until cancelled, and post what comes in."""


class Shell(Protocol):
    """Children in their own sessions."""

    async def run(self, seq: int, request: Spawn, refs: Refs, post: Post) -> None:
        """Start the child of request `seq`, follow it to its end, and post what it does."""

    async def stop(self, seq: int) -> bool:
        """Take a child down and wait for it; whether it is proven gone."""

    def holds(self, seq: int) -> bool:
        """Whether request `seq` has started a child that runs."""

    def end(self, seq: int) -> None:
        """Take a child down without waiting."""

    async def close(self) -> None:
        """Take every child down and wait for it."""


class Browser(Protocol):
    """The operator's browser."""

    async def open_page(self, url: str) -> None:
        """Open a page.

        Raises:
            PortError: it can't be opened; the text says why.
        """


class Clipboard(Protocol):
    """Carries a text to where the operator pastes it."""

    async def put(self, text: str) -> str:
        """Offer a text; how it was offered, in a word.

        Raises:
            PortError: it can't be offered; the text says why.
        """

    async def clear(self) -> None:
        """Take back what was offered, as far as that can be done."""


class Operator(Protocol):
    """The operator, or a scripted one: questions that wait, and their answers."""

    def ask(self, pending: PendingRequest, question: Question) -> None:
        """Let a question wait for its answer."""

    def withdraw(self, seq: int) -> None:
        """Forget question `seq`, if it still waits."""

    def answer(self, seq: int, answer: Answer, *, secret: str | None) -> str | None:
        """Answer question `seq`. Returns why the answer can't be taken, or None."""

    def reveal(self, seq: int, name: str) -> str:
        """A value of an open question in the form the operator has to use, such as an address."""


class Files(Protocol):
    """Files of the operator."""

    def exists(self, path: str) -> bool:
        """Whether there is anything at a path."""

    def read(self, request: ReadSecretFile, refs: Refs) -> PortAnswer:
        """The text of a file as a secret."""

    def document(self, request: ReadDocument, refs: Refs) -> PortAnswer:
        """A JSON file without its secret leaves."""

    def replace_bundle(self, request: ReplaceBundle) -> PortAnswer:
        """Write the file that the bundle came from."""


class Texts(Protocol):
    """Text files of the project, the calibration file, the working tree's changes."""

    def read(self, request: ReadText) -> PortAnswer:
        """The text of a file."""

    def replace(self, request: ReplaceText) -> PortAnswer:
        """Replace a file as a whole."""

    def keep(self, request: KeepText) -> PortAnswer:
        """Keep a text as evidence."""

    def read_calibration(self) -> PortAnswer:
        """The text of the calibration file."""

    def replace_calibration(self, request: ReplaceCalibration) -> PortAnswer:
        """Replace the calibration file as a whole."""

    async def changes(self) -> PortAnswer:
        """What git lists as changed."""


class Env(Protocol):
    """This process's environment."""

    def variable(self, request: ReadVariable, refs: Refs) -> PortAnswer:
        """A variable, its text as a secret where it is asked for."""

    def finds(self, command: str) -> bool:
        """Whether a command is on the PATH that children get."""


class Ledger(Protocol):
    """The stack's ledger."""

    async def read(self, request: ReadLedger) -> PortAnswer:
        """Its clock, or its rows."""


class CodexCli(Protocol):
    """The installed Codex CLI."""

    async def capture(self, request: CaptureClient, refs: Refs) -> PortAnswer:
        """What it sends for a model."""


class Prices(Protocol):
    """A table of prices."""

    async def look_up(self, request: LookUpPrice) -> PortAnswer:
        """What tokens cost."""
