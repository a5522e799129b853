"""What is written of each event: headings, outcomes, evidence, output, in lines of their own."""

from __future__ import annotations

from typing import Final

from smoke_tui.journal.events.decisions import (
    Captured,
    SessionClosed,
    StepFinished,
    TryFinished,
    TryStarted,
)
from smoke_tui.journal.events.event import Event
from smoke_tui.journal.events.facts import (
    Answered,
    HttpAnswered,
    ListenBusy,
    ListenForbidden,
    ListenHit,
    ListenIgnored,
    ListenReady,
    ProcessExited,
    ProcessOutput,
)
from smoke_tui.journal.events.requests import Released
from smoke_tui.journal.stream import TextDelta
from smoke_tui.outcomes import Outcome
from smoke_tui.plain.output import Output, QuotedText
from smoke_tui.presentation.causes import cause_of
from smoke_tui.presentation.evidence import evidence_pairs
from smoke_tui.presentation.failure import failure
from smoke_tui.presentation.format import count, duration, one_line, titled
from smoke_tui.presentation.live.battery import BatteryProgress
from smoke_tui.presentation.live.briefing import facts_of
from smoke_tui.presentation.live.narrate import EventLine, event_line
from smoke_tui.presentation.live.snapshot import Snapshot, name_of
from smoke_tui.presentation.marks import MARKS
from smoke_tui.presentation.prose import spoken_prose
from smoke_tui.presentation.spans import as_text
from smoke_tui.runbook.model import Step
from smoke_tui.session.session_view import SessionView

PROGRESS_MS: Final = 10_000
"""How often it is written how far a battery is."""

_FAILURE_LABELS: Final = {"Side": "Whose side", "Next": "What to do next", "Support": "For support"}


