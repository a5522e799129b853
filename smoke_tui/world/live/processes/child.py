"""One child that runs: the reports of its guardian and its pipes, as facts."""

from __future__ import annotations

import asyncio
import errno
import os
import subprocess
from typing import Final

from smoke_tui.journal.events.facts import ProcessDetached, ProcessMissing, ProcessStarted
from smoke_tui.world.live.processes.leftovers import mark_of, stop_leftover
from smoke_tui.world.live.processes.output import Hidden, Output, Pipe
from smoke_tui.world.ports import PortAnswer, Post
from smoke_tui.world.requests.processes import Spawn
from smoke_tui.world.values import show_text

_KILLED: Final = 137
_STOPPED: Final = 143
_LINES: Final = 64 * 1024

Known = tuple[int, str | None]


class Child:
    """A guardian with its command, followed to its end.

    `proven` is None while it may run, then whether nothing of it is left.
    """

    def __init__(
        self,
        process: subprocess.Popen[bytes],
        control: int,
        status: int,
        request: Spawn,
        post: Post,
        outputs: tuple[Output | Hidden, Output | Hidden],
    ) -> None:
        self.ended = asyncio.Event()
        self.proven: bool | None = None
        self.began = False
        self._process = process
        self._control: int | None = control
        self._status = status
        self._request = request
        self._post = post
        self._outputs = outputs
        self._pipes: list[Pipe] = []
        self._line = b""
        self._processes: list[Known] = []
        self._code: int | None = None
        self._end_reported = False
        self._over = asyncio.get_running_loop().create_future()
        os.set_blocking(status, False)
        asyncio.get_running_loop().add_reader(status, self._listen)

    def let_go(self) -> None:
        """Have it taken down."""
        if self._control is not None:
            os.close(self._control)
            self._control = None

    async def follow(self) -> int | None:
        """Wait until it has ended; its exit status, or None where that has been reported."""
        stopped = False
        try:
            await self._over
            # Who has closed the status pipe is at its end.
            self._process.wait()
            stopped = self._control is None
            if self.proven is None:
                await self._sweep()
        finally:
            self.let_go()
            self._close_status()
            for pipe in self._pipes:
                await pipe.close()
            for file in (self._process.stdout, self._process.stderr):
                if file is not None:
                    file.close()
        if not (self.began or self._end_reported or stopped):
            self._missing("its guardian ended before it")
        if self._end_reported:
            return None
        return self._code if self._code is not None else _STOPPED if stopped else _KILLED

    async def _sweep(self) -> None:
        """Stop what a guardian that was killed has left; what nobody reports can't be proven."""
        for pid, mark in self._processes:
            await asyncio.to_thread(stop_leftover, pid, mark)
        self.proven = not self._processes

    # --- the status pipe ------------------------------------------------------------------

    def _listen(self) -> None:
        try:
            data = os.read(self._status, _LINES)
        except BlockingIOError:
            return
        if not data:
            self._close_status()
            self._end()
            return
        *lines, self._line = (self._line + data).split(b"\n")
        try:
            for line in lines:
                self._hear(line.decode().split())
        except Exception as error:
            self._end(error)

    def _hear(self, words: list[str]) -> None:
        match words:
            case ["failed", number]:
                self.proven = True
                self._missing(
                    _why(int(number), show_text(self._request.argv[0]), self._request.cwd)
                )
            case ["started", pid]:
                self._begin(int(pid))
            case ["ended", code, count, *pids]:
                self._code = int(code)
                if self._request.detaches and self._control is not None:
                    self._detached(int(count), [int(pid) for pid in pids])
            case ["swept", code, gone]:
                self._code = int(code)
                self.proven = gone == "1"

    def _begin(self, command: int) -> None:
        self.began = True
        command_process = (command, mark_of(command))
        self._processes = [command_process]
        guardian = self._process.pid
        self._post(
            PortAnswer(
                ProcessStarted(
                    command,
                    command_process[1],
                    guardian,
                    mark_of(guardian),
                    tuple(show_text(part) for part in self._request.argv),
                )
            )
        )
        assert self._process.stdout is not None
        assert self._process.stderr is not None
        self._pipes = [
            Pipe(file, into, self._end)
            for file, into in zip(
                (self._process.stdout, self._process.stderr), self._outputs, strict=True
            )
        ]

    def _detached(self, count: int, pids: list[int]) -> None:
        self._processes = [(pid, mark_of(pid)) for pid in pids]
        # Without a process to hold, its end adds nothing.
        self._end_reported = count == 0
        for pipe in self._pipes:
            pipe.drain()
        self._post(PortAnswer(ProcessDetached(self._code, count, tuple(self._processes))))

    def _missing(self, problem: str) -> None:
        self._end_reported = True
        self._post(PortAnswer(ProcessMissing(problem)))

    def _end(self, error: Exception | None = None) -> None:
        """The guardian has ended, or a fault of ours keeps us from following it."""
        if self._over.done():
            return
        if error is None:
            self._over.set_result(None)
        else:
            self._over.set_exception(error)

    def _close_status(self) -> None:
        if self._status >= 0:
            asyncio.get_running_loop().remove_reader(self._status)
            os.close(self._status)
            self._status = -1


def _why(number: int, command: str, cwd: str) -> str:
    """Why the system could not start a command that is there."""
    if number == errno.ENOEXEC:
        return f"{command} is no program, and has no first line that names its interpreter"
    if number == errno.ENOENT and os.path.isdir(cwd):
        return f"{command} can't be started: the interpreter its first line names does not exist"
    return f"{command} can't be started: {os.strerror(number)}"
