"""What earlier sessions on this machine mean for the next one: consent, and what they left."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from smoke_tui.files import StorageError
from smoke_tui.history.ends import ends
from smoke_tui.history.index import session_folders
from smoke_tui.journal.events.decisions import ServiceProvided
from smoke_tui.journal.events.event import Event
from smoke_tui.journal.events.facts import ProcessDetached, ProcessExited, ProcessStarted
from smoke_tui.journal.file import read_journal
from smoke_tui.journal.folders import in_use
from smoke_tui.runbook import Runbook
from smoke_tui.structs import Struct
from smoke_tui.world.live.processes.leftovers import (
    exists,
    gives_marks,
    still_running,
    stop_leftover,
)
from smoke_tui.world.requests.processes import Spawn

ProcessMark = tuple[int, str | None]
"""A process: its id, and the mark that differs for a later process of that id."""

NEWEST = 50
STOP_SECONDS = 60.0


def agreed_before(state_dir: Path, runbook: Runbook) -> bool:
    """Whether the operator let this very text of a runbook run its commands here before."""
    for folder in session_folders(state_dir / "sessions"):
        session = ends(folder)
        if session is None or session.closed is None:
            continue
        if (
            session.runbook_sha256 == runbook.sha256
            and session.world == "live"
            and session.closed.commands_agreed
        ):
            return True
    return False


class LeftBehind(Struct, frozen=True):
    """Something a session that broke off has left on this machine.

    `pid` and `mark` are of a process that still runs; with `unsure` of one that the system can't
    tell from a later process of that number, so that it is named and never signalled. Without a
    process it is a service that detached itself: `stop` is the command that stops it, in `cwd`.
    """

    session: str
    step: str
    what: str
    pid: int | None = None
    mark: str | None = None
    stop: tuple[str, ...] = ()
    cwd: str = "."
    unsure: bool = False

    def sentence(self) -> str:
        """A sentence that describes it for the operator."""
        if self.unsure:
            return (
                f"{self.what} (process {self.pid}) may still run; step {self.step} of session "
                f"{self.session} started it, and this system can't tell it from a later "
                "process of that number"
            )
        if self.pid is not None:
            return (
                f"{self.what} (process {self.pid}) still runs; step {self.step} of session "
                f"{self.session} started it"
            )
        return (
            f"{self.what} may still run: step {self.step} of {self.session} started it, "
            f"and `{' '.join(self.stop)}` in {self.cwd} stops it"
        )

    def end(self) -> bool:
        """Stop it; whether that is proven. Blocks for seconds."""
        if self.unsure:
            return False
        if self.pid is not None:
            return stop_leftover(self.pid, self.mark)
        from smoke_tui.world.live.processes.shell import child_environment

        try:
            done = subprocess.run(
                self.stop,
                cwd=self.cwd,
                env=child_environment(Spawn(self.stop, self.cwd)),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=STOP_SECONDS,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired):
            return False
        return done.returncode == 0


_ANOTHER_FORM: Final = (KeyError, TypeError, ValueError, AttributeError)


class _Started(Struct):
    step: str
    what: str
    guardian: ProcessMark
    processes: list[ProcessMark]
    detached: bool = False


def left_behind(state_dir: Path) -> list[LeftBehind]:
    """Processes left by sessions that broke off; not of a session that a program still runs."""
    processes: list[LeftBehind] = []
    for number, folder in enumerate(session_folders(state_dir / "sessions")):
        if number >= NEWEST:
            break
        session = ends(folder)
        if session is None or session.closed is not None or in_use(folder):
            continue
        try:
            processes += _of_session(folder.name, read_journal(folder).events)
        except (StorageError, *_ANOTHER_FORM):
            # Not a record of this program's: what it says of processes is not to be relied on.
            continue
    return processes


def _of_session(name: str, events: tuple[Event, ...]) -> Iterator[LeftBehind]:
    ended = {event.request_seq for event in events if isinstance(event.body, ProcessExited)}
    children: dict[int | None, _Started] = {}
    for event in events:
        if event.request_seq in ended:
            continue
        match event.body:
            case ProcessStarted() as started:
                children[event.request_seq] = _Started(
                    event.step or "",
                    " ".join(started.argv),
                    (started.guardian or 0, started.boot),
                    [(started.pid, started.mark)],
                )
            case ProcessDetached(processes=processes) if event.request_seq in children:
                children[event.request_seq].detached = True
                children[event.request_seq].processes += processes
    unsure = not gives_marks()
    running = exists if unsure else still_running
    for child in children.values():
        # A guardian takes all it holds along, so it alone is named where it lives.
        alive = (
            [child.guardian]
            if still_running(*child.guardian)
            else [process for process in dict.fromkeys(child.processes) if running(*process)]
        )
        for pid, mark in alive:
            yield LeftBehind(name, child.step, child.what, pid, mark, unsure=unsure)
    detached = {child.step for child in children.values() if child.detached}
    for event in events:
        service = event.body
        if isinstance(service, ServiceProvided) and event.step in detached and service.stop_argv:
            yield LeftBehind(
                name,
                event.step or "",
                service.argv,
                stop=service.stop_argv,
                cwd=service.cwd,
            )
