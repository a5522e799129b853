"""The request for a capture of what the installed Codex CLI sends."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from smoke_tui.journal.events.machine_facts import ClientCaptured, ClientNotCaptured, LineChanges
from smoke_tui.journal.stream import Fact
from smoke_tui.redaction import Secret
from smoke_tui.structs import Struct
from smoke_tui.world.requests.base import VALUE, Query


class ClientRequest(Struct, frozen=True):
    """What the installed Codex CLI sent when it was captured on loopback.

    `place` is where its base instructions are (None: it sent none); `template` is the whole
    request with placeholders, None where the prompt it was given could not be located in it.
    """

    model: str
    place: str | None
    headers: tuple[tuple[str, str], ...]
    outline: Mapping[str, object]
    items: tuple[Mapping[str, object], ...]
    template: Mapping[str, object] | None
    template_sha256: str | None


class ClientCapture(Struct, frozen=True):
    """A capture of the installed Codex CLI, or why there is none.

    `instructions` is the secret text of the base instructions; `compared` is the difference to
    the text that the request named.
    """

    problem: str | None
    version: str | None
    request: ClientRequest | None
    instructions: Secret | None
    compared: LineChanges | None


class CaptureClient(Query[ClientCapture], frozen=True):
    """Capture what the installed Codex CLI sends for a model.

    `codex` is the path of the program, or None for the one on PATH; `against` is an earlier text
    of its base instructions to compare with.
    """

    port_name: ClassVar[str] = "codex-cli"
    codex: str | None
    model: str | None
    against: Secret | None = None

    def secret_kinds(self) -> Mapping[str, str]:
        """The text of the base instructions."""
        return {VALUE: "instructions"}

    def answer(self, fact: Fact) -> ClientCapture:
        """The capture, or why there is none."""
        if isinstance(fact.body, ClientNotCaptured):
            return ClientCapture(fact.body.problem, fact.body.version, None, None, None)
        body = fact.expect(ClientCaptured)
        request = ClientRequest(
            body.model,
            body.place,
            body.headers,
            body.outline,
            body.items,
            body.template,
            body.template_sha256,
        )
        return ClientCapture(
            body.problem, body.version, request, fact.secrets.get(VALUE), body.compared
        )
