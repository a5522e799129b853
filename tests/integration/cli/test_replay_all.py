"""Today's rules on yesterday's sessions: which verdicts would change, and why."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from smoke_tui.journal.events.event import Event
from smoke_tui.journal.file import read_journal
from tests.helpers.events import change_event, data_of, make_event
from tests.helpers.program import Program

RUNBOOK = "openai-subscription"


@pytest.fixture
def recorded(program: Program) -> Path:
    """A session that a usage limit blocked."""
    done = program("--check", RUNBOOK, "--rehearse", "--scenario", "usage-limit-reached")
    assert done.code == 4
    return program.sessions()[-1]


def rewrite(folder: Path, change: object) -> None:
    """The same session with its events changed, every checksum right."""
    assert callable(change)
    events = [change(event) for event in read_journal(folder).events]
    (folder / "journal.jsonl").write_bytes(b"".join(event.line() for event in events))


def test_all_sessions_are_the_same_today(program: Program, recorded: Path) -> None:
    program("--check", RUNBOOK, "--rehearse", "--scenario", "instructions-drift-at-turn")
    done = program("replay", "--all", "--json")
    assert done.code == 0
    rows = done.json()["sessions"]
    assert [(row["result"], row["verdict"]) for row in rows] == [
        ("same", "pass"),
        ("same", "blocked"),
    ]
    assert program("replay", "last", "--step", "authoring-turn").code == 0


def test_a_better_classifier_is_tried_on_every_session(program: Program, recorded: Path) -> None:
    """The record of a build whose table had another code for what was answered."""

    def change(event: Event) -> Event:
        text = json.dumps(data_of(event))
        if event.kind in ("try.finished", "step.finished"):
            text = text.replace("usage-limit-reached", "shape-rejected")
            text = text.replace('"outcome": "blocked"', '"outcome": "fail"')
        if event.kind == "session.closed":
            text = text.replace('"verdict": "blocked"', '"verdict": "fail"')
        return change_event(event, data=json.loads(text))

    rewrite(recorded, change)
    done = program("replay", "--all", "--json")
    assert done.code == 6
    (row,) = done.json()["sessions"]
    assert (row["result"], row["verdict"], row["today"]) == ("changed", "fail", "blocked")
    assert row["why"] == (
        "step live-call: the step judges its facts otherwise (shape-rejected → usage-limit-reached)"
    )
    step = program("replay", "last", "--step", "live-call", "--json").json()
    assert (step["same"], step["outcome"], step["code"]) == (
        False,
        "blocked",
        "usage-limit-reached",
    )
    whole = program("replay", "last")
    assert whole.code == 6
    assert "code was 'shape-rejected' and is 'usage-limit-reached'" in whole.out


def test_a_session_that_asks_for_something_else_today(program: Program, recorded: Path) -> None:
    def change(event: Event) -> Event:
        if event.kind != "request" or data_of(event).get("method") != "POST":
            return event
        data = json.loads(json.dumps(data_of(event)).replace("/responses", "/answers"))
        return make_event(
            event.seq,
            event.time,
            event.ms,
            event.kind,
            event.step,
            event.attempt,
            event.request_seq,
            data,
        )

    rewrite(recorded, change)
    done = program("replay", "--all", "--json")
    assert done.code == 6
    (row,) = done.json()["sessions"]
    assert row["result"] == "another-way"
    assert "`request` of http (step live-call" in row["why"]


def test_an_unfinished_session_is_decided_as_far_as_it_goes(
    program: Program, recorded: Path
) -> None:
    journal = recorded / "journal.jsonl"
    lines = journal.read_bytes().splitlines(keepends=True)
    journal.write_bytes(b"".join(lines[:30]))
    (row,) = program("replay", "--all", "--json").json()["sessions"]
    assert (row["result"], row["verdict"], row["today"]) == ("same", None, None)


def test_a_damaged_session_is_distinguished(program: Program, recorded: Path) -> None:
    journal = recorded / "journal.jsonl"
    content = bytearray(journal.read_bytes())
    content[len(content) // 2] ^= 1
    journal.write_bytes(content)
    done = program("replay", "--all")
    assert done.code == 3
    assert "unreadable" in done.out


@pytest.mark.parametrize("argv", [("--all", "last"), ("--all", "--step", "live-call")])
def test_all_takes_nothing_else(program: Program, argv: tuple[str, ...]) -> None:
    assert program("replay", *argv).code == 2


def test_nothing_to_replay_is_not_a_success(program: Program) -> None:
    assert program("replay", "--all").code == 5
    assert program("replay").code == 5


def test_a_step_that_was_never_tried(program: Program, recorded: Path) -> None:
    done = program("replay", "last", "--step", "instructions-drift")
    assert done.code == 5
    assert "was never tried" in done.err
