"""A refused token: refreshed once where it may be, its new form kept before it is used."""

from __future__ import annotations

import json
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from smoke_tui.config.questions import Answer
from smoke_tui.config.session_config import SessionConfig
from smoke_tui.httpd.messages import ServerRequest
from smoke_tui.outcomes import Verdict
from smoke_tui.redaction import Vault, scan
from smoke_tui.rehearsal.provider.tokens import Mint
from smoke_tui.replay.run import replay
from smoke_tui.runbook import Runbook, parse
from smoke_tui.session.open import open_session
from smoke_tui.session.request import SessionRequest
from smoke_tui.session.secret_options import SecretOptions
from smoke_tui.world.live.browser_clipboard import FileClipboard, NoBrowser, OperatorIO
from tests.helpers.loopback_servers import ThreadedServer, ok, raw
from tests.helpers.recorded_sessions import PATIENCE

BOOK = """\
---
schema: smoke/1
id: refreshing
title: Refreshing
model: gpt-5-codex
---

# Refreshing

## 1. Call

Call it.

```toml step
id      = "call-it"
kind    = "call"
prompt  = "p"
effects = "spends"
spend   = { kind = "subscription", max_calls = 2 }
```
"""
EXPIRED = b'{"error":{"message":"expired","code":"token_expired"},"status":401}'
CUT = b'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 900\r\n\r\n{"access'


def book() -> Runbook:
    parsed = parse(BOOK, "refreshing.md")
    assert parsed.runbook is not None, [str(found) for found in parsed.diagnostics]
    return parsed.runbook


class Consenting:
    """Consents to everything."""

    async def answer(self, kind: str, data: Mapping[str, Any]) -> Answer | None:
        return Answer({"begin": "run", "spend": "yes", "finish": "finish"}.get(kind, "no"))

    async def observe(self, kind: str, data: Mapping[str, Any], answer: Answer) -> None:
        """Watches nobody."""


@dataclass
class Backend:
    """Refuses every token but `good`; answers a refresh with `renewal`, or as told."""

    renewal: Any = None
    mint: Mint = field(default_factory=Mint)
    refreshes: list[dict[str, Any]] = field(default_factory=list)
    kept_at_call: list[str] = field(default_factory=list)
    path: Path | None = None

    def __post_init__(self) -> None:
        self.old = {
            "access_token": self.mint.access_token("http://x"),
            "refresh_token": self.mint.refresh_token(),
            "account_id": self.mint.account_id,
        }
        self.good = self.mint.access_token("http://y")
        self.new = {"access_token": self.good, "refresh_token": self.mint.refresh_token()}

    async def answer(self, request: ServerRequest) -> Any:
        if request.path == "/oauth/token":
            self.refreshes.append(json.loads(request.body))
            return self.renewal if self.renewal is not None else ok(json.dumps(self.new).encode())
        if request.method == "GET":
            return ok(b'{"models": []}', status=405 if request.path == "/responses" else 200)
        if self.path is not None:
            self.kept_at_call.append(self.path.read_text())
        if request.header("authorization") != f"Bearer {self.good}":
            return ok(EXPIRED, status=401)
        nonce = json.loads(request.body)["input"][-1]["content"][0]["text"].rpartition(" ")[2]
        return ok(stream(nonce), ("x-codex-plan-type", "plus"))


def stream(nonce: str) -> bytes:
    done = {
        "type": "response.completed",
        "response": {
            "id": "resp_1",
            "model": "gpt-5-codex",
            "status": "completed",
            "usage": {"input_tokens": 1, "output_tokens": 1},
        },
    }
    item = {
        "type": "response.output_item.done",
        "item": {
            "type": "message",
            "role": "assistant",
            "content": [{"type": "output_text", "text": nonce}],
        },
    }
    return b"".join(f"data: {json.dumps(event)}\n\n".encode() for event in (item, done))


def ended(
    tmp_path: Path,
    backend: Backend,
    *,
    source: str = "file",
    refreshable: bool = True,
    renewal: Any = None,
) -> tuple[Verdict | None, str | None]:
    """Verdict and code of a session with a bundle file that the backend refuses."""
    path = tmp_path / "bundle.json"
    path.write_text(json.dumps(backend.old))
    backend.path, backend.renewal = path, renewal
    instructions = tmp_path / "instructions.txt"
    instructions.write_text("Be brief.")
    with ThreadedServer(backend.answer) as server:
        config = SessionConfig(
            issuer=server.base,
            codex_url=server.base,
            bundle=source,
            consent=True,
            refreshable=refreshable,
            instructions_file=str(instructions),
            runbook_model="gpt-5-codex",
        )
        session = open_session(
            SessionRequest(
                runbook=book(),
                config=config,
                state_dir=tmp_path / "state",
                answerer=Consenting(),
                operator_io=OperatorIO(NoBrowser(), FileClipboard(tmp_path)),
                secret_options=SecretOptions({"given:bundle": json.dumps(backend.old)}, file=path),
            )
        )
        session.start()
        assert session.done.wait(PATIENCE)
    assert session.fault is None, session.fault
    vault = Vault()
    for number, value in enumerate(backend.mint.minted()):
        vault.add_value(value, "canary", str(number))
    for file in (tmp_path / "state").rglob("*"):
        if file.is_file():
            assert scan(file.read_bytes(), vault) == [], file
    (known,) = replay(session.folder).steps.values()
    return session.verdict, known.code


