"""A decision made again is the recorded one, though the record had to hide something of it."""

from __future__ import annotations

from typing import Any

import pytest

from smoke_tui.journal.events.event import Event
from smoke_tui.journal.stream import with_names
from smoke_tui.redaction import Vault
from smoke_tui.replay.agreement import agrees
from tests.helpers.events import make_event


def decided(data: Any, ev: str = "step.finished", seq: int = 3) -> Event:
    return make_event(seq, "2026-11-21T19:00:00.000Z", 7, ev, "step", 1, None, data)


SAME: list[tuple[Any, Any]] = [
    ({"summary": "x"}, {"summary": "x"}),
    ({"summary": "[REDACTED:password#4] is long"}, {"summary": "changeme is long"}),
    ({"summary": "password=[REDACTED:password#2]"}, {"summary": "password=app"}),
    ({"summary": "a [REDACTED:k#s.1] b [REDACTED:k#s.1] c"}, {"summary": "a 123456 b 123456 c"}),
    ({"why": ["[REDACTED:secret#ask.1]"]}, {"why": ["the whole text"]}),
]
OTHER: list[tuple[Any, Any]] = [
    ({"summary": "x"}, {"summary": "y"}),
    ({"summary": "[REDACTED:password#4] is long"}, {"summary": "changeme is short"}),
    ({"summary": "[REDACTED:password#4]"}, {"summary": "short"}),
    ({"outcome": "[REDACTED:password#1]"}, {"outcome": "blocked"}),
    ({"code": "[REDACTED:password#1]"}, {"code": "command-failed"}),
    ({"steps": {"one": "[REDACTED:password#1]"}}, {"steps": {"one": "waived!"}}),
    ({"summary": "[REDACTED:a#1]", "more": 1}, {"summary": "whatever it is"}),
    ({"summary": "[REDACTED:a#1]"}, {"summary": None}),
    ({"list": ["[REDACTED:a#1]"]}, {"list": ["whatever", "it is"]}),
]


@pytest.mark.parametrize("pair", SAME)
def test_what_was_hidden_may_differ(pair: tuple[Any, Any]) -> None:
    assert agrees(decided(pair[0]), decided(pair[1]))


@pytest.mark.parametrize("pair", OTHER)
def test_nothing_else_may(pair: tuple[Any, Any]) -> None:
    assert not agrees(decided(pair[0]), decided(pair[1]))


def test_a_decision_at_another_place_is_another() -> None:
    hidden, shown = {"summary": "[REDACTED:a#1]"}, {"summary": "whatever it is"}
    assert not agrees(decided(hidden), decided(shown, seq=4))
    assert not agrees(decided(hidden), decided(shown, ev="try.finished"))


def test_the_names_of_steps_are_data() -> None:
    whole = {
        "steps": {"api-key": "pass", "password": "blocked"},
        "password": "f4ke-secret-1",
        "to": "boot-stack",
    }
    vault = Vault()
    vault.add_value("boot-stack", "secret")
    clean = vault.redact_json(whole)  # type: ignore[arg-type]
    kept = with_names(whole, clean, frozenset({"api-key", "password", "boot-stack"}))
    assert kept["steps"] == whole["steps"]
    assert kept["to"] == "boot-stack"
    assert "f4ke-secret-1" not in str(kept), "what stands beside a name is still looked at"
