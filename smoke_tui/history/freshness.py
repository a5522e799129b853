"""How old the last live verdict of a runbook is, and whether it still proves something."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final, Literal

from smoke_tui.errors import UsageError
from smoke_tui.files import StorageError
from smoke_tui.history.ends import ends
from smoke_tui.history.index import session_folders
from smoke_tui.journal.events.decisions import SessionClosed
from smoke_tui.journal.file import read_journal
from smoke_tui.journal.load import load_events
from smoke_tui.journal.provenance import elsewhere
from smoke_tui.journal.verdict import PASSES
from smoke_tui.outcomes import Verdict
from smoke_tui.regex import regex
from smoke_tui.runbook import Runbook
from smoke_tui.structs import Struct

_SKEW: Final = timedelta(minutes=5)
"""How far two clocks may be apart."""

_FIRST: Final = datetime(2025, 1, 1, tzinfo=UTC)
"""No session is older: this program did not exist."""

_AGE: Final = regex(r"(\d+)([smhd])")
_UNITS: Final = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


class MaxAge(Struct, frozen=True):
    """How old a verdict may be; `text` is as it was given, such as 7d."""

    text: str
    longest: timedelta

    @classmethod
    def parse(cls, text: str) -> MaxAge:
        """Read --max-age.

        Raises:
            UsageError: it is no age.
        """
        match = _AGE.fullmatch(text)
        if match is None:
            raise UsageError(f"--max-age {text!r}: give a number and one of s, m, h, d, such as 7d")
        return cls(text, timedelta(**{_UNITS[match[2]]: int(match[1])}))


class FreshnessFinding(Struct, frozen=True):
    """Something to report about recorded verdicts."""

    code: str
    severity: Literal["info", "warning", "error"]
    message: str
    remedy: str = ""


class Freshness(Struct, frozen=True):
    """The verdict that counts; None: no recorded verdict proves anything now."""

    verdict: Verdict | None
    findings: tuple[FreshnessFinding, ...]


class _ClosedSession(Struct, frozen=True, order=True):
    """A session that had a verdict; `ended`: it has one now. `runbook` is its text's hash."""

    closed: datetime
    began: datetime
    folder: Path
    ended: bool
    runbook: str
    verdict: Verdict | None = None

    @property
    def name(self) -> str:
        return self.folder.name


def freshness(
    sessions: Path,
    runbook: Runbook,
    age: MaxAge,
    redecide: Callable[[Path], Verdict | None],
    passes: Callable[[Verdict], bool],
) -> Freshness:
    """Judge the last recorded live verdict of a runbook by its age.

    The last one is that which was closed last, whenever its session began. A pass is as old as its
    session: what was done once more does not make the rest of it younger. A part of a runbook is no
    verdict of it, and neither is one that its own record does not support.

    Args:
        sessions: the folder of all sessions.
        runbook: the runbook as it is now.
        age: how old the verdict may be.
        redecide: decides a session again; None where its record does not support its verdict.
        passes: whether a verdict is good enough.
    """
    now = datetime.now(UTC)
    newest_first = sorted(_closed_sessions(sessions, runbook), reverse=True)
    for session in newest_first:
        if session.verdict not in PASSES and session.closed < _FIRST:
            return _undated_failure(session, ())
    skipped: list[FreshnessFinding] = []
    for session in newest_first:
        if max(session.closed, session.began) > now + _SKEW:
            if session.verdict not in PASSES:
                # A failure counts whatever the clock says; an older pass does not make up for it.
                return _undated_failure(session, skipped)
            skipped.append(_in_the_future(session, now))
            continue
        if not session.ended:
            return _unproven(
                skipped,
                "left-open",
                f"Session {session.name}, the last one, was resumed after its end, and has not "
                "ended again.",
                f"smoke-tui resume {session.name}",
            )
        verdict = redecide(session.folder)
        if verdict is not None and elsewhere(load_events(session.folder)[1]) is not None:
            skipped.append(_not_the_provider(session))
            continue
        if verdict is None:
            return _unproven(
                skipped,
                "not-borne-out",
                f"The record of session {session.name}, the last one, does not support its "
                "verdict.",
                f"smoke-tui --check {session.name}",
            )
        passed = passes(verdict)
        if now - (session.began if passed else session.closed) > age.longest:
            break
        if passed and session.runbook != runbook.sha256:
            return _unproven(
                skipped,
                "runbook-changed",
                f"Session {session.name} passed with {runbook.id} as it was then; the runbook has "
                "changed since.",
                "Run it for real as it stands now.",
            )
        counted = FreshnessFinding(
            "last-verdict", "info", f"Session {session.name}: {verdict.value}."
        )
        return Freshness(verdict, (*skipped, counted))
    return _unproven(
        skipped,
        "too-old",
        f"No live verdict of {runbook.id} is younger than {age.text}.",
        "Run it for real, from a person's own machine.",
    )


def _unproven(skipped: list[FreshnessFinding], code: str, message: str, remedy: str) -> Freshness:
    return Freshness(None, (*skipped, FreshnessFinding(code, "error", message, remedy)))


def _undated_failure(
    session: _ClosedSession, skipped: list[FreshnessFinding] | tuple[()]
) -> Freshness:
    verdict = session.verdict or Verdict.INCOMPLETE
    finding = FreshnessFinding(
        "last-verdict",
        "error",
        f"Session {session.name}: {verdict.value}, dated {session.closed:%Y}: the clock was wrong "
        "then, or is now, so that nothing shows it to be older than a pass.",
        f"Check the clock; move {session.folder} away once you know that it is old.",
    )
    return Freshness(verdict, (*skipped, finding))


def _in_the_future(session: _ClosedSession, now: datetime) -> FreshnessFinding:
    what = "closed" if session.closed > now + _SKEW else "begun"
    return FreshnessFinding(
        "not-counted",
        "warning",
        f"Session {session.name} was {what} in the future, by this machine's clock, and does not "
        "count.",
        "Check the clock.",
    )


def _not_the_provider(session: _ClosedSession) -> FreshnessFinding:
    return FreshnessFinding(
        "not-counted",
        "warning",
        f"Session {session.name} was not with the provider, whatever its record calls it, and "
        "does not count.",
    )


def _closed_sessions(sessions: Path, runbook: Runbook) -> Iterator[_ClosedSession]:
    """Sessions of the whole runbook with the real provider that have, or had, a verdict.

    One that was resumed after its end and is open since is among them, with its last time: the
    verdict it had can't be passed over for an older session's.
    """
    for folder in session_folders(sessions):
        session = ends(folder)
        if session is None or session.runbook_id != runbook.id:
            continue
        closed = session.closed
        if not session.real_provider or session.only or session.start_from:
            continue
        ended = closed.time if closed is not None else _reopened(folder)
        if ended is not None:
            yield _ClosedSession(
                datetime.fromisoformat(ended),
                datetime.fromisoformat(session.time),
                folder,
                closed is not None,
                session.runbook_sha256,
                _verdict(closed.verdict) if closed is not None else None,
            )


def _verdict(text: str) -> Verdict | None:
    """The verdict that a last line names; None where it is none."""
    try:
        return Verdict(text)
    except ValueError:
        return None


def _reopened(folder: Path) -> str | None:
    """The time of an open session's last event, where it was closed before; else None."""
    try:
        events = read_journal(folder).events
    except StorageError:
        return None
    closed = any(event.kind == SessionClosed.kind for event in events)
    return events[-1].time if closed else None
