"""The verdict bar: what is happening, since when, what is needed, and the keys that give it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from textual.content import Content

from smoke_tui.config.questions import Choice
from smoke_tui.failure_codes.code import NextAction
from smoke_tui.presentation.format import clock
from smoke_tui.presentation.live.choices import choices
from smoke_tui.presentation.live.progress import longest, pace, pause
from smoke_tui.presentation.live.questions import form
from smoke_tui.presentation.live.snapshot import Snapshot, name_of, next_actions
from smoke_tui.presentation.marks import MARKS
from smoke_tui.structs import Struct
from smoke_tui.tui.render.content import foreign, toned
from smoke_tui.tui.render.key_row import Keys
from smoke_tui.tui.theme import STYLES

_ACTION_KEYS: Final[Mapping[NextAction, tuple[str, str]]] = {
    NextAction.COMPARE_CLIENT: ("d", "compare with the real client"),
    NextAction.READ_EVIDENCE: ("e", "see the evidence"),
}
"""Keys of the session screen for what a failure's code asks the operator to look at."""
_STOP: Final = ("s", "stop this step", "s")


class QuestionBar(Struct, frozen=True):
    """The bar's title, text and keys, and whether it waits for the operator."""

    title: str
    text: Content
    keys: Keys
    needs_you: bool


def question_bar(snapshot: Snapshot) -> QuestionBar:
    """What the operator has to know now."""
    question = snapshot.question
    if snapshot.fault is not None:
        return _bar(
            "Broken",
            [Content.styled(foreign(snapshot.fault).plain, "$text-error")],
            [("enter", "what was recorded", "proceed")],
            True,
        )
    if snapshot.leaving:
        return _bar("Ending", [Content("Stopping what the session started …")], [], False)
    if snapshot.state.closed is not None and snapshot.ended:
        mark = MARKS[snapshot.state.closed.body.verdict.value]
        text = Content.styled(f"{mark.glyph} {mark.word}", f"{STYLES[mark.tone]} bold")
        return _bar("Closed", [text], [("enter", "the report", "proceed")], True)
    if question is None:
        return _working(snapshot)
    rows = [toned(text) for text in form(snapshot, question)]
    keys = [(c.key, c.label, c.key) for c in _once(choices(snapshot))]
    keys[1:1] = _remedies(snapshot)
    since = clock(snapshot.elapsed - question.ms)
    title = f"Your turn · {since}" if snapshot.elapsed - question.ms >= 1000 else "Your turn"
    return _bar(title, rows, keys, True)


def _remedies(snapshot: Snapshot) -> Keys:
    """Return the keys that show what the code of the shown step asks the operator to look at."""
    actions = next_actions(snapshot)
    return [(key, label, key) for action, (key, label) in _ACTION_KEYS.items() if action in actions]


def _bar(title: str, rows: list[Content], keys: Keys, you: bool) -> QuestionBar:
    return QuestionBar(title, Content("\n").join(rows), keys, you)


def _once(offered: tuple[Choice, ...]) -> tuple[Choice, ...]:
    """Two keys for one thing are shown once, and so is the second key of the spending modal."""
    by_label: dict[str, Choice] = {}
    for choice in offered:
        by_label.setdefault(choice.label, choice)
    return tuple(by_label.values())


def _working(snapshot: Snapshot) -> QuestionBar:
    running = snapshot.running
    if running is None:
        if snapshot.waiting is not None:
            return _bar("Waiting", [toned(pause(snapshot))], [_STOP], False)
        return _bar("Working", [Content("Working out the next step …")], [], False)
    step = snapshot.runbook.step(running.id)
    since = clock(snapshot.elapsed - running.tries[-1].started)
    mark = MARKS["running"]
    limit = longest(snapshot, step)
    most = f" of at most {limit:g} s" if limit is not None else ""
    rows = [Content.assemble((f"{mark.glyph} ", STYLES[mark.tone]), (name_of(step), "bold"))]
    progress = pace(snapshot, running)
    rows += [toned(progress)] if progress else []
    return _bar(f"Running · {since}{most}", rows, [_STOP], False)
