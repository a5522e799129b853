"""Running the program from outside, to break it: real processes, real kernels' errors."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from smoke_tui.journal.file import read_journal
from smoke_tui.journal.fold import fold
from smoke_tui.journal.state import State

LONGEST = 120.0


def command(state: Path, *argv: str) -> list[str]:
    return [sys.executable, "-m", "smoke_tui", "--state-dir", str(state), *argv]


def environment(folder: Path) -> dict[str, str]:
    """The tester's own settings don't reach the program."""
    env = {k: v for k, v in os.environ.items() if k != "CI" and not k.startswith("SMOKE_TUI_")}
    return env | {"XDG_CONFIG_HOME": str(folder / "config"), "TMPDIR": str(folder)}


@dataclass(frozen=True)
class Ended:
    code: int
    out: str
    err: str


def run(argv: list[str], folder: Path) -> Ended:
    done = subprocess.run(
        argv,
        env=environment(folder),
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=LONGEST,
        stdin=subprocess.DEVNULL,
        check=False,
    )
    return Ended(done.returncode, done.stdout, done.stderr)


def check(state: Path, folder: Path, *argv: str) -> Ended:
    return run(command(state, *argv), folder)


def newest(state: Path) -> Path:
    return max((state / "sessions").iterdir())


def state_of(folder: Path) -> State:
    journal = read_journal(folder)
    assert journal.damage == ()
    return fold(journal.events)


def acknowledged(err: str) -> dict[str, str]:
    """The outcomes that the program printed, by step; the last one counts."""
    words = [line.split() for line in err.splitlines() if line.startswith("step ")]
    return {line[1]: line[2] for line in words if len(line) > 2}


def program(name: str) -> str:
    """A tool of the system, installed where that can be done."""
    found = shutil.which(name)
    if found is None and os.geteuid() == 0 and shutil.which("apt-get"):
        for argv in (("apt-get", "update"), ("apt-get", "install", "-y", name)):
            subprocess.run(argv, check=True, capture_output=True, timeout=600)
        found = shutil.which(name)
    assert found, f"this test needs {name}"
    return found
