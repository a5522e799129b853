"""A live call whose answer the server paces, beside a raw asyncio client on the same server.

The session is the product's own: engine, HTTP port, redaction, classification, journal on disk.
"""

from __future__ import annotations

import asyncio
import json
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from smoke_tui.config.questions import Answer, Verb
from smoke_tui.config.session_config import GIVEN_API_KEY, SessionConfig
from smoke_tui.journal.events.event import Event
from smoke_tui.journal.events.facts import HttpAnswered
from smoke_tui.journal.events.requests import HttpRequested
from smoke_tui.journal.stream import FunctionListener, TextDelta
from smoke_tui.outcomes import Verdict
from smoke_tui.runbook import Runbook, parse
from smoke_tui.session.open import open_session
from smoke_tui.session.request import SessionRequest
from smoke_tui.session.secret_options import SecretOptions
from smoke_tui.world.live.browser_clipboard import headless_io
from tests.bench.measure import Row, times
from tests.bench.paced_server import LAST_WORD, Pace, deltas, paced_server
from tests.helpers.one_call import ONE_CALL

PACE = Pace(5_000, 0.1, 0.001)
ROUNDS = 3
KEY = "sk-FAKE-0123456789abcdefghijklmnop"
MODEL = "gpt-4o"


@dataclass(frozen=True, slots=True)
class Call:
    """Seconds to the first delta and to the end of a call, and CPU seconds of it."""

    first: float
    total: float
    cpu: float


def one_call_text() -> str:
    """The text of a runbook of one call with an API key."""
    text = ONE_CALL.replace("prompt  =", 'credential = "api-key"\nprompt  =')
    return text.replace('"30s"', '"5m"')


def one_call() -> Runbook:
    """A runbook of one call with an API key."""
    runbook = parse(one_call_text(), "one.md").runbook
    assert runbook is not None
    return runbook


class _Agree:
    """An operator who agrees."""

    async def answer(self, kind: str, data: Mapping[str, Any]) -> Answer | None:
        """Agree to what is asked."""
        return Answer({"spend": Verb.YES, "finish": Verb.FINISH}.get(kind, Verb.RUN))

    async def observe(self, kind: str, data: Mapping[str, Any], answer: Answer) -> None:
        """Nothing follows from an answer."""


def session(port: int, folder: Path) -> Call:
    """One session of one call."""
    config = SessionConfig(api_url=f"http://127.0.0.1:{port}/v1", model=MODEL, consent=True)
    request = SessionRequest(
        runbook=one_call(),
        config=config,
        state_dir=folder,
        operator_io=headless_io(folder),
        answerer=_Agree(),
        secret_options=SecretOptions({GIVEN_API_KEY: KEY}),
    )
    moments: dict[str, float] = {}
    shown: list[str] = []

    def event(made: Event) -> None:
        if isinstance(made.body, HttpRequested | HttpAnswered):
            moments[made.kind] = time.perf_counter()

    def signal(delta: TextDelta) -> None:
        moments.setdefault("first", time.perf_counter())
        shown.append(delta.text)

    opened = open_session(request)
    cpu = time.process_time()
    opened.start(FunctionListener(event, signal))
    verdict = opened.wait()
    cpu = time.process_time() - cpu
    assert opened.fault is None, opened.fault
    assert verdict is Verdict.PASS, verdict
    assert "".join(shown).endswith(LAST_WORD), shown[-1:]
    begun = moments["request"]
    return Call(moments["first"] - begun, moments["http"] - begun, cpu)


def raw(port: int) -> Call:
    """The same request over a socket of asyncio, its events read with `json`."""
    body = json.dumps(
        {"model": MODEL, "input": [{"content": [{"text": "Answer with the word AB12"}]}]}
    ).encode()
    head = f"POST /v1/responses HTTP/1.1\r\nhost: x\r\ncontent-length: {len(body)}\r\n\r\n"

    async def call() -> tuple[float, float]:
        began = time.perf_counter()
        first = 0.0
        texts: list[str] = []
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(head.encode() + body)
        await reader.readuntil(b"\r\n\r\n")
        while size := int(await reader.readline(), 16):
            content = await reader.readexactly(size + 2)
            for line in content.split(b"\n"):
                if line.startswith(b"data: "):
                    event = json.loads(line[6:])
                    if event["type"] == "response.output_text.delta":
                        texts.append(event["delta"])
                        first = first or time.perf_counter()
        total = time.perf_counter() - began
        writer.close()
        assert texts == deltas(PACE.deltas, "AB12")
        return first - began, total

    cpu = time.process_time()
    first, total = asyncio.run(call())
    return Call(first, total, time.process_time() - cpu)


def rows() -> Iterator[Row]:
    """In turn, so that both meet the same machine."""
    ours: list[Call] = []
    theirs: list[Call] = []
    with paced_server(PACE) as port, tempfile.TemporaryDirectory() as name:
        for number in range(ROUNDS + 1):
            theirs.append(raw(port))
            ours.append(session(port, Path(name, str(number))))
    # What is loaded once belongs to the first call alone.
    cold, ours, theirs = ours[0], ours[1:], theirs[1:]
    peer = "a raw asyncio client on the same server"
    for what, goal, pick in _FIGURES:
        mine, other = min(map(pick, ours)), min(map(pick, theirs))
        yield Row(
            f"live call, {PACE.deltas:,} deltas: {what}",
            peer,
            times(mine / other),
            goal,
            f"{mine * 1e3:.1f} ms, {other * 1e3:.1f} ms; {pick(cold) * 1e3:.1f} ms in a new process",
        )
    each = median(call.cpu for call in ours) / PACE.deltas
    yield Row("CPU of a delta", peer, f"{each * 1e3:.3f} ms", "(said)", "median")


_FIGURES: tuple[tuple[str, str, Callable[[Call], float]], ...] = (
    ("to the first delta", "≤ 1.05×", lambda call: call.first),
    ("total", "≤ 1.05×", lambda call: call.total),
    ("CPU", "(said)", lambda call: call.cpu),
)
