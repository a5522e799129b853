"""Requests for text files: baselines and tests of the project, the calibration file, drafts."""

from __future__ import annotations

import hashlib
from typing import ClassVar, Final

from smoke_tui.journal.events.machine_facts import ChangesRead, TextRead, TextReplaced
from smoke_tui.journal.events.values import Blob
from smoke_tui.journal.stream import Fact
from smoke_tui.structs import Struct
from smoke_tui.world.requests.base import Query

TEXT: Final = "text"
"""The name of the evidence that holds a text."""


def digest_of(text: str) -> str:
    """The SHA-256 of a text in hex."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


class TextContent(Struct, frozen=True):
    """A redacted text and the evidence that holds it, or why there is none.

    `missing`: there is no such file.
    """

    content: str | None
    blob: Blob | None
    problem: str | None = None
    missing: bool = False


def content_of(fact: Fact) -> tuple[str | None, Blob | None]:
    """The text that a fact has as evidence."""
    raw = fact.blobs.get(TEXT)
    return (None if raw is None else raw.decode("utf-8", "replace")), fact.event.blobs.get(TEXT)


class ReadText(Query[TextContent], frozen=True):
    """A text file below the project's folder; no link leads out of it."""

    port_name: ClassVar[str] = "file"
    path: str

    def shown(self) -> dict[str, object]:
        """The operation and the path."""
        return {"op": "text", "path": self.path}

    def answer(self, fact: Fact) -> TextContent:
        """The text, or why there is none."""
        read = fact.expect(TextRead)
        return TextContent(*content_of(fact), read.problem, read.missing)


class ReplaceText(Query[str | None], frozen=True):
    """A text file below the project's folder, replaced as a whole.

    `former` is the SHA-256 of its redacted text as it was read, None where it was not there: what
    was changed since is not replaced.
    """

    port_name: ClassVar[str] = "file"
    unshown: ClassVar[tuple[str, ...]] = ("text",)
    path: str
    former: str | None
    text: str

    def shown(self) -> dict[str, object]:
        """The operation, the path, and what of the texts can be compared."""
        return {
            "op": "replace",
            "path": self.path,
            "former": self.former,
            "sha256": digest_of(self.text),
        }

    def answer(self, fact: Fact) -> str | None:
        """None, or why it could not be written."""
        return fact.expect(TextReplaced).problem


class KeepText(Query[TextContent], frozen=True):
    """A text that was made from earlier facts, to be kept as evidence."""

    port_name: ClassVar[str] = "file"
    unshown: ClassVar[tuple[str, ...]] = ("text",)
    name: str
    text: str

    def shown(self) -> dict[str, object]:
        """The operation and the name."""
        return {"op": "keep", "path": self.name}

    def answer(self, fact: Fact) -> TextContent:
        """The text as it was kept."""
        return TextContent(*content_of(fact))


class ReadCalibration(Query[TextContent], frozen=True):
    """The calibration file."""

    port_name: ClassVar[str] = "calibration"

    def shown(self) -> dict[str, object]:
        """The operation."""
        return {"op": "text"}

    def answer(self, fact: Fact) -> TextContent:
        """Its text, or why there is none."""
        read = fact.expect(TextRead)
        return TextContent(*content_of(fact), read.problem, read.missing)


class ReplaceCalibration(Query[str | None], frozen=True):
    """The calibration file, replaced as a whole; what was changed since it was read is not."""

    port_name: ClassVar[str] = "calibration"
    unshown: ClassVar[tuple[str, ...]] = ("text",)
    former: str | None
    text: str

    def shown(self) -> dict[str, object]:
        """The operation, and what of the texts can be compared."""
        return {"op": "replace", "former": self.former, "sha256": digest_of(self.text)}

    def answer(self, fact: Fact) -> str | None:
        """None, or why it could not be written."""
        return fact.expect(TextReplaced).problem


class ReadChanges(Query[TextContent], frozen=True):
    """What differs in the project's working tree from its last commit, as git lists it."""

    port_name: ClassVar[str] = "changes"

    def answer(self, fact: Fact) -> TextContent:
        """The output of `git status --porcelain`, or why there is none."""
        return TextContent(*content_of(fact), fact.expect(ChangesRead).problem)
