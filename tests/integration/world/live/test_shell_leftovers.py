"""What a tool that was killed leaves behind: nothing, or what can be found by its marks."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from smoke_tui.world.live.processes.leftovers import mark_of, still_running, stop_leftover
from tests.helpers.paths import ROOT
from tests.helpers.processes import alive
from tests.helpers.shell_children import children
from tests.integration.world.live.test_shell_descendants import DAEMON, TREE

PATIENCE = 60.0

# The tool in small: posts its facts as lines, and says when a SIGINT has come.
TOOL = """
import asyncio, json, signal, sys
from smoke_tui.journal.events.codec import encode
from smoke_tui.redaction import Vault
from smoke_tui.world.live.processes.shell import LiveShell
from smoke_tui.world.requests.processes import Spawn
def post(answer): print(json.dumps(encode(answer.body)), flush=True)
def interrupted(number, frame): print(json.dumps({"what": "interrupted"}), flush=True)
async def main():
    mode, *argv = sys.argv[1:]
    spec = Spawn((sys.executable, "-S", "-c", *argv), "/", stays=True, detaches=mode == "stays")
    await LiveShell(Vault()).run(1, spec, {}, post)
signal.signal(signal.SIGINT, interrupted)
asyncio.run(main())
"""


class Tool:
    """The live shell in a process of its own, that can be killed."""

    def __init__(self, *argv: str, detaches: bool = False) -> None:
        root = str(ROOT)
        self.process = subprocess.Popen(
            [sys.executable, "-c", TOOL, "stays" if detaches else "ends", *argv],
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": root},
            process_group=0,
        )
        self.facts: list[dict[str, Any]] = []

    def read_until(self, true: Callable[[], bool]) -> None:
        assert self.process.stdout is not None
        while not true():
            line = self.process.stdout.readline()
            assert line, self.facts
            self.facts.append(json.loads(line))

    def fact(self, what: str) -> dict[str, Any]:
        self.read_until(lambda: any(fact["what"] == what for fact in self.facts))
        return next(fact for fact in self.facts if fact["what"] == what)

    def pids(self, count: int) -> list[int]:
        """The ids that the child's processes have printed, once there are so many."""

        def printed() -> list[int]:
            return [
                int(word)
                for fact in self.facts
                if fact["what"] == "output"
                for word in fact["text"].split()
            ]

        self.read_until(lambda: len(printed()) == count)
        return printed()

    def kill(self, number: int = signal.SIGKILL) -> None:
        self.process.send_signal(number)
        self.process.wait(PATIENCE)


@pytest.fixture
def tool() -> Iterator[Callable[..., Tool]]:
    tools: list[Tool] = []

    def start(*argv: str, detaches: bool = False) -> Tool:
        tools.append(Tool(*argv, detaches=detaches))
        return tools[-1]

    yield start
    for each in tools:
        each.process.kill()
        each.process.wait(PATIENCE)
        assert each.process.stdout is not None
        each.process.stdout.close()


def come_about(true: Callable[[], bool]) -> None:
    """Wait for a condition in processes that nobody here can wait for."""
    deadline = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.mark.parametrize(
    ("how", "number"),
    [
        ("", signal.SIGKILL),
        ("away", signal.SIGKILL),
        ("stopped", signal.SIGTERM),
    ],
)
def test_a_tool_that_dies_leaves_no_child(how: str, number: int, tool: Callable[..., Tool]) -> None:
    one = tool(TREE, how)
    pids = one.pids(2)
    assert all(alive(pid) for pid in pids)
    one.kill(number)
    come_about(lambda: none_alive(pids))


def test_a_tool_that_dies_leaves_no_daemon(tool: Callable[..., Tool]) -> None:
    one = tool(DAEMON, detaches=True)
    pids = one.pids(1)
    assert [pid for pid, _ in one.fact("detached")["processes"]] == pids
    assert alive(pids[0])
    one.kill()
    come_about(lambda: not alive(pids[0]))


def test_a_tool_killed_while_it_starts_a_child_leaves_nothing(tool: Callable[..., Tool]) -> None:
    for _ in range(2):
        one = tool(TREE, "away")
        while not (guardians := below(one.process.pid)):
            assert one.process.poll() is None
        one.kill()
        left = [pid for each in guardians for pid in (each, *below(each))]
        come_about(partial(none_alive, left))


