"""Boxes over a screen: yes or no, a line of text, a choice, a secret, a revealed address."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar, Final, TypeVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.events import Resize
from textual.geometry import Size
from textual.message import Message
from textual.screen import ModalScreen, Screen
from textual.widget import Widget
from textual.widgets import Input, OptionList
from textual.widgets.option_list import Option

from smoke_tui.redaction import clean
from smoke_tui.tui.bindings import LIST, SCROLL
from smoke_tui.tui.render.key_row import Keys, key_row
from smoke_tui.tui.theme import WARN, adapt
from smoke_tui.tui.widgets.inputs import SecretInput, TextInput
from smoke_tui.tui.widgets.panel import BoxText, Panel, hint_position

T = TypeVar("T")
REVEAL_SECONDS: Final = 60.0


class LatestSize(Screen[T]):
    """A screen that ignores a size that the terminal does not have any more; its widgets miss none.

    Textual's screens tell themselves of every size they were laid out in. With two on their way,
    as when a window is dragged while a session is busy, they would call each other up for ever,
    and no key would be answered. A widget is told of no new size where something asked for a place
    between a scroll and the layout: the layout then finds nothing changed.
    """

    def on_mount(self) -> None:
        """Look at each layout."""
        self._sizes: dict[Widget, Size] = {}
        self.screen_layout_refresh_signal.subscribe(self, self._send_resizes, immediate=True)

    def _send_resizes(self, _screen: Screen[object]) -> None:
        """Tell the widgets whose size this layout changed; those that know it are told once more."""
        # Those that do something then; each message takes its time from the next key's.
        sizes = {w: w.size for w in self.walk_children(Widget) if hasattr(w, "on_resize")}
        for widget, size in sizes.items():
            if self._sizes.get(widget, size) != size:
                widget.post_message(Resize(size, widget.virtual_size, widget.container_size))
        self._sizes = sizes

    def post_message(self, message: Message) -> bool:
        """Take a message, unless it is a size that is out of date."""
        if isinstance(message, Resize) and message.size != self.app.size:
            return False
        return super().post_message(message)


class Box(ModalScreen[T], LatestSize[T]):
    """A modal with a title, a text, and a row of keys.

    `question` is the `seq` of the question it answers; it ends when that is withdrawn.
    """

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
        """Yield the box."""
        with Vertical(classes="box") as box:
            box.border_title = self._title
            with VerticalScroll(classes="box-text", can_focus=False):
                yield Panel(content=self._text)
            yield from self.inside()
            yield Panel("box-problem")
            yield Panel("box-keys", key_row(self._keys, 68))

    def inside(self) -> ComposeResult:
        """Yield what is between the text and the keys."""
        yield from ()

    def show_problem(self, problem: str) -> None:
        """Show why something was not taken."""
        row = self.query_one("#box-problem", Panel)
        row.display = True
        row.show(Content.styled(problem, WARN))

    def on_resize(self) -> None:
        """Fit a long text into the new size."""
        for text in self.query(BoxText):
            text.fit()

    def action_leave(self) -> None:
        """End without an answer."""
        self.dismiss(None)


class TextBox(Box[None]):
    """A text that may be longer than the screen: it is scrolled by key."""

    AUTO_FOCUS = "#long-text"

    def __init__(self, title: str, text: Content) -> None:
        super().__init__(title, text, [])

    def compose(self) -> ComposeResult:
        """Yield the box."""
        with Vertical(classes="box") as box:
            box.border_title = self._title
            yield BoxText("long-text", content=self._text)
            yield Panel("box-keys", key_row(self._keys, 68))

    def on_mount(self) -> None:
        """Remove messages: what they announced is shown."""
        self.app.clear_notifications()


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
        """Answer yes."""
        self.dismiss(True)

    def action_no(self) -> None:
        """Answer no."""
        self.dismiss(False)


class LongYesNo(YesNo):
    """A decision about a text that may be longer than the screen: it is scrolled by key."""

    AUTO_FOCUS = "#long-text"

    def compose(self) -> ComposeResult:
        """Yield the box."""
        with Vertical(classes="box") as box:
            box.border_title = self._title
            yield BoxText("long-text", content=self._text)
            yield Panel("box-keys", key_row(self._keys, 68))


def accept(text: str) -> None:
    """Find no problem with a line of text."""


def required(text: str) -> str | None:
    """Why a line of text is not taken where one is needed."""
    return None if text else "It can't be empty."


class Line(Box[str]):
    """One line of text; `check` says why it is not taken."""

    def __init__(
        self,
        title: str,
        text: Content,
        *,
        prefill: str = "",
        take: str = "take it",
        question: int | None = None,
        check: Callable[[str], str | None] = accept,
    ) -> None:
        super().__init__(title, text, [("enter", take, "enter")], question=question)
        self._prefill = prefill
        self._check = check

    def inside(self) -> ComposeResult:
        """Yield the field."""
        yield TextInput(clean(self._prefill, keep_newlines=False), select_on_focus=False)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Take the line, or show why it is not taken."""
        text = event.value.strip()
        problem = self._check(text)
        if problem:
            self.show_problem(problem)
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
        """Yield the field."""
        yield SecretInput()

    def on_secret_input_submitted(self, event: SecretInput.Submitted) -> None:
        """Hand the secret over, or show why it is not taken."""
        problem = self._hand_over(event.field.take())
        if problem:
            self.show_problem(f"Not taken: {problem}.")
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
        """Yield the list."""
        yield Pick(self.options, self._start)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """End with the id of the chosen row."""
        event.stop()
        self.dismiss(event.option_id)


class Pick(OptionList):
    """A list to choose from, with letters beside the arrows."""

    BINDINGS: ClassVar[list[BindingType]] = [*LIST]

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
        self.empty = Content("")
        """What to do where there is nothing to choose from."""

    def on_mount(self) -> None:
        """Show the first rows."""
        self.fill(self._choice)
        ids = [name for name, _ in self._choice]
        if self._start in ids:
            self.highlighted = ids.index(self._start)
        for name in ("virtual_size", "highlighted"):
            self.watch(self, name, self._update_hint, init=False)

    def on_resize(self) -> None:
        """Update the hint for the new size."""
        self._update_hint()

    def _update_hint(self) -> None:
        self.call_after_refresh(lambda: hint_position(self, self.highlighted, self.option_count))

    def fill(self, options: Sequence[tuple[str, Content]]) -> None:
        """Replace what is there, keeping the cursor where it was."""
        at = self.highlighted
        self.clear_options()
        self.add_options([Option(adapt(self.app, shown), id=name) for name, shown in options])
        if not options and self.empty.plain:
            self.add_option(Option(adapt(self.app, self.empty), disabled=True))
        if options:
            self.highlighted = min(at or 0, len(options) - 1)


class Reveal(Box[str]):
    """Shows what is otherwise hidden, for a minute at most; `y` asks for a copy."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "copy", "Copy", show=False, id="reveal.copy"),
        *SCROLL,
    ]

    def __init__(self, title: str, text: Content, *, question: int | None = None) -> None:
        super().__init__(title, text, [("y", "copy it", "y")], question=question)

    def on_mount(self) -> None:
        """Hide it again after a minute."""
        self.set_timer(REVEAL_SECONDS, self.action_leave)

    def action_copy(self) -> None:
        """End with the wish for a copy."""
        self.dismiss("copy")
