"""Who descends from a child is taken down with it, wherever it went and whatever it ignores."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.loopback_servers import soon, until
from tests.helpers.processes import alive
from tests.helpers.shell_children import SEQ, Child, python, ran

TREE = """
import os, signal, subprocess, sys, time
child = subprocess.Popen([sys.executable, "-S", "-c",
    "import os, sys, time\\n"
    "if 'away' in sys.argv: os.setsid()\\n"
    "if 'own' in sys.argv: os.setpgid(0, 0)\\n"
    "print(os.getpid(), flush=True)\\n"
    "if 'stopped' in sys.argv: os.kill(os.getpid(), 19)\\n"
    "time.sleep(600)", *sys.argv[1:]])
print(os.getpid(), flush=True)
if "renamed" in sys.argv: os.execv("/bin/sleep", ["renamed", "600"])
if "leaves" in sys.argv:
    while not os.path.exists(sys.argv[-1]): time.sleep(0.01)
    sys.exit(0)
time.sleep(600)
"""

DAEMON = """
import os, sys, time
read, write = os.pipe()
if os.fork() == 0:
    os.setsid()
    if os.fork(): os._exit(0)
    os.chdir("/")
    print(os.getpid(), flush=True)
    os.write(write, b"x")
    time.sleep(600)
os.read(read, 1)
"""

# Nobody here minds TERM; each says who was still there when it came.
DEAF = """
import os, signal, sys, time
top = os.getpid()
def told(number, frame):
    with open(f"/proc/{top}/stat") as stat: state = stat.read().rpartition(")")[2].split()[0]
    os.write(1, b"alone\\n" if state in "ZX" else b"together\\n")
signal.signal(signal.SIGTERM, told)
for _ in range(3):
    if os.fork() == 0:
        os.setsid()
        break
os.write(1, b"%d\\n" % os.getpid())
while True: time.sleep(600)
"""


def stopped(child: Child, printed: int) -> list[int]:
    """Wait until so many processes have told their ids, then stop the child."""
    pids: list[int] = []

    async def main() -> None:
        task = child.begin()
        await until(lambda: len(child.pids()) == printed)
        pids.extend(child.pids())
        assert all(alive(pid) for pid in pids)
        await child.stop()
        assert child.facts[-1] == {"what": "stopped", "gone": True}
        assert not any(alive(pid) for pid in pids)
        await task

    soon(main())
    return pids


@pytest.mark.parametrize("how", ["", "away", "own", "stopped", "renamed"])
def test_stopping_takes_the_whole_family_down(how: str) -> None:
    child = Child(*python(TREE, how), stays=True)
    pids = stopped(child, 2)
    assert child.fact("started")["pid"] in pids


def test_who_ignores_term_is_reported_with_the_others_and_killed_with_the_others() -> None:
    child = Child(*python(DEAF), stays=True)
    told: list[str] = []

    async def main() -> None:
        task = child.begin()
        await until(lambda: len(child.text().split()) == 4)
        pids = child.pids()
        await child.stop()
        told.extend(child.text().split()[4:])
        assert child.facts[-1] == {"what": "stopped", "gone": True}
        assert not any(alive(pid) for pid in pids)
        await task

    soon(main())
    assert told == ["together"] * 4
    assert child.fact("exited")["code"] == 137


def test_who_is_stopped_hears_of_its_end() -> None:
    script = (
        "import os, signal, sys\n"
        "def told(*_): print('heard', flush=True); sys.exit(3)\n"
        "signal.signal(signal.SIGTERM, told)\n"
        "print('up', flush=True); os.kill(os.getpid(), signal.SIGSTOP)\n"
    )
    child = Child(*python(script), stays=True)

    async def main() -> None:
        task = child.begin()
        await until(lambda: "up" in child.text() and _state(child.fact("started")["pid"]) == "T")
        await child.stop()
        await task

    soon(main())
    assert child.text() == "up\nheard\n"
    assert child.fact("exited")["code"] == 3


def _state(pid: int) -> str:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]


def test_two_hundred_children_are_taken_down() -> None:
    script = (
        "import os, time\n"
        "for _ in range(199):\n"
        "    if os.fork() == 0: break\n"
        "os.write(1, b'%d\\n' % os.getpid()); time.sleep(600)\n"
    )
    stopped(Child(*python(script), stays=True), 200)


def test_a_family_that_outlives_its_parent_is_taken_down_too(tmp_path: Path) -> None:
    child = Child(*python(TREE, "leaves", "away", str(tmp_path / "go")))

    async def main() -> None:
        task = child.begin()
        await until(lambda: len(child.pids()) == 2)
        (tmp_path / "go").touch()
        await task

    soon(main())
    assert not any(alive(pid) for pid in child.pids())
    assert child.code == 0


def test_a_daemon_does_not_outlive_a_command_that_is_run_to_its_end() -> None:
    child = ran(*python(DAEMON))
    assert child.code == 0
    assert len(child.pids()) == 1
    assert not alive(child.pids()[0])


def test_letting_go_of_a_child_ends_it_and_its_end_is_reported() -> None:
    async def main(wait: bool) -> None:
        child = Child("/bin/sleep", "600", stays=True)
        task = child.begin()
        await until(lambda: child.shell.holds(SEQ) and (not wait or bool(child.facts)))
        child.shell.end(SEQ)
        child.shell.end(SEQ)
        await task
        assert child.code == 143
        assert not child.shell.holds(SEQ)
        await child.stop()
        assert child.facts[-1] == {"what": "stopped", "gone": True}

    soon(main(True))
    # Before the command itself could be started.
    soon(main(False))


def test_closing_the_port_takes_every_child_down() -> None:
    child = Child(*python(TREE, "away"), stays=True)

    async def main() -> None:
        task = child.begin()
        await until(lambda: len(child.pids()) == 2)
        await child.shell.close()
        await task

    soon(main())
    assert not any(alive(pid) for pid in child.pids())


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGHUP])
def test_a_guardian_does_not_mind_the_signals_of_a_terminal(number: int) -> None:
    script = (
        "import os, sys, time\n"
        f"os.kill(os.getppid(), {int(number)}); os.kill(os.getppid(), 0); print('on')\n"
    )
    child = ran(*python(script))
    assert (child.text(), child.code) == ("on\n", 0)


def test_a_child_that_stops_its_guardian_is_stopped_with_it() -> None:
    child = ran(
        *python(
            TREE.replace("time.sleep(600)\n", "os.kill(os.getppid(), 15)\n") + "time.sleep(600)\n"
        )
    )
    assert child.code == 143
    assert not any(alive(pid) for pid in child.pids())


@pytest.mark.parametrize("how", ["", "away", "own"])
def test_what_a_killed_guardian_leaves_is_found_and_stopped(how: str) -> None:
    child = Child(*python(TREE, how), stays=True)

    async def main() -> dict[str, Any]:
        task = child.begin()
        await until(lambda: len(child.pids()) == 2)
        started = child.fact("started")
        assert started["guardian"] not in child.pids()
        os.kill(started["guardian"], signal.SIGKILL)
        await task
        await child.stop()
        return started

    started = soon(main())
    assert started["mark"] is not None
    # It is stopped; that nothing else is left can't be known.
    assert child.facts[-1] == {"what": "stopped", "gone": False}
    assert child.fact("exited")["code"] == 137
    assert not any(alive(pid) for pid in child.pids())
