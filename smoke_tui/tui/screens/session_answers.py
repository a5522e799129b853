"""How the operator answers: one key, and where needed a word, a file, a secret or a decision."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from textual import work
from textual.content import Content
from textual.screen import Screen

from smoke_tui.config.questions import Choice, Verb
from smoke_tui.journal.events.event import Event
from smoke_tui.presentation.format import one_line, titled
from smoke_tui.presentation.live.choices import choices, login_target, retry_target
from smoke_tui.presentation.live.questions import spend_line
from smoke_tui.presentation.live.snapshot import Snapshot, name_of
from smoke_tui.presentation.marks import MARKS
from smoke_tui.tui.render.content import foreign, lines
from smoke_tui.tui.screens.base import T
from smoke_tui.tui.theme import MUTED, STYLES, WARN
from smoke_tui.tui.widgets.modals import Box, Choose, Line, Reveal, SecretLine, Told, YesNo

if TYPE_CHECKING:
    from smoke_tui.session.live_view import LiveView
    from smoke_tui.tui.app import SmokeApp


class SessionAnswers(Screen[None]):
    """The part of the session screen that asks and answers."""

    run: LiveView
    asking = False

    if TYPE_CHECKING:

        @property
        def scene(self) -> Snapshot: ...

        @property
        def smoke(self) -> SmokeApp: ...

    async def ask(self, box: Box[T]) -> T | None:
        """Put a box over the screen and wait for it; one at a time, a second one is nothing."""
        if self.asking:
            return None
        self.asking = True
        try:
            return await self.app.push_screen_wait(box)
        finally:
            self.asking = False

    def arrived(self, scene: Snapshot, question: Event) -> None:
        """A question is new: answer it where the operator has done so in advance."""
        given = self.run.in_advance(scene, question)
        if given is not None:
            self.send(question, given)
        elif question.data["kind"] == "spend" and not self.run.leaving:
            self._spend(question)

    def action_choose(self, key: str) -> None:
        """Answer the open question by one of its keys."""
        scene = self.scene
        question = scene.question
        choice = next((c for c in choices(scene) if c.key == key), None)
        if question is None or choice is None:
            return
        if choice.do is None:
            special: Callable[[Event], Any] = getattr(self, f"_{choice.special}")
            special(question)
        elif choice.words == "none":
            self.send(question, {"do": choice.do})
        else:
            self._with_words(question, choice, choice.do)

    def send(
        self, question: Event, answer: Mapping[str, str], *, secret: str | None = None
    ) -> bool:
        """Hand an answer in; says why where it is not taken."""
        problem = self.run.answer(question.seq, answer, secret=secret)
        if problem:
            self.say(problem, bad=True)
        return problem is None

    def say(self, text: str, *, bad: bool = False) -> None:
        self.app.notify(
            one_line(text, 300), severity="warning" if bad else "information", markup=False
        )

    # --- words ----------------------------------------------------------------------------

    @work(exit_on_error=True)
    async def _with_words(self, question: Event, choice: Choice, do: Verb) -> None:
        hint = self.run.hints.get("confirm", "") if choice.key == "y" else ""
        words = await self.ask(
            Line(
                titled(choice.label),
                Content(choice.prompt),
                prefill=one_line(hint, 300),
                must=choice.words == "must",
                question=question.seq,
            )
        )
        if words is not None:
            self.send(question, {"do": do, choice.field: words})

    @work(exclusive=True, group="compare")
    async def action_compare(self) -> None:
        """What does the real client send today? Its request beside ours, captured on loopback."""
        self.say("Capturing what the installed Codex CLI sends; nothing leaves this machine.")
        told = await asyncio.to_thread(self.run.compare, self.scene.shown.id)
        await self.ask(
            Told("Our request beside the real client's", lines(*(foreign(line) for line in told)))
        )

    @work
    async def action_note(self) -> None:
        """Put something into the record at any moment."""
        words = await self.ask(
            Line(
                "Note",
                Content(
                    "What is worth remembering? It goes into the record and the report; "
                    "never write a secret."
                ),
                must=True,
                take="note it",
            )
        )
        if words is not None and self.run.session is not None:
            self.run.session.note(words)

    # --- the walk -------------------------------------------------------------------------

    def _all(self, question: Event) -> None:
        self.run.run_all = True
        self.send(question, {"do": "run"})

    def _retry(self, question: Event) -> None:
        target = retry_target(self.scene)
        if target is not None:
            self._again(question, target)

    def _login(self, question: Event) -> None:
        target = login_target(self.scene)
        if target is not None:
            self._again(question, target)

    def _again(self, question: Event, step_id: str) -> None:
        problem = self.run.again(question, step_id)
        if problem:
            self.say(problem, bad=True)

    @work
    async def _step(self, question: Event) -> None:
        scene = self.scene
        options = []
        for step in scene.steps:
            if step.fallback:
                continue
            mark = MARKS[scene.mark(step)]
            options.append(
                (
                    step.id,
                    Content.assemble(
                        (f"{mark.glyph} ", STYLES[mark.tone]),
                        f"{scene.number(step)} {name_of(step)}",
                        (f"  {mark.word}", MUTED),
                    ),
                )
            )
        chosen = await self.ask(
            Choose(
                "Another step",
                Content("Which step is to be run now?"),
                options,
                start=scene.shown.id,
                question=question.seq,
            )
        )
        if chosen is not None:
            self._again(question, chosen)

    @work
    async def action_stop(self) -> None:
        """Stop the step that runs or waits for a new try, after asking."""
        stopped = self.scene.stoppable
        if stopped is None:
            return
        step = self.run.runbook.step(stopped.id)
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
        if yes and self.run.session is not None:
            self.run.session.cancel("step", "the operator stopped it")

    # --- money ----------------------------------------------------------------------------

    @work
    async def _spend(self, question: Event) -> None:
        scene = self.scene
        text = lines(
            foreign(question.data["text"], "bold"),
            spend_line(scene, question),
            "",
            Content.styled(
                "A rehearsal: the call goes to this machine and costs nothing."
                if scene.rehearsed
                else "It is billed: the runbook declares what it may cost."
                if question.data["data"].get("declared") == "metered"
                else "It is not run again by itself."
                if question.data["data"].get("declared") == "remote"
                else "A real call: it counts against the subscription.",
                MUTED if scene.rehearsed else WARN,
            ),
        )
        yes = await self.ask(
            YesNo("Spend", text, yes="make the call", no="don't", question=question.seq)
        )
        if yes is True:
            self.send(question, {"do": "yes"})
        elif yes is False:
            self.send(question, {"do": "no", "words": ""})

    # --- the login ------------------------------------------------------------------------

    @work(thread=True)
    def _open(self, question: Event) -> None:
        assert self.run.session is not None
        problem = self.run.open_again(self.run.session.reveal(question.seq, "url"))
        said = f"not opened: {problem}" if problem else "handed to the browser once more"
        self.app.call_from_thread(self.say, said, bad=problem is not None)

    @work
    async def _reveal(self, question: Event) -> None:
        assert self.run.session is not None
        url = self.run.session.reveal(question.seq, "url")
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
    async def _device(self, question: Event) -> None:
        assert self.run.session is not None
        page = self.run.session.reveal(question.seq, "url")
        code = self.run.session.reveal(question.seq, "code")
        if (
            await self.ask(
                Reveal(
                    "Login code",
                    lines(
                        foreign(question.data["text"]),
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

    def _copy_address(self, question: Event) -> None:
        assert self.run.session is not None
        url = self.run.session.reveal(question.seq, "url")
        self.smoke.send_to_clipboard(url, "the address", "u shows it")

    @work
    async def _paste(self, question: Event) -> None:
        await self.ask(
            SecretLine(
                "Redirect address",
                Content(
                    "Copy the whole address of the page the sign-in ended at, and paste it here."
                ),
                lambda text: self.run.answer(question.seq, {"do": "paste"}, secret=text),
                question=question.seq,
            )
        )

    def _copy_credential(self, question: Event) -> None:
        clipboard = self.run.clipboard
        text = clipboard.take() if clipboard is not None else None
        if clipboard is None or text is None:
            self.say("the credential is not at hand any more", bad=True)
            return
        self.smoke.send_to_clipboard(text, "the credential", str(clipboard.path))

    # --- what is given --------------------------------------------------------------------

    @work
    async def _path(self, question: Event) -> None:
        path = await self.ask(
            Line(
                "Instructions",
                foreign(question.data["text"]),
                prefill=self.run.prefill.get("instructions", ""),
                must=True,
                question=question.seq,
            )
        )
        if path is not None:
            self.send(question, {"do": "file", "path": path})

    @work
    async def _model(self, question: Event) -> None:
        data = question.data["data"]
        listed = [str(name) for name in data.get("listed") or data.get("models") or ()]
        text = foreign(question.data["text"])
        if listed:
            model = await self.ask(
                Choose(
                    "Model",
                    text,
                    [(str(n), Content(one_line(name))) for n, name in enumerate(listed)],
                    question=question.seq,
                )
            )
            model = None if model is None else listed[int(model)]
        else:
            model = await self.ask(Line("Model", text, must=True, question=question.seq))
        if model is not None:
            self.send(question, {"do": "use", "model": model})

    @work
    async def _text(self, question: Event) -> None:
        text = await self.ask(
            Line("Your answer", foreign(question.data["text"]), must=True, question=question.seq)
        )
        if text is not None:
            self.send(question, {"do": "text"}, secret=text)

    @work
    async def _secret(self, question: Event) -> None:
        await self.ask(
            SecretLine(
                "A secret",
                foreign(question.data["text"]),
                lambda text: self.run.answer(question.seq, {"do": "secret"}, secret=text),
                question=question.seq,
            )
        )
