"""One session line by line: its first lines, every question in turn, and its last lines."""

from __future__ import annotations

from collections.abc import Sequence

from smoke_tui.config.questions import QUESTIONS
from smoke_tui.config.settings import Settings
from smoke_tui.files import (
    StorageError,
)
from smoke_tui.journal.events.event import Event
from smoke_tui.journal.folders import (
    RecordGone,
)
from smoke_tui.journal.provenance import elsewhere
from smoke_tui.outcomes import VERDICT_EXITS, Exit, Verdict, worst_exit
from smoke_tui.plain.announcer import Voice, place, title_of, word_of
from smoke_tui.plain.answers import Answers
from smoke_tui.plain.commands import Commands
from smoke_tui.plain.input import OVERLONG, Keyboard
from smoke_tui.plain.output import Paper
from smoke_tui.plain.prompt import Over, Prompt, Withdrawn
from smoke_tui.presentation.format import count
from smoke_tui.presentation.marks import MARKS
from smoke_tui.presentation.report.verdict_text import (
    SENTENCES,
)
from smoke_tui.session.crash import told_fault
from smoke_tui.session.live_view import LiveView
from smoke_tui.session.session import NotStarted

LOOKING = ("status", "show", "briefing", "evidence")
REHEARSAL = "REHEARSAL: nothing is spent, and nothing is proven"


