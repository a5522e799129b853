"""An `Http` port that records what goes through it, or replays what was recorded.

It wraps another `Http` port, not a library: what it sees is redacted already, and is redacted once
more for the file. A replayed answer sends nothing and costs nothing.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Sequence
from http.client import responses
from pathlib import Path
from typing import Final

from smoke_tui.journal.events.facts import HttpAnswered
from smoke_tui.redaction import Vault
from smoke_tui.structs import Struct, replace
from smoke_tui.world.cassettes.cassette import (
    CaseNote,
    Cassette,
    Interaction,
    RecordedRequest,
    RecordedResponse,
)
from smoke_tui.world.cassettes.matching import Matcher, match_form
from smoke_tui.world.cassettes.redacting import RecordingRedactor
from smoke_tui.world.cassettes.store import CassettePath, read_cassette, write_cassette
from smoke_tui.world.conversation import BodyReader
from smoke_tui.world.ports import Http, PortAnswer, Refs
from smoke_tui.world.requests.http import HttpRequest

NO_RECORDING: Final = "no-recording"
"""The error word of an answer that nothing was recorded for."""

_STREAM_ENDS: Final = (
    "response.completed",
    "response.failed",
    "response.incomplete",
    "error",
    "[DONE]",
)


class RecordingPlan(Struct, frozen=True):
    """What a transport does: the files, the mode, what is noted of the case.

    `mode` is one of none, once, new_episodes, all, rewrite:

    - none replays NAME.yaml, and sends nothing.
    - once replays where there is a recording already, and records where there is none.
    - new_episodes replays what was recorded, and records what was not.
    - all sends everything, and keeps recorded exchanges that were not made again.
    - rewrite sends everything, and keeps nothing else.

    `may_send` is False where nothing may be sent whatever the mode is, as where CI is set.
    """

    path: CassettePath
    mode: str
    note: CaseNote | None = None
    sensitive: frozenset[str] = frozenset()
    may_send: bool = True


class RecordingState(Struct):
    """What has come of a recording so far.

    `written` is the file that was last written. `problem` is why nothing could be.
    """

    replayed: int = 0
    recorded: int = 0
    cut: int = 0
    written: Path | None = None
    digest: str | None = None
    problem: str | None = None


class CassetteHttp:
    """Records or replays the exchanges of one case.

    Args:
        inner: The port that sends; None where nothing is ever sent.
        vault: Knows the secrets that no file may hold.
        plan: The files and the mode.
        clock: The time of day, ISO 8601 UTC.
        pace: The share of the recorded times that a replay waits between pieces; 0 is not at all.
    """

    def __init__(
        self,
        inner: Http | None,
        vault: Vault,
        plan: RecordingPlan,
        clock: Callable[[], str],
        pace: float = 0.0,
    ) -> None:
        self._inner = inner
        self._vault = vault
        self._plan = plan
        self._clock = clock
        self._pace = pace
        self._redactor = RecordingRedactor(vault, plan.sensitive)
        self.state = RecordingState()
        self._base = self._recorded()
        self._replays = plan.mode == "none" or (plan.mode == "once" and self._base is not None)
        base = self._base or Cassette()
        former = () if plan.mode in ("all", "rewrite") else base.interactions
        self._matcher = Matcher(former, vault, str(plan.path.accepted))
        self._kept = base.interactions if plan.mode != "rewrite" else ()
        self._made: list[Interaction] = []
        self._cut: list[Interaction] = []

    def _recorded(self) -> Cassette | None:
        """The recording to begin from; None where there is none.

        Raises:
            CassetteError: there is one, and it can't be read.
        """
        path, mode = self._plan.path, self._plan.mode
        if mode == "rewrite":
            return None
        for source in (path.accepted,) if mode == "none" else (path.pending, path.accepted):
            # What holds no whole exchange, as after a cancel, is no recording to go on from.
            if source.exists() and (cassette := read_cassette(source)).interactions:
                return cassette
        return None

    @property
    def unused(self) -> tuple[int, ...]:
        """The numbers of recorded exchanges that nothing has asked for."""
        return self._matcher.unused

    async def exchange(
        self, request: HttpRequest, refs: Refs, reader: BodyReader | None = None
    ) -> PortAnswer:
        """Replay the recorded answer, or send the request and record what comes."""
        recorded = self._redactor.request(request)
        match = self._matcher.find(recorded)
        if match.number is not None:
            self._matcher.use(match.number)
            self.state.replayed += 1
            assert self._base is not None
            return await self._replay(self._base.interactions[match.number], reader)
        if self._replays:
            text = match.near_miss + self._hint()
            return _unanswered(NO_RECORDING, text)
        if self._inner is None or not self._plan.may_send:
            return _unanswered("refused-host", "recording is refused here: nothing was sent")
        return await self._record(self._inner, request, recorded, refs, reader)

    def _hint(self) -> str:
        """Why a recording that is there does not count."""
        path = self._plan.path
        if self._plan.mode == "none" and path.pending.is_file() and not path.accepted.exists():
            return f"; {path.pending.name} waits for its review (`smoke-tui cassettes accept`)"
        return ""

    async def close(self) -> None:
        """Close the connections of the port that sends."""
        if self._inner is not None:
            await self._inner.close()

    # --- replaying ------------------------------------------------------------------------

    async def _replay(self, made: Interaction, reader: BodyReader | None) -> PortAnswer:
        body = made.response.body
        chunks = made.chunks or ((0, 0),)
        before = 0
        for number, (offset, ms) in enumerate(chunks):
            if self._pace:
                await asyncio.sleep(max(0, ms - before) / 1000 * self._pace)
            before = ms
            end = chunks[number + 1][0] if number + 1 < len(chunks) else len(body)
            if reader is not None and end > offset:
                reader(body[offset:end])
        answered = HttpAnswered(
            made.response.status,
            tuple((name.lower(), value) for name, value in made.response.headers),
            chunks,
            made.milliseconds,
            None,
            "",
        )
        return PortAnswer(answered, {}, {"body": body})

    # --- recording ------------------------------------------------------------------------

    async def _record(
        self,
        inner: Http,
        request: HttpRequest,
        recorded: RecordedRequest,
        refs: Refs,
        reader: BodyReader | None,
    ) -> PortAnswer:
        pieces: list[bytes] = []

        def watch(piece: bytes) -> bool:
            pieces.append(piece)
            return reader(piece) if reader is not None else False

        try:
            answer = await inner.exchange(request, refs, watch)
        except asyncio.CancelledError:
            cut = RecordedResponse(None, body=b"".join(pieces))
            self._keep(Interaction(recorded, cut, (), 0, self._clock(), "cancelled"))
            raise
        answered = answer.body
        assert isinstance(answered, HttpAnswered)
        response = RecordedResponse(
            answered.status,
            responses.get(answered.status or 0, ""),
            answered.headers,
            answer.blobs.get("body", b""),
        )
        made = Interaction(recorded, response, answered.chunks, answered.ms, self._clock())
        self._keep(replace(made, cut=_why_cut(answered, response)))
        return answer

    def _keep(self, made: Interaction) -> None:
        """Add one exchange and write the file anew, as a whole."""
        clean = self._redactor.interaction(made)
        if clean.cut is None:
            self._made.append(clean)
            self.state.recorded += 1
        else:
            self._cut.append(clean)
            self.state.cut += 1
        cassette = self._cassette()
        try:
            write_cassette(self._plan.path.pending, cassette)
        except OSError as error:
            self.state.problem = f"{self._plan.path.pending}: {error.strerror or error}"
            return
        self.state.written = self._plan.path.pending
        self.state.digest = cassette.digest()

    def _cassette(self) -> Cassette:
        """What is kept of the former recording, then what was made anew."""
        kept: Sequence[Interaction] = self._kept
        if kept and self._plan.mode == "all":
            remade = [match_form(i.request, self._vault).key for i in self._made]
            kept = [i for i in kept if match_form(i.request, self._vault).key not in remade]
        return Cassette((*kept, *self._made), tuple(self._cut), self._plan.note)


def _unanswered(error: str, text: str) -> PortAnswer:
    return PortAnswer(HttpAnswered(None, (), (), 0, error, text[:2000]), {}, {"body": b""})


def _why_cut(answered: HttpAnswered, response: RecordedResponse) -> str | None:
    """Why an answer is not whole, so that it must not be replayed; None where it is."""
    if answered.status is None or answered.error is not None:
        return answered.error_text or answered.error or "no answer"
    if answered.status >= 400:
        return f"answered {answered.status}"
    kind = next((v for n, v in response.headers if n.lower() == "content-type"), "")
    if "event-stream" in kind and not _has_end(response.body):
        return "the stream ended before its last event"
    return None


def _has_end(body: bytes) -> bool:
    """Whether an event stream has a last event of the Responses or Chat Completions API."""
    for line in reversed(body.splitlines()):
        if not line.startswith(b"data:"):
            continue
        text = line[len(b"data:") :].strip()
        if text == b"[DONE]":
            return True
        try:
            event = json.loads(text)
        except (ValueError, RecursionError):
            return False
        if isinstance(event, dict) and event.get("type") in _STREAM_ENDS:
            return True
    return False
