"""Recorded sessions: reading one, listing all, and how old the last live verdict is."""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from smoke_tui.cli.output import print_json
from smoke_tui.config.session_config import SessionConfig
from smoke_tui.config.settings import (
    Settings,
)
from smoke_tui.errors import (
    CommandError,
    UsageError,
)
from smoke_tui.files import (
    StorageError,
)
from smoke_tui.history.find import sessions_root
from smoke_tui.history.index import (
    ends,
    session_folders,
)
from smoke_tui.journal.decision_rules import RULES
from smoke_tui.journal.events.event import Event
from smoke_tui.journal.file import (
    read_journal,
)
from smoke_tui.journal.folders import (
    never_began,
)
from smoke_tui.journal.load import (
    InvalidRecord,
    load_state,
)
from smoke_tui.journal.provenance import elsewhere
from smoke_tui.journal.state import State
from smoke_tui.journal.verdict import PASSES
from smoke_tui.outcomes import Exit, Verdict
from smoke_tui.presentation.report.check_result import finding
from smoke_tui.presentation.report.verdict_text import effective_verdict
from smoke_tui.replay.run import (
    load_rechecked,
)
from smoke_tui.runbook import Runbook

if TYPE_CHECKING:
    from smoke_tui.cli.commands.check_preflight import Findings


def read_session(folder: Path) -> tuple[Runbook, State]:
    """A recorded session.

    Raises:
        CommandError: it is damaged or can't be read (3).
    """
    try:
        _, runbook, state = load_state(folder)
    except (InvalidRecord, StorageError) as error:
        raise CommandError(Exit.INVALID, str(error)) from None
    return runbook, state


def list_sessions(options: argparse.Namespace, settings: Settings) -> int:
    """`sessions`."""
    rows = []
    unbegun = set()
    for folder in session_folders(sessions_root(settings), unbegun=True):
        found = ends(folder)
        if found is None:
            if never_began(folder):
                unbegun.add(folder.name)
            rows.append(
                {
                    "session": folder.name,
                    "runbook": None,
                    "world": None,
                    "verdict": None,
                    "started": None,
                    "finished": None,
                }
            )
            continue
        first, last = found
        rows.append(
            {
                "session": folder.name,
                "runbook": first.data["runbook"]["id"],
                "world": first.data["config"]["world"],
                "verdict": last.data["verdict"] if last else None,
                "started": first.time,
                "finished": last.time if last else None,
            }
        )
    if options.json:
        print_json({"schema": "smoke-sessions/1", "sessions": rows})
    elif rows:
        for row in rows:
            if row["session"] in unbegun:
                print(f"{row['session']}  (ended before its first line: nothing ran)")
                continue
            words = (
                row["session"],
                row["runbook"] or "(unreadable)",
                row["world"],
                f"recorded {row['verdict']}" if row["verdict"] else "unfinished",
            )
            print("  ".join(str(word) for word in words if word))
    else:
        print(f"no sessions yet in {sessions_root(settings)}")
    return Exit.OK if rows else Exit.NOTHING


_SKEW = timedelta(minutes=5)
_FIRST = datetime(2025, 1, 1, tzinfo=UTC)
"""No session is older: this program was not there."""

