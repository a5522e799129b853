"""Sessions of the product against the rehearsal, recorded once a test run and shared."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from smoke_tui.cli.answers_file import Scripted
from smoke_tui.config.runbook_files import packaged
from smoke_tui.config.session_config import SessionConfig
from smoke_tui.journal.events.event import Event
from smoke_tui.journal.file import read_journal
from smoke_tui.journal.folders import JOURNAL
from smoke_tui.journal.stream import TextDelta
from smoke_tui.outcomes import Verdict
from smoke_tui.redaction import Secret
from smoke_tui.rehearsal import Rehearsal
from smoke_tui.runbook import Runbook, load, parse
from smoke_tui.session.open import open_session
from smoke_tui.session.rehearsed import rehearsed, rehearsed_io, rehearsed_secret_options
from smoke_tui.session.request import SessionRequest
from smoke_tui.session.session import Session
from smoke_tui.structs import replace
from tests.helpers.events import data_of

PATIENCE = 100.0
VERDICTS: Mapping[str, Verdict] = {
    "happy": Verdict.PASS,
    "instructions-drift": Verdict.PASS,
    "instructions-drift-at-turn": Verdict.PASS,
    "degraded-route": Verdict.FAIL,
    "edge-challenge": Verdict.BLOCKED,
    "login-denied": Verdict.BLOCKED,
    "cancelled-login": Verdict.BLOCKED,
    "cancelled-boot": Verdict.BLOCKED,
    "cancelled-call": Verdict.BLOCKED,
}
"""The recorded sessions, and how each ends."""

_UNDER: Mapping[str, str] = {
    "cancelled-login": "login-timeout",
    "cancelled-boot": "not-ready",
    "cancelled-call": "timeout",
}


@dataclass(frozen=True)
class Recorded:
    """A session that is over; its rehearsal is gone."""

    folder: Path
    verdict: Verdict | None
    fault: BaseException | None
    minted: tuple[str, ...]
    secrets: tuple[Secret, ...]
    requests: tuple[Any, ...]

    @property
    def events(self) -> tuple[Event, ...]:
        return read_journal(self.folder).events


def live_runbook(change: Callable[[str], str] = lambda text: text) -> Runbook:
    """The shipped runbook, with its text changed."""
    text = change((packaged() / "openai-subscription.md").read_text(encoding="utf-8"))
    parsed = parse(text, "openai-subscription.md")
    assert parsed.runbook is not None, [str(found) for found in parsed.diagnostics]
    return parsed.runbook


class Canceller:
    """Cancels the session once, where `strikes` says so."""

    def __init__(self, strikes: Callable[[Event | TextDelta], bool]) -> None:
        self._strikes = strikes
        self._done = False
        self.session: Session | None = None

    def on_event(self, event: Event) -> None:
        self._look(event)

    def on_signal(self, signal: TextDelta) -> None:
        self._look(signal)

    def _look(self, seen: Event | TextDelta) -> None:
        if not self._done and self.session is not None and self._strikes(seen):
            self._done = True
            self.session.cancel("session", "SIGINT")


def _strikes(name: str) -> Callable[[Event | TextDelta], bool]:
    def strikes(seen: Event | TextDelta) -> bool:
        if isinstance(seen, TextDelta):
            return name == "cancelled-call" and seen.step == "live-call"
        if name == "cancelled-login":
            return seen.kind == "request" and data_of(seen).get("kind") == "callback"
        if name == "cancelled-boot":
            return seen.kind == "process" and data_of(seen)["what"] == "started"
        return False

    return strikes


def run(
    scenario: str,
    state_dir: Path,
    *,
    runbook: Runbook | None = None,
    watcher: Any = None,
    embedded: bool = False,
    **changes: Any,
) -> Recorded:
    """One whole session against a rehearsal of its own; `embedded`: its ledger is a PostgreSQL."""
    book = runbook or load(packaged() / "openai-subscription.md").runbook
    assert book is not None
    with Rehearsal.start(scenario, embedded=embedded) as world:
        config = replace(rehearsed(SessionConfig(runbook_model=book.model), world), **changes)
        session = open_session(
            SessionRequest(
                runbook=book,
                config=config,
                state_dir=state_dir,
                operator_io=rehearsed_io(world),
                answerer=Scripted(world),
                secret_options=rehearsed_secret_options(world),
            )
        )
        if isinstance(watcher, Canceller):
            watcher.session = session
        session.start(*([watcher] if watcher is not None else []))
        assert session.done.wait(PATIENCE), f"{scenario}: the session did not end"
        assert world.errors == []
        return Recorded(
            session.folder,
            session.verdict,
            session.fault,
            tuple(world.minted()),
            tuple(session.vault.secrets()),
            tuple(world.requests()),
        )


@cache
def recorded(name: str) -> Recorded:
    """One of `VERDICTS`, recorded at the first call."""
    root = Path(tempfile.mkdtemp(prefix="smoke-recorded-"))
    atexit.register(shutil.rmtree, root, ignore_errors=True)
    watcher = Canceller(_strikes(name)) if name in _UNDER else None
    return run(_UNDER.get(name, name), root, watcher=watcher)


def rewritten(source: Path, target: Path, events: Iterable[Event]) -> Path:
    """A copy of a session's folder with another journal, every checksum right."""
    shutil.copytree(source, target)
    (target / JOURNAL).write_bytes(b"".join(event.line() for event in events))
    return target


class EventRecorder:
    """Remembers every event."""

    def __init__(self) -> None:
        self.events: list[Event] = []

    def on_event(self, event: Event) -> None:
        self.events.append(event)

    def on_signal(self, signal: TextDelta) -> None:
        """Signals are not recorded."""
