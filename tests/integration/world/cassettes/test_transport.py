"""The recording transport over real sockets: modes, near misses, cancel, kill, secrets."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import textwrap
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from smoke_tui.config.session_config import origin_of
from smoke_tui.journal.events.facts import HttpAnswered
from smoke_tui.redaction import Secret, Vault
from smoke_tui.world.cassettes.cassette import CaseNote
from smoke_tui.world.cassettes.lint import lint_paths
from smoke_tui.world.cassettes.store import CassettePath, path_of, read_cassette
from smoke_tui.world.cassettes.transport import CassetteHttp, RecordingPlan
from smoke_tui.world.live.http import LiveHttp
from smoke_tui.world.ports import PortAnswer
from smoke_tui.world.requests.http import HttpRequest
from smoke_tui.world.values import Joined
from tests.helpers.canaries import Answer, LeakSearch, provider
from tests.helpers.cassettes import carriers, deltas
from tests.helpers.minted_secrets import jwt, token

STREAM = (("content-type", "text/event-stream"),)
NOTE = CaseNote("a", "00" * 32, "gpt-5.5")


def clock() -> str:
    return "2026-11-28T21:00:00.000Z"


@dataclass
class Server:
    """A loopback server that counts what it is asked and answers with what is set."""

    url: str = ""
    asked: list[str] = field(default_factory=list)
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None

    def answer(self, method: str, path: str, headers: Mapping[str, str]) -> Answer:
        self.asked.append(path)
        body = self.body if self.body is not None else f"{path} {len(self.asked)}".encode()
        return self.status, self.headers, body


@pytest.fixture(name="server")
def _server() -> Iterator[Server]:
    server = Server()
    with provider(server.answer) as url:
        server.url = url
        yield server


@pytest.fixture(name="files")
def _files(tmp_path: Path) -> CassettePath:
    (tmp_path / "cassettes").mkdir()
    return path_of(tmp_path / "cassettes" / "a.yaml")


class Recorder:
    """One case: opens a transport in a mode, and sends requests through it."""

    def __init__(self, files: CassettePath, server: Server, vault: Vault | None = None) -> None:
        self.files, self.server, self.vault = files, server, vault or Vault()

    def __call__(self, mode: str, *requests: HttpRequest, may_send: bool = True) -> list[str]:
        """The bodies of the answers, or their error words."""
        answers = asyncio.run(self._all(mode, requests, may_send))
        return [_text(answer) for answer in answers]

    async def _all(
        self, mode: str, requests: tuple[HttpRequest, ...], may_send: bool
    ) -> list[PortAnswer]:
        live = LiveHttp(self.vault, frozenset({origin_of(self.server.url)}))
        plan = RecordingPlan(self.files, mode, NOTE, may_send=may_send)
        self.http = CassetteHttp(live, self.vault, plan, clock)
        try:
            return [await self.http.exchange(request, {}) for request in requests]
        finally:
            await self.http.close()

    def accept(self) -> None:
        os.replace(self.files.pending, self.files.accepted)

    def post(self, path: str, **body: object) -> HttpRequest:
        return HttpRequest("POST", self.server.url + path, (("accept", "*/*"),), json=body or None)


def _text(answer: PortAnswer) -> str:
    body = answer.body
    assert isinstance(body, HttpAnswered)
    return (
        f"{body.error}: {body.error_text}"
        if body.error
        else answer.blobs["body"].decode("utf-8", "replace")
    )


@pytest.fixture(name="recorder")
def _recorder(files: CassettePath, server: Server) -> Recorder:
    return Recorder(files, server)


def recorded(files: CassettePath, *, pending: bool = True) -> list[str]:
    made = read_cassette(files.pending if pending else files.accepted).interactions
    return [interaction.response.body.decode() for interaction in made]


def test_once_records_what_is_missing_and_then_sends_nothing(recorder: Recorder) -> None:
    a = recorder.post("/a", n=1)
    assert recorder("once", a) == ["/a 1"]
    assert recorder("once", a) == ["/a 1"]
    assert recorder("once", a, recorder.post("/b"))[1].startswith("no-recording: ")
    assert recorder.server.asked == ["/a"]


def test_none_replays_only_what_was_accepted(recorder: Recorder) -> None:
    a = recorder.post("/a", n=1)
    assert recorder("none", a)[0].startswith("no-recording: ")
    recorder("once", a)
    (answer,) = recorder("none", a)
    assert answer.endswith(
        "it holds no whole exchange; a.pending.yaml waits for its review "
        "(`smoke-tui cassettes accept`)"
    )
    recorder.accept()
    assert recorder("none", a) == ["/a 1"]
    assert (recorder.http.state.replayed, recorder.server.asked) == (1, ["/a"])


def test_new_episodes_records_what_is_new(recorder: Recorder) -> None:
    a, b = recorder.post("/a"), recorder.post("/b")
    recorder("once", a)
    recorder.accept()
    assert recorder("new_episodes", a, b) == ["/a 1", "/b 2"]
    assert recorded(recorder.files) == ["/a 1", "/b 2"]
    assert recorded(recorder.files, pending=False) == ["/a 1"]


def test_all_keeps_what_was_not_made_again_and_rewrite_does_not(recorder: Recorder) -> None:
    a, b = recorder.post("/a"), recorder.post("/b")
    recorder("once", a, b)
    recorder.accept()
    assert recorder("all", b) == ["/b 3"]
    assert recorded(recorder.files) == ["/a 1", "/b 3"]
    assert recorder("rewrite", b) == ["/b 4"]
    assert recorded(recorder.files) == ["/b 4"]
    assert recorded(recorder.files, pending=False) == ["/a 1", "/b 2"]


def test_equal_requests_are_replayed_in_their_order_and_each_once(recorder: Recorder) -> None:
    a = recorder.post("/a")
    recorder("once", a, a)
    recorder.accept()
    answers = recorder("none", a, a, a)
    assert answers[:2] == ["/a 1", "/a 2"]
    assert (
        "was recorded 2 time(s) (interaction 1, 2), and each answer was replayed already"
        in answers[2]
    )


def test_a_near_miss_is_explained_and_the_unused_are_listed(recorder: Recorder) -> None:
    first = recorder.post("/a", model="m", input=[{"text": "one"}])
    recorder("once", first, recorder.post("/b"))
    recorder.accept()
    (answer,) = recorder("none", recorder.post("/a", model="m", input=[{"text": "two"}]))
    assert answer == (
        f"no-recording: {recorder.files.accepted} has no answer to POST http://loopback/a; nearest is "
        'interaction 1: body differs at `input[0].text`: was "one", is "two"'
    )
    recorder("none", first)
    assert recorder.http.unused == (1,)
    (answer,) = recorder("none", HttpRequest("GET", recorder.server.url + "/c"))
    assert (
        'nearest is interaction 2: method was "POST", is "GET"; uri was "http://loopback/b"'
        in answer
    )


def test_where_nothing_may_be_sent_nothing_is(recorder: Recorder) -> None:
    (answer,) = recorder("rewrite", recorder.post("/a"), may_send=False)
    assert answer.startswith("refused-host: recording is refused here")
    assert recorder.server.asked == []


def test_a_new_file_is_private_and_an_old_one_keeps_its_mode(recorder: Recorder) -> None:
    pending = recorder.files.pending
    recorder("rewrite", recorder.post("/a"))
    assert pending.stat().st_mode & 0o777 == 0o600
    pending.chmod(0o644)
    recorder("rewrite", recorder.post("/a"))
    assert pending.stat().st_mode & 0o777 == 0o644


@pytest.mark.parametrize(
    ("status", "headers", "body", "why"),
    [
        (429, {}, b"{}", "answered 429"),
        (200, dict(STREAM), b'data: {"type":"response.created"}\n\n', "before its last event"),
    ],
)
def test_what_is_not_whole_is_kept_apart(
    recorder: Recorder, status: int, headers: Mapping[str, str], body: bytes, why: str
) -> None:
    server = recorder.server
    server.status, server.headers, server.body = status, headers, body
    a = recorder.post("/a")
    recorder("once", a)
    cassette = read_cassette(recorder.files.pending)
    assert cassette.interactions == ()
    assert why in str(cassette.cut[0].cut)
    recorder.accept()
    assert recorder("none", a)[0].startswith("no-recording: ")


def test_secrets_in_every_carrier_are_gone(recorder: Recorder) -> None:
    known = {name: token("tok-") for name in ("access", "cookie")}
    unknown = jwt(sub="somebody")
    vault = recorder.vault
    access = vault.add(Secret(known["access"], kind="access-token", ref="login.1"))
    vault.add(Secret(known["cookie"], kind="cookie", ref="login.1"))
    requests: list[HttpRequest] = []
    bodies: list[bytes] = []
    for secret in (*known.values(), unknown):
        for name, made in carriers(secret):
            body = made.request.body if "json" in name or name == "form" else made.response.body
            bodies.append(body or b"")
            query = made.request.uri.partition("/responses")[2]
            requests.append(
                HttpRequest(
                    "POST",
                    f"{recorder.server.url}/{len(requests)}{query}",
                    (("x-echo", secret), ("authorization", Joined(("Bearer ", access)))),
                    json={"note": secret, "nested": json.dumps({"a": secret})},
                )
            )
    answers = iter(bodies)
    recorder.server.headers = {
        "set-cookie": f"sid={known['cookie']}",
        "x-custom": unknown,
        "cf-ray": "8a1b-FRA",
    }
    original = recorder.server.answer

    def answer(method: str, path: str, headers: Mapping[str, str]) -> Answer:
        recorder.server.body = next(answers)
        return original(method, path, headers)

    with provider(answer) as url:
        moved = [
            HttpRequest(r.method, r.url.replace(recorder.server.url, url), r.headers, json=r.json)
            for r in requests
        ]
        recorder.server.url = url
        recorder("rewrite", *moved)
    search = LeakSearch({*known.values(), unknown})
    search.walk(recorder.files.accepted.parent)
    assert search.finds() == {}
    text = recorder.files.pending.read_text()
    assert text.count("8a1b-FRA") == len(requests)
    assert len(read_cassette(recorder.files.pending).interactions) == len(requests)
    result = lint_paths([recorder.files.accepted.parent])
    assert (result.lines, result.checked) == ((), 1)


def test_look_alikes_are_recorded_as_they_are(recorder: Recorder) -> None:
    body = {
        "id": "resp_68af4030592c81a8b31a1e2f3a4b5c6d",
        "run": "0f5d9c3a-1b2c-4d5e-8f90-123456789abc",
        "sha": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "commit": "da39a3ee5e6b4b0d3255bfef95601890afd80709",
        "model": "gpt-5.1-codex-mini",
        "client_id": "app_EMoamEEZ73f0CkXaXp7hrann",
        "usage": {"input_tokens": 12},
    }
    recorder.server.body = json.dumps(body).encode()
    recorder.server.headers = {
        "cf-ray": "8a1b2c3d4e5f6789-FRA",
        "x-request-id": "req_0123456789abcdef",
    }
    recorder("once", recorder.post("/a", **body))
    (made,) = read_cassette(recorder.files.pending).interactions
    assert json.loads(made.response.body) == body
    assert json.loads(made.request.body or b"") == body
    assert dict(made.response.headers)["cf-ray"] == "8a1b2c3d4e5f6789-FRA"
    assert dict(made.response.headers)["x-request-id"] == "req_0123456789abcdef"


async def _hanging(first: bytes, hold: asyncio.Event) -> tuple[asyncio.Server, str]:
    """A server that sends the beginning of a stream and then nothing more."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n" + first)
        await writer.drain()
        await hold.wait()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    return server, f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


