"""Small questions over a screen: yes or no, words, a choice, a secret, a revealed address."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList
from textual.widgets.option_list import Option

from smoke_tui.redaction import clean
from smoke_tui.tui.render.key_row import Keys, key_row
from smoke_tui.tui.screens.base import LatestSize, T
from smoke_tui.tui.theme import WARN, ascii_content
from smoke_tui.tui.widgets.overflow_hint import tell_place
from smoke_tui.tui.widgets.panel import SCROLL_KEYS, Panel, ScrollPanel
from smoke_tui.tui.widgets.secret_input import SecretInput
from smoke_tui.tui.widgets.text_input import TextInput

REVEAL_SECONDS: Final = 60.0


class Box(ModalScreen[T], LatestSize[T]):
    """A modal with a title, a text, and a row of keys. `question` ends it when it is withdrawn."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Back", show=False, id="modal.leave"),
    ]

    def __init__(
        self, title: str, text: Content, keys: Keys, *, question: int | None = None
    ) -> None:
        super().__init__()
        self.question = question
        self._title = title
        self._text = text
        self._keys: Keys = [*keys, ("esc", "back", "escape")]

    def compose(self) -> ComposeResult:
        with Vertical(classes="box") as box:
            box.border_title = self._title
            with VerticalScroll(classes="box-text", can_focus=False):
                yield Panel(content=self._text)
            yield from self.inside()
            yield Panel("box-problem")
            yield Panel("box-keys", key_row(self._keys, 68))

    def inside(self) -> ComposeResult:
        """What stands between the text and the keys."""
        yield from ()

    def say(self, problem: str) -> None:
        """Say why something was not taken."""
        row = self.query_one("#box-problem", Panel)
        row.display = True
        row.show(Content.styled(problem, WARN))

    def action_leave(self) -> None:
        self.dismiss(None)


class Told(Box[None]):
    """A text that may be longer than the screen: it is scrolled by key."""

    AUTO_FOCUS = "#told-text"

    def __init__(self, title: str, text: Content) -> None:
        super().__init__(title, text, [])

    def compose(self) -> ComposeResult:
        with Vertical(classes="box") as box:
            box.border_title = self._title
            yield ScrollPanel("told-text", content=self._text)
            yield Panel("box-keys", key_row(self._keys, 68))


class YesNo(Box[bool]):
    """A decision; no key but `y` says yes."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "yes", "Yes", show=False, id="modal.yes"),
        Binding("n", "no", "No", show=False, id="modal.no"),
    ]

    def __init__(
        self, title: str, text: Content, *, yes: str, no: str, question: int | None = None
    ) -> None:
        super().__init__(title, text, [("y", yes, "y"), ("n", no, "n")], question=question)

    def action_yes(self) -> None:
        self.dismiss(True)

    def action_no(self) -> None:
        self.dismiss(False)


class Line(Box[str]):
    """One line of text. With `must` it can't be empty; `check` says why it is not taken."""

    def __init__(
        self,
        title: str,
        text: Content,
        *,
        prefill: str = "",
        must: bool = False,
        take: str = "take it",
        question: int | None = None,
        check: Callable[[str], str | None] = lambda text: None,
    ) -> None:
        super().__init__(title, text, [("enter", take, "enter")], question=question)
        self._prefill = prefill
        self._must = must
        self._check = check

    def inside(self) -> ComposeResult:
        yield TextInput(clean(self._prefill, keep_newlines=False), select_on_focus=False)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        text = event.value.strip()
        problem = "It can't be empty." if self._must and not text else self._check(text)
        if problem:
            self.say(problem)
        else:
            self.dismiss(text)


class SecretLine(Box[bool]):
    """A secret. `hand_over` takes it and says why not, or None; then the modal ends."""

    def __init__(
        self,
        title: str,
        text: Content,
        hand_over: Callable[[str], str | None],
        *,
        question: int | None = None,
    ) -> None:
        super().__init__(title, text, [("enter", "hand it over", "enter")], question=question)
        self._hand_over = hand_over

    def inside(self) -> ComposeResult:
        yield SecretInput()

    def on_secret_input_submitted(self, event: SecretInput.Submitted) -> None:
        problem = self._hand_over(event.field.take())
        if problem:
            self.say(f"Not taken: {problem}.")
        else:
            self.dismiss(True)


class Choose(Box[str]):
    """One of several, by its id."""

    def __init__(
        self,
        title: str,
        text: Content,
        options: Sequence[tuple[str, Content]],
        *,
        start: str | None = None,
        question: int | None = None,
    ) -> None:
        super().__init__(title, text, [("enter", "choose", "enter")], question=question)
        self.options = options
        self._start = start

    def inside(self) -> ComposeResult:
        yield Pick(self.options, self._start)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.dismiss(event.option_id)


class Pick(OptionList):
    """A list to choose from, with letters beside the arrows."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j", "cursor_down", "Down", show=False, id="list.down"),
        Binding("k", "cursor_up", "Up", show=False, id="list.up"),
        Binding("g", "first", "First", show=False, id="list.first"),
        Binding("G,shift+g", "last", "Last", show=False, id="list.last"),
    ]

    def __init__(
        self,
        choice: Sequence[tuple[str, Content]] = (),
        start: str | None = None,
        *,
        dom_id: str | None = None,
    ) -> None:
        super().__init__(id=dom_id, markup=False)
        self._choice = choice
        self._start = start

    def on_mount(self) -> None:
        self.fill(self._choice)
        ids = [name for name, _ in self._choice]
        if self._start in ids:
            self.highlighted = ids.index(self._start)
        for seen in ("virtual_size", "highlighted"):
            self.watch(self, seen, self._tell_place, init=False)

    def on_resize(self) -> None:
        self._tell_place()

    def _tell_place(self) -> None:
        self.call_after_refresh(lambda: tell_place(self, self.highlighted, self.option_count))

    def fill(self, options: Sequence[tuple[str, Content]]) -> None:
        """Replace what is there, keeping the cursor where it was."""
        plain = getattr(self.app, "plain", False)
        at = self.highlighted
        self.clear_options()
        self.add_options(
            [Option(ascii_content(shown) if plain else shown, id=name) for name, shown in options]
        )
        if options:
            self.highlighted = min(at or 0, len(options) - 1)


class Reveal(Box[str]):
    """Shows what is otherwise hidden, for a minute at most; `y` asks for a copy."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "copy", "Copy", show=False, id="reveal.copy"),
        *SCROLL_KEYS,
    ]

    def __init__(self, title: str, text: Content, *, question: int | None = None) -> None:
        super().__init__(title, text, [("y", "copy it", "y")], question=question)

    def on_mount(self) -> None:
        self.set_timer(REVEAL_SECONDS, self.action_leave)

    def action_copy(self) -> None:
        self.dismiss("copy")
