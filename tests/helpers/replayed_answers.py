"""Answers replayed to the real Codex CLI: one loopback server, one path for each answer.

What the CLI makes of an answer is its exit code, the answer on stdout and its ERROR lines; the
client is the judge of what a good answer is, so nothing of ours is asked here.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from smoke_tui.httpd.messages import ServerRequest, ServerResponse
from smoke_tui.httpd.server import serve
from tests.helpers.codex_runs import custom_provider, execute

AT_ONCE = 3


@dataclass(frozen=True)
class Replayed:
    """One HTTP answer; `headers` come after a content type, where there is one."""

    body: bytes
    status: int = 200
    headers: tuple[tuple[str, str], ...] = (("content-type", "text/event-stream"),)


@dataclass(frozen=True)
class Judged:
    """What the real CLI made of an answer: its exit code, the final text, its error lines."""

    code: int
    said: str
    errors: tuple[str, ...]

    @property
    def good(self) -> bool:
        """Whether the turn counts as done for the real client."""
        return self.code == 0


@contextmanager
def replaying(answers: Mapping[str, Replayed]) -> Iterator[str]:
    """Serve each answer at /NAME/responses; the origin."""
    started, origin = threading.Event(), ""
    stop: asyncio.Event | None = None
    loop: asyncio.AbstractEventLoop | None = None

    async def answer(request: ServerRequest) -> ServerResponse:
        name = request.path.strip("/").partition("/")[0]
        if name not in answers or request.method != "POST":
            return ServerResponse(404)
        one = answers[name]
        return ServerResponse(one.status, one.headers, one.body)

    async def run() -> None:
        nonlocal origin, stop, loop
        loop, stop = asyncio.get_running_loop(), asyncio.Event()
        server = await serve(answer, [("127.0.0.1", 0)])
        origin = "http://{}:{}".format(*server.addresses[0])
        started.set()
        await stop.wait()
        await server.close()

    thread = threading.Thread(target=lambda: asyncio.run(run()), daemon=True)
    thread.start()
    assert started.wait(10), "the server did not start"
    try:
        yield origin
    finally:
        assert loop is not None
        assert stop is not None
        loop.call_soon_threadsafe(stop.set)
        thread.join(10)


def judge(codex: Path, answers: Mapping[str, Replayed], folder: Path) -> dict[str, Judged]:
    """The real CLI's word on every answer, some at once; each in a home of its own."""
    with replaying(answers) as origin, ThreadPoolExecutor(AT_ONCE) as pool:

        def run(name: str) -> Judged:
            home = folder / name
            home.mkdir()
            settings = custom_provider(f"{origin}/{name}", login=False)
            done = execute(codex, home, settings, "Say the word.")
            lines = [line for line in done.stderr.splitlines() if line.startswith("ERROR: ")]
            return Judged(done.returncode, done.stdout.strip(), tuple(dict.fromkeys(lines)))

        return dict(zip(answers, pool.map(run, answers), strict=True))
