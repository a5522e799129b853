"""Answers that no server should give: each is a code, a record that replays, and a report."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from smoke_tui.config.questions import Answer
from smoke_tui.config.session_config import SessionConfig
from smoke_tui.httpd.messages import ServerRequest
from smoke_tui.journal.load import load_state
from smoke_tui.outcomes import Verdict
from smoke_tui.presentation.report.export import export
from smoke_tui.redaction import Vault
from smoke_tui.rehearsal.provider.tokens import Mint
from smoke_tui.replay.run import replay
from smoke_tui.runbook import Runbook, parse
from smoke_tui.session.open import open_session
from smoke_tui.session.request import SessionRequest
from smoke_tui.session.secret_options import SecretOptions
from smoke_tui.world.live.browser_clipboard import FileClipboard, NoBrowser, OperatorIO
from tests.helpers.loopback_servers import ThreadedServer, ok
from tests.helpers.recorded_sessions import PATIENCE

FRONT = "---\nschema: smoke/1\nid: hostile\ntitle: Hostile\nmodel: gpt-5-codex\n---\n\n# Hostile\n"
SPEND = 'effects = "spends"\nspend = { kind = "subscription", max_calls = 1 }'
CALL = f'id = "call-it"\nkind = "call"\nprompt = "p"\n{SPEND}'
TURN = (
    f'id = "turn-it"\nkind = "turn"\n{SPEND}\n[request]\nmethod = "POST"\n'
    'url = "{{ stack_url }}/turn"\n[request.json]\nprompt = "p"'
)
LOOK = 'id = "look-at"\nkind = "check"\nurl = "{{ stack_url }}/check"'


def runbook(step: str) -> Runbook:
    parsed = parse(f"{FRONT}\n## 1. Do\n\nDo it.\n\n```toml step\n{step}\n```\n", "hostile.md")
    assert parsed.runbook is not None, [str(found) for found in parsed.diagnostics]
    return parsed.runbook


class Consenting:
    """Consents to everything; attests only where told to."""

    def __init__(self, attest: str) -> None:
        self._attest = attest

    async def answer(self, kind: str, data: Mapping[str, Any]) -> Answer | None:
        if kind == "attest":
            return Answer(self._attest, words="seen in the dashboard")
        return Answer({"begin": "run", "spend": "yes", "finish": "finish"}.get(kind, "no"))

    async def observe(self, kind: str, data: Mapping[str, Any], answer: Answer) -> None:
        """Watches nobody."""


def ended(
    tmp_path: Path,
    step: str,
    status: int,
    body: bytes,
    headers: tuple[tuple[str, str], ...] = (),
    bundle: Mapping[str, Any] | None = None,
    attest: str = "no",
) -> tuple[Verdict | None, str | None, str]:
    """Verdict, the step's code and its summary, of a session whose one server answers so."""

    async def answer(request: ServerRequest) -> Any:
        if request.path.endswith("/models"):
            return ok(b'{"models": []}')
        nonce = re.search(rb"smoke-[0-9a-f]{10}", request.body)
        told = body.replace(b"NONCE", nonce.group() if nonce else b"")
        return ok(told, *headers, status=status)

    mint = Mint()
    given = bundle or {"access_token": mint.access_token("http://x")}
    instructions = tmp_path / "instructions.txt"
    instructions.write_text("Be brief.")
    with ThreadedServer(answer) as server:
        config = SessionConfig(
            codex_url=server.base,
            stack_url=server.base,
            bundle="file",
            consent=True,
            instructions_file=str(instructions),
            runbook_model="gpt-5-codex",
        )
        session = open_session(
            SessionRequest(
                runbook=runbook(step),
                config=config,
                state_dir=tmp_path / "state",
                operator_io=OperatorIO(NoBrowser(), FileClipboard(tmp_path)),
                answerer=Consenting(attest),
                secret_options=SecretOptions({"given:bundle": json.dumps(given)}),
            )
        )
        session.start()
        assert session.done.wait(PATIENCE)
    if session.fault is not None:
        raise AssertionError("the session broke") from session.fault
    state = replay(session.folder)
    _, book, folded = load_state(session.folder)
    for kind in ("md", "json", "junit"):
        export(kind, book, folded, session.folder, Vault()).decode()
    (known,) = state.steps.values()
    return session.verdict, known.code, known.summary


