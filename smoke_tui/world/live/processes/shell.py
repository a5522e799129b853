"""The live `Shell` port: children in their own session, read in blocks, gone when we are."""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Coroutine, Mapping
from pathlib import Path
from typing import Any, Final

from smoke_tui.redaction import Secret, Vault, credential_documents
from smoke_tui.world.conversation import PendingRequest
from smoke_tui.world.live.http import take_secrets
from smoke_tui.world.live.processes.child import Child
from smoke_tui.world.live.processes.output import Hidden, Output
from smoke_tui.world.requests import (
    PLACEHOLDER_PROBLEM,
    SpawnSpec,
    holds_placeholder,
    render,
    secrets_in,
)

PASSED_ON: Final = (
    "PATH",
    "HOME",
    "LANG",
    "LANGUAGE",
    "TZ",
    "TMPDIR",
    "USER",
    "LOGNAME",
    "SHELL",
    "XDG_CACHE_HOME",
    "XDG_CONFIG_HOME",
    "XDG_DATA_HOME",
    "XDG_RUNTIME_DIR",
    "DISPLAY",
    "WAYLAND_DISPLAY",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
)
SET: Final = {"TERM": "dumb", "NO_COLOR": "1", "PYTHONUNBUFFERED": "1"}
GUARDIAN: Final = str(Path(__file__).with_name("guardian.py"))
STOP_SECONDS: Final = 8.0
_OPENING: Final = re.compile(r'\{(?=[ \t\r\n]*["}])')

Post = Callable[..., None]


