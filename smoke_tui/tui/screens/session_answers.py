"""How the operator answers: one key, and where needed a text, a file, a secret or a decision."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import assert_never

from textual import work
from textual.content import Content

from smoke_tui.config.questions import Answer, Choice, Verb
from smoke_tui.journal.state import OpenQuestion
from smoke_tui.presentation.format import one_line, titled
from smoke_tui.presentation.live.choices import choices, login_target, retry_target
from smoke_tui.presentation.live.questions import finish_early, listed_models
from smoke_tui.presentation.live.snapshot import Snapshot, name_of
from smoke_tui.presentation.marks import MARKS
from smoke_tui.session.session_view import SessionView
from smoke_tui.tui.render.content import foreign, lines
from smoke_tui.tui.screens.base import Page
from smoke_tui.tui.screens.drift import show_drift
from smoke_tui.tui.theme import MUTED, STYLES, WARN
from smoke_tui.tui.widgets.modals import (
    Box,
    Choose,
    Line,
    Reveal,
    SecretLine,
    T,
    TextBox,
    YesNo,
    accept,
    required,
)


class SessionAnswers(Page):
    """The part of the session screen that asks and answers. `viewed`: a step to show, by its id."""

    def __init__(self, live: SessionView) -> None:
        super().__init__()
        self.live = live
        self.viewed: str | None = None
        self.asking = False

    @property
    def snapshot(self) -> Snapshot:
        """The session at this moment."""
        fault = self.smoke.fault_text(self.live)
        return self.live.snapshot(self.viewed, fault)

    def choices(self) -> tuple[Choice, ...]:
        """The answers that can be given now."""
        return choices(self.snapshot)

    async def ask(self, box: Box[T]) -> T | None:
        """Put a box over the screen and wait for it; None at once while there is another."""
        if self.asking:
            return None
        self.asking = True
        try:
            return await self.app.push_screen_wait(box)
        finally:
            self.asking = False

    def begin_question(self, snapshot: Snapshot, question: OpenQuestion) -> None:
        """Answer a new question that was answered in advance."""
        answer = self.live.answer_in_advance(snapshot, question)
        if answer is not None:
            self.send(question, answer)

    def action_choose(self, key: str) -> None:
        """Answer the open question by one of its keys."""
        snapshot = self.snapshot
        question = snapshot.question
        choice = next((c for c in choices(snapshot) if c.key == key), None)
        if question is None or choice is None:
            return
        if choice.do is None:
            self._act(question, choice)
        elif choice.words == "none":
            self.send(question, choice.answer())
        else:
            self._with_words(question, choice)

    def _act(self, question: OpenQuestion, choice: Choice) -> None:
        """Do what a choice does instead of giving an answer of its own."""
        match choice.special:
            case "all":
                self.live.run_all = True
                self.send(question, Answer(Verb.RUN))
            case "retry":
                self._run_again(question, retry_target(self.snapshot))
            case "login":
                self._run_again(question, login_target(self.snapshot))
            case "step":
                self._choose_step(question)
            case "finish":
                self._finish_early(question)
            case "open":
                self._open_page(question)
            case "reveal":
                self._reveal(question)
            case "copy_address":
                self._copy_address(question)
            case "device":
                self._show_device_code(question)
            case "paste":
                self._paste(question)
            case "copy_credential":
                self._copy_credential()
            case "path":
                self._give_path(question)
            case "model":
                self._choose_model(question)
            case "text":
                self._give_text(question)
            case "secret":
                self._give_secret(question)
            case "drift":
                self.action_drift()
            case "":
                pass
            case _:
                assert_never(choice.special)

    def send(self, question: OpenQuestion, answer: Answer, *, secret: str | None = None) -> None:
        """Hand an answer in, or show why it is not taken."""
        problem = self.live.answer(question.seq, answer, secret=secret)
        if problem:
            self.notify_line(problem, bad=True)

    def notify_line(self, text: str, *, bad: bool = False) -> None:
        """Show a message of one line."""
        self.app.notify(
            one_line(text, 300), severity="warning" if bad else "information", markup=False
        )

    # --- words ----------------------------------------------------------------------------

    @work(exit_on_error=True)
    async def _with_words(self, question: OpenQuestion, choice: Choice) -> None:
        hint = self.live.hints.get(question.seq, "") if choice.key == "y" else ""
        words = await self.ask(
            Line(
                titled(choice.label),
                Content(choice.prompt),
                prefill=one_line(hint, 300),
                check=required if choice.words == "must" else accept,
                question=question.seq,
            )
        )
        if words is not None:
            self.send(question, choice.answer(words))

    @work(exclusive=True, group="compare")
    async def action_compare(self) -> None:
        """Show what the real client sends today beside our request, captured on loopback."""
        self.notify_line(
            "Capturing what the installed Codex CLI sends; nothing leaves this machine."
        )
        compared = await asyncio.to_thread(self.live.compare, self.snapshot.shown.id)
        await self.ask(
            TextBox(
                "Our request beside the real client's", lines(*(foreign(line) for line in compared))
            )
        )

    def action_drift(self) -> None:
        """Show the answer of the shown step beside the recorded one, word by word."""
        snapshot = self.snapshot
        case = snapshot.question.body.about.get("case") if snapshot.question else None
        step_state = snapshot.of(snapshot.shown)
        show_drift(self, self.live.state, step_state, Path(self.live.folder), case)

    # --- steps ----------------------------------------------------------------------------

    def _run_again(self, question: OpenQuestion, step_id: str | None) -> None:
        problem = self.live.again(question, step_id) if step_id is not None else None
        if problem:
            self.notify_line(problem, bad=True)

    @work
    async def _choose_step(self, question: OpenQuestion) -> None:
        snapshot = self.snapshot
        options = []
        for step in snapshot.steps:
            if step.fallback:
                continue
            mark = MARKS[snapshot.mark(step)]
            options.append(
                (
                    step.id,
                    Content.assemble(
                        (f"{mark.glyph} ", STYLES[mark.tone]),
                        f"{snapshot.number(step)} {name_of(step)}",
                        (f"  {mark.word}", MUTED),
                    ),
                )
            )
        chosen = await self.ask(
            Choose(
                "Another step",
                Content("Which step is to be run now?"),
                options,
                start=snapshot.shown.id,
                question=question.seq,
            )
        )
        self._run_again(question, chosen)

    @work
    async def _finish_early(self, question: OpenQuestion) -> None:
        yes = await self.ask(
            YesNo(
                "Finish",
                Content(finish_early(self.snapshot)),
                yes="finish and see the report",
                no="go on",
                question=question.seq,
            )
        )
        if yes:
            self.send(question, Answer(Verb.STOP))

    @work
    async def action_stop(self) -> None:
        """Stop the step that runs or waits for a new try, after asking."""
        stopped = self.snapshot.stoppable
        if stopped is None:
            return
        step = self.live.runbook.step(stopped.id)
        yes = await self.ask(
            YesNo(
                "Stop",
                Content.assemble(
                    "Stop ",
                    foreign(one_line(step.title), "bold"),
                    "? It ends blocked (interrupted) and can be tried again.",
                ),
                yes="stop it",
                no="let it run",
            )
        )
        if yes:
            self.live.stop_step("the operator stopped it")

    # --- the login ------------------------------------------------------------------------

    @work(thread=True)
    def _open_page(self, question: OpenQuestion) -> None:
        problem = self.live.open_again(self.live.reveal(question.seq, "url"))
        outcome = f"not opened: {problem}" if problem else "handed to the browser once more"
        self.app.call_from_thread(self.notify_line, outcome, bad=problem is not None)

    @work
    async def _reveal(self, question: OpenQuestion) -> None:
        url = self.live.reveal(question.seq, "url")
        if (
            await self.ask(
                Reveal(
                    "Sign-in address",
                    lines(
                        Content.styled(
                            "Valid for this login only. It is hidden again after a minute.", MUTED
                        ),
                        "",
                        foreign(url),
                    ),
                    question=question.seq,
                )
            )
            == "copy"
        ):
            self._copy_address(question)

    @work
    async def _show_device_code(self, question: OpenQuestion) -> None:
        page = self.live.reveal(question.seq, "url")
        code = self.live.reveal(question.seq, "code")
        if (
            await self.ask(
                Reveal(
                    "Login code",
                    lines(
                        foreign(question.body.text),
                        "",
                        Content.assemble("page  ", foreign(page)),
                        Content.assemble("code  ", foreign(code, "bold")),
                    ),
                    question=question.seq,
                )
            )
            == "copy"
        ):
            self.smoke.send_to_clipboard(code, "the code", "u shows it")

    def _copy_address(self, question: OpenQuestion) -> None:
        url = self.live.reveal(question.seq, "url")
        self.smoke.send_to_clipboard(url, "the address", "u shows it")

    @work
    async def _paste(self, question: OpenQuestion) -> None:
        await self.ask(
            SecretLine(
                "Redirect address",
                Content(
                    "Copy the whole address of the page the sign-in ended at, and paste it here."
                ),
                lambda text: self.live.answer(question.seq, Answer(Verb.PASTE), secret=text),
                question=question.seq,
            )
        )

    def _copy_credential(self) -> None:
        clipboard = self.live.clipboard
        text = clipboard.take() if clipboard is not None else None
        if clipboard is None or text is None:
            self.notify_line("the credential is not at hand any more", bad=True)
            return
        self.smoke.send_to_clipboard(text, "the credential", str(clipboard.path))

    # --- files and texts --------------------------------------------------------------------

    @work
    async def _give_path(self, question: OpenQuestion) -> None:
        path = await self.ask(
            Line(
                "Instructions",
                foreign(question.body.text),
                prefill=self.live.prefill.get("instructions", ""),
                check=required,
                question=question.seq,
            )
        )
        if path is not None:
            self.send(question, Answer(Verb.FILE, path=path))

    @work
    async def _choose_model(self, question: OpenQuestion) -> None:
        listed = listed_models(question)
        text = foreign(question.body.text)
        if listed:
            chosen = await self.ask(
                Choose(
                    "Model",
                    text,
                    [
                        (
                            str(n),
                            Content.assemble(one_line(name), (f"  {note}", WARN) if note else ""),
                        )
                        for n, (name, note) in enumerate(listed)
                    ],
                    question=question.seq,
                )
            )
            model = None if chosen is None else listed[int(chosen)][0]
        else:
            model = await self.ask(Line("Model", text, check=required, question=question.seq))
        if model is not None:
            self.send(question, Answer(Verb.USE, model=model))

    @work
    async def _give_text(self, question: OpenQuestion) -> None:
        text = await self.ask(
            Line("Your answer", foreign(question.body.text), check=required, question=question.seq)
        )
        if text is not None:
            self.send(question, Answer(Verb.TEXT), secret=text)

    @work
    async def _give_secret(self, question: OpenQuestion) -> None:
        await self.ask(
            SecretLine(
                "A secret",
                foreign(question.body.text),
                lambda text: self.live.answer(question.seq, Answer(Verb.SECRET), secret=text),
                question=question.seq,
            )
        )
