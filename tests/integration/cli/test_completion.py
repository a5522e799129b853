"""The completion script, in a real bash."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.helpers.machine import ENVIRONMENT
from tests.helpers.program import Program

ASK = """
source <(smoke-tui completion bash)
ask() {
    COMP_WORDS=("$@"); COMP_CWORD=$(( $# - 1 ))
    _smoke_tui 2>/dev/null
    echo "${COMPREPLY[*]}"
}
ask smoke-tui sessi
ask smoke-tui report last --format = j
ask smoke-tui report last -o kept.t
ask smoke-tui cassettes accept --cau
"""


def test_bash_completes_commands_values_and_files(tmp_path: Path) -> None:
    (tmp_path / "kept.txt").touch()
    path = f"{Path(sys.executable).parent}:{ENVIRONMENT.get('PATH', '/usr/bin:/bin')}"
    done = subprocess.run(
        ["bash", "--norc", "-c", ASK],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        stdin=subprocess.DEVNULL,
        env={**ENVIRONMENT, "PATH": path, "SMOKE_TUI_STATE_DIR": str(tmp_path / "state")},
    )
    assert done.stdout.splitlines() == ["sessions", "json junit", "kept.txt", "--cause"]


def test_each_shell_has_a_script(program: Program) -> None:
    for shell in ("bash", "zsh", "fish"):
        assert "__complete" in program("completion", shell).out
    assert program("completion", "tcsh").code == 2
