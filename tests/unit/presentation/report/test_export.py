"""Exports: scanned before they leave, written whole or not at all; the object for scripts."""

from __future__ import annotations

import json
import os
import secrets as random
import stat
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from smoke_tui.files import replace_private
from smoke_tui.journal.spend import spend_of
from smoke_tui.outcomes import Verdict
from smoke_tui.presentation.report.check_result import check_object
from smoke_tui.presentation.report.export import FORMATS, SecretFoundError, export
from smoke_tui.presentation.report.junit import junit
from smoke_tui.redaction import Secret, Vault
from tests.helpers.event_log import EventLog, shipped
from tests.helpers.report_states import with_text

BOOK = shipped()


def test_a_secret_stops_an_export_and_is_not_in_the_message() -> None:
    value = f"FAKE{random.token_urlsafe(30)}"
    vault = Vault()
    vault.add(Secret(value, kind="access-token", ref="x"))
    state = with_text(f"before {value} after").state()
    for kind in FORMATS:
        with pytest.raises(SecretFoundError, match=r"access-token in line \d+") as caught:
            export(kind, BOOK, state, Path("S"), vault)
        assert value not in str(caught.value)
        assert value[:12] not in str(caught.value)


def test_what_merely_looks_like_a_secret_stops_an_export_too() -> None:
    token = f"eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJGQUtFIn0.FAKE{random.token_urlsafe(60)}"
    with pytest.raises(SecretFoundError):
        export("md", BOOK, with_text(token).state(), Path("S"), Vault())


def test_a_clean_export_is_text() -> None:
    state = with_text("harmless").state()
    assert export("md", BOOK, state, Path("S"), Vault()).decode().startswith("<!-- smoke-report")
    value = json.loads(export("json", BOOK, state, Path("S"), Vault()))
    assert (value["schema"], value["verdict"], value["exit_code"]) == ("smoke-check/1", "fail", 1)


def test_a_lone_surrogate_can_be_exported() -> None:
    state = with_text("a\ud800b").state()
    for kind in FORMATS:
        export(kind, BOOK, state, Path("S"), Vault()).decode()


def shape(element: ElementTree.Element) -> tuple[object, ...]:
    """Names and attributes' names, texts aside."""
    return element.tag, sorted(element.attrib), [shape(child) for child in element]


@pytest.mark.parametrize(
    "text",
    [
        "a",
        "]]>",
        "<failure/>",
        "&amp;",
        '" onload="x',
        "'",
        "\x00\x1b[31m",
        "\ufffe\uffff",
        "\u202e",
        "\r\n\tx",
        "\ud800",
        "<!DOCTYPE x>",
        "\U0001f600",
    ],
)
def test_junit_is_well_formed_whatever_was_said(text: str) -> None:
    content = export("junit", BOOK, with_text(text).state(), Path("S"), Vault())
    assert shape(ElementTree.fromstring(content)) == shape(
        ElementTree.fromstring(junit(BOOK, with_text("b").state()))
    )


def test_a_file_is_replaced_as_a_whole_and_is_private(tmp_path: Path) -> None:
    path = tmp_path / "report.md"
    path.write_text("old")
    old = os.umask(0)
    try:
        replace_private(path, b"new")
    finally:
        os.umask(old)
    assert path.read_bytes() == b"new"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [p.name for p in tmp_path.iterdir()] == ["report.md"]


@pytest.mark.parametrize("what", ["link", "folder", "fifo", "no folder"])
def test_what_is_no_plain_file_is_left_alone(tmp_path: Path, what: str) -> None:
    path = tmp_path / "report.md"
    target = tmp_path / "target"
    target.write_text("kept")
    if what == "link":
        path.symlink_to(target)
    elif what == "folder":
        path.mkdir()
    elif what == "fifo":
        os.mkfifo(path)
    else:
        path = tmp_path / "gone" / "report.md"
    before = sorted(p.name for p in tmp_path.iterdir())
    with pytest.raises(OSError, match=r"."):
        replace_private(path, b"new")
    assert target.read_text() == "kept"
    assert sorted(p.name for p in tmp_path.iterdir()) == before


def looked(log: EventLog, verdict: Verdict | None = Verdict.FAIL) -> dict[str, object]:
    return check_object(BOOK, log.state(), exit_code=1, verdict=verdict)


def test_steps_are_listed_as_they_ran_and_then_the_rest() -> None:
    log = EventLog().tried("boot-stack", "pass").tried("live-call", "fail", "unauthorized")
    value = json.loads(json.dumps(looked(log)))
    assert [step["id"] for step in value["steps"]][:2] == ["boot-stack", "live-call"]
    assert {step["outcome"] for step in value["steps"][2:]} == {"not-run"}
    assert len(value["steps"]) == len(BOOK.steps)
    call = value["steps"][1]
    assert (call["code"], call["tries"], call["kind"]) == ("unauthorized", 1, "call")
    assert call["remedy"]
    assert value["steps"][0]["code"] is None
    assert [f["code"] for f in value["findings"]] == ["unauthorized"]


def test_the_object_has_the_documented_keys() -> None:
    value = looked(EventLog())
    assert list(value) == [
        "schema",
        "exit_code",
        "verdict",
        "partial",
        "world",
        "session",
        "runbook",
        "started",
        "finished",
        "origin",
        "steps",
        "spend",
        "findings",
    ]
    spend = value["spend"]
    assert isinstance(spend, dict)
    assert (spend["usd_metered"], spend["usd_api_equivalent"]) == ("0", None)
    assert value["finished"] is None
    assert looked(EventLog(), None)["verdict"] is None


def test_steps_outside_a_choice_are_not_listed() -> None:
    log = EventLog(only="seed-org").tried("seed-org", "pass")
    value = json.loads(json.dumps(looked(log)))
    assert [step["id"] for step in value["steps"]] == ["seed-org"]
    assert value["partial"] is True


def test_spend_adds_up_over_tries_and_counts_the_unknown() -> None:
    log = EventLog()
    usages: list[dict[str, Any] | None] = [
        {"unknown": True},
        {"input_tokens": 10, "output_tokens": 2},
        None,
    ]
    for n, usage in enumerate(usages, 1):
        log.add("try.started", {"cause": "walk", "caller": None}, "live-call", n)
        log.add("spend.reserved", {"calls": 1}, "live-call", n)
        if usage is not None:
            log.add("spend.settled", {"limits": [], **usage}, "live-call", n)
    totals = spend_of(log.state())
    assert (totals.calls, totals.unknown_calls) == (3, 2)
    assert (totals.input_tokens, totals.output_tokens) == (10, 2)
    assert totals.kind == "subscription"
    assert spend_of(EventLog().state()).kind == "none"


def test_limits_say_before_and_after_by_length_of_window() -> None:
    log = EventLog()
    log.add("try.started", {"cause": "walk", "caller": None}, "live-call", 1)
    for used in (1.0, 2.5):
        log.add(
            "spend.settled",
            {
                "limits": [
                    {"window_minutes": 10080, "used_percent": used, "resets_at": "w"},
                    {"window_minutes": 300, "used_percent": used * 10, "resets_at": "h"},
                ]
            },
            "live-call",
            1,
        )
    assert spend_of(log.state()).table()["limits"] == [
        {
            "window_minutes": 300,
            "used_percent_before": 10.0,
            "used_percent_after": 25.0,
            "resets_at": "h",
        },
        {
            "window_minutes": 10080,
            "used_percent_before": 1.0,
            "used_percent_after": 2.5,
            "resets_at": "w",
        },
    ]
