"""Whole logins: hostile redirects, busy ports, pasted addresses, cancels (C04, C12, C15 to C18)."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, parse_qsl, quote, urlsplit

import pytest

from smoke_tui.config.questions import Answer, Verb
from smoke_tui.config.session_config import SessionConfig
from smoke_tui.httpd.messages import ServerRequest
from smoke_tui.journal.events.event import Event
from smoke_tui.journal.fold import fold
from smoke_tui.journal.folders import JOURNAL
from smoke_tui.outcomes import Verdict
from smoke_tui.rehearsal.provider.tokens import Mint
from smoke_tui.replay.run import replay
from smoke_tui.session.open import open_session
from smoke_tui.session.request import SessionRequest
from smoke_tui.world.live.browser_clipboard import OperatorIO
from smoke_tui.world.ports import PortError
from tests.helpers.events import data_of
from tests.helpers.loopback_servers import ThreadedServer, ask, get, ok
from tests.helpers.recorded_sessions import PATIENCE, EventRecorder, live_runbook

BOOK = live_runbook()


class Issuer:
    """A token endpoint that remembers its forms; `stalls` never answers."""

    def __init__(self, *, stalls: bool = False) -> None:
        self.forms: list[dict[str, str]] = []
        self.mint = Mint()
        self.asked = threading.Event()
        self._stalls = stalls

    async def answer(self, request: ServerRequest) -> Any:
        self.forms.append(dict(parse_qsl(request.body.decode())))
        self.asked.set()
        if self._stalls:
            await asyncio.sleep(3600)
        mint, url = self.mint, "http://issuer.invalid"
        tokens = {
            "access_token": mint.access_token(url),
            "id_token": mint.id_token(url),
            "refresh_token": mint.refresh_token(),
        }
        return ok(json.dumps(tokens).encode())


Visit = Callable[[str, int, str], Any]


class Person:
    """Opens the sign-in page with `visit(url, port, state)`, and answers little else."""

    def __init__(self, visit: Visit | None = None, callback: Answer | None = None) -> None:
        self._visit = visit
        self._callback = callback
        self.urls: list[str] = []

    async def open_page(self, url: str) -> None:
        self.urls.append(url)
        if self._visit is not None:
            query = parse_qs(urlsplit(url).query)
            port = urlsplit(query["redirect_uri"][0]).port
            await self._visit(url, port or 0, query["state"][0])

    async def put(self, text: str) -> str:
        return "nowhere"

    async def clear(self) -> None:
        """Nothing to clear."""

    async def answer(self, kind: str, data: Mapping[str, Any]) -> Answer | None:
        return {
            "begin": Answer(Verb.RUN),
            "finish": Answer(Verb.FINISH),
            "callback": self._callback,
        }.get(kind)

    async def observe(self, kind: str, data: Mapping[str, Any], answer: Answer) -> None:
        """Watches nobody."""


class Login:
    """A session of the login step alone."""

    def __init__(self, tmp_path: Path, issuer: str, person: Person, **config: Any) -> None:
        self.eyes = EventRecorder()
        config.setdefault("callback_ports", (0,))
        self.session = open_session(
            SessionRequest(
                runbook=BOOK,
                config=SessionConfig(issuer=issuer, only="oauth-login", consent=True, **config),
                state_dir=tmp_path,
                operator_io=OperatorIO(person, person),
                answerer=person,
            )
        )
        self.session.start(self.eyes)

    def end(self) -> tuple[Verdict | None, str | None]:
        """The verdict and the step's code, once it is over and can be replayed."""
        assert self.session.done.wait(PATIENCE)
        assert self.session.fault is None
        state = replay(self.session.folder)
        assert state.verdict is self.session.verdict
        return self.session.verdict, state.steps["oauth-login"].code

    def seen(self, fits: Callable[[Event], bool]) -> Event:
        """The first event that fits, once it is there."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            for event in tuple(self.eyes.events):
                if fits(event):
                    return event
            time.sleep(0.005)
        raise AssertionError("the event did not come")

    def question(self) -> Event:
        return self.seen(lambda e: e.kind == "request" and data_of(e).get("kind") == "callback")

    def journal(self) -> bytes:
        return (self.session.folder / JOURNAL).read_bytes()


async def visit_well(url: str, port: int, state: str) -> None:
    await ask(
        port, get(f"/auth/callback?code=ac_FAKE123456&state={state}", host=f"127.0.0.1:{port}")
    )


def test_hostile_redirects_before_the_right_one_change_nothing(tmp_path: Path) -> None:
    issuer = Issuer()

    async def visit(url: str, port: int, state: str) -> None:
        host = f"127.0.0.1:{port}"
        for target in (
            "?code=ac_FAKEevil&state=wrong",
            "?code=ac_FAKEevil",
            "?error=access_denied",
            f"?code=a&code=b&state={state}",
            f"?code=ac_FAKEevil&state={state}&iss=x",
        ):
            assert b" 400 " in await ask(port, get(f"/auth/callback{target}", host=host))
        await asyncio.gather(*(visit_well(url, port, state) for _ in range(20)))

    with ThreadedServer(issuer.answer) as server:
        login = Login(tmp_path, server.base, Person(visit))
        assert login.end() == (Verdict.PASS, None)
    assert [form["code"] for form in issuer.forms] == ["ac_FAKE123456"]
    findings = fold(login.eyes.events).findings
    assert any(found.code == "callback-ignored" for found in findings)
    assert b"ac_FAKE123456" not in login.journal()


def test_a_busy_port_changes_both_addresses(tmp_path: Path) -> None:
    issuer = Issuer()
    person = Person(visit_well)
    with socket.create_server(("127.0.0.1", 0)) as busy, socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        ports = (busy.getsockname()[1], free.getsockname()[1])
        free.close()
        with ThreadedServer(issuer.answer) as server:
            login = Login(tmp_path, server.base, person, callback_ports=ports)
            assert login.end() == (Verdict.PASS, None)
    redirect = f"http://127.0.0.1:{ports[1]}/auth/callback"
    assert parse_qs(urlsplit(person.urls[0]).query)["redirect_uri"] == [redirect]
    assert issuer.forms[0]["redirect_uri"] == redirect


def test_with_every_port_busy_and_nobody_there_the_ports_are_named(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as busy:
        port = busy.getsockname()[1]
        login = Login(
            tmp_path,
            "http://127.0.0.1:9",
            Person(callback=Answer(Verb.ABSENT)),
            callback_ports=(port,),
        )
        assert login.end() == (Verdict.BLOCKED, "port-busy")
    summary = fold(login.eyes.events).steps["oauth-login"].summary
    assert str(port) in summary


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (Answer(Verb.ABSENT), "needs-operator"),
        (Answer(Verb.CANCEL), "login-cancelled"),
    ],
)
def test_nobody_and_a_cancel_have_codes_of_their_own(
    tmp_path: Path, answer: Answer, code: str
) -> None:
    login = Login(tmp_path, "http://127.0.0.1:9", Person(callback=answer))
    assert login.end() == (Verdict.BLOCKED, code)


def test_no_sign_in_in_time_lets_the_port_go(tmp_path: Path) -> None:
    login = Login(tmp_path, "http://127.0.0.1:9", Person(), callback_seconds=0.3)
    assert login.end() == (Verdict.BLOCKED, "login-timeout")
    port = data_of(login.seen(lambda e: e.kind == "listen"))["port"]
    with socket.create_server(("127.0.0.1", port)):
        pass


def test_a_cancel_while_the_code_is_exchanged_keeps_no_token(tmp_path: Path) -> None:
    issuer = Issuer(stalls=True)
    with ThreadedServer(issuer.answer) as server:
        login = Login(tmp_path, server.base, Person(visit_well))
        assert issuer.asked.wait(PATIENCE)
        login.session.cancel("session", "SIGINT")
        assert login.end() == (Verdict.BLOCKED, "interrupted")
        port = data_of(login.seen(lambda e: e.kind == "listen"))["port"]
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port), timeout=5)
    assert len(issuer.forms) == 1
    assert fold(login.eyes.events).resources == {}


def test_a_browser_that_does_not_open_is_reported_and_the_login_goes_on(tmp_path: Path) -> None:
    issuer = Issuer()

    async def visit(url: str, port: int, state: str) -> None:
        raise PortError("no browser could be started here")

    with ThreadedServer(issuer.answer) as server:
        login = Login(tmp_path, server.base, Person(visit))
        question = login.question()
        assert data_of(question)["data"]["problem"] == "no browser could be started here"
        url = login.session.reveal(question.seq, "url")
        assert urlsplit(url).netloc == urlsplit(server.base).netloc
        query = parse_qs(urlsplit(url).query)
        port = urlsplit(query["redirect_uri"][0]).port or 0
        asyncio.run(visit_well(url, port, query["state"][0]))
        assert login.end() == (Verdict.PASS, None)


def test_both_a_pasted_address_and_the_callback_may_bring_the_code(tmp_path: Path) -> None:
    issuer = Issuer()
    forms = [
        "http://127.0.0.1:{port}/auth/callback?code=ac_FAKE1234&state={state}",
        "?code=ac_FAKE1234&state={state}",
        "code=ac_FAKE1234&state={state}",
        "  http://localhost:{port}/auth/callback?code=ac_FAKE1234\n&state={state}\r\n ",
    ]
    with ThreadedServer(issuer.answer) as server:
        for number, form in enumerate(forms):
            login = Login(tmp_path / str(number), server.base, Person())
            question = login.question()
            query = parse_qs(urlsplit(login.session.reveal(question.seq, "url")).query)
            text = form.format(
                port=urlsplit(query["redirect_uri"][0]).port, state=query["state"][0]
            )
            assert login.session.answer(question.seq, Answer(Verb.PASTE), secret=text) is None
            assert login.end() == (Verdict.PASS, None)
            assert b"ac_FAKE1234" not in login.journal()
            assert query["state"][0].encode() not in login.journal()
    assert [form["code"] for form in issuer.forms] == ["ac_FAKE1234"] * len(forms)


WRONG = [
    "",
    "   ",
    "hello",
    "eyJFAKE.eyJFAKE.FAKEFAKEFAKE",
    "http://localhost:1455/success?id_token=eyJFAKE",
    "http://127.0.0.1/auth/callback?code=ac_FAKE1234&state=wrong",
    "?code=ac_FAKE1234",
    "?code=a&code=b&state={state}",
    "?code=ac_FAKE1234&state={state}&iss=x",
    "\x1b[31m?code=ac_FAKE1234&state=\x1b[0m",
    "http://[::1?code=ac_FAKE1234&state=x",
    "http://[bad]/?code=ac_FAKE1234&state=x",
    "?" + "a=b&" * 5000,
    "x" * 200_000,
    "?code=\ud800",
]


def test_a_wrong_paste_is_reported_why_and_leaves_no_trace(tmp_path: Path) -> None:
    login = Login(tmp_path, "http://127.0.0.1:9", Person())
    question = login.question()
    query = parse_qs(urlsplit(login.session.reveal(question.seq, "url")).query)
    raised: list[str] = []
    for text in WRONG:
        pasted = text.format(state=query["state"][0]) if "{state}" in text else text
        try:
            problem = login.session.answer(question.seq, Answer(Verb.PASTE), secret=pasted)
        except Exception as error:
            raised.append(f"{text[:40]!r}: {error!r}")
            continue
        assert problem is not None, text[:60]
        assert "ac_FAKE" not in problem
        assert "eyJ" not in problem
    login.session.cancel("session", "SIGINT")
    assert login.end()[1] == "interrupted"
    assert not any(
        event.kind == "answered" and event.request_seq == question.seq
        for event in login.eyes.events
    )
    assert b"ac_FAKE1234" not in login.journal()
    assert raised == []


def test_an_answered_question_is_not_open_any_more(tmp_path: Path) -> None:
    """A second answer is refused, and what the question showed is not given out again."""
    login = Login(tmp_path, "http://127.0.0.1:9", Person())
    question = login.question()
    begin = next(e for e in login.eyes.events if data_of(e).get("kind") == "begin")
    assert login.session.answer(begin.seq, Answer(Verb.WAIVE, reason="late")) is not None
    assert login.session.reveal(begin.seq, "step") == ""
    assert login.session.answer(99_999, Answer(Verb.RUN)) is not None
    assert login.session.answer(question.seq, Answer(Verb.CANCEL)) is None
    assert login.end()[1] == "login-cancelled"
    assert login.session.answer(question.seq, Answer(Verb.CANCEL)) is not None
    assert login.session.reveal(question.seq, "url") == ""


def test_a_denied_sign_in_says_what_the_page_said_without_its_disguise(tmp_path: Path) -> None:
    async def visit(url: str, port: int, state: str) -> None:
        said = quote("no\x1b]0;x\x07 <b>way</b>\u202e")
        await ask(
            port,
            get(
                f"/auth/callback?error=access_denied&error_description={said}&state={state}",
                host=f"127.0.0.1:{port}",
            ),
        )

    login = Login(tmp_path, "http://127.0.0.1:9", Person(visit))
    assert login.end() == (Verdict.BLOCKED, "login-denied")
    summary = fold(login.eyes.events).steps["oauth-login"].summary
    assert "\x1b" not in summary
    assert "\u202e" not in summary
    assert "way" in summary


def test_a_cancel_before_the_start_leaves_a_whole_record(tmp_path: Path) -> None:
    person = Person()
    session = open_session(
        SessionRequest(
            runbook=BOOK,
            config=SessionConfig(
                issuer="http://127.0.0.1:9", only="oauth-login", callback_ports=(0,)
            ),
            state_dir=tmp_path,
            operator_io=OperatorIO(person, person),
            answerer=person,
        )
    )
    session.cancel("session", "SIGTERM")
    session.start()
    assert session.done.wait(PATIENCE)
    assert session.fault is None
    state = replay(session.folder)
    assert (state.cancelled, state.order) == ("SIGTERM", [])
    assert state.verdict is Verdict.INCOMPLETE
