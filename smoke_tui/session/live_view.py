"""One session as a front sees it: what came in from the engine's thread, folded on the front's."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final, Protocol

from smoke_tui.history.durations import (
    usual_times,
)
from smoke_tui.journal.events.event import Event
from smoke_tui.journal.fold import apply
from smoke_tui.journal.state import (
    NOTHING_OBSERVED,
    State,
    TypicalDuration,
)
from smoke_tui.journal.stream import TextDelta
from smoke_tui.presentation.live.log_buffer import LogBuffer
from smoke_tui.presentation.live.narrate import narrate
from smoke_tui.presentation.live.snapshot import Snapshot
from smoke_tui.runbook import Runbook
from smoke_tui.session.codex_client import NoClient, compare_with_client
from smoke_tui.session.session import Session
from smoke_tui.world.live.browser_clipboard import OperatorIO
from smoke_tui.world.live.terminal_clipboard import TerminalClipboard
from smoke_tui.world.ports import PortError

EVENTS_A_TICK: Final = 500
PENDING_TEXT: Final = 256 * 1024
TEXT_A_TICK: Final = 32 * 1024


class LiveListener(Protocol):
    """Who tells the operator of what came, in the front's thread; the state has it already."""

    def event(self, run: LiveView, event: Event) -> None: ...

    def text(self, run: LiveView, signal: TextDelta) -> None: ...

    def skipped(self, run: LiveView, characters: int) -> None: ...


class LogListener:
    """Tells it to the run's own feed."""

    def event(self, run: LiveView, event: Event) -> None:
        narrate(run.feed, run.state, event)

    def text(self, run: LiveView, signal: TextDelta) -> None:
        run.feed.pour(("stream", signal.step, signal.n), signal.text, "stream")

    def skipped(self, run: LiveView, characters: int) -> None:
        run.feed.add(f"         ({characters:,} characters were not shown)", "muted")


