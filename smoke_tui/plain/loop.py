"""A session line by line: its first lines, every question in turn, and its last lines."""

from __future__ import annotations

from collections.abc import Sequence

from smoke_tui.config.questions import QUESTIONS
from smoke_tui.config.settings import Settings
from smoke_tui.files import StorageError
from smoke_tui.journal.folders import RecordGoneError
from smoke_tui.journal.provenance import elsewhere
from smoke_tui.journal.state import OpenQuestion
from smoke_tui.outcomes import Exit
from smoke_tui.plain.announcer import Announcer, place, title_of, word_of
from smoke_tui.plain.answers import Answers
from smoke_tui.plain.commands import Commands
from smoke_tui.plain.drift import write_drift
from smoke_tui.plain.input import OVERLONG, Keyboard
from smoke_tui.plain.output import Output
from smoke_tui.plain.prompt import Prompt, SessionOverError, WithdrawnError
from smoke_tui.presentation.format import count
from smoke_tui.presentation.live.money import takes
from smoke_tui.presentation.rehearsal_limits import rehearsal_limits
from smoke_tui.presentation.spans import as_text
from smoke_tui.session.crash import fault_sentence
from smoke_tui.session.leaving import exit_of, last_lines
from smoke_tui.session.live_view import LiveView
from smoke_tui.session.session import NotStartedError

_AFTERWARDS = ("status", "show", "briefing", "evidence", "drift", "battery")
_REHEARSAL = "REHEARSAL: nothing is spent, and nothing is proven"