@pytest.mark.parametrize(
    ("status", "body", "headers", "code"),
    [
        (
            429,
            b'{"error": {"code": "rate_limit_exceeded", "resets_in_seconds": Infinity}}',
            (),
            "rate-limited",
        ),
        (
            429,
            b'{"error": {"code": "rate_limit_exceeded", "resets_in_seconds": 1e999}}',
            (),
            "rate-limited",
        ),
        (
            429,
            b'{"error": {"code": "rate_limit_exceeded", "resets_in_seconds": 1'
            + b"0" * 400
            + b"}}",
            (),
            "rate-limited",
        ),
        (429, b"", (("retry-after", "1000000000"),), "rate-limited"),
        (429, b"", (("date", "Mon, 01 Jan 2026 00:00:00 +99999999999999999999"),), "rate-limited"),
        (429, b"", (("date", "Mon, 01 Jan 0001 00:00:00 +2359"),), "rate-limited"),
        (429, b"", (("date", "x" * 8000),), "rate-limited"),
        (400, b'{"detail": "\\ud800 Instructions are not valid"}', (), "instructions-drift"),
        (400, b"\xff\xfe\x00", (), "shape-rejected"),
        (400, b"[" * 100_000, (), "shape-rejected"),
        (403, b"<html>" + b"x" * 300_000, (), "intercepted"),
        (200, b'{"detail": "x\\u202e\\u001b]0;y\\u0007"}', (), "stream-malformed"),
        (
            200,
            b'data: {"type": "response.completed", "response": {"usage": NaN, "model": 1e999}}\n\n',
            (),
            "stream-malformed",
        ),
        (500, b"| a | b |\n```\n</details>\n# PASS", (), "server-error"),
    ],
)
def test_a_call_answered_oddly(
    tmp_path: Path, status: int, body: bytes, headers: tuple[tuple[str, str], ...], code: str
) -> None:
    verdict, found, _ = ended(tmp_path, CALL, status, body, headers)
    assert found == code
    assert verdict in (Verdict.FAIL, Verdict.BLOCKED)


ROUTE = b'"route": {"provider": "openai", "credential": "subscription"}'


@pytest.mark.parametrize(
    ("status", "body", "code"),
    [
        (
            200,
            b"{" + ROUTE + b', "usage": {"output_tokens": NaN}, "output_text": "x"}',
            "degraded-empty",
        ),
        (
            200,
            b"{" + ROUTE + b', "usage": {"output_tokens": 1e999}, "output_text": "x"}',
            "degraded-empty",
        ),
        (200, b"{" + ROUTE + b', "output_text": "\\ud800"}', "degraded-empty"),
        (
            200,
            b'{"output_text": "x", "password": 12345678, "route": {"provider": "anthropic"}}',
            "degraded-route",
        ),
        (
            200,
            b'{"route": {"provider": "openai", "model": "\\ud800\\u001b[31m"}, "output_text": "x"}',
            "degraded-model",
        ),
        (
            200,
            b'{"route": {"provider": "\\ud800", "credential": "\\ud800"}, "output_text": "x"}',
            "degraded-route",
        ),
        (200, b'{"route": 3, "output_text": ["x"], "usage": "many"}', "degraded-empty"),
        (
            200,
            b'{"cookie": "sid=FAKE12345678; a=b", "set-cookie": "x=y", "output_text": "",'
            b' "authorization": "Bearer FAKE1234567890", "api_key": "FAKE-key-123456"}',
            "degraded-empty",
        ),
        (200, b"[]", "expectation-unmet"),
        (200, b"", "expectation-unmet"),
        (200, b"[" * 100_000, "expectation-unmet"),
        (
            500,
            b'{"error": {"upstream_status": 429, "upstream_body": "{\\"error\\":{\\"type\\":'
            b'\\"usage_limit_reached\\"}}"}}',
            "usage-limit-reached",
        ),
        (502, b'{"error": {"upstream_status": NaN, "upstream_body": 3}}', None),
    ],
)
def test_a_turn_answered_oddly(tmp_path: Path, status: int, body: bytes, code: str | None) -> None:
    verdict, found, _ = ended(tmp_path, TURN, status, body)
    assert found is not None
    assert code is None or found == code
    assert verdict in (Verdict.FAIL, Verdict.BLOCKED)


