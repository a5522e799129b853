"""A server on loopback in a process of its own, so that its work is no part of what is measured."""

from __future__ import annotations

import asyncio
import multiprocessing
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from typing import Concatenate, ParamSpec

P = ParamSpec("P")
Handle = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def listen(ready: Connection, handle: Handle) -> None:
    """Serve on a free port, which is sent to `ready`, until the process ends."""

    async def main() -> None:
        server = await asyncio.start_server(handle, "127.0.0.1", 0)
        ready.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(main())


@contextmanager
def serving(
    serve: Callable[Concatenate[Connection, P], None], *args: P.args, **more: P.kwargs
) -> Iterator[int]:
    """The port of a server that `serve` runs, while it does."""
    spawn = multiprocessing.get_context("spawn")
    mine, theirs = spawn.Pipe()
    server = spawn.Process(target=serve, args=(theirs, *args), kwargs=more, daemon=True)
    server.start()
    try:
        yield int(mine.recv())
    finally:
        server.terminate()
        server.join()
