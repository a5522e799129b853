"""Requests to the operator: questions, a page to open, a text to carry elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from smoke_tui.journal.events.machine_facts import ClipboardOffered, PageOpened
from smoke_tui.journal.stream import Fact
from smoke_tui.structs import field
from smoke_tui.world.requests.base import VALUE, Query, Request
from smoke_tui.world.requests.http import Listen
from smoke_tui.world.values import Text


class Question(Request, frozen=True):
    """A question or task that only the operator can answer; the one fact is the answer.

    `kind` is one of `QUESTIONS`; `data` is what a front end shows. `secret`: the answer's value is
    a secret of that kind; front ends read it masked, and only its shape is recorded. `redirect`: a
    pasted address is judged like the callback it replaces.
    """

    port_name: ClassVar[str] = "operator"
    unshown: ClassVar[tuple[str, ...]] = ("redirect",)
    kind: str
    text: str
    data: Mapping[str, object] = field(default_factory=dict)
    secret: str | None = None
    redirect: Listen | None = None

    def secret_kinds(self) -> Mapping[str, str]:
        """The kind of its answer's value, where that is a secret."""
        return {VALUE: self.secret} if self.secret else {}


class OpenPage(Query[str | None], frozen=True):
    """A page to open in the operator's browser."""

    port_name: ClassVar[str] = "browser"
    url: Text

    def answer(self, fact: Fact) -> str | None:
        """None, or why it could not be opened."""
        return fact.expect(PageOpened).problem


class OfferText(Query[ClipboardOffered], frozen=True):
    """A text, or a JSON value as text, for the operator to carry elsewhere."""

    port_name: ClassVar[str] = "clipboard"
    text: object

    def answer(self, fact: Fact) -> ClipboardOffered:
        """How it was offered, or why it could not be."""
        return fact.expect(ClipboardOffered)


class ClearOffer(Query[None], frozen=True):
    """Take back what was offered, as far as that can be done."""

    port_name: ClassVar[str] = "clipboard"

    def shown(self) -> dict[str, object]:
        """That it is to be cleared."""
        return {"clear": True}

    def answer(self, fact: Fact) -> None:
        """Nothing beside that it was done."""
