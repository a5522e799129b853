"""Going on with a session from its record alone, wherever it broke off."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from pathlib import Path

import pytest

from smoke_tui.journal.file import JournalFile, read_journal
from smoke_tui.journal.fold import fold
from tests.helpers.events import data_of, make_event
from tests.helpers.program import Program

RUNBOOK = "openai-subscription"


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished session with a fallback and a restart."""
    from smoke_tui.__main__ import main

    state = tmp_path_factory.mktemp("recorded")
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("CI", raising=False)
        patch.setenv("XDG_CONFIG_HOME", str(state))
        assert (
            main(
                [
                    "--state-dir",
                    str(state),
                    "--check",
                    RUNBOOK,
                    "--rehearse",
                    "--scenario",
                    "instructions-drift-at-turn",
                ]
            )
            == 0
        )
    return next((state / "sessions").iterdir())


def broken_off(recorded: Path, program: Program, lines: int, torn: bytes = b"") -> Path:
    """A copy of the session as it was after so many lines."""
    folder = program.state / "sessions" / recorded.name
    shutil.copytree(recorded, folder)
    folder.chmod(0o700)
    program.state.chmod(0o700)
    journal = folder / "journal.jsonl"
    content = journal.read_bytes().splitlines(keepends=True)
    journal.write_bytes(b"".join(content[:lines]) + torn)
    return folder


def after(recorded: Path, word: str, step: str | None, nth: int = 1) -> int:
    """How many lines there are up to the nth event of that word for that step."""
    found = [e.seq for e in read_journal(recorded).events if e.kind == word and e.step == step]
    return found[nth - 1] + 1


POINTS = [
    ("session.opened", None, 1),
    ("try.started", "oauth-login", 1),
    ("provided", "oauth-login", 1),
    ("try.finished", "oauth-login", 1),
    ("step.finished", "oauth-login", 1),
    ("spend.reserved", "live-call", 1),
    ("spend.settled", "live-call", 1),
    ("try.finished", "live-call", 1),
    ("step.finished", "live-call", 1),
    ("try.started", "boot-stack", 1),
    ("provided", "boot-stack", 1),
    ("captured", "seed-org", 2),
    ("step.finished", "seed-org", 1),
    ("answered", "paste-credential", 4),
    ("step.finished", "paste-credential", 1),
    ("try.started", "authoring-turn", 1),
    ("spend.reserved", "authoring-turn", 1),
    ("try.finished", "authoring-turn", 1),
    ("branch.taken", "authoring-turn", 1),
    ("step.finished", "instructions-drift", 1),
    ("try.started", "boot-stack", 2),
    ("step.finished", "boot-stack", 2),
    ("spend.reserved", "authoring-turn", 2),
    ("step.finished", "authoring-turn", 1),
]


@pytest.mark.parametrize(("word", "step", "nth"), POINTS)
def test_whatever_was_acknowledged_stays(
    recorded: Path, program: Program, word: str, step: str | None, nth: int
) -> None:
    folder = broken_off(recorded, program, after(recorded, word, step, nth))
    before = fold(read_journal(folder).events)
    done = program("--check", recorded.name, "--resume", "--json")
    events = read_journal(folder).events
    state = fold(events)
    assert state.closed is not None
    assert len(state.resumes) == 1
    for known in before.steps.values():
        if known.outcome is not None:
            assert (
                state.steps[known.id].tries[: len(known.tries)][-1].summary
                == known.tries[-1].summary
            )
    broken = [
        k.id
        for k in before.steps.values()
        if k.outcome is None and k.tries and k.pending is None and k.tries[-1].calls
    ]
    for name in broken:
        # It may have spent: it is not done again by itself, and nobody calls it a pass.
        assert (state.steps[name].outcome, state.steps[name].code) == ("blocked", "interrupted")
        assert state.steps[name].calls == before.steps[name].calls
    assert done.code == (4 if broken else 0)
    assert program("replay", recorded.name).code == 0
    again = program("--check", recorded.name, "--json")
    assert again.code == done.code
    assert again.json()["spend"] == done.json()["spend"]


def test_calls_are_never_made_twice_by_themselves(recorded: Path, program: Program) -> None:
    """Broken off and gone on with at many places in one session: the calls stay as few."""
    folder = broken_off(recorded, program, after(recorded, "step.finished", "live-call"))
    for word, step in (
        ("step.finished", "boot-stack"),
        ("step.finished", "paste-credential"),
        ("try.started", "authoring-turn"),
    ):
        program("--check", recorded.name, "--resume")
        journal = folder / "journal.jsonl"
        resumed = max(e.seq for e in read_journal(folder).events if e.kind == "session.resumed")
        seq = next(
            e.seq
            for e in read_journal(folder).events
            if e.kind == word and e.step == step and e.seq > resumed
        )
        lines = journal.read_bytes().splitlines(keepends=True)
        journal.write_bytes(b"".join(lines[: seq + 1]))
    done = program("--check", recorded.name, "--resume", "--json")
    assert (done.code, done.json()["verdict"]) == (0, "pass")
    calls = Counter(e.step for e in read_journal(folder).events if e.kind == "spend.reserved")
    assert calls == {"live-call": 1, "authoring-turn": 1}
    assert program("replay", recorded.name).code == 0


