"""The main runbook where the system is not Linux: no `fdatasync`, no /proc, no `prctl`."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from smoke_tui.history.leftovers import left_behind
from tests.helpers.other_system import Elsewhere
from tests.helpers.program_faults import command, environment, newest, state_of


def test_the_shim_takes_away_what_it_says_also_from_children(tmp_path: Path) -> None:
    elsewhere = Elsewhere(tmp_path)
    looks = elsewhere.folder / "looks.py"
    looks.write_text("""if True:
        import ctypes, os, subprocess, sys
        def refused(look):
            try:
                look()
            except (FileNotFoundError, AttributeError):
                return True
        looks = [lambda: os.fdatasync, lambda: open('/proc/self/stat'), lambda: os.listdir('/proc'),
                 lambda: os.stat('/proc'), lambda: os.open('/proc/self/stat', os.O_RDONLY),
                 lambda: ctypes.CDLL(None).prctl]
        print(*[refused(look) for look in looks], flush=True)
        if not sys.argv[1:]:
            subprocess.run([sys.executable, '-I', '-S', __file__, 'child'], check=True)
    """)
    done = elsewhere.run_python(str(looks))
    assert done.stdout.splitlines() == [" ".join(["True"] * 6)] * 2, done.stderr


def test_the_main_runbook_is_rehearsed_to_its_end(tmp_path: Path) -> None:
    elsewhere = Elsewhere(tmp_path)
    done = elsewhere.run("--check", "openai-subscription", "--rehearse")
    assert done.returncode == 0, done.stderr
    for program in ("__main__.py", "guardian.py"):
        assert program in elsewhere.looked(), f"{program} did not run in that world"
    assert state_of(newest(elsewhere.state)).closed is not None
    assert left_behind(elsewhere.state) == []
    assert still_running(str(elsewhere.folder)) == []
    replayed = elsewhere.run("replay", "last")
    assert replayed.returncode == 0, replayed.stdout + replayed.stderr


def still_running(folder: str) -> list[str]:
    """Command lines of processes that have to do with a folder; ps reads the real /proc."""
    listed = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True)
    return [line for line in listed.stdout.splitlines() if folder in line]


def test_doctor_says_what_is_weaker_there_and_nothing_of_it_here(tmp_path: Path) -> None:
    elsewhere = Elsewhere(tmp_path)
    there = elsewhere.run("doctor").stdout
    assert "synced with F_FULLFSYNC" in there
    assert "only what stays in a command's process group" in there
    assert "nobody has tried" in there
    here = subprocess.run(
        command(elsewhere.state, "doctor"),
        env=environment(elsewhere.folder),
        text=True,
        capture_output=True,
        check=False,
        cwd=elsewhere.folder,
        stdin=subprocess.DEVNULL,
    ).stdout
    if sys.platform == "linux":
        assert "synced with fdatasync" in here
        assert "what a killed session leaves running is found" in here
        assert "untried" not in here