def test_a_cancel_keeps_what_was_there_as_cut(files: CassettePath) -> None:
    async def run() -> None:
        vault, hold, enough = Vault(), asyncio.Event(), asyncio.Event()
        server, url = await _hanging(deltas("it is half \n", 3), hold)
        http = CassetteHttp(
            LiveHttp(vault, frozenset()), vault, RecordingPlan(files, "once", NOTE), clock
        )

        def watch(piece: bytes) -> bool:
            enough.set()
            return False

        call = asyncio.ensure_future(http.exchange(HttpRequest("POST", url, json={}), {}, watch))
        await enough.wait()
        call.cancel()
        await asyncio.gather(call, return_exceptions=True)
        hold.set()
        await http.close()
        server.close()

    asyncio.run(run())
    cassette = read_cassette(files.pending)
    assert cassette.interactions == ()
    assert cassette.cut[0].cut == "cancelled"
    assert b"response.output_text.delta" in cassette.cut[0].response.body


KILLED = """
    import asyncio, sys
    from pathlib import Path
    from smoke_tui.redaction import Vault
    from smoke_tui.world.cassettes.store import path_of
    from smoke_tui.world.cassettes.transport import CassetteHttp, RecordingPlan
    from smoke_tui.world.live.http import LiveHttp
    from smoke_tui.world.requests.http import HttpRequest

    async def main():
        vault = Vault()
        plan = RecordingPlan(path_of(Path(sys.argv[1])), "rewrite")
        http = CassetteHttp(LiveHttp(vault, frozenset()), vault, plan, lambda: "now")
        for number in range(1000):
            await http.exchange(HttpRequest("GET", f"{sys.argv[2]}/{number}"), {})

    asyncio.run(main())
"""


