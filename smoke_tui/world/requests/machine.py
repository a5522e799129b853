"""Requests to this machine: time, random values, files, environment, prices."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from smoke_tui.journal.events.machine_facts import (
    BundleKept,
    CommandFound,
    DocumentRead,
    Drawn,
    FileExists,
    FileRead,
    Priced,
    VariableRead,
)
from smoke_tui.journal.stream import Fact
from smoke_tui.redaction import Secret
from smoke_tui.structs import Struct
from smoke_tui.world.requests.base import VALUE, Query, kinds_of
from smoke_tui.world.values import Sensitive


class Timer(Query[None], frozen=True):
    """A time to wait, in seconds."""

    port_name: ClassVar[str] = "timer"
    seconds: float

    def answer(self, fact: Fact) -> None:
        """Nothing beside that the time has come."""


class Draw(Query[str], frozen=True):
    """A random value that is no secret; `shape` is a key of the live table of shapes."""

    port_name: ClassVar[str] = "draw"
    name: str
    shape: str

    def shown(self) -> dict[str, object]:
        """Name and shape; no kind, as it is no secret."""
        return {"name": self.name, "kind": None, "shape": self.shape}

    def answer(self, fact: Fact) -> str:
        """The value."""
        return fact.expect(Drawn).value or ""


class DrawSecret(Query[Secret], frozen=True):
    """A random secret of a kind; `shape` is a key of the live table of shapes."""

    port_name: ClassVar[str] = "draw"
    name: str
    kind: str
    shape: str

    def secret_kinds(self) -> Mapping[str, str]:
        """The kind of the value."""
        return {VALUE: self.kind}

    def answer(self, fact: Fact) -> Secret:
        """The value."""
        return fact.secrets[VALUE]


class PathExists(Query[bool], frozen=True):
    """Whether there is anything at a path, relative to the project's folder."""

    port_name: ClassVar[str] = "file"
    path: str

    def shown(self) -> dict[str, object]:
        """The operation and the path."""
        return {"op": "exists", "path": self.path}

    def answer(self, fact: Fact) -> bool:
        """Whether there is."""
        return fact.expect(FileExists).exists


class SecretText(Struct, frozen=True):
    """A file's text as a secret, or why it can't be read."""

    value: Secret | None
    problem: str | None


class ReadSecretFile(Query[SecretText], frozen=True):
    """A file whose text is a secret of a kind; `scrub`: it is redacted wherever it appears."""

    port_name: ClassVar[str] = "file"
    path: str
    kind: str
    scrub: bool = True

    def shown(self) -> dict[str, object]:
        """The operation and the fields."""
        return {"op": "read", "path": self.path, "kind": self.kind, "scrub": self.scrub}

    def secret_kinds(self) -> Mapping[str, str]:
        """The kind of the text."""
        return {VALUE: self.kind}

    def answer(self, fact: Fact) -> SecretText:
        """The text, or why there is none."""
        return SecretText(fact.secrets.get(VALUE), fact.expect(FileRead).problem)


class Document(Struct, frozen=True):
    """A redacted JSON document and the secret leaves taken out of it, or why there is none."""

    content: object
    secrets: Mapping[str, Secret]
    problem: str | None


class ReadDocument(Query[Document], frozen=True):
    """A JSON file, or what was given under the name `source`, its secret leaves taken out."""

    port_name: ClassVar[str] = "document"
    unshown: ClassVar[tuple[str, ...]] = ("sensitive",)
    source: str
    sensitive: tuple[Sensitive, ...]

    def secret_kinds(self) -> Mapping[str, str]:
        """The kinds of the sensitive leaves."""
        return kinds_of(self.sensitive)

    def answer(self, fact: Fact) -> Document:
        """The document, or why there is none."""
        read = fact.expect(DocumentRead)
        return Document(read.document, fact.secrets, read.problem)


class ReplaceBundle(Query[str | None], frozen=True):
    """The file the bundle came from, replaced as a whole by its new form."""

    port_name: ClassVar[str] = "keep-bundle"
    fields: Mapping[str, Secret | str | None]

    def answer(self, fact: Fact) -> str | None:
        """None, or why it could not be written."""
        return fact.expect(BundleKept).problem


class Variable(Struct, frozen=True):
    """An environment variable: whether it is set, whether it is blank, its text as a secret."""

    is_set: bool
    blank: bool
    value: Secret | None


class ReadVariable(Query[Variable], frozen=True):
    """An environment variable; with `kind` its text is a secret of that kind."""

    port_name: ClassVar[str] = "env"
    unshown: ClassVar[tuple[str, ...]] = ("scrub",)
    name: str
    kind: str | None = None
    scrub: bool = True

    def secret_kinds(self) -> Mapping[str, str]:
        """The kind of its text, where that is wanted."""
        return {VALUE: self.kind} if self.kind else {}

    def answer(self, fact: Fact) -> Variable:
        """What is known of the variable."""
        read = fact.expect(VariableRead)
        return Variable(read.set, read.blank, fact.secrets.get(VALUE))


class FindCommand(Query[bool], frozen=True):
    """Whether a command is on the PATH that children get."""

    port_name: ClassVar[str] = "env"
    command: str

    def answer(self, fact: Fact) -> bool:
        """Whether it is."""
        return fact.expect(CommandFound).set


class LookUpPrice(Query[Priced], frozen=True):
    """What tokens cost at a provider's public API rates; `counts` are tokens by kind."""

    port_name: ClassVar[str] = "price"
    model: str
    counts: Mapping[str, int]

    def shown(self) -> dict[str, object]:
        """The model, and the counts beside it."""
        return {"model": self.model, **self.counts}

    def answer(self, fact: Fact) -> Priced:
        """The price, or why there is none."""
        return fact.expect(Priced)
