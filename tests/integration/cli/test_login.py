"""Device code, paste, refresh: every way a login can go, over real HTTP."""

from __future__ import annotations

import io
import json
import socket
import time
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from smoke_tui.config.runbook_files import packaged
from smoke_tui.httpd.messages import ServerRequest, ServerResponse
from smoke_tui.rehearsal import Rehearsal
from tests.helpers.one_call import ONE_CALL, served
from tests.helpers.program import Program
from tests.helpers.rehearsal_requests import sign_in_at


def test_device_code(program: Program, tmp_path: Path) -> None:
    with Rehearsal.start("happy") as world:
        done = program(
            "login", "--device", "--issuer", world.issuer, "--out", str(tmp_path / "b.json")
        )
        seen = [s.path for s in world.requests()]
    assert done.code == 0
    assert f"{world.issuer}/codex/device" in done.err
    assert seen.count("/oauth/token") == 1
    assert seen.count("/api/accounts/deviceauth/token") >= 2
    journal = (program.sessions()[0] / "journal.jsonl").read_text()
    code = done.err.split("code: ")[1].split()[0]
    assert code.startswith("FAKE")
    assert code not in journal


def test_device_code_switched_off(program: Program) -> None:
    with Rehearsal.start("device-login-disabled") as world:
        done = program("login", "--device", "--issuer", world.issuer)
    assert done.code == 4
    assert "device-login-disabled" in done.err


