"""The live `Shell` port: children in their own session, read in blocks, gone when we are."""

from __future__ import annotations

import asyncio
import codecs
import json
import os
import shutil
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from smoke_tui.secrecy import Cleaner, Secret, Vault
from smoke_tui.world.conversation import Job
from smoke_tui.world.live.http import take_secrets
from smoke_tui.world.ports import SpawnSpec, render, secrets_in, show

PASSED_ON: Final = ("PATH", "HOME", "LANG", "LANGUAGE", "TZ", "TMPDIR", "USER", "LOGNAME", "SHELL",
                    "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_RUNTIME_DIR",
                    "DISPLAY", "WAYLAND_DISPLAY", "SSL_CERT_FILE", "SSL_CERT_DIR")
SET: Final = {"TERM": "dumb", "NO_COLOR": "1", "PYTHONUNBUFFERED": "1"}
GUARDIAN: Final = str(Path(__file__).with_name("guardian.py"))
BLOCK: Final = 64 * 1024
PACE: Final = 0.1
KEPT_BYTES: Final = 1024 * 1024
TAIL_BYTES: Final = 64 * 1024
HIDDEN_BYTES: Final = 1024 * 1024
STOP_SECONDS: Final = 8.0

Post = Callable[..., None]


class LiveShell:
    """Starts children and posts what they do."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault
        self._controls: dict[int, int] = {}
        self._exits: dict[int, asyncio.Event] = {}

    async def serve(self, job: Job, post: Post) -> None:
        """Run one child to its end, or stop one."""
        if isinstance(job.raw, SpawnSpec):
            await self._run(job, job.raw, post)
        else:
            await self._stop(job.raw[1], post)

    def holds(self, seq: int) -> bool:
        """Whether this request is a child that runs."""
        return seq in self._controls

    def end(self, seq: int) -> None:
        """Take a child down without waiting."""
        control = self._controls.pop(seq, None)
        if control is not None:
            os.close(control)

    async def _stop(self, seq: int, post: Post) -> None:
        self.end(seq)
        gone = self._exits.get(seq)
        try:
            if gone is not None:
                async with asyncio.timeout(STOP_SECONDS):
                    await gone.wait()
            post({"what": "stopped", "gone": True})
        except TimeoutError:
            post({"what": "stopped", "gone": False})

    async def close(self) -> None:
        """Take every child down and wait for it."""
        for seq in list(self._controls):
            self.end(seq)
        for gone in list(self._exits.values()):
            try:
                async with asyncio.timeout(STOP_SECONDS):
                    await gone.wait()
            except TimeoutError:
                continue

    async def _run(self, job: Job, spec: SpawnSpec, post: Post) -> None:
        problem = _refusal(spec)
        env = child_environment(spec)
        argv = [str(part) for part in render(spec.argv)]
        if problem is None:
            problem = _missing(argv[0], spec.cwd, env["PATH"])
        if problem is not None:
            post({"what": "missing", "problem": problem})
            return
        read_end, control = os.pipe()
        try:
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-I", "-S", GUARDIAN, str(read_end), "--", *argv,
                stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE, cwd=spec.cwd, env=env, pass_fds=(read_end,),
                start_new_session=True,
            )
        except OSError as error:
            os.close(control)
            post({"what": "missing", "problem": error.strerror or str(error)})
            return
        finally:
            os.close(read_end)
        self._controls[job.seq] = control
        gone = self._exits[job.seq] = asyncio.Event()
        post({"what": "started", "pid": process.pid, "argv": show(spec.argv)})
        try:
            await self._follow(process, job, spec, post)
        finally:
            self.end(job.seq)
            gone.set()
            self._exits.pop(job.seq, None)

    async def _follow(
        self, process: asyncio.subprocess.Process, job: Job, spec: SpawnSpec, post: Post
    ) -> None:
        assert process.stdout is not None
        assert process.stderr is not None
        hidden = bytearray()
        if spec.hidden:
            readers = [_collect(process.stdout, hidden), _collect(process.stderr, bytearray())]
        else:
            readers = [
                _Blocks(self._vault, source, post).read(pipe)
                for source, pipe in (("out", process.stdout), ("err", process.stderr))
            ]
        reading = asyncio.gather(*readers)
        try:
            code = await process.wait()
            try:
                # The guardian has taken down whoever could still hold a pipe.
                async with asyncio.timeout(2.0):
                    await asyncio.shield(reading)
            except TimeoutError:
                pass
        finally:
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)
        if spec.hidden:
            post(*self._parse(bytes(hidden), job, spec))
        post({"what": "exited", "code": code})

    def _parse(
        self, output: bytes, job: Job, spec: SpawnSpec
    ) -> tuple[dict[str, Any], Mapping[str, Secret]]:
        text = last_json_object(output.decode("utf-8", "replace"))
        if text is None:
            return {"what": "parsed", "found": False, "document": None}, {}
        secrets = take_secrets(text.encode(), spec.sensitive, job.refs, self._vault)
        secrets["whole"] = Secret(
            text, kind="output", ref=job.refs["whole"], public={"length": len(text)}, scrub=False
        )
        document = json.loads(self._vault.redact(text.encode()))
        return {"what": "parsed", "found": True, "document": document}, secrets


def last_json_object(text: str) -> str | None:
    """The last JSON object that ends a line of `text`, or None."""
    decoder = json.JSONDecoder()
    end = text.rfind("}")
    start = text.rfind("{", 0, end + 1)
    while start >= 0:
        try:
            value, stop = decoder.raw_decode(text, start)
        except (ValueError, RecursionError):
            stop, value = -1, None
        if stop == end + 1 and isinstance(value, dict):
            outer = text.rfind("{", 0, start)
            if outer < 0 or not _holds(decoder, text, outer, end + 1):
                return text[start:stop]
        start = text.rfind("{", 0, start)
    return None


def _holds(decoder: json.JSONDecoder, text: str, start: int, end: int) -> bool:
    """Whether some object that starts at or before `start` spans to `end`."""
    while start >= 0:
        try:
            if decoder.raw_decode(text, start)[1] == end:
                return True
        except (ValueError, RecursionError):
            pass
        start = text.rfind("{", 0, start)
    return False


def child_environment(spec: SpawnSpec) -> dict[str, str]:
    """The environment of a child: an allow-list, fixed values, and what the step declares."""
    env = {n: v for n, v in os.environ.items() if n in PASSED_ON or n.startswith("LC_")}
    env.setdefault("PATH", os.defpath)
    env |= SET
    if spec.path_prepend:
        env["PATH"] = spec.path_prepend + os.pathsep + env["PATH"]
    env |= {name: str(render(value)) for name, value in spec.env}
    return env


def _refusal(spec: SpawnSpec) -> str | None:
    leaves = secrets_in(spec.argv) + secrets_in([value for _, value in spec.env])
    if any(secret.scrub for secret in leaves):
        return "a secret would stand in the arguments or the environment of a command"
    return None


def _missing(command: str, cwd: str, path: str) -> str | None:
    if not os.path.isdir(cwd):
        return f"the folder {cwd} does not exist"
    if "/" in command:
        target = os.path.join(cwd, command)
        if not os.path.exists(target):
            return f"{command} does not exist in {cwd}"
        return None if os.access(target, os.X_OK) else f"{command} is not executable"
    return None if shutil.which(command, path=path) else f"{command} was not found on PATH"


async def _collect(pipe: asyncio.StreamReader, into: bytearray) -> None:
    while piece := await pipe.read(BLOCK):
        into += piece
        # What counts stands at the end.
        del into[: max(0, len(into) - HIDDEN_BYTES)]


class _Blocks:
    """One pipe's output: redacted, decoded, cleaned, posted in blocks, bounded."""

    def __init__(self, vault: Vault, source: str, post: Post) -> None:
        self._redactor = vault.stream()
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._cleaner = Cleaner()
        self._source = source
        self._post = post
        self._pending = ""
        self._posted = 0
        self._dropped = 0

    async def read(self, pipe: asyncio.StreamReader) -> None:
        loop = asyncio.get_running_loop()
        last = loop.time() - PACE
        while True:
            try:
                wait = None if not self._pending else max(0.0, PACE - (loop.time() - last))
                async with asyncio.timeout(wait):
                    piece = await pipe.read(BLOCK)
            except TimeoutError:
                self._flush()
                last = loop.time()
                continue
            if not piece:
                break
            self._take(self._redactor.feed(piece))
            if loop.time() - last >= PACE:
                self._flush()
                last = loop.time()
        self._take(self._redactor.flush(), final=True)
        self._flush(final=True)

    def _take(self, piece: bytes, *, final: bool = False) -> None:
        text = self._cleaner.feed(self._decoder.decode(piece, final))
        self._pending += text + (self._cleaner.flush() if final else "")
        if self._posted >= KEPT_BYTES and len(self._pending) > TAIL_BYTES:
            self._dropped += len(self._pending) - TAIL_BYTES
            self._pending = self._pending[-TAIL_BYTES:]

    def _flush(self, *, final: bool = False) -> None:
        if self._posted >= KEPT_BYTES and not final:
            return
        if self._pending:
            self._post({"what": "output", "source": self._source, "text": self._pending,
                        "dropped": self._dropped})
            self._posted += len(self._pending)
            self._pending = ""
