"""Real children over the live port, for the tests of the shell."""

from __future__ import annotations

import asyncio
import os
import sys
import unicodedata
from pathlib import Path
from typing import Any

from smoke_tui.journal.events.codec import encode
from smoke_tui.redaction import Secret, Vault
from smoke_tui.world.live.processes.shell import LiveShell
from smoke_tui.world.ports import PortAnswer
from smoke_tui.world.requests.processes import Spawn
from tests.helpers.loopback_servers import soon

TOKEN = "FAKE" + "tokenThatMustNotBeSeen0123456789"
SEQ = 5


class Child:
    """One child over the live port, and what was posted of it."""

    def __init__(self, *argv: Any, vault: Vault | None = None, cwd: str = "/", **spec: Any) -> None:
        self.spec = Spawn(tuple(argv), cwd, **spec)
        self.shell = LiveShell(vault or Vault())
        self.facts: list[dict[str, Any]] = []
        self.secrets: dict[str, Secret] = {}

    def post(self, answer: PortAnswer) -> None:
        self.facts.append(encode(answer.body))
        self.secrets |= answer.secrets

    def begin(self) -> asyncio.Task[None]:
        refs = dict.fromkeys(self.spec.secret_kinds(), "s.1")
        return asyncio.create_task(self.shell.run(SEQ, self.spec, refs, self.post))

    async def stop(self) -> None:
        gone = await self.shell.stop(SEQ)
        self.facts.append({"what": "stopped", "gone": gone})

    def words(self) -> list[str]:
        return [fact["what"] for fact in self.facts]

    def text(self, source: str = "out") -> str:
        return "".join(
            f["text"] for f in self.facts if f["what"] == "output" and f["source"] == source
        )

    @property
    def code(self) -> Any:
        assert self.facts[-1]["what"] == "exited", self.facts
        return self.facts[-1]["code"]

    def fact(self, what: str) -> dict[str, Any]:
        """The one fact of that sort."""
        found = [fact for fact in self.facts if fact["what"] == what]
        assert len(found) == 1, self.facts
        return found[0]

    def pids(self) -> list[int]:
        """The process ids it has printed, one a line."""
        return [int(word) for word in self.text().split()]


def ran(*argv: Any, **more: Any) -> Child:
    child = Child(*argv, **more)

    async def main() -> None:
        await child.begin()

    soon(main())
    return child


def python(script: str, *args: str) -> tuple[str, ...]:
    return (sys.executable, "-S", "-c", script, *args)


def descriptors() -> list[str]:
    return sorted(os.listdir("/proc/self/fd"))


def children() -> list[int]:
    """The processes this one has to collect."""
    me = str(os.getpid())
    return [
        int(path.parent.name)
        for path in Path("/proc").glob("[0-9]*/stat")
        if (stat := _read(path)) and stat.rpartition(")")[2].split()[1] == me
    ]


def _read(path: Path) -> str:
    try:
        return path.read_text(errors="replace")
    except OSError:
        return ""


def is_clear(text: str) -> bool:
    """Whether no control, escape or invisible character is in a text."""
    return not any(
        unicodedata.category(char) in ("Cc", "Cf", "Cs") and char not in "\n\t" for char in text
    )