_AGE = re.compile(r"(\d+)([smhd])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def add_age(
    found: Findings,
    settings: Settings,
    runbook: Runbook,
    text: str,
    exit_of: Callable[[Verdict], Exit],
) -> None:
    """`--max-age`: the last recorded live verdict of this runbook has to be young enough.

    The last one is that which was closed last, whenever its session began. A pass is as old as its
    session: what was done once more does not make the rest of it younger. A part of a runbook is no
    verdict of it, and neither is one that its own record does not bear out.

    Raises:
        UsageError: `text` is no age.
    """
    match = _AGE.fullmatch(text)
    if match is None:
        raise UsageError(f"--max-age {text!r}: give a number and one of s, m, h, d, such as 7d")
    longest = timedelta(**{_UNITS[match[2]]: int(match[1])})
    now = datetime.now(UTC)
    every = sorted(_closed(settings, runbook), reverse=True)
    undated = next((one for one in every if one.said not in PASSES and one.closed < _FIRST), None)
    if undated is not None:
        _failure(found, undated, exit_of)
        return
    for last in every:
        future = max(last.closed, last.began) > now + _SKEW
        if future and last.said not in PASSES:
            # A failure counts whatever the clock says; an older pass does not make up for it.
            _failure(found, last, exit_of)
            return
        if future:
            what = "closed" if last.closed > now + _SKEW else "begun"
            found.rows.append(
                finding(
                    "not-counted",
                    "warning",
                    None,
                    f"Session {last.name} was {what} in the future, "
                    "by this machine's clock, and does not count.",
                    "Check the clock.",
                )
            )
            continue
        if not last.ended:
            _not_proven(
                found,
                "left-open",
                f"Session {last.name}, the last one, was gone on with "
                "after its end, and has not ended again.",
                f"smoke-tui resume {last.name}",
            )
            return
        verdict = _borne_out(last.folder)
        if verdict is not None and _was_elsewhere(last.folder):
            found.rows.append(
                finding(
                    "not-counted",
                    "warning",
                    None,
                    f"Session {last.name} was not with the provider, "
                    "whatever its record calls it, and does not count.",
                    "",
                )
            )
            continue
        if verdict is None:
            _not_proven(
                found,
                "not-borne-out",
                f"The record of session {last.name}, the last one, does not bear out its verdict.",
                f"smoke-tui --check {last.name}",
            )
            return
        code = exit_of(verdict)
        if now - (last.began if code is Exit.OK else last.closed) > longest:
            break
        if code is Exit.OK and last.runbook != runbook.sha256:
            _not_proven(
                found,
                "runbook-changed",
                f"Session {last.name} passed with {runbook.id} "
                "as it was then; the runbook has changed since.",
                "Run it for real as it stands now.",
            )
            return
        found.note("last-verdict", None, f"Session {last.name}: {verdict.value}.")
        found.exits.append(code)
        return
    _not_proven(
        found,
        "too-old",
        f"No live verdict of {runbook.id} is younger than {text}.",
        "Run it for real, from a person's own machine.",
    )


def _failure(found: Findings, last: _Closed, exit_of: Callable[[Verdict], Exit]) -> None:
    verdict = last.said or Verdict.INCOMPLETE
    found.rows.append(
        finding(
            "last-verdict",
            "error",
            None,
            f"Session {last.name}: {verdict.value}, dated "
            f"{last.closed:%Y}: the clock was wrong then, or is now, so that nothing shows it to be "
            "older than a pass.",
            f"Check the clock; move {last.folder} away once you know that it is old.",
        )
    )
    found.exits.append(exit_of(verdict))


def _not_proven(found: Findings, code: str, message: str, remedy: str) -> None:
    found.rows.append(finding(code, "error", None, message, remedy))
    found.exits.append(Exit.NOT_PROVABLE)


@dataclass(frozen=True, order=True, slots=True)
class _Closed:
    """A session that had a verdict; `ended`: it has one now. `runbook` is its text's hash."""

    closed: datetime
    began: datetime
    folder: Path
    ended: bool
    runbook: str
    said: Verdict | None = None

    @property
    def name(self) -> str:
        return self.folder.name


def _closed(settings: Settings, runbook: Runbook) -> Iterator[_Closed]:
    """Sessions of the whole runbook with the real provider.

    One that was gone on with after its end and is open since is there, too, with its last time:
    the verdict it had can't be passed over for an older session's.
    """
    for folder in session_folders(sessions_root(settings)):
        first, end = ends(folder) or (None, None)
        if first is None or first.data["runbook"]["id"] != runbook.id:
            continue
        config = SessionConfig.from_json(first.data["config"])
        if not config.real_provider or config.only or config.start_from:
            continue
        last = end or _reopened(folder)
        if last is not None:
            yield _Closed(
                datetime.fromisoformat(last.time),
                datetime.fromisoformat(first.time),
                folder,
                end is not None,
                str(first.data["runbook"]["sha256"]),
                _said(last),
            )


def _said(last: Event) -> Verdict | None:
    """The verdict that a record's last line says; None where it says none."""
    try:
        return Verdict(str(last.data.get("verdict")))
    except ValueError:
        return None


def _reopened(folder: Path) -> Event | None:
    """The last event of an open session that had a verdict before; None where it had none."""
    try:
        events = read_journal(folder).events
    except StorageError:
        return None
    return events[-1] if any(event.kind == "session.closed" for event in events) else None


def _borne_out(folder: Path) -> Verdict | None:
    """A session's verdict, decided again from its record; None where that does not bear it out."""
    try:
        done = load_rechecked(folder)
    except (InvalidRecord, StorageError):
        return None
    if done.divergence is not None or done.missing is not None:
        return None
    found = effective_verdict(done.runbook, done.state)
    return found if done.rules != RULES or found is done.state.verdict else None


def _was_elsewhere(folder: Path) -> bool:
    """Whether the addresses that were used are not the provider's."""
    return elsewhere(load_state(folder)[2]) is not None
