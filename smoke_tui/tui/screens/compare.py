"""Two recorded sessions beside each other."""

from __future__ import annotations

from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content

from smoke_tui.presentation.format import one_line, titled
from smoke_tui.presentation.report.compare import GROUPS, Comparison, Word
from smoke_tui.tui.render.content import lines
from smoke_tui.tui.screens.base import Page
from smoke_tui.tui.theme import FAIL, MUTED, PASS, WARN
from smoke_tui.tui.widgets.panel import ScrollPanel

_WORDS: Final[dict[Word, tuple[str, str]]] = {
    "same": ("=", MUTED),
    "better": ("↑", PASS),
    "worse": ("↓", FAIL),
    "changed": ("~", WARN),
}


def comparison_text(found: Comparison, old: str, new: str) -> Content:
    """The summary, what has to be known first, then what differs; what is the same comes last."""
    glyph, style = _WORDS[found.word]
    rows: list[Content | str] = [
        Content.assemble(
            (f"{glyph} {found.word}", f"{style} bold"), f"  {one_line(found.summary, 400)}"
        ),
        Content.styled(f"then {old}   now {new}", MUTED),
        *(Content.styled(one_line(note, 300), WARN) for note in found.notes),
    ]
    for group in GROUPS:
        differing = [row for row in found.rows if row.group == group and row.word != "same"]
        if differing:
            rows += ["", Content.styled(titled(group), "bold")]
        for row in differing:
            glyph, style = _WORDS[row.word]
            old_words, new_words = (
                one_line(side or "not known", 200) for side in (row.old, row.new)
            )
            rows.append(
                Content.assemble(
                    (f"{glyph} {row.word:<8}", style),
                    (f"{one_line(row.name, 40)}: ", MUTED),
                    f"{old_words} → {new_words}",
                )
            )
    same = [one_line(row.name, 40) for row in found.rows if row.word == "same"]
    rows += ["", Content.styled(f"The same: {', '.join(same) or 'nothing'}.", MUTED)]
    return lines(*rows)


class ComparePage(Page):
    """What is better, worse or changed from one session to the other."""

    AUTO_FOCUS = "#comparison"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("b,escape,backspace", "app.pop_screen", "Back", id="compare.back", key_display="b"),
        Binding("t", "app.toggle_dark", "Theme", show=False, id="app.theme"),
        Binding("q", "app.leave", "Leave", id="app.leave"),
    ]

    def __init__(self, found: Comparison, old: str, new: str) -> None:
        super().__init__()
        self._text = comparison_text(found, old, new)

    def body(self) -> ComposeResult:
        yield ScrollPanel("comparison", title="Compared", content=self._text)

    def header(self, width: int) -> Content:
        return Content.assemble((" Two sessions ", "bold"), ("as seen from the older one", MUTED))
