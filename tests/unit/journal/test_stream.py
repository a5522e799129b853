"""The inbox: redacted once, written, and synced before anybody acts on it."""

from __future__ import annotations

import asyncio
import base64
import os
import secrets
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from smoke_tui.journal.events.decisions import OtherEvidence
from smoke_tui.journal.events.event import Event
from smoke_tui.journal.events.facts import HttpAnswered, Noted
from smoke_tui.journal.events.machine_facts import DocumentRead
from smoke_tui.journal.file import JournalFile, read_journal
from smoke_tui.journal.folders import JOURNAL
from smoke_tui.journal.stream import (
    EventListener,
    Fact,
    FunctionListener,
    IncomingFact,
    LiveStream,
    TextDelta,
    stamp,
)
from smoke_tui.redaction import Secret, Vault
from smoke_tui.world.loop import EngineLoop
from tests.helpers.events import data_of, decision_of, incoming

START = datetime(2026, 11, 21, 19, 0, tzinfo=UTC)


class TickingClock:
    """A second and 1000 ms later at every look."""

    def __init__(self) -> None:
        self.ticks = 0

    def wall(self) -> datetime:
        self.ticks += 1
        return START + timedelta(seconds=self.ticks)

    def milliseconds(self) -> int:
        return self.ticks * 1000


@dataclass
class Desk:
    """An inbox over a real journal, and everything that came out of it."""

    folder: Path
    vault: Vault = field(default_factory=Vault)
    first: list[tuple[Event, int]] = field(default_factory=list)
    seen: list[Event] = field(default_factory=list)
    signals: list[TextDelta] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.file = JournalFile.create(self.folder)
        self.listeners: list[EventListener] = [self]
        self.inbox = LiveStream(
            self.file, self.vault, TickingClock(), self.listeners, first=self.at_once
        )

    def at_once(self, event: Event) -> None:
        self.first.append((event, (self.folder / JOURNAL).stat().st_size))

    def on_event(self, event: Event) -> None:
        self.seen.append(event)

    def settle(self) -> None:
        """Let in all that waits, and show it."""
        while self.inbox.deliver():
            pass

    def on_signal(self, signal: TextDelta) -> None:
        self.signals.append(signal)

    def written(self) -> bytes:
        """Every byte of the session's folder."""
        return b"\n".join(p.read_bytes() for p in sorted(self.folder.rglob("*")) if p.is_file())


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    one = Desk(tmp_path / "sessions" / "S")
    yield one
    one.file.close()


def minted() -> str:
    return f"FAKE{secrets.token_urlsafe(40)}9aZ"


def forms(value: str) -> list[bytes]:
    raw = value.encode()
    return [
        raw,
        base64.b64encode(raw),
        base64.urlsafe_b64encode(raw).rstrip(b"="),
        quote(value, safe="").encode(),
        raw[10:30],
    ]


