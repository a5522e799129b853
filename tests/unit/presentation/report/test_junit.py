"""JUnit as CI systems read it: the common schema's elements, attributes, counts and characters."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smoke_tui.journal.state import State
from smoke_tui.presentation.report.junit import junit
from tests.helpers.event_log import EventLog, shipped
from tests.helpers.report_states import with_text

BOOK = shipped()

ALLOWED = {
    "testsuite": {
        "name",
        "tests",
        "failures",
        "errors",
        "skipped",
        "time",
        "timestamp",
        "hostname",
    },
    "properties": set(),
    "property": {"name", "value"},
    "testcase": {"classname", "name", "time"},
    "system-out": set(),
    "failure": {"message", "type"},
    "error": {"message", "type"},
    "skipped": {"message"},
}
"""What the schema of Jenkins's xUnit plug-in and those derived from it know, as far as used."""

CHILDREN = {
    "testsuite": {"properties", "testcase"},
    "properties": {"property"},
    "testcase": {"failure", "error", "skipped", "system-out"},
}


def check(text: str) -> ElementTree.Element:
    """Parse, and hold every rule of the schema that a reader relies on."""
    assert not re.search("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", text)
    suite = ElementTree.fromstring(text.encode())
    assert suite.tag == "testsuite"
    for element in suite.iter():
        assert set(element.attrib) == ALLOWED[element.tag]
        assert {child.tag for child in element} <= CHILDREN.get(element.tag, set())
    assert [child.tag for child in suite] == ["properties"] + ["testcase"] * (len(suite) - 1)
    cases = suite.findall("testcase")
    assert suite.get("tests") == str(len(cases))
    assert len({(case.get("classname"), case.get("name")) for case in cases}) == len(cases)
    for name, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        assert suite.get(name) == str(len(suite.findall(f"testcase/{tag}")))
    for case in cases:
        assert len([child for child in case if child.tag != "system-out"]) <= 1
    for element in (suite, *cases):
        assert re.fullmatch(r"\d+\.\d{3}", element.get("time") or "")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?", suite.get("timestamp") or "")
    return suite


def walked() -> State:
    log = EventLog(world="rehearsed", scenario="happy").tried("oauth-login", "pass")
    log.tried("live-call", "fail", "timeout", "no answer")
    log.tried("boot-stack", "blocked", "not-ready").tried("seed-org", "error")
    log.waived("paste-credential")
    return log.closed("error").state()


def test_outcomes_are_mapped_and_counted() -> None:
    suite = check(junit(BOOK, walked()))
    assert [suite.get(name) for name in ("failures", "errors", "skipped")] == ["1", "3", "2"]
    found = {case.get("name"): [child.tag for child in case] for case in suite.iter("testcase")}
    assert found == {
        "oauth-login": [],
        "live-call": ["failure"],
        "boot-stack": ["error"],
        "seed-org": ["error"],
        "paste-credential": ["skipped"],
        "authoring-turn": ["error"],
        "instructions-drift": ["skipped"],
    }
    failure = suite.find("testcase/failure")
    assert failure is not None
    assert (failure.get("message"), failure.get("type")) == ("fail timeout: no answer", "timeout")
    assert "Whose side: this machine." in (failure.text or "")
    waived = suite.find("testcase[@name='paste-credential']/skipped")
    assert waived is not None
    assert "ada: seen before" in (waived.text or "")


def counted(suite: ElementTree.Element) -> list[int]:
    return [int(suite.get(name) or 0) for name in ("failures", "errors", "skipped")]


@pytest.mark.parametrize(
    "state",
    [
        EventLog().state(),
        EventLog().closed("incomplete").state(),
        EventLog().closed("blocked").state(),
        EventLog().tried("oauth-login", "pass").state(),
    ],
    ids=["killed before its first step", "nothing was done", "ended early", "killed"],
)
def test_a_session_that_is_no_pass_has_an_error(state: State) -> None:
    suite = check(junit(BOOK, state))
    assert counted(suite)[0] + counted(suite)[1] >= 1


def test_what_is_open_has_an_error_though_every_step_passed() -> None:
    log = EventLog()
    for step in BOOK.steps:
        if not step.fallback:
            log.tried(step.id, "pass")
    suite = check(junit(BOOK, log.state()))
    assert counted(suite) == [0, 1, 1]
    assert suite.find("testcase[@name='session']/error") is not None
    assert counted(check(junit(BOOK, log.closed("pass").state()))) == [0, 0, 1]


def test_a_limitation_is_an_error_and_a_waiver_beside_a_pass_is_none() -> None:
    log = EventLog()
    for step in BOOK.steps:
        if not step.fallback:
            limited = step.id == "live-call"
            log.tried(
                step.id,
                "expected-limitation" if limited else "pass",
                "edge-challenge" if limited else None,
            )
    assert counted(check(junit(BOOK, log.closed("expected-limitation").state()))) == [0, 1, 1]
    log = EventLog().waived("oauth-login")
    for step in BOOK.steps:
        if not step.fallback and step.id != "oauth-login":
            log.tried(step.id, "pass")
    assert counted(check(junit(BOOK, log.closed("pass-with-waivers").state()))) == [0, 0, 2]


def test_waivers_alone_are_errors() -> None:
    log = EventLog()
    for step in BOOK.steps:
        if not step.fallback:
            log.waived(step.id)
    found = counted(check(junit(BOOK, log.closed("incomplete").state())))
    assert found[1] == sum(not step.fallback for step in BOOK.steps)


def test_a_rehearsal_is_named_as_one() -> None:
    suite = check(junit(BOOK, walked()))
    assert "rehearsal" in (suite.get("name") or "")
    values = {row.get("name"): row.get("value") for row in suite.iter("property")}
    assert (values["world"], values["verdict"]) == ("rehearsed", "error")
    assert (values["nothing-proven"] or "").startswith("REHEARSAL: nothing was proven.")
    live = check(junit(BOOK, EventLog().closed("incomplete").state()))
    assert "nothing-proven" not in {row.get("name") for row in live.iter("property")}


def test_the_output_of_a_command_that_failed_is_there() -> None:
    log = EventLog()
    log.add("try.started", {"cause": "walk", "caller": None}, "seed-org", 1)
    log.add("process", {"what": "output", "text": "Error: no such world\n"}, "seed-org", 1)
    log.finished("seed-org", "fail", "command-failed")
    suite = check(junit(BOOK, log.state()))
    assert suite.findtext("testcase/system-out") == "Error: no such world\n"


@pytest.mark.parametrize(
    "text",
    [
        "]]>",
        "\x00\x0b\x1b[1m",
        "\ud800\udfff",
        "\ufffe",
        "&#0;",
        "'\"",
    ],
)
def test_hostile_text_keeps_the_schema(text: str) -> None:
    check(junit(BOOK, with_text(text).state()))


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=60))
def test_any_text_keeps_the_schema(text: str) -> None:
    check(junit(BOOK, with_text(text).state()))
