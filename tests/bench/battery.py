"""How many judged calls a second the pool makes, against bare clients, in one run.

    .venv/bin/python -m tests.bench.battery [CALLS] [WORKERS] [ROUNDS]

A canned judge runs in a process of its own; each of its answers has an id of its own. Measured in
turn, round by round, are raw asyncio sockets, httpx2 clients with one connection each, and the pool
with its event stream and its journal on disk. A ratio is the median over the rounds; the one of CPU
time does not depend on what else the machine does.
"""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from statistics import median
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
from tests.bench.canned_judge import MODEL, TEXTS, canned_judge

PROMPT = "x" * 2_000
CASES = 10


@dataclass(frozen=True)
class Measured:
    """Calls a second, and milliseconds of CPU time that one call takes on this side."""

    rate: float
    cpu: float


def measured(calls: int, work: Callable[[], object]) -> Measured:
    """What the calls of a piece of work cost."""
    begun, cpu = time.perf_counter(), time.process_time()
    work()
    taken = time.perf_counter() - begun
    return Measured(calls / taken, (time.process_time() - cpu) / calls * 1000)


async def each(calls: int, workers: int, work: Callable[[int], Coroutine[Any, Any, None]]) -> None:
    """Let workers make their share of the calls each."""
    await asyncio.gather(*(work(calls // workers) for _ in range(workers)))


def request_body() -> bytes:
    """What every client sends."""
    return json.dumps({"model": MODEL, "input": PROMPT}).encode()


def raw(port: int, calls: int, workers: int) -> None:
    """Sockets of asyncio, nothing else."""
    body = request_body()
    head = f"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: {len(body)}\r\n\r\n".encode()

    async def work(share: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for _ in range(share):
            writer.write(head + body)
            got = await reader.readuntil(b"\r\n\r\n")
            size = int(got.lower().split(b"content-length:")[1].split(b"\r\n")[0])
            await reader.readexactly(size)
        writer.close()

    asyncio.run(each(calls, workers, work))


def bare(port: int, calls: int, workers: int) -> None:
    """httpx2 clients with one connection each."""
    body = request_body()

    async def work(share: int) -> None:
        limits = httpx2.Limits(max_connections=1, max_keepalive_connections=1)
        async with httpx2.AsyncClient(limits=limits, verify=False) as client:
            for _ in range(share):
                headers = {"authorization": "Bearer " + "a" * 1200}
                address = f"http://127.0.0.1:{port}/"
                async with client.stream("POST", address, content=body, headers=headers) as made:
                    async for _ in made.aiter_bytes():
                        pass

    asyncio.run(each(calls, workers, work))


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


def pool(port: int, calls: int, workers: int, folder: Path) -> None:
    """The pool, its event stream and its journal."""
    vault = Vault()
    token = vault.add(Secret("t" + "0123456789abcdef" * 75, kind="access-token", ref="bench"))
    request = HttpRequest(
        "POST",
        f"http://127.0.0.1:{port}/",
        (("authorization", Joined(("Bearer ", token))), ("content-type", "application/json")),
        json={"model": MODEL, "input": PROMPT},
    )
    cases = tuple(CaseCalls(f"case-{n}", ((1, calls // CASES),), request) for n in range(CASES))
    config = SessionConfig(codex_url=f"http://127.0.0.1:{port}")
    file = JournalFile.create(folder / "sessions" / "bench")
    over = asyncio.Event()

    def listen(event: Event) -> None:
        if isinstance(event.body, BatteryEnded):
            over.set()

    stream = LiveStream(file, vault, WallClock(), [FunctionListener(listen)])
    read = answer_reader(MODEL, subscription=False)

    def post(made: PortAnswer) -> None:
        stream.post(IncomingFact(made.body, "battery", 1, taken=made.taken))

    async def main() -> None:
        battery = RunBattery(cases, workers, BatteryLimits(), read)
        await Pool(vault, config).run(battery, {}, post)
        await over.wait()

    loop = EngineLoop()
    loop.when_idle(stream.deliver, stream.sync_due)
    loop.run_until_complete(main())
    loop.drop()
    file.close()


def check(folder: Path, calls: int) -> None:
    """Make sure that each call of the pool stands in the record, with its answer."""
    lines = (folder / "sessions" / "bench" / "journal.jsonl").read_text().splitlines()
    answered = [json.loads(line)["data"] for line in lines if '"answered"' in line]
    wrong = [data for data in answered if data.get("error") or data["text"] not in TEXTS]
    assert len(answered) == calls, len(answered)
    assert not wrong, wrong[:1]


def clients(port: int, calls: int, workers: int, rounds: int) -> dict[str, list[Measured]]:
    """What each client reaches, round by round."""
    made: dict[str, list[Measured]] = {"raw asyncio": [], "bare httpx2": [], "smoke-tui": []}
    with tempfile.TemporaryDirectory() as name:
        folders = (Path(name, str(number)) for number in count())
        # What is loaded once is no part of the rate.
        pool(port, workers * CASES, workers, next(folders))
        for _ in range(rounds):
            made["raw asyncio"].append(measured(calls, lambda: raw(port, calls, workers)))
            made["bare httpx2"].append(measured(calls, lambda: bare(port, calls, workers)))
            folder = next(folders)
            made["smoke-tui"].append(
                measured(calls, lambda to=folder: pool(port, calls, workers, to))  # type: ignore[misc]
            )
            check(folder, calls)
    return made


def main() -> None:
    """Measure, and print the ratios."""
    given = [int(each) for each in sys.argv[1:]]
    calls, workers, rounds = (*given, *(3_200, 16, 3)[len(given) :])
    calls -= calls % (workers * CASES)
    with canned_judge() as port:
        made = clients(port, calls, workers, rounds)
    print(f"{calls} calls, {workers} workers, {rounds} rounds")
    print(
        f"{'client':<14}{'calls/s':>10}{'ms CPU/call':>14}{'rate / httpx2':>16}{'CPU / httpx2':>15}"
    )
    for name, runs in made.items():
        pairs = list(zip(runs, made["bare httpx2"], strict=True))
        print(
            f"{name:<14}{median(run.rate for run in runs):>10.0f}"
            f"{median(run.cpu for run in runs):>14.3f}"
            f"{median(run.rate / bare.rate for run, bare in pairs):>16.2f}"
            f"{median(run.cpu / bare.cpu for run, bare in pairs):>15.2f}"
        )


if __name__ == "__main__":
    main()
