"""What the home screen shows of the selected runbook, and of the selected session."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from textual.content import Content

from smoke_tui.journal.state import State
from smoke_tui.presentation.failure import failure
from smoke_tui.presentation.format import age, count, duration, moment, one_line
from smoke_tui.presentation.live.snapshot import Snapshot, name_of
from smoke_tui.presentation.marks import MARKS
from smoke_tui.presentation.report.verdict_text import effective_verdict
from smoke_tui.presentation.spend import spend_text
from smoke_tui.regex import regex
from smoke_tui.runbook import Runbook
from smoke_tui.runbook.model import Step
from smoke_tui.tui.render.content import foreign, labelled
from smoke_tui.tui.render.home import Entry, Recorded, place_of
from smoke_tui.tui.render.markdown import markdown_rows
from smoke_tui.tui.theme import ACCENT, FAIL, MUTED, STYLES

_TREND: Final = 12
_ONE_ROW: Final = 74
_INTRODUCTION: Final = 12
_FRONT_MATTER: Final = regex(r"\A---\n.*?\n---\n", re.DOTALL)
_TITLE: Final = regex(r"\A\s*# .*\n")


def introduction(text: str) -> str:
    """A runbook's Markdown between its title and its first step."""
    body = _TITLE.sub("", _FRONT_MATTER.sub("", text))
    return re.split(r"^## |^```", body, maxsplit=1, flags=re.MULTILINE)[0].strip()


def runbook_detail(
    entry: Entry, recorded: Sequence[Recorded], now: datetime, width: int, *, brief: bool = False
) -> Content:
    """A runbook: how it went the last times, its steps, what it says of itself.

    `brief`: without what its list shows already.
    """
    book = entry.runbook
    if book is None:
        return Content("\n").join(
            [
                Content.styled("It does not parse", f"{FAIL} bold"),
                foreign(entry.problem),
                Content(""),
                Content.assemble("Every problem: ", (f"smoke-tui lint {entry.path}", ACCENT)),
            ]
        )
    sessions = [row for row in recorded if row.runbook == book.id]
    lives = [row for row in sessions if row.world == "live"]
    rehearsals = [row for row in sessions if row.world != "live" and row.started]
    facts = [book.id, one_line(book.issue, 30) if book.issue else "", place_of(entry.path)]
    head = [
        foreign(one_line(book.title), "bold"),
        Content.styled(" · ".join(filter(None, facts)), MUTED),
        Content(""),
    ]
    rows = [
        *([] if brief else head),
        labelled("Live", _history(lives, now, "not run yet: l runs it", width), width, room=11),
        labelled(
            "Rehearsed", _history(rehearsals, now, "not yet: r does it", width), width, room=11
        ),
        *([] if brief else [Content("")]),
        *(_planned(book, step, width) for step in book.steps),
    ]
    about = markdown_rows(introduction(book.text), width)
    if any(row.plain.strip() for row in about):
        cut = [*about[:_INTRODUCTION], Content.styled("…", MUTED)]
        rows += [Content(""), *(about if len(about) <= _INTRODUCTION else cut)]
    return Content("\n").join(rows)


def _history(newest_first: Sequence[Recorded], now: datetime, never: str, width: int) -> Content:
    """The last verdict and its age, then the verdicts of the last times, the newest last."""
    if not newest_first:
        return Content.styled(never, MUTED)
    newest = newest_first[0]
    mark = MARKS.get(newest.verdict, MARKS["unreadable"])
    parts: list[Content | tuple[str, str]] = [
        (f"{mark.glyph} {mark.word}", f"{STYLES[mark.tone]} bold"),
        (f"  {age(newest.started, now)}", MUTED),
    ]
    if len(newest_first) > 1:
        marks = [MARKS.get(r.verdict, MARKS["unreadable"]) for r in newest_first[:_TREND]][::-1]
        parts.append(("\n" if width < _ONE_ROW else "   ", ""))
        parts += [(f"{mark.glyph} ", STYLES[mark.tone]) for mark in marks]
        total = len(newest_first)
        words = "newest last" if total == len(marks) else f"the last {len(marks)} of {total}"
        parts.append((f" {words}", MUTED))
    return Content.assemble(*parts)


