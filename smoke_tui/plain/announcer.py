"""What is said of each event: headings, outcomes, evidence, output, each in lines of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from smoke_tui.journal.events.event import Event
from smoke_tui.journal.stream import TextDelta
from smoke_tui.outcomes import Outcome
from smoke_tui.plain.output import Paper
from smoke_tui.plain.quoting import Quotes
from smoke_tui.presentation.causes import cause_of
from smoke_tui.presentation.evidence import evidence_pairs
from smoke_tui.presentation.failure import failure
from smoke_tui.presentation.format import count, duration, one_line, titled
from smoke_tui.presentation.live.briefing import facts_of
from smoke_tui.presentation.live.narrate import tell
from smoke_tui.presentation.live.snapshot import Snapshot, name_of
from smoke_tui.presentation.marks import MARKS
from smoke_tui.presentation.prose import spoken_prose
from smoke_tui.presentation.spans import as_text
from smoke_tui.runbook.model import Step
from smoke_tui.session.live_view import LiveView


class Voice:
    """Tells a run to paper. `withdrawn` holds why a question is not asked any more."""

    def __init__(self, paper: Paper) -> None:
        self.paper = paper
        self.withdrawn: dict[int, str] = {}
        self._quotes = Quotes()
        self._briefed: set[str] = set()
        self._announced: str | None = None
        self._key: object = None
        self._times = 0
        self._came_back = ""
        self._held = ""

    # --- a run's teller -------------------------------------------------------------------

    def event(self, run: LiveView, event: Event) -> None:
        """Say what there is to be said of an event."""
        if event.kind == "process" and event.data.get("what") == "output":
            self._output(run, event)
            return
        ends = event.kind in _ENDS or event.data.get("what") == "exited"
        self.flush(rest=event.step if ends else None)
        held, self._held = self._held, ""
        if held and event.kind != "step.finished":
            self.paper.say(held)
        special = _SPECIAL.get(event.kind)
        if special is not None:
            special(self, run, event)
            return
        told = tell(run.runbook, run.state, event)
        if told is None:
            return
        text, _, key = told
        text = text.removeprefix("→ ").removeprefix("── ")
        if key is not None and key == self._key:
            self._times += 1
            return
        self._repeated()
        self._key = key
        self.paper.say(text if event.kind == "captured" else titled(text))

    def text(self, run: LiveView, signal: TextDelta) -> None:
        """A piece of an answer as it streams."""
        self._quotes.pour(("stream", signal.step, signal.n), signal.text, signal.step)

    def skipped(self, run: LiveView, characters: int) -> None:
        self.paper.say(f"{characters:,} characters of output were not shown.")

    def flush(self, *, rest: str | None = None) -> None:
        """Print the lines of output that are whole; of the step `rest` also what is not."""
        for about, line in self._quotes.take(rest):
            self._repeated()
            self.paper.quote(line, about)

    def _repeated(self) -> None:
        """Say how often the last thing happened once more."""
        if self._times:
            self.paper.say(f"The same {count(self._times, 'more time')}.")
        self._times, self._key = 0, None

    def _output(self, run: LiveView, event: Event) -> None:
        step = event.step or ""
        running = step in run.state.steps and run.state.steps[step].running
        about = "" if running else f"{one_line(step, 40)}: "
        source = ("process", event.request_seq, event.data.get("source"))
        self._quotes.pour(source, str(event.data["text"]), step, about)
        if event.data.get("dropped"):
            self.paper.say(f"{event.data['dropped']} bytes of output were left out.")

    # --- events of which more is said -----------------------------------------------------

    def _try(self, run: LiveView, event: Event) -> None:
        scene, step = run.scene(), run.runbook.step(event.step or "")
        cause = cause_of(event.data["cause"]).word
        more = [f"try {event.attempt}"] if (event.attempt or 1) > 1 else []
        more += [cause] if cause not in ("", "again", "fallback") else []
        if more or self._announced != step.id:
            self.heading(scene, step, ", ".join(more))
        self._announced = None
        self.paper.say(f"Running: {title_of(step)}.")

    def _finished(self, run: LiveView, event: Event) -> None:
        scene, step = run.scene(), run.runbook.step(event.step or "")
        known = scene.of(step)
        word = MARKS[event.data["outcome"]].word
        code = f", {known.code}" if known.code else ""
        time = sum((t.ended or t.started) - t.started for t in known.tries)
        lasted = f" It took {duration(time)}." if known.tries else ""
        bad = failure(scene, step) is not None
        said = f"{title_of(step)}." if bad else one_line(known.summary, 400)
        self.paper.say(f"{place(scene, step)}, {word}{code}: {said}{lasted}")
        self.tell_failure(scene, step)
        if event.attempt is not None:
            self.tell_evidence(scene, step)

    def _answered(self, run: LiveView, event: Event) -> None:
        told = tell(run.runbook, run.state, event)
        if told is None or event.request_seq is None:
            return
        self.paper.say(f"{titled(told[0])}.")
        self.withdrawn[event.request_seq] = told[0]

    def _listen(self, run: LiveView, event: Event) -> None:
        told = tell(run.runbook, run.state, event)
        if told is not None:
            self._came_back = told[0] if event.data["what"] == "hit" else ""
            self.paper.say(f"{titled(told[0])}.")

    def _release(self, run: LiveView, event: Event) -> None:
        if event.request_seq is not None:
            self.withdrawn[event.request_seq] = self._came_back

    def _try_finished(self, run: LiveView, event: Event) -> None:
        """Said where the step goes on after it; else the step's own line does."""
        self._came_back = ""
        told = tell(run.runbook, run.state, event)
        self._held = told[0] if told is not None else ""

    def _closed(self, run: LiveView, event: Event) -> None:
        """Said at the very end."""

    # --- steps ----------------------------------------------------------------------------

    def announce(self, scene: Snapshot, step: Step) -> None:
        """The heading of a step that may begin now, and once what it is."""
        if self._announced != step.id:
            self.heading(scene, step)
            self._announced = step.id

    def heading(self, scene: Snapshot, step: Step, more: str = "") -> None:
        """The heading of a step; the first time with what it is."""
        self.flush()
        self._repeated()
        self.paper.blank()
        self.paper.say(f"{place(scene, step)}{f' ({more})' if more else ''}: {title_of(step)}")
        if step.id not in self._briefed:
            self._briefed.add(step.id)
            self.brief(scene, step)

    def brief(self, scene: Snapshot, step: Step) -> None:
        """What a step is: its prose, and what is to be known before it is begun."""
        self.paper.prose(spoken_prose(step.prose).split("\n"))
        for label, told in facts_of(scene, step):
            first, *rest = as_text(told).split("\n")
            self.paper.say(f"{label}: {first}")
            for line in rest:
                self.paper.quote(line)

    def tell_failure(self, scene: Snapshot, step: Step) -> None:
        """What a bad outcome means, and what to do next; nothing for any other."""
        bad = failure(scene, step)
        if bad is None:
            return
        self.paper.say(f"What happened: {bad.what}")
        for label, text in bad.facts:
            self.paper.say(f"{_FAILURE_LABELS.get(label, label)}: {text}")

    def tell_evidence(self, scene: Snapshot, step: Step) -> None:
        """What was seen in the step's last try."""
        known = scene.of(step)
        for name, value in evidence_pairs(known.tries[-1]) if known.tries else ():
            self.paper.say(f"Evidence: {name}: {value}")


def place(scene: Snapshot, step: Step) -> str:
    """Where a step stands in the walk."""
    if step.fallback:
        return "Fallback"
    most = sum(1 for s in scene.steps if not s.fallback)
    return f"Step {scene.number(step)} of {most}"


def title_of(step: Step) -> str:
    """A step's title without its number, or the word that says it is a fallback."""
    return titled(name_of(step).removeprefix("Fallback: "))


def word_of(scene: Snapshot, step: Step) -> str:
    """How a step stands, in a word, with its code."""
    known = scene.of(step)
    word = MARKS[scene.mark(step)].word
    if step.fallback and not known.tries:
        return "only if needed"
    return f"{word}, {known.code}" if known.code and known.outcome is not Outcome.PASS else word


_FAILURE_LABELS: Final = {"Side": "Whose side", "Next": "What to do next", "Support": "For support"}
_ENDS: Final = ("http", "try.finished", "step.finished")
_SPECIAL: Final[Mapping[str, Callable[[Voice, LiveView, Event], None]]] = {
    "try.started": Voice._try,
    "step.finished": Voice._finished,
    "answered": Voice._answered,
    "listen": Voice._listen,
    "release": Voice._release,
    "try.finished": Voice._try_finished,
    "session.closed": Voice._closed,
}
