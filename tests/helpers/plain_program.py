"""Driving `--plain`: through a pipe, and what varies in what it prints."""

from __future__ import annotations

import contextlib
import os
import re
import select
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from smoke_tui.journal.events.event import Event
from smoke_tui.journal.file import read_journal
from smoke_tui.rehearsal.rehearsal import Rehearsal
from tests.helpers.paths import ROOT
from tests.helpers.pty_terminal import LONGEST

LOGIN: Final = """\
---
schema: smoke/1
id: only-login
title: Only a login
---

## 1. Log in

Get a **bundle** on this machine.

```toml step
id = "oauth-login"
kind = "login"
```
"""
CALL: Final = (
    LOGIN
    + """
## 2. Call

```toml step
id = "live-call"
kind = "call"
needs = ["oauth-login"]
prompt = "Answer with the word given to you."
effects = "spends"
spend = { kind = "subscription", max_calls = 1 }
```
"""
)
HANDOVER: Final = (
    LOGIN
    + """
## 2. Hand it over

```toml step
id = "paste-credential"
kind = "handover"
needs = ["oauth-login"]
credential = "bundle"
confirm = "The page says that it is saved"

[[fields]]
label = "Bundle"
value = "paste"
```
"""
)

VARYING: Final = (
    (re.compile(r"127\.0\.0\.1:\d+"), "LOOPBACK"),
    (re.compile(r"on port \d+"), "on port PORT"),
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"), "TIME"),
    (re.compile(r"\d{8}T\d{6}Z-[0-9a-f]{4}"), "SESSION"),
    (re.compile(r"(org|dom|world)[-_][0-9a-f]{8}"), r"\1-ID"),
    (re.compile(r"/[^ ]*smoke-rehearsal-\w+"), "FOLDER"),
    (re.compile(r"\b(resp)_\w{20,}"), r"\1-ID"),
    (re.compile(r"x-request-id [-0-9a-f]{36}"), "x-request-id ID"),
    (re.compile(r"in \d+ ms"), "in N ms"),
    (re.compile(r"( ms): \d+"), r"\1: N"),
    (re.compile(r"took [\d.]+ s"), "took N s"),
    (re.compile(r"smoke-[0-9a-f]{10}"), "NONCE"),
    (re.compile(r"\d+ characters"), "N characters"),
)
VARIES: Final = re.compile(r"  \| |The same \d+ more time|GET LOOPBACK/healthz")
"""Lines of processes, which come when they come, and polls, of which there are more or fewer."""


def steady(text: str, folder: Path) -> str:
    """What was printed, with what varies replaced or left out."""
    text = text.replace(str(folder), "HERE")
    for pattern, word in VARYING:
        text = pattern.sub(word, text)
    return "\n".join(line for line in text.split("\n") if not VARIES.match(line))


class Piped:
    """Runs `python -m smoke_tui ARGS` with pipes for a terminal."""

    def __init__(
        self, args: Sequence[str], *, home: Path, env: Mapping[str, str] | None = None
    ) -> None:
        kept = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "smoke_tui", *args, "--state-dir", str(home / "state")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd=home,
            env={
                **kept,
                "PYTHONPATH": str(ROOT),
                "HOME": str(home),
                "PYTHONUTF8": "1",
                "XDG_CONFIG_HOME": str(home / "config"),
                "BROWSER": "true",
                **(env or {}),
            },
        )
        self._condition = threading.Condition()
        self._reading = True
        self.output = ""
        self._bytes = b""
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        while self._reading:
            # A blocked read would keep the pipe open past its closing.
            if not select.select([self.process.stdout], [], [], 0.05)[0]:
                continue
            data = os.read(self.process.stdout.fileno(), 65536)
            if not data:
                return
            self._bytes += data
            with self._condition:
                self.output = self._bytes.decode("utf-8", "ignore")
                self._condition.notify_all()

    def wait_for(self, text: str, *, after: int = 0) -> int:
        """Wait until a text was printed after that many characters; how many there are then."""
        end = time.monotonic() + LONGEST
        with self._condition:
            while text not in self.output[after:]:
                left = end - time.monotonic()
                if left <= 0:
                    raise AssertionError(f"{text!r} was not printed:\n{self.output[-3000:]}")
                self._condition.wait(left)
            return len(self.output)

    def enter(self, *lines: str) -> int:
        """Hand in whole lines; how much was printed before."""
        printed = len(self.output)
        assert self.process.stdin is not None
        self.process.stdin.write("".join(f"{line}\n" for line in lines).encode())
        self.process.stdin.flush()
        return printed

    def close(self) -> None:
        """Nothing more will be typed."""
        assert self.process.stdin is not None
        self.process.stdin.close()

    def stop_reading(self) -> None:
        """Close the end that is read from."""
        self._reading = False
        self._reader.join(LONGEST)
        assert self.process.stdout is not None
        self.process.stdout.close()

    def end(self) -> int:
        """Wait for the exit code."""
        code = self.process.wait(LONGEST)
        self._reader.join(LONGEST)
        return code

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait(LONGEST)
        self._reader.join(LONGEST)
        for pipe in (self.process.stdin, self.process.stdout):
            assert pipe is not None
            with contextlib.suppress(BrokenPipeError):
                pipe.close()


def address_in(text: str) -> str:
    """The sign-in address that was shown."""
    return next(word for word in text.split() if "/oauth/authorize?" in word)


def live(world: Rehearsal, runbook: Path) -> list[str]:
    """Arguments of a live walk against servers of this process."""
    return [
        "--plain",
        str(runbook),
        "--issuer",
        world.issuer,
        "--codex-url",
        world.codex_url,
        "--origin",
        "office",
        "--callback-ports",
        "0",
    ]


def events_of(home: Path) -> list[Event]:
    """The events of the one session below a home."""
    (folder,) = (home / "state" / "sessions").iterdir()
    return list(read_journal(folder).events)
