"""Answers to questions, by lines: a choice, and where needed a text, a file, a secret, a model."""

from __future__ import annotations

from typing import assert_never

from smoke_tui.config.questions import Answer, Choice, Verb
from smoke_tui.journal.state import OpenQuestion
from smoke_tui.plain.announcer import title_of
from smoke_tui.plain.drift import write_drift
from smoke_tui.plain.prompt import Prompt
from smoke_tui.presentation.format import one_line, shape_of
from smoke_tui.presentation.live.choices import login_target, retry_target
from smoke_tui.presentation.live.questions import finish_early, listed_models
from smoke_tui.runbook.model import Step
from smoke_tui.world.live.terminal_clipboard import copy_sequence


class Answers:
    """Turns choices into answers. Methods that return a bool say whether the question is answered."""

    def __init__(self, prompt: Prompt) -> None:
        self.prompt = prompt
        self.live = prompt.live
        self.output = prompt.output

    def take(self, question: OpenQuestion, choice: Choice, words: str) -> bool:
        """Answer by a choice, with the words that were typed behind it."""
        if not self.prompt.meant(question, choice):
            return False
        if choice.do is None:
            return self._act(question, choice)
        text: str | None = ""
        if choice.words != "none":
            text = words or self._ask_words(question, choice)
        return text is not None and self.send(question, choice.answer(text))

    def _act(self, question: OpenQuestion, choice: Choice) -> bool:
        """Do what a choice does instead of giving an answer of its own."""
        match choice.special:
            case "all":
                self.live.run_all = True
                return self.send(question, Answer(Verb.RUN))
            case "retry" | "login":
                target = retry_target if choice.special == "retry" else login_target
                step_id = target(self.prompt.snapshot)
                return step_id is not None and self.again(question, self.live.runbook.step(step_id))
            case "step":
                return self._choose_step(question)
            case "finish":
                early = finish_early(self.prompt.snapshot)
                return self.prompt.agreed(early, "finish", "go on") and self.send(
                    question, Answer(Verb.STOP)
                )
            case "open":
                self._open_page(question)
            case "reveal":
                self.output.write("The sign-in address, valid for this login only:")
                self.output.quote(self._reveal(question, "url"))
            case "device":
                self.output.write("The page, and the code to type there:")
                self.output.quote(self._reveal(question, "url"))
                self.output.quote(self._reveal(question, "code"))
            case "copy_address":
                self.copy(self._reveal(question, "url"), "the address", "u shows it")
            case "copy_credential":
                self.copy_credential()
            case "paste":
                return self._give_secret(
                    question,
                    "paste",
                    "Copy the whole address of the page the sign-in ended at, and paste it here.",
                )
            case "secret":
                return self._give_secret(question, "secret", "Give the secret.")
            case "path":
                return self._give_path(question)
            case "model":
                return self._choose_model(question)
            case "text":
                text = self.prompt.words(question.seq, "Your answer?", must=True)
                return bool(text) and self.send(question, Answer(Verb.TEXT), secret=text)
            case "drift":
                step_state = self.live.state.steps[question.step or ""]
                case = question.body.about.get("case")
                write_drift(self.output, self.live, step_state, every=True, case=case)
            case "":
                pass
            case _:
                assert_never(choice.special)
        return False

    def send(self, question: OpenQuestion, answer: Answer, *, secret: str | None = None) -> bool:
        """Hand an answer in, or write why it is not taken."""
        problem = self.live.answer(question.seq, answer, secret=secret)
        if problem:
            self.output.write(f"Not taken: {problem}.")
        return problem is None

    def again(self, question: OpenQuestion | None, step: Step) -> bool:
        """Have a step run once more, where it is asked which step is next."""
        if question is None or question.body.question not in ("begin", "finish"):
            self.output.write("A step can be chosen when the walk asks what is next.")
            return False
        problem = self.live.again(question, step.id)
        if problem:
            self.output.write(f"Not taken: {problem}.")
        return problem is None

    def copy(self, text: str, what: str, also: str) -> None:
        """Send a text to the terminal's clipboard; nobody knows whether it was taken."""
        self.output.send(copy_sequence(text.encode()).decode())
        self.output.write(
            f"Sent {what} to the terminal's clipboard, which may or may not keep it; also: {also}."
        )

    def copy_credential(self) -> None:
        """Send the credential to the terminal's clipboard, where there are both."""
        clipboard = self.live.clipboard
        if not self.prompt.can_copy:
            self.output.write("There is no terminal here that could take it to its clipboard.")
            return
        text = clipboard.take() if clipboard is not None else None
        if clipboard is None or text is None:
            self.output.write("No credential is at hand.")
        else:
            self.copy(text, "the credential", str(clipboard.path))

    # --- choices of which more is to be done ----------------------------------------------

    def _ask_words(self, question: OpenQuestion, choice: Choice) -> str | None:
        confirms = question.body.question == "confirm" and choice.do is Verb.YES
        hint = one_line(self.live.hints.get(question.seq, ""), 300) if confirms else ""
        return self.prompt.words(
            question.seq, choice.prompt, must=choice.words == "must", default=hint
        )

    def _choose_step(self, question: OpenQuestion) -> bool:
        snapshot = self.prompt.snapshot
        for step in snapshot.steps:
            if not step.fallback:
                self.output.write(f"{snapshot.number(step)} or {step.id}: {title_of(step)}")
        name = self.prompt.words(question.seq, "Which step is to be run now?", must=True)
        chosen = self.step(name or "")
        if chosen is None and name:
            self.output.write("There is no such step.")
        return chosen is not None and self.again(question, chosen)

    def step(self, name: str) -> Step | None:
        """Find a step by its number or its id."""
        snapshot = self.prompt.snapshot
        return next(
            (
                s
                for s in snapshot.steps
                if name.lower() in (snapshot.number(s).lower(), s.id.lower())
            ),
            None,
        )

    def _open_page(self, question: OpenQuestion) -> None:
        problem = self.live.open_again(self._reveal(question, "url"))
        self.output.write(
            f"Not opened: {problem}." if problem else "Handed to the browser once more."
        )

    def _reveal(self, question: OpenQuestion, name: str) -> str:
        return self.live.reveal(question.seq, name)

    def _give_secret(self, question: OpenQuestion, do: str, prompt: str) -> bool:
        text = self.prompt.secret(question.seq, prompt)
        if text is None or not self.send(question, Answer(do), secret=text):
            return False
        self.output.write(f"Taken: {shape_of(text)}.")
        return True

    def _give_path(self, question: OpenQuestion) -> bool:
        path = self.prompt.words(
            question.seq,
            "Which file?",
            must=True,
            default=self.live.prefill.get("instructions", ""),
        )
        return path is not None and self.send(question, Answer(Verb.FILE, path=path))

    def _choose_model(self, question: OpenQuestion) -> bool:
        listed = listed_models(question)
        for number, (name, note) in enumerate(listed, 1):
            self.output.write(f"{number}: {one_line(name)}{f', {note}' if note else ''}")
        model = self.prompt.words(question.seq, "Which model?", must=True) or ""
        if model.isdecimal() and 0 < int(model) <= len(listed):
            model = listed[int(model) - 1][0]
        return bool(model) and self.send(question, Answer(Verb.USE, model=model))
