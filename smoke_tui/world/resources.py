"""What a session owns beyond its steps, and how it fills templates; and how a step ends early."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

from smoke_tui.config.session_config import SessionConfig
from smoke_tui.journal.stream import Fact
from smoke_tui.redaction import Secret
from smoke_tui.runbook.templates import scan
from smoke_tui.structs import Struct, field
from smoke_tui.world.conversation import Conversation
from smoke_tui.world.values import Joined, Text

if TYPE_CHECKING:
    from smoke_tui.world.context import StepContext


class StepError(Exception):
    """A step ends here, not well. `code` is a name in `failure_codes.CODES`."""

    def __init__(self, code: str, summary: str, **observed: object) -> None:
        super().__init__(summary)
        self.code = code
        self.summary = summary
        self.observed = observed


class Resource(Protocol):
    """Something that a step leaves behind and the session stops at its end, such as a service."""

    @property
    def adopted(self) -> bool:
        """Whether it was there before the session, and is not ours to stop."""

    def conversations(self) -> Sequence[Conversation]:
        """The conversations whose facts report on it until the session ends."""

    def lost_by(self, fact: Fact) -> bool:
        """Whether a fact of these conversations means that it is gone."""

    async def stop(self, ctx: StepContext) -> bool:
        """Stop it; whether it is proven gone."""


class Credential(Protocol):
    """The session's credential bundle."""

    def fields(self) -> Mapping[str, Secret | str | None]:
        """Its values by field name, as templates use them."""


class SessionResources(Struct):
    """What outlives a step: values, variables and resources, owned by the session.

    `account` is the account of the bundle, also after the bundle is gone. `may_run`: the operator let the
    runbook's commands run; a preflight never may. `model` is the one that the last call asked for,
    `lite` whether in the Responses-Lite shape.
    """

    values: dict[str, object] = field(default_factory=dict)
    secrets: dict[str, Secret] = field(default_factory=dict)
    variables: dict[str, Secret] = field(default_factory=dict)
    by_step: dict[str, Resource] = field(default_factory=dict)
    bundle: Credential | None = None
    account: str | None = None
    handed_over: bool = False
    may_run: bool = False
    refreshed: bool = False
    lite: bool = False
    model: str | None = None
    sent_instructions: Secret | None = None

    def fill(self, template: str, config: SessionConfig) -> Text:
        """Replace `{{ name }}` marks by values; secrets stay secrets.

        Raises:
            StepError: no step has given a value of that name yet (`not-configured`).
        """
        parts: list[str | Secret] = []
        last = 0
        for mark in scan(template):
            if mark.name is not None:
                parts.append(template[last : mark.start])
                parts.append(self._value(mark.name, config))
                last = mark.end
        parts.append(template[last:])
        if all(isinstance(part, str) for part in parts):
            return "".join(part for part in parts if isinstance(part, str))
        return Joined(tuple(part for part in parts if part != ""))

    def fill_all(self, value: object, config: SessionConfig) -> object:
        """`fill` for every string leaf of a JSON-like value."""
        if isinstance(value, str):
            return self.fill(value, config)
        if isinstance(value, Mapping):
            return {key: self.fill_all(item, config) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return [self.fill_all(item, config) for item in value]
        return value

    def _value(self, name: str, config: SessionConfig) -> str | Secret:
        settings = {
            "stack_url": config.stack_url,
            "project": config.project,
            "model": self.model
            or config.model
            or config.runbook_model
            or "the model of your choice",
        }
        if name in settings:
            return settings[name]
        if name.startswith("bundle.") and self.bundle is not None:
            leaf = self.bundle.fields().get(name.removeprefix("bundle."))
            if leaf is not None:
                return leaf
        if name in self.secrets:
            return self.secrets[name]
        if name in self.values:
            return str(self.values[name])
        raise StepError(
            "not-configured", f"The value {{{{ {name} }}}} is not known: no step has given it yet."
        )
