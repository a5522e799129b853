"""A session as a front end shows and runs it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from smoke_tui.config.questions import Answer
from smoke_tui.journal.events.event import Event
from smoke_tui.journal.state import NOTHING_OBSERVED, TypicalDuration
from smoke_tui.session.codex_client import NoClientError, compare_with_client
from smoke_tui.session.crash import fault_sentence
from smoke_tui.session.session import Session
from smoke_tui.session.session_view import LiveListener, SessionView, is_hinted
from smoke_tui.structs import Struct, field, replace
from smoke_tui.world.live.terminal_clipboard import TerminalClipboard
from smoke_tui.world.ports import PortError

if TYPE_CHECKING:
    from smoke_tui.rehearsal import Rehearsal

END_SECONDS: Final = 20.0
"""How long a session may take to end once it is cancelled."""


class ViewParts(Struct, frozen=True):
    """What a view has beside its session.

    `hints` are filled by a rehearsal; None where none will come.
    `past` are the recorded events of a session that is resumed.
    `prefill` are answers that a field is filled with beforehand, by kind of question; `resources`
    are released when the view ends.
    """

    hints: Mapping[int, str] | None = None
    past: Iterable[Event] = ()
    prefill: Mapping[str, str] = field(default_factory=dict)
    typical_durations: Mapping[str, TypicalDuration] = field(default_factory=dict)
    resources: ExitStack = field(default_factory=ExitStack)


class LiveView(SessionView):
    """A session that runs in the engine's thread, for a front end's thread to show and answer."""

    has_session = True

    def __init__(self, session: Session, parts: ViewParts) -> None:
        super().__init__(session.runbook, parts.hints)
        self.session = session
        self.prefill = parts.prefill
        self.typical_durations = parts.typical_durations
        clipboard = session.operator_io.clipboard
        self.clipboard = clipboard if isinstance(clipboard, TerminalClipboard) else None
        self._resources = parts.resources
        self._answered: set[int] = set()
        self._started: float | None = None
        self.read(parts.past)

    def start(self, listener: LiveListener | None = None) -> None:
        """Begin the session, or resume it; `listener` shows it instead of the log buffer."""
        self.listener = listener or self.listener
        self._started = time.monotonic() - self.state.now_ms / 1000
        self.session.start(self.incoming)

    def compare(self, step_id: str) -> list[str]:
        """The lines of a comparison of a step's last call with the installed client's.

        Blocks for seconds; any thread may call it.
        """
        config = self.state.config
        tries = self.state.steps[step_id].tries
        observed = tries[-1].observed if tries else NOTHING_OBSERVED
        model = observed.text("model_asked") or config.model or config.runbook_model
        try:
            return compare_with_client(
                config, model, observed.text("shape") or config.shape, self.session.folder
            ).lines()
        except NoClientError as problem:
            return [f"{problem}."]

    @property
    def folder(self) -> str:
        """Where the session is kept."""
        return str(self.session.folder)

    @property
    def elapsed(self) -> int:
        """Milliseconds since the session opened; once it is closed, until its last event."""
        if self._started is None or self.state.closed is not None:
            return self.state.now_ms
        return int((time.monotonic() - self._started) * 1000)

    @property
    def ended(self) -> bool:
        """The session is over and everything of it was taken in."""
        return self.session.done.is_set() and super().ended

    @property
    def active(self) -> bool:
        """Leaving now would end something."""
        return not self.session.done.is_set()

    @property
    def fault(self) -> BaseException | None:
        """What broke the session; None: nothing did, or it has not ended yet."""
        return self.session.fault if self.ended else None

    def fault_message(self, folder: Path) -> str | None:
        """What the fault means for the operator; a bug of ours leaves its trace in `folder`."""
        return fault_sentence(folder, self.session) if self.fault is not None else None

    def answer(self, seq: int, answer: Answer, *, secret: str | None = None) -> str | None:
        """Answer a question; why that can't be, or None."""
        if seq in self._answered:
            # A second press of the same key.
            return None
        problem = self.session.answer(seq, answer, secret=secret)
        if problem is None:
            self._answered.add(seq)
        return problem

    def reveal(self, seq: int, name: str) -> str:
        """A value of an open question as the operator has to use it, such as an address."""
        return self.session.reveal(seq, name)

    def note(self, text: str) -> None:
        """Put a note of the operator into the record."""
        self.session.note(text)

    def stop_step(self, why: str) -> None:
        """Stop the running step."""
        self.session.cancel("step", why)

    def open_again(self, url: str) -> str | None:
        """Hand a page to the browser once more; why that failed, or None. Blocks."""
        try:
            asyncio.run(self.session.operator_io.browser.open_page(url))
        except PortError as error:
            return str(error)
        return None

    def end(self, why: str) -> None:
        """Cancel the session, wait for its end and release what it used. Blocks."""
        if not self.session.done.is_set() and self._started is not None:
            self.session.cancel("session", why)
            self.session.wait(END_SECONDS)
        self._resources.close()


class OperatorInFrontEnd:
    """Leaves the questions to the operator, and does what a rehearsal's operator does elsewhere.

    `world` is the rehearsal. What its page shows when the credential was saved becomes a hint.
    """

    def __init__(self, hints: dict[int, str], world: Rehearsal) -> None:
        self._hints = hints
        self._world = world

    async def answer(self, kind: str, data: Mapping[str, Any]) -> Answer | None:
        """Answer what is not asked in the front end; None leaves it to the operator."""
        if kind == "callback":
            answer = await self._world.answer(kind, data)
            return None if answer is None else replace(answer, by="rehearsal")
        if is_hinted(kind, data):
            page = await self._world.answer(kind, data)
            self._hints[data["seq"]] = (page.words or "") if page is not None else ""
        return None

    async def observe(self, kind: str, data: Mapping[str, Any], answer: Answer) -> None:
        """Let the rehearsal follow an answer of the operator."""
        await self._world.observe(kind, data, answer)
