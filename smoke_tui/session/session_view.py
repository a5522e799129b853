"""A session as a front end sees it: its events, folded in the front end's thread."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final, Protocol, Self

from smoke_tui.config.questions import Answer, Verb
from smoke_tui.journal.events.event import Event
from smoke_tui.journal.events.facts import Answered, HttpAnswered
from smoke_tui.journal.events.requests import QuestionAsked
from smoke_tui.journal.fold import apply
from smoke_tui.journal.state import OpenQuestion, State, TypicalDuration
from smoke_tui.journal.stream import TextDelta
from smoke_tui.presentation.live.log_buffer import LogBuffer
from smoke_tui.presentation.live.money import used_up
from smoke_tui.presentation.live.narrate import narrate
from smoke_tui.presentation.live.snapshot import Snapshot
from smoke_tui.runbook import Runbook
from smoke_tui.world.live.terminal_clipboard import TerminalClipboard

EVENTS_A_TICK: Final = 500
PENDING_TEXT: Final = 256 * 1024
"""Characters of streamed text that wait to be shown; what comes beyond them is left out."""

TEXT_A_TICK: Final = 32 * 1024
IS_A_RECORD: Final = "this is a record"


class IncomingEvents:
    """Events and text of a session, kept until a front end's next tick takes them.

    A session calls it in the engine's thread, where it only appends; `take` and `take_skipped`
    belong to the front end's thread.
    """

    def __init__(self) -> None:
        self._waiting: deque[Event | TextDelta] = deque()
        self._characters = 0
        self._skipped = 0

    def on_event(self, event: Event) -> None:
        """Keep an event for the next tick."""
        self._waiting.append(event)

    def on_signal(self, signal: TextDelta) -> None:
        """Keep a text for the next tick; more than anybody could read is left out."""
        if self._characters > PENDING_TEXT:
            self._skipped += len(signal.text)
            return
        self._characters += len(signal.text)
        self._waiting.append(signal)

    def take(self) -> Event | TextDelta | None:
        """The next one; None: nothing waits."""
        if not self._waiting:
            return None
        taken = self._waiting.popleft()
        if isinstance(taken, TextDelta):
            self._characters -= len(taken.text)
        return taken

    def take_skipped(self) -> int:
        """Characters that were left out since the last call."""
        skipped, self._skipped = self._skipped, 0
        return skipped

    @property
    def backlog(self) -> tuple[int, int]:
        """Events and texts that wait, and characters of text in them."""
        return len(self._waiting), self._characters


class LiveListener(Protocol):
    """Shows the operator what happened, in the front end's thread; the state holds it already."""

    def event(self, view: SessionView, event: Event) -> None:
        """Show an event."""

    def text(self, view: SessionView, signal: TextDelta) -> None:
        """Show a streamed text."""

    def skipped(self, view: SessionView, characters: int) -> None:
        """Show that so many characters of streamed text were left out."""


class LogListener:
    """Writes what happened to the view's own log buffer."""

    def event(self, view: SessionView, event: Event) -> None:
        """Write an event."""
        narrate(view.log, view.state, event)

    def text(self, view: SessionView, signal: TextDelta) -> None:
        """Write a streamed text."""
        view.log.add_text(("stream", signal.step, signal.n), signal.text, "stream")

    def skipped(self, view: SessionView, characters: int) -> None:
        """Write how much was left out."""
        view.log.add(f"         ({characters:,} characters were not shown)", "muted")


def is_hinted(kind: str, about: Mapping[str, object]) -> bool:
    """Whether a rehearsal's page says what the operator is asked for."""
    return kind == "confirm" and bool(about.get("handover"))


