"""A provider on loopback, in a process of its own, that streams one answer at an exact pace."""

from __future__ import annotations

import asyncio
import json
import time
from contextlib import AbstractContextManager
from dataclasses import dataclass
from multiprocessing.connection import Connection

from tests.bench.serving import listen, serving

_SENTENCE = (
    "the request was handled in time and the worker took the next one from the queue so that no "
    "answer waited longer than a second while the cache was filled again"
)
WORDS = _SENTENCE.split()
WORDS_A_LINE = 15
LAST_WORD = "LAST-WORD"
"""The answer's last word: who shows it has shown everything before it."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How many deltas are sent, the seconds before the first and between two, words in each."""

    deltas: int
    first: float
    between: float
    words: int = 1


def deltas(count: int, nonce: str, words: int = 1) -> list[str]:
    """The pieces of an answer in lines of words; the nonce stands in the first, an end in the last."""
    pieces = [f"{nonce}\n"]
    for number in range(1, count - 1):
        end = "\n" if number % WORDS_A_LINE == 0 else " "
        said = (WORDS[(number + more) % len(WORDS)] for more in range(words))
        pieces.append(" ".join(said) + end)
    return [*pieces, LAST_WORD]


def _events(pace: Pace, model: str, nonce: str) -> tuple[list[bytes], list[bytes], list[bytes]]:
    """What is sent before the deltas, the deltas, and what is sent after them."""
    base = {"id": "resp_FAKE1", "object": "response", "model": model, "output": []}
    item = {"id": "msg_FAKE1", "type": "message", "role": "assistant"}
    count = pace.deltas
    pieces = deltas(count, nonce, pace.words)
    content = [{"type": "output_text", "annotations": [], "text": "".join(pieces)}]
    whole = {**item, "status": "completed", "content": content}
    usage = {"input_tokens": 30, "output_tokens": count, "total_tokens": 30 + count}
    done = {**base, "status": "completed", "output": [whole], "usage": usage}
    place = {"item_id": item["id"], "output_index": 0, "content_index": 0}
    texts = [{"type": "response.output_text.delta", **place, "delta": piece} for piece in pieces]
    begun = {**item, "status": "in_progress", "content": []}
    groups: list[list[dict[str, object]]] = [
        [
            {"type": "response.created", "response": {**base, "status": "in_progress"}},
            {"type": "response.output_item.added", "output_index": 0, "item": begun},
        ],
        list(texts),
        [
            {"type": "response.output_item.done", "output_index": 0, "item": whole},
            {"type": "response.completed", "response": done},
        ],
    ]
    number, framed = 0, []
    for group in groups:
        parts = []
        for event in group:
            body = json.dumps({**event, "sequence_number": number})
            parts.append(f"event: {event['type']}\ndata: {body}\n\n".encode())
            number += 1
        framed.append(parts)
    before, middle, after = framed
    return before, middle, after


async def _answer(writer: asyncio.StreamWriter, body: bytes, pace: Pace) -> None:
    began = time.perf_counter()
    asked = json.loads(body)
    nonce = str(asked["input"][-1]["content"][0]["text"]).split()[-1]
    before, middle, after = _events(pace, asked["model"], nonce)
    head = (
        "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
    )
    writer.write(head.encode() + _chunk(b"".join(before)))
    for number, event in enumerate(middle):
        due = began + pace.first + number * pace.between
        if (left := due - time.perf_counter()) > 0:
            await asyncio.sleep(left)
        if writer.is_closing():
            return
        writer.write(_chunk(event))
        if number % 64 == 0:
            await writer.drain()
    writer.write(_chunk(b"".join(after)) + b"0\r\n\r\n")
    await writer.drain()


def _chunk(content: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(content), content)


def serve(ready: Connection, pace: Pace) -> None:
    """Answer each request at this pace."""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).lower()
                size = int(head.partition(b"content-length:")[2].split(b"\r\n")[0] or 0)
                if size:
                    await _answer(writer, await reader.readexactly(size), pace)
                else:
                    writer.write(b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n")
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    listen(ready, handle)


def paced_server(pace: Pace) -> AbstractContextManager[int]:
    """The server's port, while it runs."""
    return serving(serve, pace)