class LiveShell:
    """Starts children and posts what they do."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault
        self._children: dict[int, Child] = {}
        self._following: set[asyncio.Task[None]] = set()

    async def serve(self, job: PendingRequest, post: Post) -> None:
        """Run one child to its end, or stop one."""
        if isinstance(job.raw, SpawnSpec):
            await self._run(job, job.raw, post)
        else:
            post({"what": "stopped", "gone": await self._stop(job.raw[1])})

    def holds(self, seq: int) -> bool:
        """Whether this request is a child that runs."""
        child = self._children.get(seq)
        return child is not None and not child.ended.is_set()

    def end(self, seq: int) -> None:
        """Take a child down without waiting."""
        child = self._children.get(seq)
        if child is not None:
            child.let_go()

    async def _stop(self, seq: int) -> bool:
        child = self._children.get(seq)
        if child is None:
            return True
        child.let_go()
        try:
            async with asyncio.timeout(STOP_SECONDS):
                await child.ended.wait()
        except TimeoutError:
            return False
        return child.proven is True

    async def close(self) -> None:
        """Take every child down and wait for it."""
        for child in self._children.values():
            child.let_go()
        if self._following:
            await asyncio.wait(self._following, timeout=STOP_SECONDS)

    async def _run(self, job: PendingRequest, spec: SpawnSpec, post: Post) -> None:
        started = self._start(job, spec, post)
        if started is not None:
            # Who no longer waits for a child does not keep it from being followed to its end.
            following = asyncio.create_task(started)
            self._following.add(following)
            following.add_done_callback(self._following.discard)
            await asyncio.shield(following)

    def _start(
        self, job: PendingRequest, spec: SpawnSpec, post: Post
    ) -> Coroutine[Any, Any, None] | None:
        """Start a child; nothing is awaited in here, so that nothing can be cut in half."""
        problem = _refusal(spec)
        env = child_environment(spec)
        argv = [str(part) for part in render(spec.argv)]
        if problem is None:
            problem = _missing(argv[0], spec.cwd, env["PATH"])
        if problem is not None:
            post({"what": "missing", "problem": problem})
            return None
        control_read, control = os.pipe()
        status_read, status = os.pipe()
        mode = "detaches" if spec.detaches else "ends"
        try:
            process = subprocess.Popen(
                # As UTF-8 whatever the locale says: the runbook is.
                [
                    _utf8(word)
                    for word in (
                        sys.executable,
                        "-I",
                        "-S",
                        GUARDIAN,
                        str(control_read),
                        str(status),
                        mode,
                        "--",
                        *argv,
                    )
                ],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                bufsize=0,
                cwd=spec.cwd,
                env={_utf8(name): _utf8(value) for name, value in env.items()},
                pass_fds=(control_read, status),
                start_new_session=True,
            )
        except (OSError, ValueError) as error:
            os.close(control)
            os.close(status_read)
            said = error.strerror if isinstance(error, OSError) else str(error)
            post({"what": "missing", "problem": f"{argv[0]} can't be started: {said or error}"})
            return None
        finally:
            os.close(control_read)
            os.close(status)
        outputs: tuple[Output | Hidden, Output | Hidden] = (
            (Hidden(), Hidden())
            if spec.hidden
            else (Output(self._vault, "out", post), Output(self._vault, "err", post))
        )
        child = Child(process, control, status_read, spec, post, outputs)
        self._children[job.seq] = child
        return self._follow(child, job, spec, post, outputs)

    async def _follow(
        self,
        child: Child,
        job: PendingRequest,
        spec: SpawnSpec,
        post: Post,
        outputs: tuple[Output | Hidden, Output | Hidden],
    ) -> None:
        output = outputs[0]
        try:
            code = await child.follow()
            if isinstance(output, Hidden) and child.began:
                for hidden in outputs:
                    # Also of what is not kept, no part may come back by another way.
                    assert isinstance(hidden, Hidden)
                    self._learn(bytes(hidden.content), job, spec)
                post(*self._parse(bytes(output.content), job, spec))
            if code is not None:
                post({"what": "exited", "code": code})
        finally:
            child.ended.set()

    def _learn(self, output: bytes, job: PendingRequest, spec: SpawnSpec) -> None:
        """Register every value of a hidden output, whether it is wanted or not."""
        text = output.decode("utf-8", "replace")
        found = last_json_object(text)
        for part in (found, text if found is None else text.replace(found, " ")):
            if part and part.strip():
                self._vault.add_document(part, job.refs["whole"], spec.public)

    def _parse(
        self, output: bytes, job: PendingRequest, spec: SpawnSpec
    ) -> tuple[dict[str, Any], Mapping[str, Secret]]:
        text = last_json_object(output.decode("utf-8", "replace"))
        if text is None:
            return {"what": "parsed", "found": False, "document": None}, {}
        secrets = take_secrets(text.encode(), spec.sensitive, job.refs, self._vault)
        secrets["whole"] = Secret(
            text, kind="output", ref=job.refs["whole"], public={"length": len(text)}, scrub=False
        )
        document = json.loads(self._vault.redact(text.encode()))
        document = credential_documents.named_leaves(document, spec.public)
        return {"what": "parsed", "found": True, "document": document}, secrets


def last_json_object(text: str) -> str | None:
    """The JSON object that the last closing brace of `text` ends, the outermost; or None."""
    decoder = json.JSONDecoder()
    start, end, at = 0, 0, 0
    # Text that opens objects again and again and closes none would take for ever.
    attempts = 2000
    while attempts > 0 and (opening := _OPENING.search(text, at)):
        try:
            _, at = decoder.raw_decode(text, opening.start())
        except (ValueError, RecursionError) as error:
            at = opening.end()
            attempts -= 100 if isinstance(error, RecursionError) else 1
        else:
            start, end = opening.start(), at
    return text[start:end] if end > 0 and end == text.rfind("}") + 1 else None


def child_environment(spec: SpawnSpec) -> dict[str, str]:
    """The environment of a child: an allow-list, fixed values, and what the step declares."""
    env = {n: v for n, v in os.environ.items() if n in PASSED_ON or n.startswith("LC_")}
    env.setdefault("PATH", os.defpath)
    env |= SET
    if spec.path_prepend:
        env["PATH"] = spec.path_prepend + os.pathsep + env["PATH"]
    env |= {name: str(render(value)) for name, value in spec.env}
    return env


def _utf8(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def _refusal(spec: SpawnSpec) -> str | None:
    leaves = secrets_in(spec.argv) + secrets_in([value for _, value in spec.env])
    if any(secret.scrub for secret in leaves):
        return "a secret would stand in the arguments or the environment of a command"
    if holds_placeholder((spec.argv, spec.env, spec.cwd)):
        return f"the command was not started: {PLACEHOLDER_PROBLEM}"
    return None


def _missing(command: str, cwd: str, path: str) -> str | None:
    if not os.path.isdir(cwd):
        return f"the folder {cwd} does not exist"
    if "/" in command:
        target = os.path.join(cwd, command)
        if not os.path.exists(target):
            return f"{command} does not exist in {cwd}"
        if os.path.isdir(target):
            return f"{command} is a folder"
        return None if os.access(target, os.X_OK) else f"{command} is not executable"
    return None if shutil.which(command, path=path) else f"{command} was not found on PATH"