def test_an_expired_token_is_refreshed_once_and_kept_before_it_is_used(tmp_path: Path) -> None:
    backend = Backend()
    assert ended(tmp_path, backend) == (Verdict.PASS, None)
    (refresh,) = backend.refreshes
    assert refresh["refresh_token"] == backend.old["refresh_token"]
    assert list(refresh) == ["client_id", "grant_type", "refresh_reason", "refresh_token"]
    kept = [json.loads(text) for text in backend.kept_at_call]
    assert [one["access_token"] for one in kept] == [backend.old["access_token"], backend.good]
    assert kept[1]["refresh_token"] == backend.new["refresh_token"]
    assert kept[1]["account_id"] == kept[0]["account_id"]
    assert stat.S_IMODE((tmp_path / "bundle.json").stat().st_mode) == 0o600


@pytest.mark.parametrize(("source", "refreshable"), [("stdin", True), ("file", False)])
def test_what_is_not_ours_to_refresh_is_not(tmp_path: Path, source: str, refreshable: bool) -> None:
    backend = Backend()
    verdict, code = ended(tmp_path, backend, source=source, refreshable=refreshable)
    assert (code, backend.refreshes) == ("token-expired", [])
    assert verdict is Verdict.FAIL


def refused(status: int, **fields: Any) -> Any:
    return ok(json.dumps({"error": fields}).encode(), status=status)


@pytest.mark.parametrize(
    ("renewal", "code"),
    [
        (refused(401, code="refresh_token_reused"), "refresh-reused"),
        (refused(400, code="refresh_token_reused"), "refresh-reused"),
        (refused(401, code="refresh_token_expired"), "refresh-expired"),
        (refused(401, code="token_expired"), "refresh-expired"),
        (refused(401, code="refresh_token_invalidated"), "refresh-revoked"),
        (
            ok(
                b'{"error":"invalid_grant","error_description":"Invalid refresh token"}', status=400
            ),
            "refresh-rejected",
        ),
        (refused(401, code="never_seen"), "refresh-rejected"),
        (
            ok(b"<html><title>Just a moment...</title>", ("cf-mitigated", "challenge"), status=403),
            "edge-challenge",
        ),
        (refused(503, code="server_error"), "refresh-unknown"),
    ],
)
def test_a_refused_refresh_blocks_and_is_never_sent_again(
    tmp_path: Path, renewal: Any, code: str
) -> None:
    backend = Backend()
    assert ended(tmp_path, backend, renewal=renewal) == (Verdict.BLOCKED, code)
    assert len(backend.refreshes) == 1
    assert json.loads((tmp_path / "bundle.json").read_text()) == backend.old


def test_a_refresh_whose_answer_breaks_off_is_unknown(tmp_path: Path) -> None:
    backend = Backend()
    assert ended(tmp_path, backend, renewal=raw(b"", reset=True)) == (
        Verdict.BLOCKED,
        "refresh-unknown",
    )
    assert len(backend.refreshes) == 1


@pytest.mark.parametrize("renewal", ["cut", "empty", "page", "no token"])
def test_a_200_without_a_new_token_renews_nothing(tmp_path: Path, renewal: str) -> None:
    """The old refresh token may be used up; saying that the new bundle is fresh would be a lie."""
    backend = Backend()
    answer = {
        "cut": raw(CUT),
        "empty": ok(b""),
        "page": ok(b"<html>hello</html>"),
        "no token": ok(b'{"token_type": "Bearer"}'),
    }[renewal]
    verdict, code = ended(tmp_path, backend, renewal=answer)
    assert (verdict, code) in [
        (Verdict.BLOCKED, "refresh-unknown"),
        (Verdict.BLOCKED, "refresh-rejected"),
    ]
    assert len(backend.refreshes) == 1
    assert len(backend.kept_at_call) == 1
    assert json.loads((tmp_path / "bundle.json").read_text()) == backend.old
