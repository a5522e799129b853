"""A spend that a step declares is asked for, capped, counted and told, whatever the kind."""

from __future__ import annotations

import json

import pytest

from smoke_tui.journal.file import read_journal
from smoke_tui.outcomes import Outcome
from smoke_tui.rehearsal import Rehearsal
from tests.helpers.events import data_of
from tests.helpers.offline_program import OfflineProgram, book, cut, runs, state_of, step

SUBSCRIPTION = ('effects = "spends"', 'spend = { kind = "subscription", max_calls = 2 }')
METERED = ('effects = "spends"', 'spend = { kind = "metered", max_usd = "0.10" }')
SERVICE = ('ready = { line = "up", timeout = "5s" }',)


def asked(program: OfflineProgram) -> list[str]:
    return [
        data_of(e)["kind"]
        for e in state_of(program.only()).requests.values()
        if data_of(e)["port"] == "operator" and data_of(e)["kind"] not in ("begin", "finish")
    ]


def rerun(program: OfflineProgram, name: str = "one") -> dict[str, object]:
    done = program("rerun", "last", "--step", name, "--live", "--json")
    assert program("replay", "last").code == 0
    found: dict[str, object] = done.json()
    return found


@pytest.mark.parametrize(
    "text",
    [
        book(runs("one", "true", *SUBSCRIPTION)),
        book(step("one", "service", *SERVICE, *SUBSCRIPTION, run="echo up; sleep 60")),
        book(step("one", "check", *SUBSCRIPTION, run="true")),
    ],
    ids=["run", "service", "check"],
)
def test_every_run_is_asked_for_and_counted(program: OfflineProgram, text: str) -> None:
    done = program.live(text)
    assert done.code == 0
    assert asked(program) == ["spend"]
    spend = done.json()["spend"]
    assert (spend["calls"], spend["kind"], spend["unknown_calls"]) == (1, "subscription", 1)
    assert done.json()["steps"][0]["spend"]["calls"] == 1
    assert "1 call" in program("report", "last").out


def test_the_cap_holds_over_reruns(program: OfflineProgram) -> None:
    assert program.live(book(runs("one", "true", *SUBSCRIPTION))).code == 0
    assert rerun(program)["verdict"] == "pass"
    third = rerun(program)
    assert third["verdict"] == "blocked"
    known = state_of(program.only()).steps["one"]
    assert (known.code, known.calls, len(known.tries)) == ("over-budget", 2, 3)


def test_a_metered_run_is_capped_by_what_it_may_cost(program: OfflineProgram) -> None:
    done = program.live(book(runs("one", "true", *METERED)))
    assert done.code == 0
    spend = done.json()["spend"]
    assert (spend["calls"], spend["kind"], spend["usd_metered"]) == (1, "metered", None)
    rerun(program)
    known = state_of(program.only()).steps["one"]
    assert (known.code, known.calls) == ("over-budget", 1)


def test_what_failed_was_spent_all_the_same(program: OfflineProgram) -> None:
    done = program.live(book(runs("one", "exit 3", *SUBSCRIPTION)))
    assert done.code == 1
    assert done.json()["spend"]["calls"] == 1


def test_who_does_not_agree_runs_nothing(program: OfflineProgram) -> None:
    """Line by line, the operator is asked and says no."""
    (program.folder / "offline.md").write_text(book(runs("one", "touch ran", *SUBSCRIPTION)))
    program("--plain", "offline.md", "--live")
    assert not (program.folder / "ran").exists()


@pytest.mark.parametrize(
    "more",
    [
        ('effects = "spends"',),
        ('spend = { kind = "subscription", max_calls = 2 }',),
        ('effects = "spends"', 'spend = { kind = "subscription" }'),
        ('effects = "spends"', 'spend = { kind = "metered", max_calls = 2 }'),
    ],
)
def test_a_step_that_spends_names_its_cap(program: OfflineProgram, more: tuple[str, ...]) -> None:
    done = program.live(book(runs("one", "touch ran", *more)))
    assert done.code == 3
    assert not (program.folder / "ran").exists()


def test_without_a_declared_spend_nothing_is_asked(program: OfflineProgram) -> None:
    done = program.live(book(runs("one", "true")))
    assert (done.code, done.json()["spend"]["calls"]) == (0, 0)
    assert asked(program) == []
    assert state_of(program.only()).steps["one"].outcome is Outcome.PASS


def test_a_cap_in_dollars_is_none_for_a_call_of_a_subscription(program: OfflineProgram) -> None:
    """Nobody prices such a call, so that nothing would ever stop it."""
    (program.folder / "base.txt").write_text("You are a test.")
    with Rehearsal.start("happy") as world:
        (program.folder / "bundle.json").write_text(json.dumps(world.bundle()))
        call = step("one", "call", 'prompt = "Answer."', *METERED)
        done = program.live(
            book(call),
            "--instructions",
            "base.txt",
            "--bundle",
            "bundle.json",
            "--codex-url",
            world.codex_url,
            "--issuer",
            world.issuer,
        )
        posts = [
            seen
            for seen in world.requests()
            if seen.path.endswith("/responses") and seen.method == "POST"
        ]
    assert (done.json()["steps"][0]["code"], posts) == ("over-budget", [])


REMOTE = runs("one", "echo x >> ran; test -e there", 'effects = "remote"')


def test_what_changes_something_elsewhere_is_asked_for(program: OfflineProgram) -> None:
    assert program.live(book(REMOTE)).code == 1
    assert asked(program) == ["spend"]
    (program.folder / "there").touch()
    assert rerun(program)["verdict"] == "pass"
    assert (program.folder / "ran").read_text() == "x\n" * 2


def test_what_broke_off_elsewhere_is_not_run_again_by_itself(program: OfflineProgram) -> None:
    (program.folder / "there").touch()
    assert program.live(book(REMOTE)).code == 0
    begun = next(
        e.seq
        for e in read_journal(program.only()).events
        if e.kind == "process" and data_of(e)["what"] == "started"
    )
    cut(program.only(), begun + 1)
    done = program("--check", "last", "--resume", "--live", "--json")
    assert (done.code, done.json()["steps"][0]["code"]) == (4, "interrupted")
    assert (program.folder / "ran").read_text() == "x\n"
    assert program("replay", "last").code == 0
