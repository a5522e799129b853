"""The rehearsal's folder: the stand-in stack, stand-ins for programs, the instructions."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import socket
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import platformdirs

from smoke_tui.rehearsal.provider import instructions
from smoke_tui.structs import Struct
from smoke_tui.temporary import TemporaryFolder, parent_for_programs

_TEMPLATES: Final = Path(__file__).parent / "stack"
_UV: Final = """#!/bin/sh
# Stands in for uv: `uv run python X` runs this rehearsal's own interpreter.
python={python}
if [ "${{1:-}}" = sync ]; then exit 0; fi
if [ "${{1:-}}" != run ]; then echo "uv (stand-in): only 'uv run' is known here" >&2; exit 2; fi
shift
while [ $# -gt 0 ]; do
  case "$1" in
    --) shift; break ;;
    -*) shift ;;
    *) break ;;
  esac
done
case "${{1:-}}" in
  python|python3) shift; exec "$python" "$@" ;;
  *.py) exec "$python" "$@" ;;
  *) exec "$@" ;;
esac
"""
_SMOKE_TUI: Final = """#!/bin/sh
# The program that rehearses, with a state folder of the rehearsal's own.
SMOKE_TUI_STATE_DIR={state}
export SMOKE_TUI_STATE_DIR
unset SMOKE_TUI_CALIBRATION
exec {python} -m smoke_tui "$@"
"""


class RehearsalFolder(Struct, frozen=True):
    """The folder of one rehearsal, removed as a whole."""

    temporary: TemporaryFolder
    stack_dir: Path
    bin_dir: Path
    instructions_file: Path
    current_instructions_file: Path

    def configure(self, config: Mapping[str, object]) -> None:
        """Write the stack's settings (0600)."""
        settings_dir = self.stack_dir / ".rehearsal"
        _write(settings_dir / "config.json", json.dumps(config), 0o600)
        _write(settings_dir / "python", sys.executable, 0o600)

    def remove(self) -> None:
        """Remove the folder; safe to call again."""
        self.temporary.remove()

    @property
    def root(self) -> Path:
        """The folder itself."""
        return self.temporary.path


def build(folder: Path | None, configured_instructions: str) -> RehearsalFolder:
    """Create the folder, in `folder` or a folder for temporary files that lets programs start.

    What a rehearsal that was killed left there is removed.

    Raises:
        OSError: it can't be made.
    """
    parent = folder or parent_for_programs([platformdirs.user_cache_path("smoke-tui")])
    temporary = TemporaryFolder("smoke-rehearsal-", parent)
    root = temporary.path
    try:
        stack_dir, bin_dir = root / "stack", root / "bin"
        shutil.copytree(
            _TEMPLATES, stack_dir, ignore=shutil.ignore_patterns("__pycache__", "*.pyc")
        )
        # A file copied from an installed wheel may have lost its mode.
        (stack_dir / "tools/dev/start.sh").chmod(0o700)
        stack_dir.chmod(0o700)
        (stack_dir / ".rehearsal").mkdir(mode=0o700)
        bin_dir.mkdir(mode=0o700)
        python = shlex.quote(sys.executable)
        _write(bin_dir / "uv", _UV.format(python=python), 0o700)
        state = shlex.quote(str(root / "state"))
        _write(bin_dir / "smoke-tui", _SMOKE_TUI.format(python=python, state=state), 0o700)
        _empty_repository(stack_dir)
        configured, current = root / "instructions.txt", root / "current-instructions.txt"
        _write(configured, configured_instructions, 0o600)
        _write(current, instructions.CURRENT, 0o600)
    except BaseException:
        temporary.remove()
        raise
    return RehearsalFolder(temporary, stack_dir, bin_dir, configured, current)


def _empty_repository(folder: Path) -> None:
    """Make a folder a git repository without a commit, as `git init` does; git may be missing."""
    for name in ("objects", "refs/heads", "hooks"):
        (folder / ".git" / name).mkdir(parents=True)
    (folder / ".git/HEAD").write_text("ref: refs/heads/main\n", encoding="utf-8")


class ReservedPort:
    """A loopback port reserved until `release`; a server of the rehearsal can listen on it.

    On Linux a bound socket that does not listen reserves the port, and another one with
    SO_REUSEADDR can listen on it. Elsewhere the port is only known to be free when it is chosen.
    """

    def __init__(self) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._socket.bind(("127.0.0.1", 0))
        self.number: int = self._socket.getsockname()[1]
        if sys.platform != "linux":
            self._socket.close()

    def release(self) -> None:
        """Release the port; safe to call again."""
        self._socket.close()


def _write(path: Path, text: str, mode: int) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
