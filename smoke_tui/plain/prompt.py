"""The dialogue with the operator: write what happened, ask what is asked, read lines."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Final

from smoke_tui.config.questions import QUESTIONS, Choice, Verb
from smoke_tui.journal.state import OpenQuestion
from smoke_tui.plain.announcer import Announcer
from smoke_tui.plain.input import OVERLONG, Keyboard
from smoke_tui.plain.output import Output
from smoke_tui.presentation.format import duration, one_line, titled
from smoke_tui.presentation.live.choices import choices
from smoke_tui.presentation.live.progress import longest, pause
from smoke_tui.presentation.live.questions import fields, form
from smoke_tui.presentation.live.snapshot import Snapshot
from smoke_tui.presentation.marks import MARKS
from smoke_tui.presentation.spans import as_text
from smoke_tui.session.live_view import LiveView
from smoke_tui.world.live.terminal_clipboard import copy_sequence

TICK: Final = 0.1
GRACE: Final = 0.4
"""Seconds before a question is asked that something else may answer within them."""


class WithdrawnError(Exception):
    """The question is not open any more."""


class SessionOverError(Exception):
    """The session has ended, or nothing more can be typed."""


class Prompt:
    """A session, what is typed, and what is written: all in one thread, a tick at a time.

    `signals` are those that this process has received; their handler has cancelled the session.
    """

    def __init__(
        self,
        live: LiveView,
        keyboard: Keyboard,
        output: Output,
        announcer: Announcer,
        signals: Sequence[int],
    ) -> None:
        self.live = live
        self.keyboard = keyboard
        self.output = output
        self.announcer = announcer
        self.signals = signals
        self._busy = False
        self._stale = False
        self._since: dict[int, float] = {}
        self._done: set[int] = set()

    @property
    def snapshot(self) -> Snapshot:
        """The session at this moment."""
        return self.live.snapshot()

    def tick(self) -> None:
        """Take in what was typed and what happened, and write it."""
        self.keyboard.wait(0 if self._busy else TICK)
        if self.signals and not self.live.leaving:
            self.live.leaving = True
            self.output.write("Stopping: the session is being closed, and what it started with it.")
        self._busy = self.live.drain()
        self.announcer.flush()
        clipboard = self.live.clipboard
        if clipboard is not None and clipboard.to_forget():
            self.output.send(copy_sequence(b"").decode())
            self.output.write(
                "The terminal was asked to forget the credential; whether it did is not "
                "to be known."
            )
        self.output.flush()
        if self.output.gone:
            self.leave("nobody reads what is printed")

    def leave(self, why: str) -> None:
        """End the session; its record is kept."""
        if not self.live.leaving and self.live.active:
            self.live.session.cancel("session", why)
        self.live.leaving = True

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
            self.tick()
            if self.live.ended or self.live.leaving:
                raise SessionOverError
            if question is not None and question not in self.live.state.questions:
                raise WithdrawnError
            waits = self.keyboard.peek()
            if not secret and waits is not None and not fits(waits.strip()):
                continue
            line = self.keyboard.secret() if secret else self.keyboard.line()
            if line is OVERLONG:
                self.output.write("That line is too long and was not taken.")
            elif line is not None:
                return line if secret else line.strip()
            elif self.keyboard.closed:
                self.output.write("The input has ended; the session is being closed.")
                self.leave("end of input")
                raise SessionOverError

    def words(self, question: int, prompt: str, *, must: bool, default: str = "") -> str | None:
        """Read a line in the operator's own words, or take the default ones; None: they went back."""
        empty = f"takes: {default}" if default else "goes back" if must else "says nothing"
        self.output.write(
            f"{prompt.replace(' (may be empty)', '')} Type one line; an empty line {empty}"
        )
        line = self.line(question) or default
        return None if must and not line else line

    def secret(self, question: int, prompt: str) -> str | None:
        """Read a secret, which a terminal does not show; None where nothing was given."""
        shown = "What you type is not shown. " if self.keyboard.tty else ""
        self.output.write(f"{prompt} {shown}End with Enter; an empty line goes back.")
        with self.keyboard.hidden():
            text = self.line(question, secret=True)
        if any(not char.isprintable() and char not in "\t\n" for char in text):
            self.output.write("Not taken: it holds control characters.")
            return None
        if not text.strip():
            self.output.write("Nothing was given.")
            return None
        return text

    def agreed(self, prompt: str, yes: str, no: str) -> bool:
        """Ask for a decision that is none of the session's; only y or yes agrees."""
        self.output.write(f"{prompt} y: {yes}; n: {no}.")
        while True:
            line = self.line().lower()
            if line in ("y", "yes", "n", "no"):
                return line[0] == "y"
            self.output.write(f"Type y to {yes}, or n to {no}.")

    # --- questions ------------------------------------------------------------------------

    def to_ask(self) -> OpenQuestion | None:
        """The question that is to be asked now."""
        question = self.snapshot.question
        if question is None or question.seq in self._done or self.live.leaving:
            return None
        if self.live.waits_for_hint(question):
            return None
        since = self._since.setdefault(question.seq, time.monotonic())
        waits = QUESTIONS[question.body.question].elsewhere
        return None if waits and time.monotonic() - since < GRACE else question

    def answered(self, question: OpenQuestion) -> None:
        """Note that a question is not to be asked again."""
        self._done.add(question.seq)

    def withdrawn(self, question: OpenQuestion) -> None:
        """Write that a question was answered another way."""
        self.answered(question)
        self._stale = True
        why = self.announcer.withdrawn.get(question.seq, "")
        self.output.write(
            f"Answered another way: {why}."
            if why
            else "Not asked any more: the step has ended or goes on without it."
        )

    def meant(self, question: OpenQuestion, choice: Choice) -> bool:
        """Whether an answer was meant for this question.

        The question before may have been withdrawn while it was typed.
        """
        stale, self._stale = self._stale, False
        grave = QUESTIONS[question.body.question].stakes and choice.do is not Verb.NO
        if not (stale and grave and self.keyboard.tty):
            return True
        self.output.write(
            "That may have been meant for the question before, which has gone; type it "
            "once more if you mean this one."
        )
        return False

    def ask(self, question: OpenQuestion) -> None:
        """Write a question: what is asked in one line, then every way to answer it."""
        snapshot = self.snapshot
        first, *rest = _rows(snapshot, question)
        self.output.write(f"Question: {first}")
        for row in rest:
            head, *more = row.split("\n")
            self.output.write(head)
            for line in more:
                self.output.quote(line)
        for number, choice in enumerate(self.choices(), 1):
            self.output.write(f"{number}, {choice.typed} or {choice.name}: {choice.label}")
        self.output.write("?: help, and what else can be typed")

    def remind(self, question: OpenQuestion) -> None:
        """Write what is still asked, after something else was written."""
        if question.seq in self.live.state.questions and not self.live.leaving:
            first = _rows(self.snapshot, question)[0]
            end = "" if first.endswith((".", "?", "!")) else "."
            self.output.write(f"Still asked: {first}{end} An empty line repeats the choices.")

    def choices(self) -> tuple[Choice, ...]:
        """How the open question can be answered here."""
        return tuple(
            c
            for c in choices(self.snapshot)
            if c.typed and (self.can_copy or not c.special.startswith("copy"))
        )

    @property
    def can_copy(self) -> bool:
        """Whether there is a terminal that may take something to its clipboard."""
        return self.keyboard.tty and self.output.terminal

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


