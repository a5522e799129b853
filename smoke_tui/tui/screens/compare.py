"""Two recorded sessions beside each other."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content

from smoke_tui.history.calibration import read_calibration
from smoke_tui.judging.calibration_file import CalibrationError
from smoke_tui.presentation.format import one_line, titled
from smoke_tui.presentation.report.answer_pairs import answer_pairs, tried_in_both
from smoke_tui.presentation.report.answer_rows import Judge
from smoke_tui.presentation.report.compare import GROUPS, Comparison, Side, Word, compare
from smoke_tui.presentation.report.export import stored_evidence
from smoke_tui.tui.bindings import COMPARE
from smoke_tui.tui.render.content import lines
from smoke_tui.tui.screens.base import Page
from smoke_tui.tui.screens.drift import DriftScreen, Load
from smoke_tui.tui.theme import FAIL, MUTED, PASS, WARN
from smoke_tui.tui.widgets.panel import ScrollPanel

_WORDS: Final[dict[Word, tuple[str, str]]] = {
    "same": ("=", MUTED),
    "better": ("↑", PASS),
    "worse": ("↓", FAIL),
    "changed": ("~", WARN),
}


def comparison_text(comparison: Comparison, old: str, new: str) -> Content:
    """The summary and its notes, then what differs by group; what is the same comes last."""
    glyph, style = _WORDS[comparison.word]
    rows: list[Content | str] = [
        Content.assemble(
            (f"{glyph} {comparison.word}", f"{style} bold"),
            f"  {one_line(comparison.summary, 400)}",
        ),
        Content.styled(f"then {old}   now {new}", MUTED),
        *(Content.styled(one_line(note, 300), WARN) for note in comparison.notes),
    ]
    for group in GROUPS:
        differing = [row for row in comparison.rows if row.group == group and row.word != "same"]
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
    same = [one_line(row.name, 40) for row in comparison.rows if row.word == "same"]
    rows += ["", Content.styled(f"The same: {', '.join(same) or 'nothing'}.", MUTED)]
    return lines(*rows)


class CompareScreen(Page):
    """What is better, worse or changed from one session to the other."""

    AUTO_FOCUS = "#comparison"
    BINDINGS: ClassVar[list[BindingType]] = [*COMPARE]
    ABOUT = (
        "What is better, worse or changed from one session to the other; what is the "
        "same is named at the end."
    )

    def __init__(
        self, comparison: Comparison, old: str, new: str, load: Load | None = None
    ) -> None:
        super().__init__()
        self._text = comparison_text(comparison, old, new)
        self._load = load

    def body(self) -> ComposeResult:
        """Yield the comparison."""
        yield ScrollPanel("comparison", title="Compared", content=self._text)

    def header(self, width: int) -> Content:
        """What is compared."""
        return Content.assemble((" Two sessions ", "bold"), ("as seen from the older one", MUTED))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Say which keys mean something: there are answers to show only of steps that both ran."""
        if action == "answers":
            return self._load is not None
        return True

    def action_answers(self) -> None:
        """Show the answers of a step in both sessions, word by word."""
        if self._load is not None:
            self.app.push_screen(DriftScreen("answers", self._load))


def show_comparison(page: Page, old: Path, new: Path) -> None:
    """Show two recorded sessions beside each other, over a screen."""
    before, after = _side(page, old), _side(page, new)
    if before is None or after is None:
        return
    settings = page.smoke.settings
    autojunk = settings.on("drift-autojunk")

    def work() -> None:
        # Answers may be long, and this is not Textual's own thread.
        try:
            file = read_calibration(settings.calibration_for(after.state.world))
            judge = Judge(file.calibration, autojunk=autojunk)
        except CalibrationError as error:
            page.app.call_from_thread(page.smoke.notify_error, error)
            return
        comparison = compare(before, after, judge)
        load = partial(answer_pairs, before, after, judge) if tried_in_both(before, after) else None
        screen = CompareScreen(comparison, old.name, new.name, load)
        page.app.call_from_thread(page.app.push_screen, screen)

    page.run_worker(work, thread=True, exclusive=True, group="compare")


def _side(page: Page, folder: Path) -> Side | None:
    """A recorded session; None where it can't be read, which is then shown."""
    loaded = page.load(folder)
    if loaded is None:
        return None
    _, runbook, state = loaded
    return Side(runbook, state, stored_evidence(folder))
