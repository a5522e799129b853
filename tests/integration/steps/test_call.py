"""Whole calls, live over loopback: what is sent, how often, and what the record and spend say."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from smoke_tui.config.session_config import SessionConfig
from smoke_tui.httpd.messages import RawResponse, ServerRequest
from smoke_tui.journal.spend import spend_of
from smoke_tui.journal.state import State
from smoke_tui.outcomes import Outcome
from smoke_tui.rehearsal.provider.tokens import Mint
from smoke_tui.replay.run import replay
from smoke_tui.session.open import open_session
from smoke_tui.session.request import SessionRequest
from smoke_tui.session.secret_options import SecretOptions
from smoke_tui.world.live.browser_clipboard import FileClipboard, NoBrowser, OperatorIO
from tests.helpers.loopback_servers import ThreadedServer, ok
from tests.helpers.recorded_sessions import PATIENCE
from tests.integration.steps.test_hostile_answers import CALL, Consenting, runbook

Headers = tuple[tuple[str, str], ...]
PORTAL = b"<html><head><title>Hotel Wi-Fi: sign in</title></head><body>Hello</body></html>"


class Server:
    """Answers by method and path, and remembers what it was asked, and with which token."""

    def __init__(self, answers: Mapping[str, Any]) -> None:
        self._answers = answers
        self.asked: list[tuple[str, bool]] = []

    async def __call__(self, request: ServerRequest) -> Any:
        name = (
            "catalogue"
            if request.path.endswith("/models")
            else "refresh"
            if request.path.endswith("/oauth/token")
            else "call"
            if request.method == "POST"
            else "preflight"
        )
        self.asked.append((name, request.header("authorization") is not None))
        default = {"catalogue": ok(b'{"models": []}'), "preflight": ok(b"{}", status=405)}
        return self._answers.get(name, default.get(name))

    @property
    def calls(self) -> int:
        return sum(1 for name, _ in self.asked if name == "call")

    @property
    def refreshes(self) -> int:
        return sum(1 for name, _ in self.asked if name == "refresh")


def session_with(tmp_path: Path, server: Server) -> State:
    """A whole session against the server; its bundle is a file that may be refreshed."""
    mint = Mint()
    bundle = tmp_path / "bundle.json"
    bundle.write_text(
        json.dumps(
            {
                "access_token": mint.access_token("http://x"),
                "refresh_token": mint.refresh_token(),
                "id_token": mint.id_token("http://x"),
            }
        )
    )
    instructions = tmp_path / "instructions.txt"
    instructions.write_text("Be brief.")
    with ThreadedServer(server) as listening:
        config = SessionConfig(
            codex_url=listening.base,
            issuer=listening.base,
            bundle="file",
            consent=True,
            refreshable=True,
            instructions_file=str(instructions),
            runbook_model="gpt-5.5",
        )
        session = open_session(
            SessionRequest(
                runbook=runbook(CALL.replace("max_calls = 1", "max_calls = 3")),
                config=config,
                state_dir=tmp_path / "state",
                operator_io=OperatorIO(NoBrowser(), FileClipboard(tmp_path)),
                answerer=Consenting("no"),
                secret_options=SecretOptions({"given:bundle": bundle.read_text()}),
            )
        )
        session.start()
        assert session.done.wait(PATIENCE)
    if session.fault is not None:
        raise AssertionError("the session broke") from session.fault
    return replay(session.folder)


@pytest.mark.parametrize(
    "answer",
    [
        ok(PORTAL, ("content-type", "text/html")),
        ok(PORTAL, status=403),
        ok(b"", status=511),
        ok(b"", ("location", "http://portal.example/?token=x"), status=302),
        ok(b"<html><title>Web Filter</title>Zscaler</html>", ("cf-ray", "1-FRA"), status=403),
    ],
)
def test_what_is_intercepted_before_the_call_never_sees_the_token(
    tmp_path: Path, answer: Any
) -> None:
    server = Server({"preflight": answer})
    state = session_with(tmp_path, server)
    (known,) = state.steps.values()
    assert (known.outcome, known.code) == (Outcome.BLOCKED, "intercepted")
    assert server.asked == [("preflight", False)]
    assert "token=x" not in "".join(
        p.read_text("utf-8", "replace") for p in tmp_path.rglob("journal.jsonl")
    )


@pytest.mark.parametrize("where", ["catalogue", "call"])
def test_what_is_intercepted_later_is_the_network_s(tmp_path: Path, where: str) -> None:
    server = Server({where: ok(PORTAL, ("content-type", "text/html"))})
    (known,) = session_with(tmp_path, server).steps.values()
    assert (known.outcome, known.code) == (Outcome.BLOCKED, "intercepted")
    assert "Hotel Wi-Fi: sign in" in known.summary
    assert server.calls == (1 if where == "call" else 0)


def case(name: str) -> tuple[int, Headers, bytes]:
    """The small inputs of public reports, as they were answered."""
    return {
        "account-deactivated": (
            401,
            (("x-openai-authorization-error", "account_deactivated"),),
            b'{"detail": "Unauthorized"}',
        ),
        "credits-depleted": (
            429,
            (("x-codex-rate-limit-reached-type", "workspace_member_credits_depleted"),),
            b'{"error": {"type": "usage_limit_reached", "plan_type": "business", "message": "The '
            b'usage limit has been reached", "rate_limit_reached_type": '
            b'"workspace_member_credits_depleted"}}',
        ),
        "unknown at 401": (401, (), b'{"error": {"code": "seat_reassigned", "message": "No."}}'),
        "unknown at 503": (503, (), b'{"error": {"code": "shard_moved", "message": "No."}}'),
        "unknown at 429": (429, (("retry-after", "0"),), b'{"error": {"code": "queue_sealed"}}'),
    }[name]


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("account-deactivated", "account-deactivated"),
        ("credits-depleted", "quota-exhausted"),
        ("unknown at 401", "unauthorized"),
        ("unknown at 503", "server-error"),
        ("unknown at 429", "rate-limited"),
    ],
)
def test_one_call_and_no_refresh(tmp_path: Path, name: str, code: str) -> None:
    status, headers, body = case(name)
    server = Server({"call": ok(body, *headers, status=status), "refresh": ok(b"{}", status=400)})
    (known,) = session_with(tmp_path, server).steps.values()
    assert known.code == code
    assert (server.calls, server.refreshes) == (1, 0)


def test_a_refusal_that_may_pass_is_tried_once_more(tmp_path: Path) -> None:
    server = Server({"call": ok(b"{}", ("retry-after", "0"), status=503)})
    (known,) = session_with(tmp_path, server).steps.values()
    assert (known.code, server.calls) == ("server-error", 2)


def test_spend_shows_the_window_of_the_limit_that_counted(tmp_path: Path) -> None:
    headers = (
        ("x-codex-active-limit", "codex_bengalfox"),
        ("x-codex-bengalfox-limit-name", "GPT-Größe"),
        ("x-codex-bengalfox-primary-used-percent", "97"),
        ("x-codex-bengalfox-primary-window-minutes", "300"),
        ("x-codex-primary-used-percent", "1"),
        ("x-codex-primary-window-minutes", "300"),
        ("x-codex-secondary-used-percent", "0"),
        ("x-codex-secondary-reset-at", "0"),
    )
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers)
    raw = f"HTTP/1.1 400 Bad Request\r\n{lines}content-length: 2\r\nconnection: close\r\n\r\n{{}}"

    async def pieces() -> AsyncIterator[bytes]:
        yield raw.encode()

    server = Server({"call": RawResponse(pieces())})
    state = session_with(tmp_path, server)
    assert [
        (w.window_minutes, w.used_percent_after, w.limit) for w in spend_of(state).limits or ()
    ] == [(300, 97.0, "GPT-Größe")]
