"""The walk with the operator, line by line: what came is told, what is asked is answered."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Final

from smoke_tui.config.questions import QUESTIONS, Choice, Verb
from smoke_tui.journal.events.event import Event
from smoke_tui.plain.announcer import Voice
from smoke_tui.plain.input import OVERLONG, Keyboard
from smoke_tui.plain.output import Paper
from smoke_tui.presentation.format import duration, one_line, titled
from smoke_tui.presentation.live.choices import choices
from smoke_tui.presentation.live.progress import longest, pause
from smoke_tui.presentation.live.questions import fields, form
from smoke_tui.presentation.live.snapshot import Snapshot
from smoke_tui.presentation.marks import MARKS
from smoke_tui.presentation.spans import as_text
from smoke_tui.session.live_view import LiveView

TICK: Final = 0.1
GRACE: Final = 0.4
"""Seconds before a question is put that may be answered by something else within them."""
FORGET: Final = "\x1b]52;c;\x07"


class Withdrawn(Exception):
    """The question is not open any more."""


class Over(Exception):
    """The session has ended, or nothing more can be typed."""


class Prompt:
    """A run, what is typed, and what is printed: all in one thread, a tick at a time.

    `strikes` are the signals that came; they have closed the session themselves.
    """

    def __init__(
        self, run: LiveView, keys: Keyboard, paper: Paper, voice: Voice, strikes: Sequence[int]
    ) -> None:
        self.run = run
        self.keys = keys
        self.paper = paper
        self.voice = voice
        self.strikes = strikes
        self._busy = False
        self._stale = False
        self._since: dict[int, float] = {}
        self._done: set[int] = set()

    @property
    def scene(self) -> Snapshot:
        """This moment."""
        return self.run.scene()

    def pump(self) -> None:
        """One tick: take in what was typed and what came, and tell of it."""
        self.keys.wait(0 if self._busy else TICK)
        if self.strikes and not self.run.leaving:
            self.run.leaving = True
            self.paper.say("Stopping: the session is being closed, and what it started with it.")
        self._busy = self.run.drain()
        self.voice.flush()
        clipboard = self.run.clipboard
        if clipboard is not None and clipboard.to_forget():
            self.paper.send(FORGET)
            self.paper.say(
                "The terminal was asked to forget the credential; whether it did is not "
                "to be known."
            )
        self.paper.flush()
        if self.paper.gone:
            self.leave("nobody reads what is printed")

    def leave(self, why: str) -> None:
        """End the session; its record is kept."""
        session = self.run.session
        if not self.run.leaving and session is not None and not session.done.is_set():
            session.cancel("session", why)
        self.run.leaving = True

    # --- what is typed --------------------------------------------------------------------

    def line(
        self,
        question: int | None = None,
        *,
        secret: bool = False,
        fits: Callable[[str], bool] = lambda line: True,
    ) -> str:
        """The next line; one that does not fit stays where it is.

        Raises:
            Withdrawn: the question was answered another way; what is being typed stays typed.
            Over: the session has ended, or the input has.
        """
        while True:
            self.pump()
            if self.run.ended or self.run.leaving:
                raise Over
            if question is not None and question not in self.run.state.questions:
                raise Withdrawn
            waits = self.keys.peek()
            if not secret and waits is not None and not fits(waits.strip()):
                continue
            line = self.keys.secret() if secret else self.keys.line()
            if line is OVERLONG:
                self.paper.say("That line is too long and was not taken.")
            elif line is not None:
                return line if secret else line.strip()
            elif self.keys.closed:
                self.paper.say("The input has ended; the session is being closed.")
                self.leave("end of input")
                raise Over

    def words(self, question: int, prompt: str, *, must: bool, usual: str = "") -> str | None:
        """A line in the operator's own words, or the usual ones; None: they would rather not."""
        empty = f"takes: {usual}" if usual else "goes back" if must else "says nothing"
        self.paper.say(
            f"{prompt.replace(' (may be empty)', '')} Type one line; an empty line {empty}"
        )
        line = self.line(question) or usual
        return None if must and not line else line

    def secret(self, question: int, prompt: str) -> str | None:
        """A secret, not shown where a terminal would; None where nothing was given."""
        shown = "What you type is not shown. " if self.keys.tty else ""
        self.paper.say(f"{prompt} {shown}End with Enter; an empty line goes back.")
        with self.keys.hidden():
            text = self.line(question, secret=True)
        if any(not char.isprintable() and char not in "\t\n" for char in text):
            self.paper.say("Not taken: it holds control characters.")
            return None
        if not text.strip():
            self.paper.say("Nothing was given.")
            return None
        return text

    def agreed(self, prompt: str, yes: str, no: str) -> bool:
        """A decision of the front's own; only y or yes agrees."""
        self.paper.say(f"{prompt} y: {yes}; n: {no}.")
        while True:
            line = self.line().lower()
            if line in ("y", "yes", "n", "no"):
                return line[0] == "y"
            self.paper.say(f"Type y to {yes}, or n to {no}.")

    # --- questions ------------------------------------------------------------------------

    def to_ask(self) -> Event | None:
        """The question that is to be put now."""
        question = self.scene.question
        if question is None or question.seq in self._done or self.run.leaving:
            return None
        since = self._since.setdefault(question.seq, time.monotonic())
        waits = QUESTIONS[question.data["kind"]].elsewhere
        return None if waits and time.monotonic() - since < GRACE else question

    def answered(self, question: Event) -> None:
        """It is not to be put again."""
        self._done.add(question.seq)

    def withdrawn(self, question: Event) -> None:
        """Say that a question was answered another way."""
        self.answered(question)
        self._stale = True
        why = self.voice.withdrawn.get(question.seq, "")
        self.paper.say(
            f"Answered another way: {why}."
            if why
            else "Not asked any more: the step has ended or goes on without it."
        )

    def meant(self, question: Event, choice: Choice) -> bool:
        """Whether an answer was meant for this question: the one before may have gone away while
        it was typed.
        """
        stale, self._stale = self._stale, False
        grave = QUESTIONS[question.data["kind"]].stakes and choice.do is not Verb.NO
        if not (stale and grave and self.keys.tty):
            return True
        self.paper.say(
            "That may have been meant for the question before, which has gone; type it "
            "once more if you mean this one."
        )
        return False

    def put(self, question: Event) -> None:
        """Put a question: what is asked in one line, then every way to answer it."""
        scene = self.scene
        first, *rest = _rows(scene, question)
        self.paper.say(f"Question: {first}")
        for row in rest:
            head, *more = row.split("\n")
            self.paper.say(head)
            for line in more:
                self.paper.quote(line)
        for number, choice in enumerate(self.choices(), 1):
            self.paper.say(f"{number}, {choice.typed} or {choice.name}: {choice.label}")
        self.paper.say("?: help, and what else can be typed")

    def remind(self, question: Event) -> None:
        """Say what is still asked, after something else was said."""
        if question.seq in self.run.state.questions and not self.run.leaving:
            first = _rows(self.scene, question)[0]
            end = "" if first.endswith((".", "?", "!")) else "."
            self.paper.say(f"Still asked: {first}{end} An empty line repeats the choices.")

    def choices(self) -> tuple[Choice, ...]:
        """How the open question can be answered here."""
        return tuple(
            c
            for c in choices(self.scene)
            if c.typed and (self.can_copy or not c.special.startswith("copy"))
        )

    @property
    def can_copy(self) -> bool:
        """Whether there is a terminal that may take something to its clipboard."""
        return self.keys.tty and self.paper.terminal

    def choice(self, line: str) -> tuple[Choice, str] | None:
        """The choice that a line names by number, letter or word, and the words behind it."""
        head, _, words = line.partition(" ")
        for number, choice in enumerate(self.choices(), 1):
            names = (str(number), choice.typed, choice.name, choice.do or choice.name)
            if line.lower() in (*names, choice.label.lower()):
                return choice, ""
            if words and choice.words != "none" and head.lower().rstrip(":") in names:
                return choice, words.strip()
        return None


