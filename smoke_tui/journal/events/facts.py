"""Facts: what the world answered, or what happened in it.

Every class says which key of the record its fields have, by their names; where one kind has several
classes, the codec takes the first whose fixed keys and required keys are there.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar

from smoke_tui.config.questions import Answer
from smoke_tui.journal.events.body import ALWAYS, FLAT, FactBody, key
from smoke_tui.journal.events.values import Amendment, Program, RecordedRunbook
from smoke_tui.redaction.secret import Json

# --- the session ------------------------------------------------------------------------------


class SessionOpened(FactBody, frozen=True):
    """A journal begins. `schema` is its format, `session` the session's name."""

    kind: ClassVar[str] = "session.opened"

    schema: str
    session: str
    runbook: RecordedRunbook
    program: Annotated[Program, FLAT]


class SessionResumed(FactBody, frozen=True, kw_only=True):
    """Another program goes on with the session: what lived in the former one is gone.

    `undone` are the steps whose outcome does not count any more; `rerun` is the one step that is
    done again; `amend` the answer that is amended. `torn_bytes`: how much of a last line was cut.
    """

    kind: ClassVar[str] = "session.resumed"

    undone: Annotated[tuple[str, ...], ALWAYS] = ()
    rerun: Annotated[str | None, ALWAYS] = None
    amend: Amendment | None = None
    torn_bytes: Annotated[int, ALWAYS] = 0
    program: Annotated[Program, FLAT]


class Answered(FactBody, frozen=True):
    """The operator, or who stands for them, answered a question.

    `hit` is what a pasted redirect address holds.
    """

    kind: ClassVar[str] = "answered"

    answer: Answer
    hit: ListenHit | None = None


class Cancelled(FactBody, frozen=True):
    """The operator stopped a step or the session; `scope` tells which, `why` the key or signal."""

    kind: ClassVar[str] = "cancelled"

    scope: str
    why: str


class Faulted(FactBody, frozen=True):
    """This tool broke; the trace has no local variables."""

    kind: ClassVar[str] = "fault"

    trace: str


class Noted(FactBody, frozen=True):
    """A note of the operator."""

    kind: ClassVar[str] = "noted"

    text: str


# --- the network ------------------------------------------------------------------------------


class HttpAnswered(FactBody, frozen=True):
    """The answer of an HTTP request, or why there was none.

    `chunks` are (offset in the body, milliseconds since sending); `ms` is how long it took.
    `error` is None or one of: network, dns, tls, proxy, timeout, stalled, cut, oversized,
    compressed, refused-host, rehearsal.
    """

    kind: ClassVar[str] = "http"

    status: int | None
    headers: tuple[tuple[str, str], ...]
    chunks: tuple[tuple[int, int], ...]
    ms: int
    error: str | None
    error_text: str


class TcpAnswered(FactBody, frozen=True):
    """A connection was made, or why not."""

    kind: ClassVar[str] = "tcp"

    problem: str | None


class ListenReady(FactBody, frozen=True):
    """The listener of a login's redirect listens on a port."""

    kind: ClassVar[str] = "listen"
    tags: ClassVar[Mapping[str, str]] = {"what": "ready"}

    port: int


class ListenBusy(FactBody, frozen=True):
    """No port could be listened on: each is taken."""

    kind: ClassVar[str] = "listen"
    tags: ClassVar[Mapping[str, str]] = {"what": "busy"}

    ports: tuple[int, ...]
    problem: str


class ListenForbidden(FactBody, frozen=True):
    """No port could be listened on: this machine does not allow it."""

    kind: ClassVar[str] = "listen"
    tags: ClassVar[Mapping[str, str]] = {"what": "forbidden"}

    ports: tuple[int, ...]
    problem: str


class ListenIgnored(FactBody, frozen=True):
    """A redirect came that belongs to another login; `why` in a few words."""

    kind: ClassVar[str] = "listen"
    tags: ClassVar[Mapping[str, str]] = {"what": "ignored"}

    why: str


class ListenHit(FactBody, frozen=True):
    """The login's redirect came: with a code (a secret), or with an error and its description."""

    kind: ClassVar[str] = "listen"
    tags: ClassVar[Mapping[str, str]] = {"what": "hit"}

    error: str | None
    description: str


class HealthChanged(FactBody, frozen=True):
    """Whether the address of a service that was ready still answers; `problem` says why not."""

    kind: ClassVar[str] = "health"

    up: bool
    problem: Annotated[str | None, ALWAYS] = None


# --- children ---------------------------------------------------------------------------------


class ProcessStarted(FactBody, frozen=True):
    """A child runs.

    `mark` and `boot` tell a process of this boot apart from a later one with the same id: the
    command's, and its guardian's.
    """

    kind: ClassVar[str] = "process"
    tags: ClassVar[Mapping[str, str]] = {"what": "started"}

    pid: int
    mark: str | None
    guardian: int | None
    boot: str | None
    argv: tuple[str, ...]


class ProcessOutput(FactBody, frozen=True, kw_only=True):
    """A block of a child's output, from `out` or `err`; `dropped` bytes were left out before."""

    kind: ClassVar[str] = "process"
    tags: ClassVar[Mapping[str, str]] = {"what": "output"}

    source: Annotated[str, ALWAYS] = ""
    text: str
    dropped: Annotated[int, ALWAYS] = 0


class ProcessParsed(FactBody, frozen=True):
    """The last JSON object of a hidden child's output, with nothing but its public leaves."""

    kind: ClassVar[str] = "process"
    tags: ClassVar[Mapping[str, str]] = {"what": "parsed"}

    has_document: Annotated[bool, key("found")]
    document: Json


class ProcessDetached(FactBody, frozen=True):
    """A command ended and left `kept` processes behind; each is [pid, mark]."""

    kind: ClassVar[str] = "process"
    tags: ClassVar[Mapping[str, str]] = {"what": "detached"}

    code: int | None
    kept: int
    processes: tuple[tuple[int, str | None], ...]


class ProcessExited(FactBody, frozen=True):
    """A child has ended, with this exit status."""

    kind: ClassVar[str] = "process"
    tags: ClassVar[Mapping[str, str]] = {"what": "exited"}

    code: int


class ProcessMissing(FactBody, frozen=True):
    """A child could not be started."""

    kind: ClassVar[str] = "process"
    tags: ClassVar[Mapping[str, str]] = {"what": "missing"}

    problem: str


class ProcessStopped(FactBody, frozen=True):
    """A child was taken down; `gone`: it is proven that nothing of it is left."""

    kind: ClassVar[str] = "process"
    tags: ClassVar[Mapping[str, str]] = {"what": "stopped"}

    gone: bool