def test_a_fact_and_its_decisions_are_synced_once_before_anybody_sees_them(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, synced, shown = os.fdatasync, [0], list[int]()

    def sync(fd: int) -> None:
        real(fd)
        synced.append(os.fstat(fd).st_size)

    monkeypatch.setattr(os, "fdatasync", sync)

    def decides(fact: Fact) -> None:
        for name in ("one", "two"):
            desk.inbox.decide(OtherEvidence(name, "seen"), step="s", attempt=1)

    desk.inbox.route(None, decides)
    desk.listeners.append(FunctionListener(lambda event: shown.append(synced[-1])))
    desk.inbox.post(IncomingFact(Noted("a")))
    desk.settle()
    size = (desk.folder / JOURNAL).stat().st_size
    assert synced == [0, size]
    assert shown == [size] * 3
    # Who acts on a decision before it is shown syncs it first.
    desk.inbox.decide(OtherEvidence("three", "seen"), step="s", attempt=1)
    desk.inbox.sync()
    assert synced[-1] == (desk.folder / JOURNAL).stat().st_size
    assert len(shown) == 3


def test_a_secret_is_gone_from_every_field_of_a_fact(desk: Desk) -> None:
    value = minted()
    desk.vault.add(Secret(value, kind="access-token", ref="login.1"))
    facts: list[Fact] = []
    desk.inbox.route(None, facts.append)
    desk.inbox.post(
        IncomingFact(
            DocumentRead(
                None,
                {
                    "plain": value,
                    "inside": f"before {value} after",
                    "nested": {"a": [{"b": value}]},
                    "list": [value, [value]],
                    value: "as a key",
                    "headers": [["x-thing", value]],
                    "packed": base64.b64encode(value.encode()).decode(),
                    "url": f"http://x/?t={value}",
                    "json": f'{{"t": "{value}"}}',
                    "number": 7,
                    "flag": True,
                    "none": None,
                },
            ),
            step="s",
            attempt=1,
            blobs={"body": f"data: {value}\n\n".encode(), "empty": b""},
            secrets={
                "t": Secret(
                    value,
                    kind="access-token",
                    ref="login.1",
                    public={"length": len(value), "leak": value},
                )
            },
        )
    )
    desk.settle()
    event = desk.seen[0]
    for form in forms(value):
        assert form not in desk.written()
        assert form not in repr(event).encode()
        assert form not in facts[0].blobs["body"]
    document: Any = facts[0].expect(DocumentRead).document
    assert (document["number"], document["flag"], document["none"]) == (7, True, None)
    assert document["plain"] == "[REDACTED:access-token#login.1]"
    assert facts[0].event.secrets["t"].ref == "login.1"
    assert facts[0].secrets["t"].reveal() == value
    stored = facts[0].event.blobs["body"]
    assert desk.file.keep(facts[0].blobs["body"]) == stored.sha256
    assert stored.bytes == len(facts[0].blobs["body"])


def test_a_secret_is_gone_from_a_decision_too(desk: Desk) -> None:
    value = minted()
    desk.vault.add(Secret(value, kind="access-token", ref="login.1"))
    desk.inbox.decide(OtherEvidence("x", {"deep": [f"a{value}b"]}), step="s", attempt=1)
    assert value not in repr(desk.seen)
    assert value.encode() not in desk.written()


def test_an_event_is_on_disk_before_anybody_sees_it(desk: Desk) -> None:
    desk.inbox.post(incoming("noted", {"text": "one"}))
    desk.inbox.deliver()
    desk.inbox.decide(decision_of("finding", {"code": "c", "message": "m", "remedy": ""}))
    assert desk.seen == []
    desk.settle()
    sizes = [size for _, size in desk.first]
    lines = [event.line() for event in desk.seen]
    assert sizes == [len(lines[0]), len(lines[0]) + len(lines[1])]
    assert read_journal(desk.folder).events == tuple(desk.seen)
    assert [event for event, _ in desk.first] == desk.seen


def test_what_cannot_be_written_is_seen_by_nobody(desk: Desk) -> None:
    received: list[Fact] = []
    desk.inbox.route(None, received.append)
    desk.file.close()
    desk.inbox.post(incoming("noted", {"text": "lost"}))
    with pytest.raises(OSError, match="journal"):
        desk.settle()
    assert (desk.first, desk.seen, received) == ([], [], [])


def test_decisions_carry_the_time_of_the_last_fact(desk: Desk) -> None:
    assert desk.inbox.now == ""
    before = desk.inbox.decide(decision_of("finding", {"code": "c", "message": "", "remedy": ""}))
    assert (before.time, before.ms) == ("", 0)
    for number in (1, 2):
        desk.inbox.post(incoming("noted", {"text": "x"}))
        desk.settle()
        for _ in range(2):
            event = desk.inbox.decide(
                decision_of("finding", {"code": "c", "message": "", "remedy": ""})
            )
            assert (event.time, event.ms) == (f"2026-11-21T19:00:0{number}.000Z", number * 1000)
    assert desk.inbox.now == "2026-11-21T19:00:02.000Z"
    desk.settle()
    assert [event.seq for event in desk.seen] == list(range(7))


def test_facts_come_in_order_one_at_a_time(desk: Desk) -> None:
    for word in "abc":
        desk.inbox.post(incoming("noted", {"text": word}))
    assert desk.first == []
    counts = []
    while desk.inbox.deliver():
        counts.append(len(desk.first) - len(desk.seen))
    assert set(counts) == {0, 1}
    assert [data_of(event)["text"] for event in desk.seen] == ["a", "b", "c"]
    assert not desk.inbox.deliver()


def test_an_answer_goes_to_whoever_asked(desk: Desk) -> None:
    asked: list[Fact] = []
    stray: list[Fact] = []
    desk.inbox.route(None, stray.append)
    desk.inbox.route(5, asked.append)
    for re in (5, 6, None):
        desk.inbox.post(incoming("timer", {"seconds": 1}, request_seq=re))
        desk.settle()
    assert [fact.event.request_seq for fact in asked] == [5]
    assert [fact.event.request_seq for fact in stray] == [None]
    desk.inbox.route(5, None)
    desk.inbox.post(incoming("timer", {"seconds": 1}, request_seq=5))
    desk.settle()
    assert len(asked) == 1
    assert len(desk.seen) == 4


def test_signals_are_shown_and_not_kept(desk: Desk) -> None:
    for piece in ("Some ", "words ", "come, é", "t voilà"):
        desk.inbox.signal(TextDelta("s", 1, piece))
    assert "".join(signal.text for signal in desk.signals).startswith("Some words ")
    assert (desk.folder / JOURNAL).read_bytes() == b""
    # What was held back, in case a secret was under way, comes with the end of the answer.
    desk.inbox.post(IncomingFact(HttpAnswered(200, (), (), 1, None, ""), "s", 1))
    desk.settle()
    assert "".join(signal.text for signal in desk.signals) == "Some words come, ét voilà"
    assert {(signal.step, signal.n) for signal in desk.signals} == {("s", 1)}


@pytest.mark.parametrize("size", [1, 3, 7, 40])
def test_a_secret_in_pieces_is_never_shown(desk: Desk, size: int) -> None:
    token = "FAKE-token-that-nobody-may-see-0123456789"
    desk.vault.add_value(token, "access-token")
    text = f"The token is {token}, they say."
    for at in range(0, len(text), size):
        desk.inbox.signal(TextDelta("s", 1, text[at : at + size]))
    desk.inbox.post(IncomingFact(HttpAnswered(200, (), (), 1, None, ""), "s", 1))
    desk.settle()
    shown = "".join(signal.text for signal in desk.signals)
    assert token not in shown
    assert shown == "The token is [REDACTED:access-token#1], they say."


def test_moments_have_milliseconds_and_a_z() -> None:
    assert stamp(START + timedelta(microseconds=1999)) == "2026-11-21T19:00:00.001Z"


def test_a_fact_is_let_in_only_when_the_engine_has_nothing_left_to_do(desk: Desk) -> None:
    loop = EngineLoop()
    order: list[str] = []
    done = loop.create_future()

    async def busy(steps: int) -> None:
        for step in range(steps):
            order.append(f"busy {step}")
            await asyncio.sleep(0)

    def receive(fact: Fact) -> None:
        order.append(f"fact {fact.expect(Noted).text}")
        if fact.expect(Noted).text == "2":
            loop.call_soon(done.set_result, None)
        else:
            loop.create_task(busy(2))

    async def main() -> None:
        for number in range(3):
            desk.inbox.post(incoming("noted", {"text": str(number)}))
        await busy(3)
        await done

    desk.inbox.route(None, receive)
    loop.when_idle(desk.inbox.deliver)
    try:
        loop.run_until_complete(main())
    finally:
        loop.close()
    assert order == [
        "busy 0",
        "busy 1",
        "busy 2",
        "fact 0",
        "busy 0",
        "busy 1",
        "fact 1",
        "busy 0",
        "busy 1",
        "fact 2",
    ]


def test_a_fact_from_another_thread_wakes_the_loop(desk: Desk) -> None:
    loop = EngineLoop()
    got = loop.create_future()
    desk.inbox.route(None, lambda fact: got.set_result(fact.expect(Noted).text))
    loop.when_idle(desk.inbox.deliver)

    def elsewhere() -> None:
        desk.inbox.post(incoming("noted", {"text": "hello"}))
        loop.call_soon_threadsafe(lambda: None)

    thread = threading.Thread(target=elsewhere)
    loop.call_soon(thread.start)
    try:
        assert loop.run_until_complete(asyncio.wait_for(got, 10)) == "hello"
    finally:
        thread.join()
        loop.close()


def test_a_watcher_sees_an_event_when_what_it_set_off_is_under_way(desk: Desk) -> None:
    begun: list[str] = []
    seen_with: list[list[str]] = []
    desk.inbox.route(None, lambda fact: begun.append(fact.expect(Noted).text))

    class Late:
        def on_event(self, event: Event) -> None:
            seen_with.append(list(begun))

        def on_signal(self, signal: TextDelta) -> None:
            """No signals here."""

    desk.listeners.append(Late())
    desk.inbox.post(incoming("noted", {"text": "x"}))
    desk.settle()
    assert seen_with == [["x"]]


def test_timers_do_not_keep_facts_out(desk: Desk) -> None:
    loop = EngineLoop()
    got = loop.create_future()
    desk.inbox.route(None, lambda fact: got.set_result(None))
    loop.when_idle(desk.inbox.deliver)
    handle = loop.call_later(3600, lambda: None)
    desk.inbox.post(incoming("noted", {"text": "x"}))
    try:
        loop.run_until_complete(asyncio.wait_for(got, 3000))
    finally:
        handle.cancel()
        loop.close()


def test_a_loop_sleeps_no_longer_than_until_something_is_due() -> None:
    loop = EngineLoop()
    asked: list[float] = []

    async def main() -> None:
        over = loop.create_future()

        def longest() -> float:
            asked.append(loop.time())
            if len(asked) == 3:
                over.set_result(None)
            return 0.01

        loop.when_idle(lambda: False, longest)
        await over

    loop.run_until_complete(main())
    loop.drop()
    # Nothing else woke it: without a limit it would have slept for ever.
    assert len(asked) == 3