def test_a_torn_line_is_cut_off_and_reported(recorded: Path, program: Program) -> None:
    folder = broken_off(recorded, program, 40, torn=b'{"seq":40,"t":"2026')
    assert program("--check", recorded.name, "--resume").code in (0, 4)
    resumed = next(e for e in read_journal(folder).events if e.kind == "session.resumed")
    assert data_of(resumed)["torn_bytes"] == 19
    assert program("replay", recorded.name).code == 0


def test_a_finished_session_is_not_resumed(recorded: Path, program: Program) -> None:
    folder = broken_off(recorded, program, 10_000)
    before = (folder / "journal.jsonl").read_bytes()
    done = program("--check", recorded.name, "--resume")
    assert done.code == 3
    assert "is finished; `smoke-tui rerun" in done.err
    assert (folder / "journal.jsonl").read_bytes() == before


def test_two_do_not_resume_one_session(recorded: Path, program: Program) -> None:
    folder = broken_off(recorded, program, 30)
    held = JournalFile.reopen(folder)
    done = program("--check", recorded.name, "--resume")
    held.close()
    assert done.code == 3
    assert "another smoke-tui has this session open" in done.err


def test_damage_in_the_middle_is_not_written_over(recorded: Path, program: Program) -> None:
    folder = broken_off(recorded, program, 40)
    journal = folder / "journal.jsonl"
    content = bytearray(journal.read_bytes())
    content[len(content) // 2] ^= 1
    journal.write_bytes(content)
    assert program("--check", recorded.name, "--resume").code == 3
    assert journal.read_bytes() == bytes(content)


def test_a_newer_journal_is_not_written_to(recorded: Path, program: Program) -> None:
    folder = broken_off(recorded, program, 0)
    first = read_journal(recorded).events[0]
    newer = make_event(
        0,
        first.time,
        first.ms,
        first.kind,
        None,
        None,
        None,
        {**data_of(first), "schema": "smoke-journal/2"},
    )
    (folder / "journal.jsonl").write_bytes(newer.line())
    done = program("--check", recorded.name, "--resume")
    assert done.code == 3
    assert "another version" in done.err


def test_one_step_once_more_is_a_new_try_of_the_same_session(
    recorded: Path, program: Program
) -> None:
    folder = broken_off(recorded, program, 10_000)
    done = program("rerun", recorded.name, "--step", "live-call", "--json")
    assert done.code == 0
    steps = {step["id"]: step for step in done.json()["steps"]}
    assert steps["live-call"]["tries"] == 2
    assert steps["authoring-turn"]["tries"] == 2, "as it was"
    causes = [data_of(e)["cause"] for e in read_journal(folder).events if e.kind == "try.started"]
    assert causes[-2:] == ["resume", "again"], "the bundle was gone, so the login came first"
    assert "once more" in program("report", recorded.name).out
    assert program("replay", recorded.name).code == 0


def test_a_step_that_does_not_exist(recorded: Path, program: Program) -> None:
    folder = broken_off(recorded, program, 10_000)
    before = (folder / "journal.jsonl").read_bytes()
    done = program("rerun", recorded.name, "--step", "nowhere")
    assert done.code == 2
    assert "it has oauth-login, live-call" in done.err
    assert (folder / "journal.jsonl").read_bytes() == before


def test_a_live_session_asks_for_consent(recorded: Path, program: Program) -> None:
    folder = broken_off(recorded, program, 1)
    first = read_journal(folder).events[0]
    config = {**data_of(first)["config"], "world": "live"}
    live = make_event(
        0, first.time, first.ms, first.kind, None, None, None, {**data_of(first), "config": config}
    )
    (folder / "journal.jsonl").write_bytes(live.line())
    done = program("--check", recorded.name, "--resume")
    assert done.code == 2
    assert "add --live, which is the consent to spend" in done.err


def test_without_a_terminal_resume_says_what_to_do(program: Program) -> None:
    none = program("resume")
    assert (none.code, "no session is incomplete" in none.err) == (5, True)
    done = program("resume", "last")
    assert done.code == 2
    assert "--check last --resume" in done.err
    assert json.dumps(done.out) == '""'
