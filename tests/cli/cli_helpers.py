"""Running the program in this process, and what the tests look at."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from smoke_tui.__main__ import main
from smoke_tui.world.serving import ServerRequest, ServerResponse, serve

ONE_CALL = """\
---
schema: smoke/1
id: one-call
title: One live call
---

## Call

Make one call.

```toml step
id      = "live-call"
kind    = "call"
prompt  = "Answer with the word given to you."
effects = "spends"
spend   = { kind = "subscription", max_calls = 1 }
timeout = "30s"
```
"""


@dataclass(frozen=True)
class Done:
    """What a command printed, and its exit code."""

    code: int
    out: str
    err: str

    def json(self) -> Any:
        return json.loads(self.out)


class Program:
    """The program with a state folder of its own."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.state = folder / "state"
        self.capture = capsys

    def __call__(self, *argv: str) -> Done:
        self.capture.readouterr()
        try:
            code = main(["--state-dir", str(self.state), *argv])
        except SystemExit as end:
            code = int(end.code or 0)
        out, err = self.capture.readouterr()
        return Done(code, out, err)

    def sessions(self) -> list[Path]:
        return sorted((self.state / "sessions").glob("*"))

    def events(self) -> list[dict[str, Any]]:
        """The journal of the newest session."""
        lines = (self.sessions()[-1] / "journal.jsonl").read_text("utf-8").splitlines()
        return [json.loads(line) for line in lines]


def served(
    answer: Callable[[ServerRequest], ServerResponse], listening: Callable[[str], None],
    use: Callable[[], Any],
) -> Any:
    """Answer requests on a thread of its own while `use` runs; `listening` is told the address."""
    loop = asyncio.new_event_loop()

    async def handler(request: ServerRequest) -> ServerResponse:
        return await asyncio.to_thread(answer, request)

    server = loop.run_until_complete(serve(handler, [("127.0.0.1", 0)]))
    listening(f"http://127.0.0.1:{server.addresses[0][1]}")
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        return use()
    finally:
        asyncio.run_coroutine_threadsafe(server.close(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.run_until_complete(loop.shutdown_default_executor())
        loop.close()
