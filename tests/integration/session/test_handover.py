"""The hand-over: offered without being shown, taken back, and locked from then on."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from smoke_tui.config.questions import Answer, Verb
from smoke_tui.config.session_config import GIVEN_BUNDLE
from tests.helpers.events import data_of
from tests.helpers.service_sessions import EndedSession, agree, book, look, run

HANDOVER = '''id = "paste"
kind = "handover"
effects = "local"
confirm = "It is saved"
credential = CREDENTIAL

[[fields]]
label = "Provider"
value = "OpenAI"

[[fields]]
label = "Bundle"
value = "paste"'''
TOKENS = {name: f"FAKE-{name}-0123456789abcdefghijklmnop" for name in ("access", "refresh")}


def minted() -> str:
    claims = base64.urlsafe_b64encode(b'{"exp": 1999999999}').rstrip(b"=").decode()
    return json.dumps(
        {
            "provider": "openai",
            "access_token": f"eyJh.{claims}.{TOKENS['access']}",
            "refresh_token": TOKENS["refresh"],
            "id_token": None,
            "account_id": "acct-FAKE-1",
            "plan_type": "plus",
            "expires_at": None,
        }
    )


def handed(
    folder: Path, credential: str = '"bundle"', reply: Any = agree, on_event: Any = None
) -> EndedSession:
    runbook = book(("", HANDOVER.replace("CREDENTIAL", credential)), ("", look("see")))
    return run(
        runbook, folder, reply, on_event=on_event, given={GIVEN_BUNDLE: minted()}, bundle="file"
    )


@pytest.mark.parametrize(
    ("credential", "wanted"),
    [
        (
            '"bundle"',
            {
                "provider",
                "access_token",
                "refresh_token",
                "id_token",
                "account_id",
                "plan_type",
                "expires_at",
            },
        ),
        (
            '{ token = "{{ bundle.access_token }}", account = "{{ bundle.account_id }}" }',
            {"token", "account"},
        ),
    ],
)
def test_the_credential_is_there_while_it_is_needed_and_no_longer(
    tmp_path: Path, credential: str, wanted: set[str]
) -> None:
    seen: dict[str, Any] = {}

    def reply(kind: str, data: Mapping[str, Any]) -> Answer:
        if kind in ("tick", "confirm", "manual"):
            offered = list(tmp_path.glob("credential-*.txt"))
            seen[f"{kind} {data.get('label', '')}".strip()] = (
                (set(json.loads(offered[0].read_text())), offered[0].stat().st_mode & 0o777)
                if offered
                else None
            )
        return Answer(Verb.DONE) if kind == "tick" else agree(kind, data)

    done = handed(tmp_path, credential, reply)
    assert done.outcome("paste") == ("pass", None)
    assert seen == {
        "tick Provider": (wanted, 0o600),
        "tick Bundle": (wanted, 0o600),
        "confirm": (wanted, 0o600),
        "manual": None,
    }
    for path in (tmp_path / "state").rglob("*"):
        content = path.read_bytes() if path.is_file() else b""
        assert not any(token.encode() in content for token in TOKENS.values()), path


@pytest.mark.parametrize("at", ["tick", "confirm"])
def test_it_is_taken_back_where_something_is_in_the_way_too(tmp_path: Path, at: str) -> None:
    def reply(kind: str, data: Mapping[str, Any]) -> Answer:
        if kind == at:
            return Answer(Verb.NO, words="the page is gone")
        if kind == "manual":
            assert list(tmp_path.glob("credential*")) == []
        return Answer(Verb.DONE) if kind == "tick" else agree(kind, data)

    done = handed(tmp_path, reply=reply)
    assert done.outcome("paste") == ("blocked", "operator-declined")
    assert "the page is gone" in done.state.steps["paste"].summary


def test_what_was_asked_for_is_recorded_and_not_what_was_given(tmp_path: Path) -> None:
    done = handed(
        tmp_path,
        reply=lambda kind, data: Answer(Verb.DONE) if kind == "tick" else agree(kind, data),
    )
    offers = [
        data_of(e) for e in done.events if e.kind == "request" and data_of(e)["port"] == "clipboard"
    ]
    assert [sorted(offer) for offer in offers] == [["port", "text"], ["clear", "port"]]
    assert "[REDACTED:" in json.dumps(offers[0]) or "access-token" in json.dumps(offers[0])