class PlainSession:
    """Takes a session to its end. `signals` are those that this process has received."""

    def __init__(
        self,
        live: LiveView,
        keyboard: Keyboard,
        output: Output,
        settings: Settings,
        signals: Sequence[int],
    ) -> None:
        self.live = live
        self.keyboard = keyboard
        self.output = output
        self.settings = settings
        self.signals = signals
        self.prompt = Prompt(live, keyboard, output, Announcer(output), signals)
        self.answers = Answers(self.prompt)
        self.commands = Commands(self.prompt, self.answers)

    def run(self) -> int:
        """Write everything from the first line to the last, and return the exit code.

        Raises:
            BrokenPipeError: the reader of our output went away.
        """
        resumed = self.live.state.events > 0
        self.live.start(self.prompt.announcer)
        self._begin(resumed)
        while not self.live.ended:
            try:
                self._tick()
            except SessionOverError:
                continue
        code = self._end()
        if self.output.broken_pipe:
            raise BrokenPipeError
        return code

    def _tick(self) -> None:
        self.prompt.tick()
        if self.live.leaving:
            return
        question = self.prompt.to_ask()
        if question is not None:
            self._ask(question)
        else:
            self._meanwhile()

    def _begin(self, resumed: bool) -> None:
        """Write the first lines: whether it counts, what it is, and how it is used."""
        while not self.live.state.opened and not self.live.ended:
            self.prompt.tick()
        snapshot = self.prompt.snapshot
        write = self.output.write
        if snapshot.rehearsed:
            write(f"{_REHEARSAL}. Scenario: {snapshot.config.scenario}.")
            for sentence in rehearsal_limits(self.live.runbook, snapshot.config):
                write(as_text(sentence))
        elif elsewhere(self.live.state) is not None:
            write(
                f"NOT THE PROVIDER: calls go to {snapshot.config.codex_url}, so nothing is proven."
            )
        else:
            write(f"LIVE: {takes(snapshot.steps)}. Origin: {snapshot.config.origin}.")
        write(
            f"Runbook: {self.live.runbook.title}, "
            f"{count(sum(1 for s in snapshot.steps if not s.fallback), 'step')}."
        )
        write(f"Session: {snapshot.state.session}. Record: {snapshot.folder}")
        write(
            "Lines that begin with spaces are quoted; those with a bar are output. Type ? for "
            "help at any time."
        )
        if resumed:
            for step in snapshot.steps:
                if snapshot.of(step).tries or snapshot.of(step).outcome is not None:
                    write(
                        f"Before, {place(snapshot, step)}, {word_of(snapshot, step)}: {title_of(step)}"
                    )

    # --- questions ------------------------------------------------------------------------

    def _ask(self, question: OpenQuestion) -> None:
        """Ask a question until it is answered, or not asked any more."""
        snapshot = self.prompt.snapshot
        if question.body.question == "begin":
            self.prompt.announcer.announce(
                snapshot, self.live.runbook.step(str(question.body.about["step"]))
            )
        if question.body.question == "drift" and not question.body.about.get("problem"):
            step_state = self.live.state.steps[question.step or ""]
            case = question.body.about.get("case")
            write_drift(self.output, self.live, step_state, case=case)
        answer = self.live.answer_in_advance(snapshot, question)
        if answer is not None and self.answers.send(question, answer):
            self.prompt.answered(question)
            return
        try:
            self.prompt.ask(question)
            while not self._obey(self._line(question), question):
                continue
            self.prompt.answered(question)
        except WithdrawnError:
            self.prompt.withdrawn(question)

    def _line(self, question: OpenQuestion) -> str:
        """The next line that is for this question.

        From a pipe, a line that fits nowhere here waits where the question may answer itself.
        """
        if self.keyboard.tty or not QUESTIONS[question.body.question].elsewhere:
            return self.prompt.line(question.seq)
        return self.prompt.line(
            question.seq,
            fits=lambda line: (
                self.prompt.choice(line) is not None or self.commands.find(line) is not None
            ),
        )

    def _obey(self, line: str, question: OpenQuestion) -> bool:
        """Obey a line, and return whether it has answered the question."""
        if not line:
            self.prompt.ask(question)
            return False
        chosen = self.prompt.choice(line)
        if chosen is not None:
            if self.answers.take(question, *chosen):
                return True
        elif not self.commands.understood(line, question):
            ways = "; ".join(f"{c.typed} or {c.name}: {c.label}" for c in self.prompt.choices())
            self.output.write(f"Not understood. What is possible: {ways}; ?: help.")
            return False
        elif self.commands.did_answer:
            return True
        self.prompt.remind(question)
        return False

    def _meanwhile(self) -> None:
        """Obey a line that was typed while nothing is asked; from a pipe, only some commands."""
        line = self.keyboard.peek()
        if line is None or self.live.state.questions or self.live.finished:
            return
        command = self.commands.find(line.strip()) if line is not OVERLONG else None
        if not self.keyboard.tty and (command is None or not command.at_once):
            return
        self.keyboard.line()
        if line.strip() and not self.commands.understood(line.strip(), None):
            self.output.write(
                "Nothing is asked just now; what can be typed: note TEXT, status, stop, "
                "show, evidence, quit, and ? for help."
            )

    # --- the end --------------------------------------------------------------------------

    def _end(self) -> int:
        state, session = self.live.state, self.live.session
        write = self.output.write
        if self.live.fault is not None:
            write(fault_sentence(self.settings.state_dir, session))
            self.output.flush()
            unsaved = isinstance(self.live.fault, StorageError) and not isinstance(
                self.live.fault, RecordGoneError
            )
            ended = Exit.INVALID if isinstance(self.live.fault, NotStartedError) else Exit.INTERNAL
            return self._exit_code(Exit.NOT_PROVABLE if unsaved else ended)
        for finding in state.findings:
            if finding.code in ("still-running", "stop"):
                write(f"Worth a look: {finding.message} {finding.remedy}")
        self.output.blank()
        for line in last_lines(state, session.id, str(session.folder), plain=True):
            write(line)
        if not self.signals and not self.keyboard.closed and not state.left:
            self._afterwards()
        if state.world == "rehearsed":
            write("REHEARSAL: nothing was spent, and nothing was proven.")
        self.output.flush()
        return self._exit_code(exit_of(state))

    def _exit_code(self, code: Exit) -> int:
        return 128 + self.signals[0] if self.signals else int(code)

    def _afterwards(self) -> None:
        """Offer the report, where somebody is still there to say where to."""
        self.output.write(
            "Type report, or report FILE, to write the report; quit, or an empty line, to end."
        )
        while not (self.keyboard.closed or self.signals or self.output.gone):
            self.output.flush()
            line = self.keyboard.line()
            if line is None:
                self.keyboard.wait(0.1)
            elif line.strip().lower() in ("", "quit", "exit", "q"):
                return
            elif line.partition(" ")[0].lower() == "report":
                self.commands.report(line.partition(" ")[2].strip())
            elif line.partition(" ")[0].lower() not in _AFTERWARDS or not self.commands.understood(
                line.strip(), None
            ):
                self.output.write("What is possible: report FILE, status, show, evidence, quit.")