def test_what_a_kill_leaves_is_whole_up_to_its_last_exchange(
    files: CassettePath, tmp_path: Path
) -> None:
    program = tmp_path / "record.py"
    program.write_text(textwrap.dedent(KILLED))
    asked, enough = [], threading.Event()

    def answer(method: str, path: str, headers: Mapping[str, str]) -> Answer:
        asked.append(path)
        if len(asked) == 8:
            enough.set()
        return 200, {}, b"x" * 20_000

    with provider(answer) as url:
        child = subprocess.Popen([sys.executable, str(program), str(files.accepted), url])
        assert enough.wait(60)
        child.send_signal(signal.SIGKILL)
        child.wait()
    cassette = read_cassette(files.pending)
    assert [i.request.uri.rpartition("/")[2] for i in cassette.interactions] == [
        str(n) for n in range(len(cassette.interactions))
    ]
    assert len(cassette.interactions) >= 7
    assert {len(i.response.body) for i in cassette.interactions} == {20_000}
    assert not files.accepted.exists()


def test_times_are_kept_and_a_replay_can_follow_them(recorder: Recorder) -> None:
    recorder.server.headers = dict(STREAM)
    recorder.server.body = deltas("hello", 2) + b"data: [DONE]\n\n"
    a = recorder.post("/a")
    recorder("once", a)
    (made,) = read_cassette(recorder.files.pending).interactions
    assert made.chunks[0][0] == 0
    assert made.recorded_at == clock()
    recorder.accept()
    pieces: list[bytes] = []

    def reader(piece: bytes) -> bool:
        pieces.append(piece)
        return False

    plan = RecordingPlan(recorder.files, "none")
    http = CassetteHttp(None, Vault(), plan, clock, pace=0.001)
    answer = asyncio.run(http.exchange(a, {}, reader))
    assert b"".join(pieces) == recorder.server.body == answer.blobs["body"]
    body = answer.body
    assert isinstance(body, HttpAnswered)
    assert body.chunks == made.chunks


def test_what_cannot_be_written_is_no_lost_answer(recorder: Recorder) -> None:
    folder = recorder.files.accepted.parent
    original = recorder.server.answer

    def answer(method: str, path: str, headers: Mapping[str, str]) -> Answer:
        folder.rmdir()
        folder.write_text("in the way")
        return original(method, path, headers)

    with provider(answer) as url:
        recorder.server.url = url
        assert recorder("once", recorder.post("/a")) == ["/a 1"]
    assert recorder.http.state.written is None
    assert str(recorder.files.pending) in str(recorder.http.state.problem)
