"""The live `Shell` port: children in their own session, read in blocks, gone when we are."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Coroutine
from pathlib import Path
from typing import Final

from smoke_tui.journal.events.facts import ProcessExited, ProcessMissing, ProcessParsed
from smoke_tui.redaction import Secret, Vault, credential_documents
from smoke_tui.regex import regex
from smoke_tui.world.live.processes.child import Child
from smoke_tui.world.live.processes.output import Hidden, Output
from smoke_tui.world.live.secret_texts import take_secrets
from smoke_tui.world.ports import PortAnswer, Post, Refs
from smoke_tui.world.requests.processes import Spawn
from smoke_tui.world.values import PLACEHOLDER_PROBLEM, holds_placeholder, render_text, secrets_in

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
_OPENING: Final = regex(r'\{(?=[ \t\r\n]*["}])')


class LiveShell:
    """Starts children and posts what they do."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault
        self._children: dict[int, Child] = {}
        self._following: set[asyncio.Task[None]] = set()

    async def run(self, seq: int, request: Spawn, refs: Refs, post: Post) -> None:
        """Start the child of request `seq`, follow it to its end, and post what it does."""
        started = self._start(seq, request, refs, post)
        if started is not None:
            # Who no longer waits for a child does not keep it from being followed to its end.
            following = asyncio.create_task(started)
            self._following.add(following)
            following.add_done_callback(self._following.discard)
            await asyncio.shield(following)

    async def stop(self, seq: int) -> bool:
        """Take a child down and wait for it; whether it is proven gone."""
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

    def holds(self, seq: int) -> bool:
        """Whether request `seq` has started a child that runs."""
        child = self._children.get(seq)
        return child is not None and not child.ended.is_set()

    def end(self, seq: int) -> None:
        """Take a child down without waiting."""
        child = self._children.get(seq)
        if child is not None:
            child.let_go()

    async def close(self) -> None:
        """Take every child down and wait for it."""
        for child in self._children.values():
            child.let_go()
        if self._following:
            await asyncio.wait(self._following, timeout=STOP_SECONDS)

    def _start(
        self, seq: int, request: Spawn, refs: Refs, post: Post
    ) -> Coroutine[object, object, None] | None:
        """Start a child; nothing is awaited in here, so that nothing can be cut in half."""
        problem = _refusal(request)
        env = child_environment(request)
        argv = [render_text(part) for part in request.argv]
        if problem is None:
            problem = _missing(argv[0], request.cwd, env["PATH"])
        if problem is not None:
            post(PortAnswer(ProcessMissing(problem)))
            return None
        control_read, control = os.pipe()
        status_read, status = os.pipe()
        mode = "detaches" if request.detaches else "ends"
        own = (str(control_read), str(status), mode, "--")
        try:
            process = subprocess.Popen(
                # As UTF-8 whatever the locale says: the runbook is.
                [_utf8(word) for word in (sys.executable, "-I", "-S", GUARDIAN, *own, *argv)],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                bufsize=0,
                cwd=request.cwd,
                env={_utf8(name): _utf8(value) for name, value in env.items()},
                pass_fds=(control_read, status),
                start_new_session=True,
            )
        except (OSError, ValueError) as error:
            os.close(control)
            os.close(status_read)
            reason = (error.strerror if isinstance(error, OSError) else "") or str(error)
            problem = f"{argv[0]} can't be started: {reason}"
            post(PortAnswer(ProcessMissing(problem)))
            return None
        finally:
            os.close(control_read)
            os.close(status)
        outputs: tuple[Output | Hidden, Output | Hidden] = (
            (Hidden(), Hidden())
            if request.hidden
            else (Output(self._vault, "out", post), Output(self._vault, "err", post))
        )
        child = Child(process, control, status_read, request, post, outputs)
        self._children[seq] = child
        return self._follow(child, outputs, request, refs, post)

    async def _follow(
        self,
        child: Child,
        outputs: tuple[Output | Hidden, Output | Hidden],
        request: Spawn,
        refs: Refs,
        post: Post,
    ) -> None:
        output = outputs[0]
        try:
            code = await child.follow()
            if isinstance(output, Hidden) and child.began:
                for hidden in outputs:
                    # Also of what is not kept, no part may come back by another way.
                    assert isinstance(hidden, Hidden)
                    self._register(bytes(hidden.content), request, refs)
                post(self._parse(bytes(output.content), request, refs))
            if code is not None:
                post(PortAnswer(ProcessExited(code)))
        finally:
            child.ended.set()

    def _register(self, output: bytes, request: Spawn, refs: Refs) -> None:
        """Register every value of a hidden output, whether it is wanted or not."""
        text = output.decode("utf-8", "replace")
        document = last_json_object(text)
        for part in (document, text if document is None else text.replace(document, " ")):
            if part and part.strip():
                self._vault.add_document(part, refs["whole"], request.public)

    def _parse(self, output: bytes, request: Spawn, refs: Refs) -> PortAnswer:
        text = last_json_object(output.decode("utf-8", "replace"))
        if text is None:
            return PortAnswer(ProcessParsed(False, None))
        secrets = take_secrets(text.encode(), request.sensitive, refs, self._vault)
        secrets["whole"] = Secret(
            text, kind="output", ref=refs["whole"], public={"length": len(text)}, scrub=False
        )
        document = json.loads(self._vault.redact(text.encode()))
        document = credential_documents.named_leaves(document, request.public)
        return PortAnswer(ProcessParsed(True, document), secrets)


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


def child_environment(request: Spawn) -> dict[str, str]:
    """The environment of a child: an allow-list, fixed values, and what the step declares."""
    env = {n: v for n, v in os.environ.items() if n in PASSED_ON or n.startswith("LC_")}
    env.setdefault("PATH", os.defpath)
    env |= SET
    if request.path_prepend:
        env["PATH"] = request.path_prepend + os.pathsep + env["PATH"]
    env |= {name: render_text(value) for name, value in request.env}
    return env


def _utf8(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def _refusal(request: Spawn) -> str | None:
    leaves = secrets_in(request.argv) + secrets_in([value for _, value in request.env])
    if any(secret.scrub for secret in leaves):
        return "a secret would stand in the arguments or the environment of a command"
    if holds_placeholder((request.argv, request.env, request.cwd)):
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
