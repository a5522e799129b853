"""What can be typed at any moment, whatever is asked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from smoke_tui.failure_codes.code import NextAction
from smoke_tui.journal.state import OpenQuestion
from smoke_tui.plain.announcer import place, title_of, word_of
from smoke_tui.plain.answers import Answers
from smoke_tui.plain.battery import write_battery
from smoke_tui.plain.drift import write_drift
from smoke_tui.plain.prompt import Prompt, needed_now
from smoke_tui.presentation.format import clock, one_line
from smoke_tui.presentation.live.snapshot import next_actions
from smoke_tui.presentation.report.export import SecretFoundError, export
from smoke_tui.presentation.report.save import default_name, is_new, why_no_file, write_report
from smoke_tui.presentation.spend import quota, spent
from smoke_tui.runbook.model import Step
from smoke_tui.structs import Struct


class Command(Struct, frozen=True):
    """A word that can be typed: what it does, what it takes.

    `at_once`: it is obeyed also from a pipe while nothing is asked.
    """

    name: str
    about: str
    takes: str = ""
    at_once: bool = False


_STEP: Final = "[STEP]"
_COMMANDS: Final = (
    Command("help", "this list; ? is the same"),
    Command("status", "where the walk is, how long, what it cost, what is needed", at_once=True),
    Command(
        "show", "what a step is, by its number or id; without one, the step it is about now", _STEP
    ),
    Command("briefing", "the same", _STEP),
    Command("evidence", "what was seen in a step", _STEP),
    Command("output", "all that a step printed; of a very long text both ends", _STEP),
    Command("drift", "every difference of an answer from the recorded one", _STEP),
    Command("battery", "what a battery came to, and each remarkable answer", _STEP),
    Command("note", "puts words into the record; never a secret", "TEXT"),
    Command("again", "runs a step once more, where the walk asks what is next", _STEP),
    Command("stop", "stops the running step, after asking", at_once=True),
    Command("copy", "sends the credential of a hand-over to the terminal's clipboard"),
    Command("compare", "our refused request beside the real client's"),
    Command("report", "writes the report to a file", "[FILE]"),
    Command("quit", "leaves, after asking; the session can be resumed"),
)
COMMANDS: Final[Mapping[str, Command]] = {command.name: command for command in _COMMANDS}
_OTHER_NAMES: Final = {"?": "help", "exit": "quit", "leave": "quit"}


class Commands:
    """The commands of one session."""

    def __init__(self, prompt: Prompt, answers: Answers) -> None:
        self.prompt = prompt
        self.answers = answers
        self.live = prompt.live
        self.output = prompt.output
        self.question: OpenQuestion | None = None
        self.did_answer = False

    def understood(self, line: str, question: OpenQuestion | None) -> bool:
        """Obey a line; False where it is no command. `did_answer`: it has answered the question."""
        command = self.find(line)
        if command is None:
            return False
        self.question, self.did_answer = question, False
        self._obey(command, line.partition(" ")[2].strip())
        return True

    def _obey(self, command: Command, rest: str) -> None:
        match command.name:
            case "help":
                self._help()
            case "status":
                self._status()
            case "show" | "briefing":
                self._show(rest)
            case "evidence":
                self._evidence(rest)
            case "output":
                self._output(rest)
            case "drift":
                self._drift(rest)
            case "battery":
                self._battery(rest)
            case "note":
                self._note(rest)
            case "again":
                self._again(rest)
            case "stop":
                self._stop()
            case "copy":
                self.answers.copy_credential()
            case "compare":
                self._compare()
            case "report":
                self.report(rest)
            case "quit":
                self._quit()

    def find(self, line: str) -> Command | None:
        """The command that a line begins with; one without arguments has to be the whole line."""
        head, _, rest = line.partition(" ")
        command = COMMANDS.get(_OTHER_NAMES.get(head.lower(), head.lower()))
        return command if command is not None and (command.takes or not rest.strip()) else None

    def _help(self) -> None:
        if self.question is not None:
            self.prompt.ask(self.question)
        for command in _COMMANDS:
            takes = f" {command.takes}" if command.takes else ""
            self.output.write(f"{command.name}{takes}: {command.about}")
        self.output.write(
            "Answers are taken by number, letter or word; words may follow on the same "
            "line where a choice asks for them, as in: n the page shows an error"
        )
        self.output.write(
            "An empty line answers nothing: it repeats the question. Ctrl-C closes the "
            "session; its record is kept."
        )

    def _status(self) -> None:
        snapshot = self.prompt.snapshot
        world = "rehearsal" if snapshot.rehearsed else f"live, origin {snapshot.config.origin}"
        self.output.write(
            f"Session {snapshot.state.session}, {world}, {clock(snapshot.elapsed)} since it "
            f"began; {spent(snapshot)}; {quota(snapshot.state)}."
        )
        for step in snapshot.steps:
            self.output.write(
                f"{place(snapshot, step)}, {word_of(snapshot, step)}: {title_of(step)}"
            )
        self.output.write(needed_now(snapshot))

    def _show(self, rest: str) -> None:
        step = self._step(rest)
        if step is not None:
            snapshot = self.prompt.snapshot
            self.output.write(
                f"{place(snapshot, step)}, {word_of(snapshot, step)}: {title_of(step)}"
            )
            self.prompt.announcer.write_briefing(snapshot, step)
            self.prompt.announcer.write_failure(snapshot, step)

    def _evidence(self, rest: str) -> None:
        step = self._step(rest)
        if step is None:
            return
        snapshot = self.prompt.snapshot
        tries = snapshot.of(step).tries
        self.output.write(
            f"{place(snapshot, step)}, {word_of(snapshot, step)}: {title_of(step)}; "
            f"{len(tries)} tries."
        )
        self.prompt.announcer.write_evidence(snapshot, step)
        for finding in snapshot.state.findings:
            self.output.write(
                f"Worth a look: {one_line(finding.message, 300)} {one_line(finding.remedy, 200)}"
            )
        self.output.write(f"Record: {snapshot.folder}")

    def _output(self, rest: str) -> None:
        step = self._step(rest)
        if step is None:
            return
        tries = self.prompt.snapshot.of(step).tries
        text = tries[-1].output.text() if tries else ""
        if text:
            self.output.quote(text.removesuffix("\n"))
        else:
            self.output.write("Nothing was printed there.")

    def _drift(self, rest: str) -> None:
        step = self._step(rest)
        if step is None:
            return
        step_state = self.prompt.snapshot.of(step)
        if not write_drift(self.output, self.live, step_state, every=True):
            self.output.write("Nothing was compared with a recorded answer there.")

    def _battery(self, rest: str) -> None:
        step = self._step(rest)
        if step is not None and not write_battery(self.output, self.prompt.snapshot.of(step)):
            self.output.write("No battery ran there.")

    def _step(self, name: str) -> Step | None:
        """The named step, else the one that is shown."""
        step = self.answers.step(name) if name else self.prompt.snapshot.shown
        if step is None:
            self.output.write("There is no such step; status lists them.")
        return step

    def _note(self, rest: str) -> None:
        if not rest:
            self.output.write("Type note and what is worth remembering; never a secret.")
        else:
            self.live.note(rest)

    def _again(self, rest: str) -> None:
        step = self._step(rest)
        if step is not None and not step.fallback:
            self.did_answer = self.answers.again(self.question, step)

    def _stop(self) -> None:
        stopped = self.prompt.snapshot.stoppable
        if stopped is None:
            self.output.write("No step is running.")
            return
        step = self.live.runbook.step(stopped.id)
        if (
            self.prompt.agreed(
                f"Stop {title_of(step)}? It ends blocked (interrupted) and can be tried again.",
                "stop it",
                "let it run",
            )
            and self.prompt.snapshot.stoppable is not None
        ):
            self.live.stop_step("the operator stopped it")
            self.did_answer = self.question is not None and self.question.step == stopped.id

    def _compare(self) -> None:
        snapshot = self.prompt.snapshot
        if NextAction.COMPARE_CLIENT not in next_actions(snapshot):
            self.output.write("Nothing has failed that the real client's request may explain.")
            return
        self.output.write(
            "Capturing what the installed Codex CLI sends; nothing leaves this machine."
        )
        self.output.flush()
        for line in self.live.compare(snapshot.shown.id):
            self.output.quote(line)

    def report(self, name: str) -> None:
        """Write the report, as far as the session has come."""
        session = self.live.session
        name = name or default_name(session.id)
        problem = why_no_file(name)
        if problem is not None:
            self.output.write(f"Not written: {problem}")
            return
        try:
            content = export(
                "md", self.live.runbook, self.live.state, session.folder, session.vault
            )
        except SecretFoundError as error:
            self.output.write(f"Nothing leaves: {error}.")
            return
        if not is_new(name):
            self.output.write("Not written: a file of that name exists; give another name.")
            return
        _, result = write_report(name, content, self.live.runbook.issue)
        self.output.write(result)

    def _quit(self) -> None:
        if self.prompt.agreed(
            "Leave? That stops what the session has started, services included; "
            "its record is kept.",
            "leave",
            "stay",
        ):
            self.prompt.leave("left")
