"""A runbook of one call, and a server that answers while the program runs."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import Any

from smoke_tui.httpd.messages import ServerRequest, ServerResponse
from smoke_tui.httpd.server import serve

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


def served(
    answer: Callable[[ServerRequest], ServerResponse],
    listening: Callable[[str], None],
    use: Callable[[], Any],
) -> Any:
    """Answer requests on a thread of its own while `use` runs; `listening` receives the address."""
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
