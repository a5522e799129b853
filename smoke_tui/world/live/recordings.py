"""The live `Recordings` port: cases and recordings below the project's folder."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from smoke_tui.config.session_config import LOOPBACK
from smoke_tui.errors import CommandError
from smoke_tui.journal.events.facts import HttpAnswered
from smoke_tui.journal.events.machine_facts import CasesListed, RecordingReplayed, RecordingWritten
from smoke_tui.journal.events.values import RecordedCase, RecordingFile
from smoke_tui.judging.cases import Case
from smoke_tui.redaction import Vault
from smoke_tui.structs import Struct, field
from smoke_tui.world.cassettes.cassette import CaseNote, CassetteError
from smoke_tui.world.cassettes.listing import ListedCase, list_cases, staleness
from smoke_tui.world.cassettes.store import path_of, read_cassette
from smoke_tui.world.cassettes.transport import CassetteHttp, RecordingPlan
from smoke_tui.world.conversation import BodyReader
from smoke_tui.world.ports import Http, PortAnswer, Refs
from smoke_tui.world.requests.recordings import (
    ListCases,
    RecordedCall,
    RecordingResult,
    ReplayRecording,
)


class LiveRecordings(Struct):
    """Lists, records and replays; `world` is noted in each recording.

    `may_send` is False where CI is set and the session is no rehearsal.
    """

    vault: Vault
    project: str
    world: str
    may_send: bool
    http: Callable[[], Http]
    clock: Callable[[], str]
    _open: dict[str, CassetteHttp] = field(default_factory=dict)

    def cases(self, request: ListCases) -> PortAnswer:
        """The cases of a pack, or why there are none."""
        try:
            cases = self._cases(request)
        except (CommandError, OSError, ValueError) as error:
            return PortAnswer(CasesListed(str(error), (), not self.may_send))
        return PortAnswer(CasesListed(None, tuple(cases), not self.may_send))

    def _cases(self, request: ListCases) -> list[RecordedCase]:
        root = Path(self.project).resolve()
        pack = (root / request.pack).resolve()
        if not pack.is_relative_to(root):
            raise ValueError(f"{request.pack} leads out of the project's folder")
        if not pack.exists():
            raise ValueError(f"{request.pack}: there is no such file or folder in {root}")
        listed = {each.row.case: each for each in list_cases(pack)}
        missing = [name for name in request.names if name not in listed]
        if missing:
            raise ValueError(
                f"{request.pack} has no case {missing[0]!r}; it has "
                f"{', '.join(sorted(listed)) or 'none'}"
            )
        if request.names:
            chosen = [listed[name] for name in request.names]
        else:
            # What a fake answers, or what is always sent, needs no recording, and is not paid for.
            chosen = [listed[name] for name in sorted(listed) if _is_replayed(listed[name])]
        fake = next((each.row.case for each in chosen if each.row.substrate == "fake"), None)
        if fake is not None:
            raise ValueError(f"the case {fake!r} is answered by a fake: it needs no recording")
        if not chosen:
            raise ValueError(
                f"{request.pack} has no case that is replayed: 0 cases are nothing to record"
            )
        return [_fact(each, root) for each in chosen]

    def replay(self, request: ReplayRecording) -> PortAnswer:
        """One recorded exchange, or why there is none."""
        source = path_of(Path(self.project, request.path)).accepted
        try:
            cassette = read_cassette(source)
            made = cassette.interactions[request.number]
        except (CassetteError, CommandError) as error:
            return PortAnswer(RecordingReplayed(str(error), None, (), (), 0))
        except IndexError:
            problem = f"{source} holds no exchange {request.number + 1}"
            return PortAnswer(RecordingReplayed(problem, None, (), (), 0))
        headers = tuple((name.lower(), value) for name, value in made.response.headers)
        body = made.response.body
        return PortAnswer(
            RecordingReplayed(None, made.response.status, headers, made.chunks, made.milliseconds),
            {},
            {"body": body},
        )

    async def exchange(
        self, request: RecordedCall, refs: Refs, reader: BodyReader | None
    ) -> PortAnswer:
        """Send one request and record its exchange."""
        case = request.case
        assert case is not None
        try:
            http = self._begin(request, case)
        except (CassetteError, CommandError) as error:
            return PortAnswer(HttpAnswered(None, (), (), 0, "refused-host", str(error)), {}, {})
        self._open[case.path] = http
        return await http.exchange(request, refs, reader)

    def _begin(self, request: RecordedCall, case: RecordedCase) -> CassetteHttp:
        note = CaseNote(
            case.name,
            case.prompt_sha256 or "",
            request.model,
            case.tier,
            case.marker,
            case.substrate,
            self._where(request.url),
        )
        plan = RecordingPlan(
            path_of(Path(self.project, case.path)),
            request.mode,
            note,
            frozenset(case.sensitive),
            self.may_send,
        )
        return CassetteHttp(self.http(), self.vault, plan, self.clock)

    def _where(self, url: str) -> str:
        """The world that a recording notes: what answers on this machine is no provider."""
        local = self.world == "live" and urlsplit(url).hostname in LOOPBACK
        return "loopback" if local else self.world

    def result(self, request: RecordingResult) -> PortAnswer:
        """What was written of a case, and the end of its recording."""
        http = self._open.pop(request.path, None)
        if http is None:
            return PortAnswer(RecordingWritten("nothing was sent for it", None, None, 0, 0, 0, 0))
        state = http.state
        path = None
        if state.written is not None:
            path = str(state.written.relative_to(Path(self.project)))
        return PortAnswer(
            RecordingWritten(
                state.problem,
                path,
                state.digest,
                state.recorded,
                state.replayed,
                state.cut,
                len(http.unused),
            )
        )


def _is_replayed(listed: ListedCase) -> bool:
    return listed.row.substrate == "replay"


def _fact(listed: ListedCase, root: Path) -> RecordedCase:
    case, files, row = listed.case, listed.path, listed.row
    problem = row.problem
    accepted, pending = None, None
    try:
        accepted = _recording(files.accepted, case)
        pending = _recording(files.pending, case)
    except CassetteError as error:
        problem = problem or str(error)
    return RecordedCase(
        name=row.case,
        path=str(files.accepted.relative_to(root)),
        prompt=case.prompt if case is not None else None,
        prompt_sha256=case.prompt_sha256 if case is not None else None,
        model=case.model if case is not None else None,
        shape=case.shape if case is not None else None,
        tier=row.tier,
        marker=row.marker,
        substrate=row.substrate,
        sensitive=case.sensitive if case is not None else (),
        accepted=accepted,
        pending=pending,
        problem=problem,
    )


def _recording(path: Path, case: Case | None) -> RecordingFile | None:
    """A recording with at least one whole exchange; None where there is none.

    Raises:
        CassetteError: it can't be read.
    """
    if not path.exists():
        return None
    cassette = read_cassette(path)
    if not cassette.interactions:
        return None
    note = cassette.note
    return RecordingFile(
        len(cassette.interactions),
        staleness(case, cassette) if case is not None else None,
        (note.model or None) if note is not None else None,
        note.world if note is not None else None,
    )
