"""Runbooks that need no network, the program beside this process, edited records."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import IO

import pytest

from smoke_tui.journal.close_scan import SCAN
from smoke_tui.journal.events.event import Event
from smoke_tui.journal.file import read_journal
from smoke_tui.journal.fold import fold
from smoke_tui.journal.folders import JOURNAL
from smoke_tui.journal.state import State
from smoke_tui.structs import replace
from tests.helpers.paths import ROOT
from tests.helpers.program import Done, Program

LONGEST = 120.0
Change = Callable[[Event], Event | None]


def book(*steps: str, name: str = "offline") -> str:
    """A runbook of steps as `step` makes them."""
    return f"---\nschema: smoke/1\nid: {name}\ntitle: Offline\n---\n\n# Offline\n" + "".join(steps)


def step(name: str, kind: str, *lines: str, run: str = "") -> str:
    """One step; `run` is its command."""
    block = f"```bash run shell\n{run}\n```\n\n" if run else ""
    table = "\n".join([f'id = "{name}"', f'kind = "{kind}"', *lines])
    return f"\n## {name}\n\nDo it.\n\n{block}```toml step\n{table}\n```\n"


def runs(name: str, run: str, *lines: str) -> str:
    return step(name, "run", *lines, run=run)


class OfflineProgram(Program):
    """The program, and runbooks that it runs for real."""

    def __init__(self, folder: Path, capture: pytest.CaptureFixture[str]) -> None:
        super().__init__(folder / "state", capture)
        self.folder = folder

    def live(self, text: str, *argv: str, answers: str = "") -> Done:
        """Run a runbook for real; it may only hold steps that need nobody else."""
        (self.folder / "offline.md").write_text(text)
        (self.folder / "answers.toml").write_text(answers)
        return self("--check", "offline.md", "--live", "--answers", "answers.toml", "--json", *argv)


def edited(folder: Path, change: Change) -> None:
    """Change a journal as somebody would who knows its form: numbers and checksums are right."""
    changed: list[Event] = []
    for event in read_journal(folder).events:
        found = change(event)
        if found is not None:
            changed.append(replace(found, seq=len(changed)))
    rewrite(folder, changed)


def rewrite(folder: Path, events: Iterable[Event], *, scanned: bool = False) -> None:
    """Write a journal anew; without its scan, as of a build that left none, unless `scanned`."""
    if not scanned:
        (folder / SCAN).unlink(missing_ok=True)
    (folder / JOURNAL).write_bytes(b"".join(event.line() for event in events))


def cut(folder: Path, lines: int) -> None:
    """A journal as it was after so many lines."""
    kept = (folder / JOURNAL).read_bytes().splitlines(keepends=True)[:lines]
    (folder / JOURNAL).write_bytes(b"".join(kept))


def state_of(folder: Path) -> State:
    journal = read_journal(folder)
    assert journal.damage == ()
    return fold(journal.events)


def environment(folder: Path) -> dict[str, str]:
    env = {k: v for k, v in os.environ.items() if k != "CI" and not k.startswith("SMOKE_TUI_")}
    return env | {
        "XDG_CONFIG_HOME": str(folder / "config"),
        "PYTHONPATH": str(ROOT),
        "TMPDIR": str(folder),
    }


def beside(
    folder: Path,
    *argv: str,
    out: int | IO[bytes] = subprocess.PIPE,
    err: int | IO[bytes] = subprocess.PIPE,
    before: Callable[[], None] | None = None,
) -> subprocess.Popen[bytes]:
    """The program as a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "smoke_tui", "--state-dir", str(folder / "state"), *argv],
        env=environment(folder),
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=out,
        stderr=err,
        preexec_fn=before,
    )


def ended(child: subprocess.Popen[bytes]) -> Done:
    out, err = child.communicate(timeout=LONGEST)
    return Done(child.returncode, (out or b"").decode(), (err or b"").decode())