class SessionView:
    """A recorded session, or the beginning of one, at rest: it can be read, not answered.

    `typical_durations` are by step, and so are `unmet_guards`, as the preflight found them;
    `hints` come from outside the session, by the number of the question that they belong to; None
    where none will come.
    """

    clipboard: TerminalClipboard | None = None
    has_session = False
    """Whether a session runs, or ran, behind the view."""

    def __init__(self, runbook: Runbook, hints: Mapping[int, str] | None = None) -> None:
        self.runbook = runbook
        self.incoming = IncomingEvents()
        self.state = State()
        self.log = LogBuffer()
        self.listener: LiveListener = LogListener()
        self.hints = hints if hints is not None else {}
        self._hinted = hints is not None
        self.prefill: Mapping[str, str] = {}
        self.typical_durations: Mapping[str, TypicalDuration] = {}
        self.unmet_guards: Mapping[str, str] = {}
        self.run_all = False
        self.run_next: str | None = None
        self.leaving = False
        self.finished = False

    @classmethod
    def of_record(cls, runbook: Runbook, events: Iterable[Event]) -> Self:
        """A recorded session, or the beginning of one."""
        view = cls(runbook)
        view.read(events)
        return view

    def read(self, events: Iterable[Event]) -> None:
        """Take in recorded events."""
        for event in events:
            self.incoming.on_event(event)
        while self.drain():
            continue

    def drain(self) -> bool:
        """Take in what happened since the last tick, within bounds; whether anything did."""
        text = 0
        for number in range(EVENTS_A_TICK):
            taken = self.incoming.take() if text <= TEXT_A_TICK else None
            if taken is None:
                return number > 0
            if isinstance(taken, TextDelta):
                text += len(taken.text)
                self.listener.text(self, taken)
            else:
                self._apply(taken)
        return True

    def _apply(self, event: Event) -> None:
        ended = isinstance(event.body, HttpAnswered)
        skipped = self.incoming.take_skipped() if ended else 0
        if skipped:
            self.listener.skipped(self, skipped)
        apply(self.state, event)
        if isinstance(event.body, Answered) and event.request_seq is not None:
            request = self.state.requests.get(event.request_seq)
            if request is not None and isinstance(request.body, QuestionAsked):
                self.finished |= event.body.answer.do in (Verb.FINISH, Verb.STOP)
        self.listener.event(self, event)

    def snapshot(self, viewed: str | None = None, fault: str | None = None) -> Snapshot:
        """The session at this moment. `viewed`: the step to show; `fault`: what a fault means."""
        return Snapshot(
            self.runbook,
            self.state,
            self.elapsed,
            viewed,
            self.hints,
            self.run_all,
            self.leaving,
            fault,
            self.folder,
            self.clipboard is not None,
            self.ended,
            self.typical_durations,
            self.unmet_guards,
        )

    def waits_for_hint(self, question: OpenQuestion) -> bool:
        """Whether a question is to be shown with a hint that has not come yet."""
        body = question.body
        hinted = self._hinted and is_hinted(body.question, body.about)
        return hinted and question.seq not in self.hints

    def answer_in_advance(self, snapshot: Snapshot, question: OpenQuestion) -> Answer | None:
        """The answer that the operator has given in advance to a new question; None: none."""
        if question.body.question != "begin":
            return None
        if self.run_next == str(question.body.about["step"]):
            self.run_next = None
            return Answer(Verb.RUN)
        if self.run_all and snapshot.failed is not None:
            self.run_all = False
        return Answer(Verb.RUN) if self.run_all else None

    def again(self, question: OpenQuestion, step_id: str) -> str | None:
        """Have a step run once more instead of what was asked; why that can't be, or None."""
        self.run_next = step_id
        step = self.runbook.step(step_id)
        capped = used_up(self.runbook, step, self.state.step(step_id))
        problem = capped or self.answer(question.seq, Answer(Verb.AGAIN, step=step_id))
        if problem:
            self.run_next = None
        return problem

    # --- what only a running session has ----------------------------------------------------

    @property
    def folder(self) -> str:
        """Where the session is kept; empty for a record."""
        return ""

    @property
    def elapsed(self) -> int:
        """Milliseconds since the session opened; of a record, at its last event."""
        return self.state.now_ms

    @property
    def ended(self) -> bool:
        """The session is over and everything of it was taken in."""
        return not self.incoming.backlog[0]

    @property
    def active(self) -> bool:
        """Leaving now would end something."""
        return False

    @property
    def fault(self) -> BaseException | None:
        """What broke the session; None: nothing did, or it has not ended yet."""
        return None

    def fault_message(self, folder: Path) -> str | None:
        """What the fault means for the operator; a bug of ours leaves its trace in `folder`."""
        return None

    def answer(self, seq: int, answer: Answer, *, secret: str | None = None) -> str | None:
        """Answer a question; why that can't be, or None."""
        return IS_A_RECORD

    def reveal(self, seq: int, name: str) -> str:
        """A value of an open question as the operator has to use it, such as an address."""
        return ""

    def note(self, text: str) -> None:
        """Put a note of the operator into the record."""

    def stop_step(self, why: str) -> None:
        """Stop the running step."""

    def open_again(self, url: str) -> str | None:
        """Hand a page to the browser once more; why that failed, or None. Blocks."""
        return IS_A_RECORD

    def compare(self, step_id: str) -> list[str]:
        """The lines of a comparison of a step's last call with the installed client's. Blocks."""
        return [f"{IS_A_RECORD}."]
