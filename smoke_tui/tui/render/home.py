"""The home screen's rows: runbooks, recorded sessions, and what to do first."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from textual.content import Content

from smoke_tui.config.runbook_files import packaged
from smoke_tui.config.settings import own_runbooks
from smoke_tui.outcomes import Verdict
from smoke_tui.presentation.format import age, count, one_line, shorten
from smoke_tui.presentation.marks import MARKS
from smoke_tui.structs import Struct
from smoke_tui.tui.render.content import lines
from smoke_tui.tui.theme import FAIL, MUTED, STYLES

if TYPE_CHECKING:
    from smoke_tui.runbook import Runbook

_SLOGANS = (
    "  walks you through what no CI can run, and keeps the record",
    "  what no CI can run, walked and recorded",
)
SESSION_CHOICES = (
    (
        "resume",
        "Go on with it",
        "what was seen stays; a login is asked for again, and nothing that "
        "may have spent is done again by itself",
    ),
    ("report", "Look at its report", "as it would be posted"),
    ("events", "Walk through it", "event by event, with the time; replay it offline"),
    ("compare", "Compare it", "with the one before of this runbook"),
)
NO_SESSIONS = (
    "Nothing was recorded yet. Begin with a rehearsal: the whole walk against servers on this "
    "machine, with no account, nothing spent and nothing proven. Press r, then enter."
)


def no_runbooks() -> str:
    """Where runbooks are looked for, and what writes one."""
    return (
        f"No runbook was found in ./runbooks or {own_runbooks()}. "
        "`smoke-tui new NAME` writes one to begin with."
    )


def home_header(version: str, width: int) -> Content:
    """The program, its version, and what it does."""
    name = Content.assemble((" smoke-tui ", "bold"), (version, MUTED))
    room = width - name.cell_length
    return Content.assemble(name, next((text for text in _SLOGANS if len(text) <= room), ""))


class Entry(Struct, frozen=True):
    """A runbook file; `runbook` is None where it does not parse.

    `missing` is what its live walk would miss here, by step.
    """

    path: Path
    runbook: Runbook | None
    problem: str = ""
    missing: tuple[str, ...] = ()


def entry_row(entry: Entry, width: int) -> Content:
    """Two rows: the title; the id, its size and where it comes from."""
    book = entry.runbook
    if book is None:
        return lines(
            Content.assemble(
                ("! ", FAIL), one_line(entry.path.name, 60), (" does not parse", FAIL)
            ),
            Content.styled("  " + shorten(one_line(entry.problem), width - 2), MUTED),
        )
    steps = sum(1 for step in book.steps if not step.fallback)
    spending = sum(1 for step in book.steps if step.spend)
    facts = fitting(
        width - 2,
        " · ",
        (
            book.id,
            f"{count(steps, 'step')}, {spending} spend" if spending else count(steps, "step"),
            f"{count(len(entry.missing), 'guard')} unmet" if entry.missing else "",
            one_line(book.issue, 30) if book.issue else "",
            place_of(entry.path),
        ),
        (3, 4),
    )
    return lines(
        Content.styled(shorten(one_line(book.title), width), "bold"),
        Content.styled(f"  {facts}", MUTED),
    )


def fitting(width: int, separator: str, parts: Sequence[str], droppable: Sequence[int]) -> str:
    """Join parts; where that is too long, drop some of them in this order, then cut it."""
    kept = dict(enumerate(parts))
    for number in (*droppable, None):
        row = one_line(separator.join(filter(None, kept.values())), 1000)
        if len(row) <= width or number is None:
            break
        del kept[number]
    return shorten(row, width)


def _first_fitting(width: int, *candidates: Sequence[str]) -> str:
    """The first candidate that fits, its parts joined; empty where none does."""
    rows = (" · ".join(filter(None, parts)) for parts in candidates)
    return next((row for row in rows if len(row) <= width), "")


def place_of(path: Path) -> str:
    """Where a runbook comes from, in a word where there is one."""
    if path.parent == packaged():
        return "shipped"
    if path.parent == Path.cwd() / "runbooks":
        return "./runbooks"
    return one_line(path.parent)


_RANKS = {verdict.value: rank for rank, verdict in enumerate(Verdict)}
"""The worst verdict has the lowest rank."""


class Recorded(Struct, frozen=True):
    """A recorded session, as far as its first and last events describe it."""

    folder: Path
    runbook: str = ""
    world: str = ""
    scenario: str = ""
    started: str = ""
    verdict: str = "unreadable"
    unfinished: bool = False


def former_session(newest_first: Sequence[Recorded], recorded: Recorded) -> Recorded | None:
    """The former session of the same runbook in the same world; None: there is none."""
    at = newest_first.index(recorded)
    return next(
        (
            older
            for older in newest_first[at + 1 :]
            if (older.runbook, older.world, older.scenario)
            == (recorded.runbook, recorded.world, recorded.scenario)
            and older.verdict in _RANKS
        ),
        None,
    )


def _against(recorded: Recorded, before: Recorded | None) -> str:
    """Whether the verdict is better or worse than last time; empty where it is the same."""
    if before is None or recorded.verdict not in _RANKS:
        return ""
    new, old = _RANKS[recorded.verdict], _RANKS[before.verdict]
    if new == old:
        return ""
    return f"{'↑ better' if new > old else '↓ worse'} than last time"


def recorded_row(
    recorded: Recorded, now: datetime, width: int, before: Recorded | None = None
) -> Content:
    """Glyph and word of the verdict, then the runbook, the world and the age."""
    mark = MARKS.get(recorded.verdict, MARKS["unreadable"])
    world = (
        "can't be read"
        if not recorded.started
        else "live"
        if recorded.world == "live"
        else "rehearsal"
    )
    below = fitting(
        width - 2,
        " · ",
        (
            world,
            one_line(recorded.scenario, 30) if world == "rehearsal" else "",
            recorded.folder.name,
        ),
        (1,),
    )
    head = f"{mark.glyph} {mark.word}"
    name = one_line(recorded.runbook or recorded.folder.name, 40)
    ago = age(recorded.started, now) if recorded.started else ""
    resume = ("can be resumed", "resumable") if recorded.unfinished else ("", "")
    against = _against(recorded, before)
    short = against.removesuffix(" than last time")
    room = width - len(head) - len(name) - 4
    more = _first_fitting(
        room,
        (ago, resume[0], against),
        (ago, resume[0], short),
        (ago, resume[1], short),
        (resume[1], short),
        (short,),
    )
    return lines(
        Content.assemble(
            (head, f"{STYLES[mark.tone]} bold"), f"  {name}", (f"  {more}" if more else "", MUTED)
        ),
        Content.styled(f"  {below}", MUTED),
    )