def none_alive(pids: list[int]) -> bool:
    return not any(alive(pid) for pid in pids)


def below(pid: int) -> list[int]:
    try:
        return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def test_the_interrupt_of_a_terminal_does_not_reach_children(tool: Callable[..., Tool]) -> None:
    script = (
        "import signal, sys, time\n"
        "seen = []\n"
        "signal.signal(signal.SIGINT, lambda *_: seen.append(1))\n"
        "def told(*_): print('interrupts', len(seen), flush=True); sys.exit()\n"
        "signal.signal(signal.SIGTERM, told)\n"
        "print('up', flush=True); time.sleep(600)\n"
    )
    one = tool(script)
    child = one.fact("started")["pid"]
    one.fact("output")
    os.killpg(one.process.pid, signal.SIGINT)
    one.fact("interrupted")
    os.kill(child, signal.SIGTERM)
    one.fact("exited")
    assert [fact["text"] for fact in one.facts if fact["what"] == "output"] == [
        "up\n",
        "interrupts 0\n",
    ]


def test_a_mark_is_of_one_process_alone() -> None:
    with subprocess.Popen(["/bin/cat"], stdin=subprocess.PIPE) as process:
        mark = mark_of(process.pid)
        assert mark is not None
        assert mark == mark_of(process.pid)
        assert mark.partition("-")[0] == mark_of(1).partition("-")[0]  # type: ignore[union-attr]
        assert still_running(process.pid, mark)
        boot, _, start = mark.partition("-")
        for other in (None, "", f"{boot}-{int(start) + 1}", f"00000000-{start}"):
            assert not still_running(process.pid, other)
            # Somebody else by now: it is not there any more, and nobody is signalled.
            assert stop_leftover(process.pid, other)
        assert still_running(process.pid, mark)
        assert process.poll() is None
        process.kill()
        # Dead and not yet collected.
        come_about(lambda: not still_running(process.pid, mark))
        assert process.pid in children()
    assert mark_of(process.pid) is None


def orphaned(one: Tool) -> dict[str, Any]:
    """Kill the guardian and the tool at once: nobody is left to stop anything."""
    started = one.fact("started")
    one.process.send_signal(signal.SIGSTOP)
    os.kill(started["guardian"], signal.SIGKILL)
    one.kill()
    return started


@pytest.mark.parametrize("how", ["", "away", "own", "stopped"])
def test_orphans_are_found_by_their_marks_and_stopped(how: str, tool: Callable[..., Tool]) -> None:
    one = tool(TREE, how)
    pids = one.pids(2)
    started = orphaned(one)
    assert all(alive(pid) for pid in pids)
    come_about(lambda: not still_running(started["guardian"], started["boot"]))
    assert still_running(started["pid"], started["mark"])
    assert stop_leftover(started["pid"], started["mark"])
    assert none_alive(pids)
    assert not still_running(started["pid"], started["mark"])


def test_an_orphaned_daemon_is_found_by_its_mark(tool: Callable[..., Tool]) -> None:
    one = tool(DAEMON, detaches=True)
    [[pid, mark]] = one.fact("detached")["processes"]
    orphaned(one)
    assert still_running(pid, mark)
    assert stop_leftover(pid, mark)
    assert not alive(pid)


def test_a_member_of_an_orphans_session_whose_parent_ended_is_found(
    tool: Callable[..., Tool],
) -> None:
    script = (
        "import os, time\n"
        "if os.fork() == 0:\n"
        "    if os.fork(): os._exit(0)\n"
        "    os.setpgid(0, 0)\n"
        "os.write(1, b'%d\\n' % os.getpid()); time.sleep(600)\n"
    )
    one = tool(script)
    pids = one.pids(2)
    started = orphaned(one)
    assert stop_leftover(started["pid"], started["mark"])
    assert none_alive(pids)


def test_a_guardian_told_to_stop_sweeps(tool: Callable[..., Tool]) -> None:
    one = tool(TREE, "away")
    pids = one.pids(2)
    started = one.fact("started")
    assert still_running(started["guardian"], started["boot"])
    assert stop_leftover(started["guardian"], started["boot"])
    assert none_alive(pids)
    assert one.fact("exited")["code"] == 143