def _planned(book: Runbook, step: Step, width: int) -> Content:
    """A step that is not begun: its number, its name, and what is special about it."""
    numbers = [s.id for s in book.steps if not s.fallback]
    number = "F" if step.fallback else str(numbers.index(step.id) + 1)
    notes = [
        "only if needed" if step.fallback else "",
        "proof" if step.proof else "",
        _cap(step),
    ]
    words = ", ".join(filter(None, notes))
    return labelled(
        f"{number:>2}",
        Content.assemble(name_of(step), (f"  {words}" if words else "", MUTED)),
        width,
        room=3,
    )


def _cap(step: Step) -> str:
    if step.spend is None:
        return ""
    if step.spend.max_calls is not None:
        return f"spends at most {count(step.spend.max_calls, 'call')}"
    return f"spends at most {step.spend.max_usd} US dollars"


def session_head(recorded: Recorded, now: datetime) -> Content:
    """A recorded session as far as its first and last lines describe it."""
    mark = MARKS.get(recorded.verdict, MARKS["unreadable"])
    world = "live" if recorded.world == "live" else f"rehearsal of {recorded.scenario}"
    when = f"{moment(recorded.started)}, {age(recorded.started, now)}" if recorded.started else ""
    return Content("\n").join(
        [
            Content.assemble(
                (f"{mark.glyph} {mark.word}", f"{STYLES[mark.tone]} bold"),
                (f"  {one_line(recorded.runbook or recorded.folder.name, 60)}", "bold"),
            ),
            Content.styled(one_line(world if recorded.started else "can't be read", 80), MUTED),
            Content.styled(when, MUTED),
            Content.styled(recorded.folder.name, MUTED),
        ]
    )


def session_detail(runbook: Runbook, state: State, width: int, *, brief: bool = False) -> Content:
    """What happened: steps with their outcomes, failures in words, the spend."""
    snapshot = Snapshot(runbook, state, state.now_ms)
    mark = MARKS[effective_verdict(runbook, state).value]
    verdict = Content.styled(f"{mark.glyph} {mark.word}", f"{STYLES[mark.tone]} bold")
    if brief:
        when = moment(state.started) if state.started else ""
        rows = [Content.assemble(verdict, (f"  {when}  {spend_text(state)}", MUTED))]
    else:
        rows = [
            labelled("Verdict", verdict, width),
            labelled("Took", Content(_took(state)), width),
            labelled("Spend", Content(spend_text(state)), width),
            Content(""),
        ]
    for step in snapshot.steps:
        rows += _happened(snapshot, step, width)
    for note in state.notes:
        rows.append(labelled("Note", Content(one_line(note.body.text, 300)), width))
    return Content("\n").join(rows)


def _took(state: State) -> str:
    operator = f"{duration(state.waiting_ms)} waiting for the operator"
    waited = f", of which {operator}" if state.waiting_ms else ""
    return f"{duration(state.now_ms)}{waited}"


def _happened(snapshot: Snapshot, step: Step, width: int) -> list[Content]:
    mark = MARKS[snapshot.mark(step)]
    tries = len(snapshot.of(step).tries)
    if step.fallback and not tries:
        return []
    more = f", {tries} tries" if tries > 1 else ""
    rows = [
        labelled(
            f"{mark.glyph} {snapshot.number(step)}",
            Content.assemble(name_of(step), (f"  {mark.word}{more}", STYLES[mark.tone])),
            width,
            room=4,
            style=STYLES[mark.tone],
        )
    ]
    bad = failure(snapshot, step)
    if bad is not None:
        rows.append(labelled("", Content.styled(bad.what, STYLES[mark.tone]), width, room=4))
        rows.append(
            labelled(
                "", Content.styled(one_line(snapshot.of(step).summary, 300), MUTED), width, room=4
            )
        )
    return rows