def test_a_pasted_address(
    program: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The address is read from standard input; a wrong one is told and asked for again."""
    lines: list[str] = []

    class Typed:
        def isatty(self) -> bool:
            return False

        def readline(self) -> str:
            if not lines:
                lines.append("x")
                return "http://127.0.0.1:1455/auth/callback?code=ac_FAKE&state=WRONG\n"
            deadline = time.monotonic() + 10
            while time.monotonic() < deadline:
                _, err = capture.readouterr()
                shown.append(err)
                found = [w for w in "".join(shown).split() if "/oauth/authorize?" in w]
                if found:
                    return sign_in_at(world, found[0]) + "\n"
            return ""

    shown: list[str] = []
    capture = program.capture
    monkeypatch.setattr("sys.stdin", Typed())
    with Rehearsal.start("happy") as world:
        done = program(
            "login", "--paste", "--issuer", world.issuer, "--out", str(tmp_path / "b.json")
        )
        tokens = [s for s in world.requests() if s.path == "/oauth/token"]
    said = "".join(shown) + done.err
    assert done.code == 0, said
    assert "belongs to another login" in said
    assert len(tokens) == 1
    assert json.loads((tmp_path / "b.json").read_text())["account_id"]


class Front:
    """A server between the tool and the rehearsal that refuses the first call's token."""

    def __init__(self, world: Rehearsal) -> None:
        self.world = world
        self.calls = 0
        self.refreshes = 0
        self.url = ""

    def listening(self, url: str) -> None:
        self.url = url

    def answer(self, request: ServerRequest) -> ServerResponse:
        if request.path.endswith("/responses") and request.method == "POST":
            self.calls += 1
            if self.calls == 1:
                body = (
                    b'{"error":{"message":"Provided authentication token is expired. Please '
                    b'try signing in again.","type":null,"code":"token_expired",'
                    b'"param":null},"status":401}'
                )
                return ServerResponse(401, (("content-type", "application/json"),), body)
        self.refreshes += request.path == "/oauth/token"
        headers = {n: v for n, v in request.headers if n not in ("host", "content-length")}
        outgoing = urllib.request.Request(
            self.world.issuer + request.target,
            request.body or None,
            headers,
            method=request.method,
        )
        try:
            with urllib.request.urlopen(outgoing, timeout=20) as got:
                status, pairs, body = got.status, got.getheaders(), got.read()
        except urllib.error.HTTPError as refused:
            status, pairs, body = refused.code, list(refused.headers.items()), refused.read()
        kept = tuple(
            (n, v)
            for n, v in pairs
            if n.lower() not in ("transfer-encoding", "content-length", "connection")
        )
        return ServerResponse(status, kept, body)


def refresh_run(program: Program, folder: Path, bundle: dict[str, Any], front: Front) -> Any:
    (folder / "one.md").write_text(ONE_CALL.replace("max_calls = 1", "max_calls = 2"))
    (folder / "bundle.json").write_text(json.dumps(bundle))
    (folder / "base.txt").write_text("You are a test.")
    return served(
        front.answer,
        front.listening,
        lambda: program(
            "--check",
            "one.md",
            "--live",
            "--bundle",
            "bundle.json",
            "--instructions",
            "base.txt",
            "--codex-url",
            f"{front.url}/backend-api/codex",
            "--issuer",
            front.url,
            "--model",
            "gpt-5.5",
            "--json",
        ),
    )


def test_an_expired_token_is_refreshed_once_and_kept(program: Program, tmp_path: Path) -> None:
    with Rehearsal.start("happy") as world:
        front = Front(world)
        old = world.bundle()
        done = refresh_run(program, tmp_path, old, front)
    assert done.code == 0
    assert done.json()["steps"][0]["tries"] == 2
    assert (front.calls, front.refreshes) == (2, 1)
    new = json.loads((tmp_path / "bundle.json").read_text())
    assert new["refresh_token"] != old["refresh_token"]
    assert new["account_id"] == old["account_id"]
    assert (tmp_path / "bundle.json").stat().st_mode & 0o777 == 0o600
    assert program("replay", "last").code == 0


def test_a_reused_refresh_token_is_never_tried_again(program: Program, tmp_path: Path) -> None:
    with Rehearsal.start("refresh-reused") as world:
        front = Front(world)
        done = refresh_run(program, tmp_path, world.bundle(), front)
    step = done.json()["steps"][0]
    assert (step["outcome"], step["code"]) == ("blocked", "refresh-reused")
    assert front.refreshes == 1


def test_another_program_s_login_is_never_refreshed(program: Program, tmp_path: Path) -> None:
    with Rehearsal.start("happy") as world:
        front = Front(world)
        bundle = world.bundle()
        names = ("id_token", "access_token", "refresh_token", "account_id")
        shared = {"auth_mode": "chatgpt", "tokens": {name: bundle[name] for name in names}}
        done = refresh_run(program, tmp_path, shared, front)
    result = done.json()
    assert result["steps"][0]["code"] == "token-expired"
    assert front.refreshes == 0
    assert "shared-login" in {f["code"] for f in result["findings"]}


def test_the_product_s_own_login_stays_hidden(program: Program, tmp_path: Path) -> None:
    text = (packaged() / "openai-subscription.md").read_text("utf-8")
    own = text.replace(
        "```bash\nuv run python tools/dev/oauth_login.py",
        "```bash run\nuv run python tools/dev/oauth_login.py",
    )
    assert own != text
    (tmp_path / "own.md").write_text(own)
    done = program("-v", "--check", "own.md", "--rehearse", "--json")
    assert (done.code, done.json()["verdict"]) == (0, "pass")
    assert "the product's own command" in done.json()["steps"][0]["summary"]
    shown = [
        e
        for e in program.events()
        if e["ev"] == "process" and e["step"] == "oauth-login" and e["data"]["what"] == "output"
    ]
    assert shown == []
    assert "access_token" not in done.out + done.err
    assert program("replay", "last").code == 0


def test_busy_ports_are_reported_at_once(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    with socket.create_server(("127.0.0.1", 0)) as one, Rehearsal.start("happy") as world:
        port = str(one.getsockname()[1])
        done = program("login", "--issuer", world.issuer, "--callback-ports", port)
        assert [s for s in world.requests() if s.path == "/oauth/token"] == []
    assert done.code == 4
    assert "port-busy" in done.err
    assert port in done.err