class LiveView:
    """Events and text from a session, kept until the next tick takes them.

    As a watcher it is called in the engine's thread and only appends. Everything else belongs to
    the front's thread. Without a session it shows a record (`LiveView.of_record`).
    """

    def __init__(self, runbook: Runbook) -> None:
        self.runbook = runbook
        self.state = State()
        self.feed = LogBuffer()
        self.teller: LiveListener = LogListener()
        self.session: Session | None = None
        self.hands: OperatorIO | None = None
        self.clipboard: TerminalClipboard | None = None
        self.prefill: dict[str, str] = {}
        self.hints: dict[str, str] = {}
        self.usual: Mapping[str, TypicalDuration] = {}
        self.run_all = False
        self.run_next: str | None = None
        self.leaving = False
        self.finished = False
        self.held = ExitStack()
        self._arrived: deque[Event | TextDelta] = deque()
        self._answered: set[int] = set()
        self._pending = 0
        self._skipped = 0
        self._started: float | None = None

    @classmethod
    def of_record(cls, runbook: Runbook, events: Iterable[Event]) -> LiveView:
        """A recorded session, or the beginning of one, at rest."""
        run = cls(runbook)
        for event in events:
            run.on_event(event)
        while run.drain():
            continue
        return run

    # --- in the engine's thread -----------------------------------------------------------

    def on_event(self, event: Event) -> None:
        """Keep an event for the next tick."""
        self._arrived.append(event)

    def on_signal(self, signal: TextDelta) -> None:
        """Keep a piece of text for the next tick; more than anybody could read is left out."""
        if self._pending > PENDING_TEXT:
            self._skipped += len(signal.text)
            return
        self._pending += len(signal.text)
        self._arrived.append(signal)

    # --- in the front's thread ------------------------------------------------------------

    def look_back(self, state_dir: Path) -> None:
        """Learn from earlier sessions how long the steps usually take. Blocks; any thread."""
        assert self.session is not None
        self.usual = usual_times(state_dir, self.runbook.id, self.session.config.world)

    def start(self) -> None:
        """Begin the walk, or go on with it."""
        assert self.session is not None
        self._started = time.monotonic() - self.state.now_ms / 1000
        self.session.start()

    @property
    def backlog(self) -> tuple[int, int]:
        """Events and signals that `drain` has not taken in yet, and characters of text in them."""
        return len(self._arrived), self._pending

    def drain(self) -> bool:
        """Take in what has come since the last tick, within bounds; whether anything did."""
        text = 0
        for number in range(EVENTS_A_TICK):
            if not self._arrived or text > TEXT_A_TICK:
                return number > 0
            arrived = self._arrived.popleft()
            if isinstance(arrived, TextDelta):
                text += len(arrived.text)
                self._pending -= len(arrived.text)
                self.teller.text(self, arrived)
            else:
                self._take(arrived)
        return True

    def _take(self, event: Event) -> None:
        if self._skipped and event.kind == "http":
            self.teller.skipped(self, self._skipped)
            self._skipped = 0
        apply(self.state, event)
        asked = (
            self.state.requests.get(event.request_seq) if event.request_seq is not None else None
        )
        if event.kind == "answered" and asked is not None:
            self.hints.pop(asked.data["kind"], None)
            self.finished |= event.data["answer"].get("do") == "finish"
        self.teller.event(self, event)

    def scene(self, viewed: str | None = None, fault: str | None = None) -> Snapshot:
        """This moment. `viewed`: the step to look at; `fault`: what a fault means."""
        return Snapshot(
            self.runbook,
            self.state,
            self.elapsed,
            viewed,
            self.hints,
            self.run_all,
            self.leaving,
            fault,
            str(self.session.folder) if self.session is not None else "",
            self.clipboard is not None,
            self.ended,
            self.usual,
        )

    def in_advance(self, scene: Snapshot, question: Event) -> Mapping[str, str] | None:
        """The answer that the operator has given in advance to a new question; None: none."""
        if question.data["kind"] != "begin":
            return None
        if self.run_next == str(question.data["data"]["step"]):
            self.run_next = None
            return {"do": "run"}
        if self.run_all and scene.failed is not None:
            self.run_all = False
        return {"do": "run"} if self.run_all else None

    def again(self, question: Event, step_id: str) -> str | None:
        """Have a step run once more instead of what was asked; why that can't be, or None."""
        self.run_next = step_id
        problem = self.answer(question.seq, {"do": "again", "step": step_id})
        if problem:
            self.run_next = None
        return problem

    def compare(self, step_id: str) -> list[str]:
        """Our last call of a step beside the installed client's; takes seconds, any thread."""
        config = self.state.first_config
        tries = self.state.steps[step_id].tries
        observed = tries[-1].observed if tries else NOTHING_OBSERVED
        model = observed.text("model_asked") or config.model or config.runbook_model
        try:
            return compare_with_client(
                config, model, observed.text("shape") or config.shape, Path(self.folder)
            ).lines()
        except NoClient as problem:
            return [f"{problem}."]

    @property
    def folder(self) -> str:
        """Where the session is kept."""
        return str(self.session.folder) if self.session is not None else "."

    @property
    def elapsed(self) -> int:
        """Milliseconds since the session opened; of a record, at its last event."""
        if self._started is None or self.state.closed is not None:
            return self.state.now_ms
        return int((time.monotonic() - self._started) * 1000)

    @property
    def ended(self) -> bool:
        """The session is over and everything of it was taken in."""
        done = self.session is None or self.session.done.is_set()
        return done and not self._arrived

    @property
    def active(self) -> bool:
        """Leaving now would end something."""
        return self.session is not None and not self.session.done.is_set()

    @property
    def fault(self) -> BaseException | None:
        return self.session.fault if self.session is not None and self.ended else None

    def answer(
        self, seq: int, answer: Mapping[str, str], *, secret: str | None = None
    ) -> str | None:
        """Answer a question; why that can't be, or None."""
        if self.session is None:
            return "this is a record"
        if seq in self._answered:
            # A second press of the same key.
            return None
        problem = self.session.answer(seq, answer, secret=secret)
        if problem is None:
            self._answered.add(seq)
        return problem

    def open_again(self, url: str) -> str | None:
        """Hand a page to the browser once more; why that failed, or None. Blocks."""
        if self.hands is None:
            return "this is a record"
        try:
            asyncio.run(self.hands.browser.open_page(url))
        except PortError as error:
            return str(error)
        return None

    def end(self, why: str) -> None:
        """Cancel the session, wait for its end and release what it used. Blocks."""
        session = self.session
        if session is not None and not session.done.is_set() and self._started is not None:
            session.cancel("session", why)
            session.wait(20.0)
        self.held.close()


class OperatorInFrontEnd:
    """The operator answers in a front; the rehearsal does what hands would do outside it.

    `world` is the rehearsal. What its page says when the credential was saved is shown as a hint.
    """

    def __init__(self, run: LiveView, world: Any) -> None:
        self._run = run
        self._world = world

    async def answer(self, kind: str, data: Mapping[str, Any]) -> Mapping[str, str] | None:
        if kind == "callback":
            answer = await self._world.answer(kind, data)
            return None if answer is None else {**answer, "by": "rehearsal"}
        if kind == "confirm" and data.get("handover"):
            seen = await self._world.answer(kind, data)
            self._run.hints["confirm"] = str((seen or {}).get("words", ""))
        return None

    async def observe(self, kind: str, data: Mapping[str, Any], answer: Mapping[str, str]) -> None:
        await self._world.observe(kind, data, answer)


Opener = Callable[[], LiveView]