class Announcer:
    """Writes what happens in a session. `withdrawn` holds why a question is not asked any more.

    A heading is written before the first try of a step, and before each further one. What a step
    is, its briefing, follows the first of these.
    """

    def __init__(self, output: Output) -> None:
        self.output = output
        self.withdrawn: dict[int, str] = {}
        self._quotes = QuotedText()
        self._briefed: set[str] = set()
        self._announced: str | None = None
        self._last_key: object = None
        self._repetitions = 0
        self._redirect_text = ""
        self._held_text = ""
        self._battery = BatteryProgress(PROGRESS_MS)

    # --- what a live view reports ---------------------------------------------------------

    def event(self, live: SessionView, event: Event) -> None:
        """Write what there is to say about an event."""
        body = event.body
        if isinstance(body, ProcessOutput):
            self._quote_output(live, event, body)
            return
        ends = isinstance(body, HttpAnswered | TryFinished | StepFinished | ProcessExited)
        self.flush(rest=event.step if ends else None)
        held, self._held_text = self._held_text, ""
        if held and not isinstance(body, StepFinished):
            self.output.write(held)
        progress = self._battery.line(live.state, event)
        if progress is not None:
            self.output.write(f"{progress}.")
        line = event_line(live.state, event)
        text = line.text if line is not None else ""
        match body:
            case TryStarted():
                self._begin_try(live, event, body)
            case StepFinished():
                self._finish_step(live, event, body)
            case Answered():
                self.output.write(f"{titled(text)}.")
                self._withdraw(event, text)
            case ListenReady() | ListenBusy() | ListenForbidden() | ListenIgnored() | ListenHit():
                self._redirect_text = text if isinstance(body, ListenHit) else ""
                self.output.write(f"{titled(text)}.")
            case Released():
                self._withdraw(event, self._redirect_text)
            case TryFinished():
                # Written where the step goes on after it; else the step's own line says it.
                self._redirect_text = ""
                self._held_text = text
            case SessionClosed():
                # The end of the session is written by `loop`.
                pass
            case _ if line is not None:
                self._write_line(line, raw=isinstance(body, Captured))

    def text(self, live: SessionView, signal: TextDelta) -> None:
        """Quote a piece of an answer as it streams."""
        self._quotes.add(("stream", signal.step, signal.n), signal.text, signal.step)

    def skipped(self, live: SessionView, characters: int) -> None:
        """Write how much text was left out."""
        self.output.write(f"{characters:,} characters of output were not shown.")

    def flush(self, *, rest: str | None = None) -> None:
        """Print the lines of output that are whole; of the step `rest` also what is not."""
        for about, line in self._quotes.take(rest):
            self._write_repetitions()
            self.output.quote(line, about)

    def _withdraw(self, event: Event, why: str) -> None:
        if event.request_seq is not None:
            self.withdrawn[event.request_seq] = why

    def _write_line(self, line: EventLine, *, raw: bool) -> None:
        if line.key is not None and line.key == self._last_key:
            self._repetitions += 1
            return
        self._write_repetitions()
        self._last_key = line.key
        text = line.text.removeprefix("→ ").removeprefix("── ")
        self.output.write(text if raw else titled(text))

    def _write_repetitions(self) -> None:
        """Write how often the last line was repeated."""
        if self._repetitions:
            self.output.write(f"The same {count(self._repetitions, 'more time')}.")
        self._repetitions, self._last_key = 0, None

    def _quote_output(self, live: SessionView, event: Event, body: ProcessOutput) -> None:
        step = event.step or ""
        running = step in live.state.steps and live.state.steps[step].running
        about = "" if running else f"{one_line(step, 40)}: "
        self._quotes.add(("process", event.request_seq, body.source), body.text, step, about)
        if body.dropped:
            self.output.write(f"{body.dropped} bytes of output were left out.")

    def _begin_try(self, live: SessionView, event: Event, body: TryStarted) -> None:
        snapshot, step = live.snapshot(), live.runbook.step(event.step or "")
        cause = cause_of(body.cause).word
        details = [f"try {event.attempt}"] if (event.attempt or 1) > 1 else []
        details += [cause] if cause not in ("", "again", "fallback") else []
        if details or self._announced != step.id:
            self.heading(snapshot, step, ", ".join(details))
        self._announced = None
        self.output.write(f"Running: {title_of(step)}.")

    def _finish_step(self, live: SessionView, event: Event, body: StepFinished) -> None:
        snapshot, step = live.snapshot(), live.runbook.step(event.step or "")
        state = snapshot.of(step)
        word = MARKS[body.outcome.value].word
        code = f", {state.code}" if state.code else ""
        time = sum(snapshot.state.worked(step.id, t.started, t.ended) for t in state.tries)
        took = f" It took {duration(time)}." if state.tries else ""
        bad = failure(snapshot, step) is not None
        text = f"{title_of(step)}." if bad else one_line(state.summary, 400)
        self.output.write(f"{place(snapshot, step)}, {word}{code}: {text}{took}")
        self.write_failure(snapshot, step)
        if event.attempt is not None:
            self.write_evidence(snapshot, step)

    # --- steps ----------------------------------------------------------------------------

    def announce(self, snapshot: Snapshot, step: Step) -> None:
        """Write the heading of a step that may begin now; the first time with its briefing."""
        if self._announced != step.id:
            self.heading(snapshot, step)
            self._announced = step.id

    def heading(self, snapshot: Snapshot, step: Step, details: str = "") -> None:
        """Write the heading of a step; the first time with its briefing."""
        self.flush()
        self._write_repetitions()
        self.output.blank()
        self.output.write(
            f"{place(snapshot, step)}{f' ({details})' if details else ''}: {title_of(step)}"
        )
        if step.id not in self._briefed:
            self._briefed.add(step.id)
            self.write_briefing(snapshot, step)

    def write_briefing(self, snapshot: Snapshot, step: Step) -> None:
        """Write what a step is: its prose, and what is to be known before it is begun."""
        self.output.prose(spoken_prose(snapshot.prose(step)).split("\n"))
        for label, fact in facts_of(snapshot, step):
            first, *rest = as_text(fact).split("\n")
            self.output.write(f"{label}: {first}")
            for line in rest:
                self.output.quote(line)

    def write_failure(self, snapshot: Snapshot, step: Step) -> None:
        """Write what a bad outcome means, and what to do next; nothing for any other."""
        bad = failure(snapshot, step)
        if bad is None:
            return
        self.output.write(f"What happened: {bad.what}")
        for label, text in bad.facts:
            self.output.write(f"{_FAILURE_LABELS.get(label, label)}: {text}")
        # The step's own lines have just been quoted.
        if bad.printed is not None and not bad.printed.own:
            self.output.write(f"{bad.printed.head}:")
            for line in bad.printed.lines:
                self.output.quote(line)

    def write_evidence(self, snapshot: Snapshot, step: Step) -> None:
        """Write what was seen in the step's last try."""
        state = snapshot.of(step)
        for name, value in evidence_pairs(state.tries[-1]) if state.tries else ():
            self.output.write(f"Evidence: {name}: {value}")


def place(snapshot: Snapshot, step: Step) -> str:
    """The place of a step in the runbook."""
    if step.fallback:
        return "Fallback"
    total = sum(1 for s in snapshot.steps if not s.fallback)
    return f"Step {snapshot.number(step)} of {total}"


def title_of(step: Step) -> str:
    """A step's title without its number, and without the word that says it is a fallback."""
    return titled(name_of(step).removeprefix("Fallback: "))


def word_of(snapshot: Snapshot, step: Step) -> str:
    """The status of a step in a word, with its code."""
    state = snapshot.of(step)
    word = MARKS[snapshot.mark(step)].word
    if step.fallback and not state.tries:
        return "only if needed"
    return f"{word}, {state.code}" if state.code and state.outcome is not Outcome.PASS else word