def _rows(snapshot: Snapshot, question: OpenQuestion) -> list[str]:
    """A question's rows; a first one of many lines becomes one."""
    kind = question.body.question
    if kind == "tick":
        return _field(snapshot, question)
    rows = [as_text(row) for row in form(snapshot, question)]
    # The row before what is asked is the step that ended last.
    at = {"begin": len(rows) - 1, "finish": int(snapshot.failed is not None)}.get(kind, 0)
    first = one_line(rows.pop(at), 2000)
    if kind == "finish":
        return [titled(first), *(row for row in rows)]
    return [first, *rows]


def _field(snapshot: Snapshot, question: OpenQuestion) -> list[str]:
    """The rows of one field of a form; those of the first say what the form is for."""
    rows_of_form = fields(snapshot, question)
    at = next((n for n, row in enumerate(rows_of_form) if row[2] == "now"), 0)
    label, value, _ = rows_of_form[at]
    rows = [f"field {at + 1} of {len(rows_of_form)}, {label}: {value}"]
    how = question.body.about.get("how")
    if at == 0 and how:
        rows.append(f"The credential: {one_line(how)}")
    return rows


def needed_now(snapshot: Snapshot) -> str:
    """What is needed of the operator now, in a sentence."""
    question = snapshot.question
    if question is not None:
        return f"Needed from you: {_rows(snapshot, question)[0]}"
    running = snapshot.running
    if running is not None:
        most = longest(snapshot, snapshot.runbook.step(running.id))
        return (
            f"Nothing is needed from you: {MARKS['running'].word} {running.id} since "
            f"{duration(snapshot.elapsed - running.tries[-1].started)}"
            f"{f', at most {most:g} s' if most is not None else ''}."
        )
    if snapshot.waiting is not None:
        return f"Nothing is needed from you. {as_text(pause(snapshot))}."
    return "Nothing is needed from you."
