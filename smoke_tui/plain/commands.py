"""What can be typed at any moment, whatever is asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from smoke_tui.failure_codes.code import NextAction
from smoke_tui.journal.events.event import Event
from smoke_tui.plain.announcer import place, title_of, word_of
from smoke_tui.plain.answers import Answers
from smoke_tui.plain.prompt import Prompt, standing
from smoke_tui.presentation.format import clock, one_line
from smoke_tui.presentation.live.snapshot import next_actions
from smoke_tui.presentation.report.export import SecretFoundError, export
from smoke_tui.presentation.report.save import default_name, is_new, why_no_file, write_report
from smoke_tui.presentation.spend import quota, spent
from smoke_tui.runbook.model import Step


@dataclass(frozen=True, slots=True)
class Command:
    """A word, what it takes, what it does, and whether it acts at once on input from a pipe."""

    about: str
    run: Callable[[Commands, str], None]
    takes: str = ""
    at_once: bool = False


class Commands:
    """The commands of one session."""

    def __init__(self, talk: Prompt, answers: Answers) -> None:
        self.talk = talk
        self.answers = answers
        self.run = talk.run
        self.paper = talk.paper
        self.question: Event | None = None
        self.did_answer = False

    def understood(self, line: str, question: Event | None) -> bool:
        """Do what a line says; False where it is no command. `did_answer`: the question, too."""
        found = self.find(line)
        if found is None:
            return False
        self.question, self.did_answer = question, False
        found.run(self, line.partition(" ")[2].strip())
        return True

    def find(self, line: str) -> Command | None:
        """The command that a line begins with; one that takes nothing stands alone."""
        head, _, rest = line.partition(" ")
        command = COMMANDS.get(_OTHER_NAMES.get(head.lower(), head.lower()))
        return command if command is not None and (command.takes or not rest.strip()) else None

    def _help(self, rest: str) -> None:
        if self.question is not None:
            self.talk.put(self.question)
        for name, command in COMMANDS.items():
            self.paper.say(f"{name}{f' {command.takes}' if command.takes else ''}: {command.about}")
        self.paper.say(
            "Answers are taken by number, letter or word; words may follow on the same "
            "line where a choice asks for them, as in: n the page shows an error"
        )
        self.paper.say(
            "An empty line answers nothing: it repeats the question. Ctrl-C closes the "
            "session; its record is kept."
        )

    def _status(self, rest: str) -> None:
        scene = self.talk.scene
        world = "rehearsal" if scene.rehearsed else f"live, origin {scene.config.origin}"
        self.paper.say(
            f"Session {scene.state.session}, {world}, {clock(scene.elapsed)} since it "
            f"began; {spent(scene)}; {quota(scene.state)}."
        )
        for step in scene.steps:
            self.paper.say(f"{place(scene, step)}, {word_of(scene, step)}: {title_of(step)}")
        self.paper.say(standing(scene))

    def _show(self, rest: str) -> None:
        step = self._step(rest)
        if step is not None:
            scene = self.talk.scene
            self.paper.say(f"{place(scene, step)}, {word_of(scene, step)}: {title_of(step)}")
            self.talk.voice.brief(scene, step)
            self.talk.voice.tell_failure(scene, step)

    def _evidence(self, rest: str) -> None:
        step = self._step(rest)
        if step is None:
            return
        scene = self.talk.scene
        known = scene.of(step)
        self.paper.say(
            f"{place(scene, step)}, {word_of(scene, step)}: {title_of(step)}; "
            f"{len(known.tries)} tries."
        )
        self.talk.voice.tell_evidence(scene, step)
        for finding in scene.state.findings:
            self.paper.say(
                f"Worth a look: {one_line(finding.message, 300)} {one_line(finding.remedy, 200)}"
            )
        self.paper.say(f"Record: {scene.folder}")

    def _step(self, name: str) -> Step | None:
        """The named step, else the one that it is about now."""
        step = self.answers.step(name) if name else self.talk.scene.shown
        if step is None:
            self.paper.say("There is no such step; status lists them.")
        return step

    def _note(self, rest: str) -> None:
        if not rest:
            self.paper.say("Type note and what is worth remembering; never a secret.")
        elif self.run.session is not None:
            self.run.session.note(rest)

    def _again(self, rest: str) -> None:
        step = self._step(rest)
        if step is not None and not step.fallback:
            self.did_answer = self.answers.again(self.question, step)

    def _stop(self, rest: str) -> None:
        stopped = self.talk.scene.stoppable
        if stopped is None or self.run.session is None:
            self.paper.say("No step is running.")
            return
        step = self.run.runbook.step(stopped.id)
        if (
            self.talk.agreed(
                f"Stop {title_of(step)}? It ends blocked (interrupted) and can be tried again.",
                "stop it",
                "let it run",
            )
            and self.talk.scene.stoppable is not None
        ):
            self.run.session.cancel("step", "the operator stopped it")
            self.did_answer = self.question is not None and self.question.step == stopped.id

    def _copy(self, rest: str) -> None:
        self.answers.copy_credential()

    def _compare(self, rest: str) -> None:
        scene = self.talk.scene
        if NextAction.COMPARE_CLIENT not in next_actions(scene):
            self.paper.say("Nothing has failed that the real client's request may explain.")
            return
        self.paper.say("Capturing what the installed Codex CLI sends; nothing leaves this machine.")
        self.paper.flush()
        for line in self.run.compare(scene.shown.id):
            self.paper.quote(line)

    def report(self, name: str) -> None:
        """Write the report, as far as the session has come."""
        session = self.run.session
        if session is None:
            return
        name = name or default_name(session.id)
        problem = why_no_file(name)
        if problem is not None:
            self.paper.say(f"Not written: {problem}")
            return
        try:
            content = export("md", self.run.runbook, self.run.state, session.folder, session.vault)
        except SecretFoundError as error:
            self.paper.say(f"Nothing leaves: {error}.")
            return
        if not is_new(name):
            self.paper.say("Not written: a file of that name exists; give another name.")
            return
        _, said = write_report(name, content, self.run.runbook.issue)
        self.paper.say(said)

    def _quit(self, rest: str) -> None:
        if self.talk.agreed(
            "Leave? That stops what the session has started, services included; "
            "its record is kept.",
            "leave",
            "stay",
        ):
            self.talk.leave("left")


COMMANDS: Final[Mapping[str, Command]] = {
    "help": Command("this list; ? is the same", Commands._help),
    "status": Command(
        "where the walk is, how long, what it cost, what is needed", Commands._status, at_once=True
    ),
    "show": Command(
        "what a step is, by its number or id; without one, the step it is about now",
        Commands._show,
        "[STEP]",
    ),
    "briefing": Command("the same", Commands._show, "[STEP]"),
    "evidence": Command("what was seen in a step", Commands._evidence, "[STEP]"),
    "note": Command("puts words into the record; never a secret", Commands._note, "TEXT"),
    "again": Command(
        "runs a step once more, where the walk asks what is next", Commands._again, "[STEP]"
    ),
    "stop": Command("stops the running step, after asking", Commands._stop, at_once=True),
    "copy": Command(
        "sends the credential of a hand-over to the terminal's clipboard", Commands._copy
    ),
    "compare": Command("our refused request beside the real client's", Commands._compare),
    "report": Command("writes the report to a file", Commands.report, "[FILE]"),
    "quit": Command("leaves, after asking; the session can be resumed", Commands._quit),
}
_OTHER_NAMES: Final = {"?": "help", "exit": "quit", "leave": "quit"}
