"""A choice of many: a slash begins a line of words, and only the rows that have them stay."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Input

from smoke_tui.tui.render.key_row import Keys, key_row
from smoke_tui.tui.theme import WARN, adapt_text
from smoke_tui.tui.widgets.inputs import TextInput
from smoke_tui.tui.widgets.modals import Choose, Pick
from smoke_tui.tui.widgets.panel import Panel

Options = Sequence[tuple[str, Content]]
_CHOOSING: Final[Keys] = [
    ("enter", "choose", "enter"),
    ("/", "find", "slash"),
    ("esc", "back", "escape"),
]
_FINDING: Final[Keys] = [
    ("enter", "choose", "enter"),
    ("up down", "move", "down"),
    ("esc", "show all", "escape"),
]


def having(options: Options, words: str) -> list[tuple[str, Content]]:
    """The options that have every one of the words, wherever they stand."""
    wanted = words.casefold().split()
    return [
        (name, shown)
        for name, shown in options
        if all(word in " ".join(shown.plain.casefold().split()) for word in wanted)
    ]


class Search(Choose):
    """One of many, by its id.

    Letters move in the list, as in every other; after a slash they are words to look for, until
    escape shows all rows again.
    """

    AUTO_FOCUS = "Pick"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "find", "Find", show=False, id="search.find"),
        *(
            Binding(key, f"move({action!r})", show=False, id=f"search.{key}")
            for key, action in (
                ("up", "cursor_up"),
                ("down", "cursor_down"),
                ("pageup", "page_up"),
                ("pagedown", "page_down"),
            )
        ),
    ]

    def inside(self) -> ComposeResult:
        """Yield the field for words, which is hidden at first, and the list."""
        words = TextInput(id="words", placeholder="words to look for", compact=True)
        words.display = False
        yield words
        yield from super().inside()

    def on_mount(self) -> None:
        """Show the keys of the list."""
        self._show_keys(_CHOOSING)

    def action_find(self) -> None:
        """Focus the input of the search words."""
        words = self.query_one("#words", TextInput)
        words.display = True
        words.focus()
        self._show_keys(_FINDING)

    async def action_move(self, action: str) -> None:
        """Move in the list while words are typed."""
        await self.app.run_action(action, self.query_one(Pick))

    def action_leave(self) -> None:
        """Show all rows again; with all of them shown, leave."""
        words = self.query_one("#words", TextInput)
        if not words.display:
            super().action_leave()
            return
        words.clear()
        words.display = False
        self.query_one(Pick).focus()
        self._show_keys(_CHOOSING)

    def on_input_changed(self, event: Input.Changed) -> None:
        """Show the rows that have the words; the chosen row stays chosen if it is one of them."""
        pick = self.query_one(Pick)
        at = pick.highlighted
        before = None if at is None else pick.get_option_at_index(at).id
        matching = having(self.options, event.value)
        pick.fill(matching)
        names = [name for name, _ in matching]
        pick.highlighted = names.index(before) if before in names else 0 if names else None
        title = self._title
        if event.value.strip():
            title = f"{title} · {len(matching)} of {len(self.options)}"
        box = self.query_one(".box")
        box.border_title = adapt_text(self.app, title)
        problem = self.query_one("#box-problem", Panel)
        problem.display = not matching
        problem.show(Content.styled("No row has these words.", WARN))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Choose the row under the cursor, if there is one."""
        self.query_one(Pick).action_select()

    def _show_keys(self, keys: Keys) -> None:
        self.query_one("#box-keys", Panel).show(key_row(keys, 68))
