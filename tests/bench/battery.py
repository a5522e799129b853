"""How many judged calls a second the pool makes, against bare clients, in one run.

    .venv/bin/python -m tests.bench.battery [CALLS] [WORKERS]

A canned server runs in a process of its own. Measured are raw asyncio sockets, httpx2 transports with
one connection each, and the pool with its event stream and journal on disk.
"""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import sys
import tempfile
import time
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import httpx2

from smoke_tui.config.session_config import SessionConfig
from smoke_tui.journal.events.battery_facts import BatteryEnded
from smoke_tui.journal.events.event import Event
from smoke_tui.journal.file import JournalFile
from smoke_tui.journal.stream import FunctionListener, IncomingFact, LiveStream
from smoke_tui.redaction import Secret, Vault
from smoke_tui.steps.battery_answer import answer_reader
from smoke_tui.world.live.pool import Pool
from smoke_tui.world.loop import EngineLoop
from smoke_tui.world.ports import PortAnswer
from smoke_tui.world.requests.battery import BatteryLimits, CaseCalls, RunBattery
from smoke_tui.world.requests.http import HttpRequest
from smoke_tui.world.values import Joined

MODEL = "gpt-bench"
PROMPT = "x" * 2_000


def answer() -> bytes:
    """A Responses stream, as one HTTP answer with a length."""
    item = {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "status": "completed",
        "content": [{"type": "output_text", "annotations": [], "text": "PASS"}],
    }
    base = {"id": "resp_1", "object": "response", "model": MODEL, "output": []}
    usage = {
        "input_tokens": 600,
        "input_tokens_details": {"cached_tokens": 0},
        "output_tokens": 1,
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": 601,
    }
    done = {**base, "status": "completed", "output": [item], "usage": usage}
    events: list[dict[str, Any]] = [
        {"type": "response.created", "response": {**base, "status": "in_progress"}},
        {"type": "response.output_item.added", "output_index": 0, "item": {**item, "content": []}},
        {"type": "response.output_text.delta", "item_id": "msg_1", "output_index": 0,
         "content_index": 0, "delta": "PASS"},
        {"type": "response.output_item.done", "output_index": 0, "item": item},
        {"type": "response.completed", "response": done},
    ]  # fmt: skip
    body = "".join(
        f"event: {event['type']}\ndata: {json.dumps({**event, 'sequence_number': number})}\n\n"
        for number, event in enumerate(events)
    ).encode()
    head = (
        f"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nopenai-model: {MODEL}\r\n"
        f"content-length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def serve(ready: Connection) -> None:
    """Answer every request with the same bytes."""
    content = answer()

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                size = next(
                    (int(line.split(b":")[1]) for line in head.lower().split(b"\r\n")
                     if line.startswith(b"content-length")), 0,
                )  # fmt: skip
                await reader.readexactly(size)
                writer.write(content)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    async def main() -> None:
        server = await asyncio.start_server(handle, "127.0.0.1", 0)
        ready.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(main())


async def each(calls: int, workers: int, work: Callable[[int], Coroutine[Any, Any, None]]) -> float:
    """Calls a second of workers that each make their share."""
    begun = time.perf_counter()
    await asyncio.gather(*(work(calls // workers) for _ in range(workers)))
    return calls / (time.perf_counter() - begun)


def raw(port: int, calls: int, workers: int, body: bytes) -> float:
    """Sockets of asyncio, nothing else."""
    head = f"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: {len(body)}\r\n\r\n".encode()

    async def work(share: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for _ in range(share):
            writer.write(head + body)
            got = await reader.readuntil(b"\r\n\r\n")
            size = int(got.lower().split(b"content-length:")[1].split(b"\r\n")[0])
            await reader.readexactly(size)
        writer.close()

    return asyncio.run(each(calls, workers, work))


def bare(port: int, calls: int, workers: int, body: bytes) -> float:
    """httpx2 clients with one connection each."""

    async def work(share: int) -> None:
        limits = httpx2.Limits(max_connections=1, max_keepalive_connections=1)
        async with httpx2.AsyncClient(limits=limits, verify=False) as client:
            for _ in range(share):
                headers = {"authorization": "Bearer " + "a" * 1200}
                address = f"http://127.0.0.1:{port}/"
                async with client.stream("POST", address, content=body, headers=headers) as made:
                    async for _ in made.aiter_bytes():
                        pass

    return asyncio.run(each(calls, workers, work))


class WallClock:
    """The time of day, and milliseconds since it was made."""

    def __init__(self) -> None:
        self._start = time.monotonic()

    def wall(self) -> datetime:
        """The time of day."""
        return datetime.now(UTC)

    def milliseconds(self) -> int:
        """Milliseconds since the start."""
        return int((time.monotonic() - self._start) * 1000)


def pool(port: int, calls: int, workers: int, folder: Path) -> float:
    """The pool, its event stream and its journal."""
    vault = Vault()
    token = vault.add(Secret("t" + "0123456789abcdef" * 75, kind="access-token", ref="bench"))
    request = HttpRequest(
        "POST",
        f"http://127.0.0.1:{port}/",
        (("authorization", Joined(("Bearer ", token))), ("content-type", "application/json")),
        json={"model": MODEL, "input": PROMPT},
    )
    cases = tuple(CaseCalls(f"case-{n}", ((1, calls // 10),), request) for n in range(10))
    config = SessionConfig(codex_url=f"http://127.0.0.1:{port}")
    file = JournalFile.create(folder / "sessions" / "bench")
    over = asyncio.Event()

    def listen(event: Event) -> None:
        if isinstance(event.body, BatteryEnded):
            over.set()

    stream = LiveStream(file, vault, WallClock(), [FunctionListener(listen)])
    read = answer_reader(MODEL, subscription=False)

    def post(made: PortAnswer) -> None:
        stream.post(IncomingFact(made.body, "battery", 1))

    async def main() -> None:
        battery = RunBattery(cases, workers, BatteryLimits(), read)
        await Pool(vault, config).run(battery, {}, post)
        await over.wait()

    loop = EngineLoop()
    loop.when_idle(stream.deliver)
    begun = time.perf_counter()
    loop.run_until_complete(main())
    taken = time.perf_counter() - begun
    loop.drop()
    file.close()
    lines = (folder / "sessions" / "bench" / "journal.jsonl").read_text().splitlines()
    answered = [json.loads(line)["data"] for line in lines if '"answered"' in line]
    wrong = [data for data in answered if data.get("error") or data["text"] != "PASS"]
    assert len(answered) == calls, len(answered)
    assert not wrong, wrong[:1]
    return calls / taken


def main() -> None:
    """Measure, and print the ratios."""
    calls = int(sys.argv[1]) if len(sys.argv) > 1 else 3_000
    workers = int(sys.argv[2]) if len(sys.argv) > 2 else 16
    calls -= calls % (workers * 10)
    mine, theirs = multiprocessing.get_context("spawn").Pipe()
    server = multiprocessing.get_context("spawn").Process(target=serve, args=(theirs,), daemon=True)
    server.start()
    port = int(mine.recv())
    body = json.dumps({"model": MODEL, "input": PROMPT}).encode()
    try:
        asyncio_rate = raw(port, calls, workers, body)
        bare_rate = bare(port, calls, workers, body)
        with tempfile.TemporaryDirectory() as folder:
            # What is loaded once is no part of the rate.
            pool(port, workers * 10, workers, Path(folder, "warm"))
            pool_rate = pool(port, calls, workers, Path(folder, "measured"))
    finally:
        server.terminate()
    print(f"{calls} calls, {workers} workers")
    print(f"raw asyncio       {asyncio_rate:8.0f}/s")
    print(f"bare httpx2       {bare_rate:8.0f}/s")
    print(f"pool and journal  {pool_rate:8.0f}/s")
    print(
        f"pool / httpx2 {pool_rate / bare_rate:.2f}, pool / asyncio {pool_rate / asyncio_rate:.2f}"
    )


if __name__ == "__main__":
    main()