def _rows(scene: Snapshot, question: Event) -> list[str]:
    """A question's rows; a first one of many lines becomes one."""
    kind = question.data["kind"]
    if kind == "tick":
        return _field(scene, question)
    rows = [as_text(row) for row in form(scene, question)]
    # What ended last stands before what is asked.
    at = {"begin": len(rows) - 1, "finish": int(scene.failed is not None)}.get(kind, 0)
    first = one_line(rows.pop(at), 2000)
    if kind == "finish":
        return [titled(first), *(row for row in rows)]
    return [first, *rows]


def _field(scene: Snapshot, question: Event) -> list[str]:
    """One field of a form: the whole list is told with the first of them."""
    known = fields(scene, question)
    at = next((n for n, row in enumerate(known) if row[2] == "now"), 0)
    label, value, _ = known[at]
    rows = [f"field {at + 1} of {len(known)}, {label}: {value}"]
    how = question.data["data"].get("how")
    if at == 0 and how:
        rows.append(f"The credential: {one_line(how)}")
    return rows


def standing(scene: Snapshot) -> str:
    """What is needed of the operator now, in a sentence."""
    question = scene.question
    if question is not None:
        return f"Needed from you: {_rows(scene, question)[0]}"
    running = scene.running
    if running is not None:
        most = longest(scene, scene.runbook.step(running.id))
        return (
            f"Nothing is needed from you: {MARKS['running'].word} {running.id} since "
            f"{duration(scene.elapsed - running.tries[-1].started)}"
            f"{f', at most {most:g} s' if most is not None else ''}."
        )
    if scene.waiting is not None:
        return f"Nothing is needed from you. {as_text(pause(scene))}."
    return "Nothing is needed from you."
