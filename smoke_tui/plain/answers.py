"""Answering a question by a line: a choice, and where needed words, a file, a secret, a model."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from typing import Final

from smoke_tui.config.questions import Choice, Verb
from smoke_tui.journal.events.event import Event
from smoke_tui.plain.announcer import title_of
from smoke_tui.plain.prompt import Prompt
from smoke_tui.presentation.format import one_line, shape_of
from smoke_tui.presentation.live.choices import login_target, retry_target
from smoke_tui.runbook.model import Step


class Answers:
    """Turns choices into answers. Every method says whether the question is answered."""

    def __init__(self, talk: Prompt) -> None:
        self.talk = talk
        self.run = talk.run
        self.paper = talk.paper

    def take(self, question: Event, choice: Choice, words: str) -> bool:
        """Answer by a choice, with the words that came with it."""
        if not self.talk.meant(question, choice):
            return False
        if choice.do is None:
            return _SPECIAL[choice.special](self, question)
        answer: dict[str, str] = {"do": choice.do}
        if choice.words != "none":
            said = words or self._words(question, choice)
            if said is None:
                return False
            answer[choice.field] = said
        return self.send(question, answer)

    def send(
        self, question: Event, answer: Mapping[str, str], *, secret: str | None = None
    ) -> bool:
        """Hand an answer in; says why where it is not taken."""
        problem = self.run.answer(question.seq, answer, secret=secret)
        if problem:
            self.paper.say(f"Not taken: {problem}.")
        return problem is None

    def again(self, question: Event | None, step: Step) -> bool:
        """Have a step run once more, where the walk asks what is next."""
        if question is None or question.data["kind"] not in ("begin", "finish"):
            self.paper.say("A step can be chosen when the walk asks what is next.")
            return False
        problem = self.run.again(question, step.id)
        if problem:
            self.paper.say(f"Not taken: {problem}.")
        return problem is None

    def copy(self, text: str, what: str, also: str) -> bool:
        """Send a text to the terminal's clipboard, and say no more than that."""
        self.paper.send(f"\x1b]52;c;{base64.b64encode(text.encode()).decode()}\x07")
        self.paper.say(
            f"Sent {what} to the terminal's clipboard, which may or may not keep it; also: {also}."
        )
        return False

    def copy_credential(self, question: Event | None = None) -> bool:
        """Send the credential there; only where a terminal is and one is at hand."""
        clipboard = self.run.clipboard
        if not self.talk.can_copy:
            self.paper.say("There is no terminal here that could take it to its clipboard.")
            return False
        text = clipboard.take() if clipboard is not None else None
        if clipboard is None or text is None:
            self.paper.say("No credential is at hand.")
            return False
        return self.copy(text, "the credential", str(clipboard.path))

    # --- choices of which more is to be done ----------------------------------------------

    def _words(self, question: Event, choice: Choice) -> str | None:
        seen = question.data["kind"] == "confirm" and choice.do is Verb.YES
        hint = one_line(self.run.hints.get("confirm", ""), 300) if seen else ""
        return self.talk.words(question.seq, choice.prompt, must=choice.words == "must", usual=hint)

    def _all(self, question: Event) -> bool:
        self.run.run_all = True
        return self.send(question, {"do": "run"})

    def _retry(self, question: Event) -> bool:
        target = retry_target(self.talk.scene)
        return target is not None and self.again(question, self.run.runbook.step(target))

    def _login(self, question: Event) -> bool:
        target = login_target(self.talk.scene)
        return target is not None and self.again(question, self.run.runbook.step(target))

    def _step(self, question: Event) -> bool:
        scene = self.talk.scene
        for step in scene.steps:
            if not step.fallback:
                self.paper.say(f"{scene.number(step)} or {step.id}: {title_of(step)}")
        said = self.talk.words(question.seq, "Which step is to be run now?", must=True)
        chosen = self.step(said or "")
        if chosen is None and said:
            self.paper.say("There is no such step.")
        return chosen is not None and self.again(question, chosen)

    def step(self, name: str) -> Step | None:
        """A step by its number or its id."""
        scene = self.talk.scene
        return next(
            (s for s in scene.steps if name.lower() in (scene.number(s).lower(), s.id.lower())),
            None,
        )

    def _spend(self, question: Event) -> bool:
        return self.send(question, {"do": "yes"})

    def _open(self, question: Event) -> bool:
        problem = self.run.open_again(self._revealed(question, "url"))
        self.paper.say(f"Not opened: {problem}." if problem else "Handed to the browser once more.")
        return False

    def _reveal(self, question: Event) -> bool:
        self.paper.say("The sign-in address, valid for this login only:")
        self.paper.quote(self._revealed(question, "url"))
        return False

    def _copy_address(self, question: Event) -> bool:
        return self.copy(self._revealed(question, "url"), "the address", "u shows it")

    def _device(self, question: Event) -> bool:
        self.paper.say("The page, and the code to type there:")
        self.paper.quote(self._revealed(question, "url"))
        self.paper.quote(self._revealed(question, "code"))
        return False

    def _revealed(self, question: Event, name: str) -> str:
        session = self.run.session
        return session.reveal(question.seq, name) if session is not None else ""

    def _paste(self, question: Event) -> bool:
        return self._secret_of(
            question,
            "paste",
            "Copy the whole address of the page the sign-in ended at, and paste it here.",
        )

    def _secret(self, question: Event) -> bool:
        return self._secret_of(question, "secret", "Give the secret.")

    def _secret_of(self, question: Event, do: str, prompt: str) -> bool:
        text = self.talk.secret(question.seq, prompt)
        if text is None or not self.send(question, {"do": do}, secret=text):
            return False
        self.paper.say(f"Taken: {shape_of(text)}.")
        return True

    def _path(self, question: Event) -> bool:
        path = self.talk.words(
            question.seq, "Which file?", must=True, usual=self.run.prefill.get("instructions", "")
        )
        return path is not None and self.send(question, {"do": "file", "path": path})

    def _model(self, question: Event) -> bool:
        data = question.data["data"]
        listed = [str(name) for name in data.get("listed") or data.get("models") or ()]
        for number, name in enumerate(listed, 1):
            self.paper.say(f"{number}: {one_line(name)}")
        said = self.talk.words(question.seq, "Which model?", must=True)
        if said is not None and said.isdecimal() and 0 < int(said) <= len(listed):
            said = listed[int(said) - 1]
        return bool(said) and self.send(question, {"do": "use", "model": said or ""})

    def _text(self, question: Event) -> bool:
        said = self.talk.words(question.seq, "Your answer?", must=True)
        return bool(said) and self.send(question, {"do": "text"}, secret=said)


_SPECIAL: Final[Mapping[str, Callable[[Answers, Event], bool]]] = {
    "all": Answers._all,
    "retry": Answers._retry,
    "login": Answers._login,
    "step": Answers._step,
    "spend": Answers._spend,
    "open": Answers._open,
    "reveal": Answers._reveal,
    "copy_address": Answers._copy_address,
    "copy_credential": Answers.copy_credential,
    "device": Answers._device,
    "paste": Answers._paste,
    "secret": Answers._secret,
    "path": Answers._path,
    "model": Answers._model,
    "text": Answers._text,
}
