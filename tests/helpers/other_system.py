"""A machine of another kind: a Python without what only Linux has, for the program and its own."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

SHIM = Path(__file__).with_name("other_system_shim")


@dataclass(frozen=True)
class Elsewhere:
    """Such a machine, with a folder of its own; `looked` tells who missed something there."""

    folder: Path

    def __post_init__(self) -> None:
        self.notes.mkdir()
        # Commands get few variables, so the interpreter itself says where to take notes.
        shim = shlex.quote(str(SHIM / "sitecustomize.py"))
        self.python.write_text(
            f"#!/bin/sh\nSMOKE_ELSEWHERE_NOTES={shlex.quote(str(self.notes))} "
            f'exec {shlex.quote(sys.executable)} {shim} "$@"\n'
        )
        self.python.chmod(0o700)

    @property
    def state(self) -> Path:
        return self.folder / "state"

    @property
    def notes(self) -> Path:
        return self.folder / "notes"

    @property
    def python(self) -> Path:
        return self.folder / "python"

    def environment(self) -> dict[str, str]:
        """The tester's own settings don't reach the program."""
        env = {k: v for k, v in os.environ.items() if k != "CI" and not k.startswith("SMOKE_TUI_")}
        return env | {
            "PYTHONPATH": str(SHIM),
            "SMOKE_ELSEWHERE_NOTES": str(self.notes),
            "SMOKE_ELSEWHERE_PYTHON": str(self.python),
            "TMPDIR": str(self.folder),
            "XDG_CONFIG_HOME": str(self.folder / "config"),
            "HOME": str(self.folder),
        }

    def run(self, *argv: str) -> subprocess.CompletedProcess[str]:
        """Run the program there."""
        return self.run_python("-m", "smoke_tui", "--state-dir", str(self.state), *argv)

    def run_python(self, *argv: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, *argv],
            env=self.environment(),
            cwd=self.folder,
            text=True,
            capture_output=True,
            stdin=subprocess.DEVNULL,
            timeout=180,
            check=False,
        )

    def looked(self) -> set[str]:
        """The programs that looked for something that is not there."""
        path = self.notes / "looked"
        return set(path.read_text("utf-8").split()) if path.exists() else set()
