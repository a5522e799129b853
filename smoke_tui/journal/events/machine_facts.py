"""Facts of this machine: timers, random values, the browser, files, variables, tables, programs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar

from smoke_tui.journal.events.body import ALWAYS, FactBody
from smoke_tui.journal.events.values import RecordedCase
from smoke_tui.redaction.secret import Json
from smoke_tui.structs import Struct

# --- this machine -----------------------------------------------------------------------------


class TimerFired(FactBody, frozen=True):
    """A time that was waited for has come."""

    kind: ClassVar[str] = "timer"

    seconds: int | float


class Drawn(FactBody, frozen=True):
    """A random value; None where it is a secret."""

    kind: ClassVar[str] = "draw"

    value: str | None = None


class PageOpened(FactBody, frozen=True):
    """A page was handed to the browser, or why not."""

    kind: ClassVar[str] = "browser"

    problem: str | None


class ClipboardOffered(FactBody, frozen=True):
    """A text was offered to be carried elsewhere: `how`, or why not; `cleared` took it back."""

    kind: ClassVar[str] = "clipboard"

    how: str
    problem: str | None


class FileExists(FactBody, frozen=True):
    """Whether a file is there."""

    kind: ClassVar[str] = "file"

    exists: bool


class FileRead(FactBody, frozen=True):
    """The text of a file; None where it is a secret, or could not be read."""

    kind: ClassVar[str] = "file"

    problem: str | None
    text: str | None


class DocumentRead(FactBody, frozen=True):
    """A JSON document without its secret leaves, or why there is none."""

    kind: ClassVar[str] = "file"

    problem: str | None
    document: Json


class TextRead(FactBody, frozen=True):
    """A text file was read, or why not; its text is the evidence `text`.

    `missing`: there is no such file.
    """

    kind: ClassVar[str] = "file"
    tags: ClassVar[Mapping[str, str]] = {"what": "text"}

    problem: str | None
    missing: bool = False


class TextReplaced(FactBody, frozen=True):
    """A text file was replaced as a whole, or why not; then it is as it was."""

    kind: ClassVar[str] = "file"
    tags: ClassVar[Mapping[str, str]] = {"what": "replaced"}

    problem: str | None


class TextKept(FactBody, frozen=True):
    """A text that was made from earlier facts is kept as the evidence `text`."""

    kind: ClassVar[str] = "file"
    tags: ClassVar[Mapping[str, str]] = {"what": "kept"}


class ChangesRead(FactBody, frozen=True):
    """What differs in the project's working tree from its last commit, or why that is not known.

    The evidence `text` is the output of `git status --porcelain`.
    """

    kind: ClassVar[str] = "changes"

    problem: str | None


class CasesListed(FactBody, frozen=True):
    """The cases of recorded exchanges that a step may record or replay, or why there are none.

    `refused`: nothing may be sent here, since CI is set.
    """

    kind: ClassVar[str] = "recording"
    tags: ClassVar[Mapping[str, str]] = {"what": "cases"}

    problem: str | None
    cases: tuple[RecordedCase, ...]
    refused: bool


class RecordingReplayed(FactBody, frozen=True):
    """A recorded exchange was replayed, or why not; nothing was sent. Its body is evidence."""

    kind: ClassVar[str] = "recording"
    tags: ClassVar[Mapping[str, str]] = {"what": "replayed"}

    problem: str | None
    status: int | None
    headers: tuple[tuple[str, str], ...]
    chunks: tuple[tuple[int, int], ...]
    ms: int


class RecordingWritten(FactBody, frozen=True):
    """What was written of the exchanges of a case, or why nothing was.

    `path` is the file, `digest` the SHA-256 of its exchanges; `recorded`, `replayed` and `cut`
    count the exchanges of this try, `unused` the recorded ones that nothing asked for.
    """

    kind: ClassVar[str] = "recording"
    tags: ClassVar[Mapping[str, str]] = {"what": "written"}

    problem: str | None
    path: str | None
    digest: str | None
    recorded: int
    replayed: int
    cut: int
    unused: int


class BundleKept(FactBody, frozen=True):
    """The bundle's file was replaced, or why not."""

    kind: ClassVar[str] = "file"

    problem: str | None


class VariableRead(FactBody, frozen=True):
    """Whether a variable of the environment is set, and whether its value is blank."""

    kind: ClassVar[str] = "env"

    set: bool
    blank: bool


class CommandFound(FactBody, frozen=True):
    """Whether a command is on PATH."""

    kind: ClassVar[str] = "env"

    set: bool


# --- providers of knowledge -------------------------------------------------------------------


class LineChanges(Struct, frozen=True):
    """How many lines were added and removed since an earlier text."""

    added: int
    removed: int


class ClientCaptured(FactBody, frozen=True):
    """What the installed Codex CLI sends, captured on loopback; its instructions are a secret.

    `place` tells where in the request the instructions are. `template` is the request to be filled
    in, `compared` the instructions against those that were sent before.
    """

    kind: ClassVar[str] = "codex-cli"

    problem: str | None
    version: str | None
    model: str
    place: str | None
    headers: tuple[tuple[str, str], ...]
    outline: Mapping[str, Json]
    items: Annotated[tuple[Mapping[str, Json], ...], ALWAYS] = ()
    template: Mapping[str, Json] | None = None
    template_sha256: str | None = None
    compared: LineChanges | None = None


class ClientNotCaptured(FactBody, frozen=True):
    """Why the installed Codex CLI could not be captured."""

    kind: ClassVar[str] = "codex-cli"

    problem: str | None
    version: Annotated[str | None, ALWAYS] = None


class Priced(FactBody, frozen=True):
    """What tokens cost at API rates: decimal US dollars, and from which table of prices."""

    kind: ClassVar[str] = "price"

    usd: str | None
    source: str | None
    problem: str | None


class LedgerRead(FactBody, frozen=True):
    """The stack's ledger: its clock, rows by role, and whether there are more than the limit."""

    kind: ClassVar[str] = "ledger"

    problem: str | None
    now: Annotated[str | None, ALWAYS] = None
    rows: Annotated[tuple[dict[str, Json], ...], ALWAYS] = ()
    more: Annotated[bool, ALWAYS] = False