@pytest.mark.parametrize(
    ("status", "body", "code"),
    [
        (200, b"\x00\xff" * 1000, None),
        (404, b"", "edge-path-block"),
        (503, b"x", "server-error"),
        (302, b"", "redirect-refused"),
    ],
)
def test_a_check_answered_oddly(tmp_path: Path, status: int, body: bytes, code: str | None) -> None:
    assert ended(tmp_path, LOOK, status, body)[1] == code


@pytest.mark.parametrize("expects", ["", "\n[[expect]]\nstatus = 200"])
def test_a_check_whose_answer_was_broken_off_does_not_pass(tmp_path: Path, expects: str) -> None:
    """What was not read to its end is no answer, whatever its status says."""
    body = b"x" * (9 * 1024 * 1024)
    assert ended(tmp_path, LOOK + expects, 200, body)[1] == "stream-oversized"
    encoded = ("content-encoding", "gzip")
    assert ended(tmp_path, LOOK + expects, 200, b"", (encoded,))[1] == "stream-malformed"


@pytest.mark.parametrize(
    "token", ["eyJFAKE.eyJFAKE\u2026", "FAKE\u00e9token-123456", "FAKE token\nwith a line"]
)
def test_a_credential_that_no_header_can_carry_is_reported_as_such(
    tmp_path: Path, token: str
) -> None:
    bundle = {"access_token": token, "account_id": "acct-FAKE-1"}
    verdict, code, summary = ended(tmp_path, CALL, 200, b"", bundle=bundle)
    assert verdict in (Verdict.FAIL, Verdict.BLOCKED)
    assert code in ("token-malformed", "bundle-incomplete", "network", "not-configured")
    assert token not in summary


WELL = b'{"output_text": "It is NONCE.", "usage": {"input_tokens": 9, "output_tokens": 3}, '


@pytest.mark.parametrize(
    ("rest", "attest", "verdict", "code"),
    [
        (
            ROUTE
            + b', "upstream_headers": {"x-codex-plan-type": "plus", "openai-model": "gpt-5-codex"}}',
            "no",
            Verdict.PASS,
            None,
        ),
        # The stack's own words alone are a claim that a canned answer has, too.
        (ROUTE + b"}", "no", Verdict.BLOCKED, "route-unproven"),
        (ROUTE + b"}", "yes", Verdict.PASS_ATTESTED, None),
        (ROUTE + b', "fallback_used": true}', "yes", Verdict.FAIL, "degraded-route"),
        (
            b'"route": {"provider": "openai", "credential": "api_key"}}',
            "yes",
            Verdict.FAIL,
            "degraded-route",
        ),
        (b'"route": {"provider": "anthropic"}}', "yes", Verdict.FAIL, "degraded-route"),
        (b'"route": {"provider": "openai"}}', "no", Verdict.BLOCKED, "route-unproven"),
        (b'"route": {"provider": "openai"}}', "absent", Verdict.BLOCKED, "needs-operator"),
        (b'"route": {"provider": "openai"}}', "yes", Verdict.PASS_ATTESTED, None),
        (b'"route": null}', "yes", Verdict.PASS_ATTESTED, None),
    ],
)
def test_a_turn_is_proven_attested_or_not(
    tmp_path: Path, rest: bytes, attest: str, verdict: Verdict, code: str | None
) -> None:
    assert ended(tmp_path, TURN, 200, WELL + rest, attest=attest)[:2] == (verdict, code)
