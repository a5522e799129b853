"""Commands that end while what they started stays, until it is stopped."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.helpers.loopback_servers import soon, until
from tests.helpers.processes import alive
from tests.helpers.shell_children import SEQ, Child, children, descriptors, python

# Starts daemons in sessions of their own, which hold the pipe; ends when they are up.
STARTER = """
import os, sys, time
folder, count, code = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
read, write = os.pipe()
for number in range(count):
    if os.fork() == 0:
        os.setsid()
        if os.fork(): os._exit(0)
        os.write(1, b"%d\\n" % os.getpid())
        os.write(write, b"x")
        while not os.path.exists(f"{folder}/end{number}"):
            try:
                os.unlink(f"{folder}/speak")  # Only one of them takes it.
                os.write(1, b"0\\n")
            except FileNotFoundError:
                pass
            time.sleep(0.01)
        os._exit(7)
for number in range(count):
    os.read(read, 1)
    os.wait()
os.write(1, b"0\\n" * 20000)
sys.exit(code)
"""
PRINTED = 20000


def starter(folder: Path, count: int = 1, code: int = 0) -> Child:
    return Child(*python(STARTER, str(folder), str(count), str(code)), stays=True, detaches=True)


def daemons(child: Child) -> list[int]:
    return [pid for pid in child.pids() if pid]


def test_what_a_command_leaves_is_held_until_it_is_stopped(tmp_path: Path) -> None:
    child = starter(tmp_path, 2)

    async def main() -> None:
        before = descriptors(), children()
        task = child.begin()
        await until(lambda: "detached" in child.words())
        fact = child.fact("detached")
        assert (fact["code"], fact["kept"]) == (0, 2)
        assert sorted(pid for pid, _ in fact["processes"]) == sorted(daemons(child))
        assert all(mark for _, mark in fact["processes"])
        # All that the command had printed stands before its end.
        assert len(child.pids()) == PRINTED + 2
        (tmp_path / "speak").touch()
        await until(lambda: len(child.pids()) == PRINTED + 3)
        assert all(alive(pid) for pid in daemons(child))
        assert child.shell.holds(SEQ)
        await child.stop()
        await task
        assert (descriptors(), children()) == before

    soon(main())
    assert child.words()[-2:] == ["exited", "stopped"]
    assert child.facts[-1]["gone"] is True
    assert not any(alive(pid) for pid in daemons(child))


def test_the_end_of_the_last_one_held_is_the_end(tmp_path: Path) -> None:
    child = starter(tmp_path, 2)

    async def main() -> None:
        task = child.begin()
        await until(lambda: "detached" in child.words())
        (tmp_path / "end0").touch()
        (tmp_path / "speak").touch()
        await until(lambda: len(child.pids()) == PRINTED + 3)
        assert child.shell.holds(SEQ)
        (tmp_path / "end1").touch()
        await task

    soon(main())
    assert child.code == 0
    assert child.words().count("detached") == 1


def test_a_command_that_leaves_nobody_is_held_all_the_same() -> None:
    child = Child("/bin/echo", "started elsewhere", stays=True, detaches=True)

    async def main() -> None:
        task = child.begin()
        await until(lambda: "detached" in child.words())
        assert child.fact("detached")["kept"] == 0
        assert child.text() == "started elsewhere\n"
        assert alive(child.fact("started")["guardian"])
        assert child.shell.holds(SEQ)
        await child.stop()
        await task

    soon(main())
    assert child.words() == ["started", "output", "detached", "stopped"]
    assert child.facts[-1]["gone"] is True


@pytest.mark.parametrize("count", [0, 1])
def test_a_command_that_fails_says_so_and_what_it_left_is_held(count: int, tmp_path: Path) -> None:
    child = starter(tmp_path, count, 3)

    async def main() -> None:
        task = child.begin()
        await until(lambda: "detached" in child.words())
        fact = child.fact("detached")
        assert (fact["code"], fact["kept"]) == (3, count)
        await child.shell.close()
        await task

    soon(main())
    assert not any(alive(pid) for pid in daemons(child))


def test_a_command_that_is_stopped_before_it_ends_has_not_detached() -> None:
    child = Child("/bin/sleep", "600", stays=True, detaches=True)

    async def main() -> None:
        task = child.begin()
        await until(lambda: "started" in child.words())
        await child.stop()
        await task

    soon(main())
    assert child.words() == ["started", "exited", "stopped"]
    assert child.fact("exited")["code"] == 143