class PlainSession:
    """Walks a run to its end. `strikes` are the signals that came."""

    def __init__(
        self,
        run: LiveView,
        keys: Keyboard,
        paper: Paper,
        settings: Settings,
        strikes: Sequence[int],
    ) -> None:
        self.run = run
        self.keys = keys
        self.paper = paper
        self.settings = settings
        self.strikes = strikes
        self.talk = Prompt(run, keys, paper, Voice(paper), strikes)
        self.answers = Answers(self.talk)
        self.commands = Commands(self.talk, self.answers)

    def to_the_end(self) -> int:
        """Everything from the first line to the last; returns the exit code.

        Raises:
            BrokenPipeError: the reader of our output went away.
        """
        resumed = self.run.state.events > 0
        self.run.teller = self.talk.voice
        self.run.start()
        self._begin(resumed)
        while not self.run.ended:
            try:
                self._tick()
            except Over:
                continue
        code = self._end()
        if self.paper.broken_pipe:
            raise BrokenPipeError
        return code

    def _tick(self) -> None:
        self.talk.pump()
        if self.run.leaving:
            return
        question = self.talk.to_ask()
        if question is not None:
            self._ask(question)
        else:
            self._meanwhile()

    def _begin(self, resumed: bool) -> None:
        """The first lines: whether it counts, what it is, and how it is used."""
        while not self.run.state.opened and not self.run.ended:
            self.talk.pump()
        scene = self.talk.scene
        say = self.paper.say
        if scene.rehearsed:
            say(f"{REHEARSAL}. Scenario: {scene.config.scenario}.")
        elif elsewhere(self.run.state) is not None:
            say(f"NOT THE PROVIDER: calls go to {scene.config.codex_url}, so nothing is proven.")
        else:
            say(f"LIVE: calls count against the subscription. Origin: {scene.config.origin}.")
        say(
            f"Runbook: {self.run.runbook.title}, "
            f"{count(sum(1 for s in scene.steps if not s.fallback), 'step')}."
        )
        say(f"Session: {scene.state.session}. Record: {scene.folder}")
        say(
            "Lines that begin with spaces are quoted; those with a bar are output. Type ? for "
            "help at any time."
        )
        if resumed:
            for step in scene.steps:
                if scene.of(step).tries or scene.of(step).outcome is not None:
                    say(f"Before, {place(scene, step)}, {word_of(scene, step)}: {title_of(step)}")

    # --- questions ------------------------------------------------------------------------

    def _ask(self, question: Event) -> None:
        """Put a question until it is answered, or not asked any more."""
        scene = self.talk.scene
        if question.data["kind"] == "begin":
            self.talk.voice.announce(scene, self.run.runbook.step(question.data["data"]["step"]))
        given = self.run.in_advance(scene, question)
        if given is not None and self.answers.send(question, given):
            self.talk.answered(question)
            return
        try:
            self.talk.put(question)
            while not self._understood(self._line(question), question):
                continue
            self.talk.answered(question)
        except Withdrawn:
            self.talk.withdrawn(question)

    def _line(self, question: Event) -> str:
        """The next line that is for this question.

        From a pipe, a line that fits nowhere here waits where the question may answer itself.
        """
        if self.keys.tty or not QUESTIONS[question.data["kind"]].elsewhere:
            return self.talk.line(question.seq)
        return self.talk.line(
            question.seq,
            fits=lambda line: (
                self.talk.choice(line) is not None or self.commands.find(line) is not None
            ),
        )

    def _understood(self, line: str, question: Event) -> bool:
        """Whether a line has answered the question."""
        if not line:
            self.talk.put(question)
            return False
        chosen = self.talk.choice(line)
        if chosen is not None:
            if self.answers.take(question, *chosen):
                return True
        elif not self.commands.understood(line, question):
            ways = "; ".join(f"{c.typed} or {c.name}: {c.label}" for c in self.talk.choices())
            self.paper.say(f"Not understood. What is possible: {ways}; ?: help.")
            return False
        elif self.commands.did_answer:
            return True
        self.talk.remind(question)
        return False

    def _meanwhile(self) -> None:
        """What is typed while nothing is asked; from a pipe, only what acts at once is taken."""
        line = self.keys.peek()
        if line is None or self.run.state.questions or self.run.finished:
            return
        command = self.commands.find(line.strip()) if line is not OVERLONG else None
        if not self.keys.tty and (command is None or not command.at_once):
            return
        self.keys.line()
        if line.strip() and not self.commands.understood(line.strip(), None):
            self.paper.say(
                "Nothing is asked just now; what can be typed: note TEXT, status, stop, "
                "show, evidence, quit, and ? for help."
            )

    # --- the end --------------------------------------------------------------------------

    def _end(self) -> int:
        state, session = self.run.state, self.run.session
        assert session is not None
        say = self.paper.say
        if self.run.fault is not None:
            say(told_fault(self.settings.state_dir, session))
            self.paper.flush()
            unsaved = isinstance(self.run.fault, StorageError) and not isinstance(
                self.run.fault, RecordGone
            )
            ended = Exit.INVALID if isinstance(self.run.fault, NotStarted) else Exit.INTERNAL
            return self._struck(Exit.NOT_PROVABLE if unsaved else ended)
        verdict = state.verdict or Verdict.ERROR
        for finding in state.findings:
            if finding.code in ("still-running", "stop"):
                say(f"Worth a look: {finding.message} {finding.remedy}")
        self.paper.blank()
        say(f"The session has ended. Verdict: {MARKS[verdict.value].word}. {SENTENCES[verdict]}.")
        if state.left:
            say(
                f"It was broken off ({state.cancelled}); its record is kept. Go on with: "
                f"smoke-tui resume --plain {session.id}"
            )
        say(f"The report: smoke-tui report {session.id} -o FILE. Record: {session.folder}")
        if not self.strikes and not self.keys.closed and not state.left:
            self._afterwards()
        if state.world == "rehearsed":
            say("REHEARSAL: nothing was spent, and nothing was proven.")
        self.paper.flush()
        code = VERDICT_EXITS[verdict]
        return self._struck(worst_exit((code, Exit.NOT_PROVABLE)) if state.left else code)

    def _struck(self, code: Exit) -> int:
        return 128 + self.strikes[0] if self.strikes else int(code)

    def _afterwards(self) -> None:
        """The report, where somebody is still there to say where to."""
        self.paper.say(
            "Type report, or report FILE, to write the report; quit, or an empty line, to end."
        )
        while not (self.keys.closed or self.strikes or self.paper.gone):
            self.paper.flush()
            line = self.keys.line()
            if line is None:
                self.keys.wait(0.1)
            elif line.strip().lower() in ("", "quit", "exit", "q"):
                return
            elif line.partition(" ")[0].lower() == "report":
                self.commands.report(line.partition(" ")[2].strip())
            elif line.partition(" ")[0].lower() not in LOOKING or not self.commands.understood(
                line.strip(), None
            ):
                self.paper.say("What is possible: report FILE, status, show, evidence, quit.")
