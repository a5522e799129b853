"""A pass holds for the values it was made with: another value, and what depends on it is undone."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from smoke_tui.rehearsal import Rehearsal
from tests.helpers.offline_program import OfflineProgram, book, runs, state_of, step

GIVES = runs("give", "cat value.json", 'capture = { name = { json = "name" } }')
TAKES = (
    '\n## take\n\nDo it.\n\n```bash run\necho {{ name }}\n```\n\n```toml step\nid = "take"\n'
    'kind = "run"\nneeds = ["give"]\n```\n'
)
AFTER = runs("after", "true", 'needs = ["take"]')
BESIDE = runs("beside", "true")


def value(program: OfflineProgram, name: str) -> None:
    (program.folder / "value.json").write_text(json.dumps({"name": name}) + "\n")


def rerun(program: OfflineProgram, name: str, *more: str) -> tuple[int, str]:
    done = program("rerun", "last", "--step", name, "--live", "--json", *more)
    assert program("replay", "last").code == 0
    return done.code, str(done.json()["verdict"])


def test_another_captured_value_undoes_what_took_it_and_what_needs_that(
    program: OfflineProgram,
) -> None:
    value(program, "one")
    assert program.live(book(GIVES, TAKES, AFTER, BESIDE)).code == 0
    assert rerun(program, "give") == (0, "pass")
    value(program, "two")
    assert rerun(program, "give") == (4, "incomplete")
    steps = {name: known.outcome for name, known in state_of(program.only()).steps.items()}
    assert steps == {"give": "pass", "take": None, "after": None, "beside": "pass"}
    report = program("report", "last").out
    assert "counts no more: the value of name has changed" in report
    assert "counts no more: take, which it needs has changed" in report
    assert rerun(program, "take") == (4, "incomplete")
    assert rerun(program, "after") == (0, "pass")


def test_a_value_given_back_is_another_one_again(program: OfflineProgram) -> None:
    value(program, "one")
    program.live(book(GIVES, TAKES))
    value(program, "two")
    assert rerun(program, "give") == (4, "incomplete")
    assert rerun(program, "take") == (0, "pass")
    value(program, "one")
    assert rerun(program, "give") == (4, "incomplete")


def test_no_command_is_given_a_captured_secret_in_its_environment(
    program: OfflineProgram,
) -> None:
    (program.folder / "value.json").write_text('{"key": "FAKE-key-of-a-test-000111222333"}\n')
    gives = runs("give", "cat value.json", 'capture = { key = { json = "key", secret = true } }')
    takes = step("take", "run", 'needs = ["give"]', 'env = { KEY = "{{ key }}" }', run="true")
    done = program.live(book(gives, takes))
    assert done.code == 3
    assert "RB073" in done.out


def test_what_failed_stays_failed_though_a_value_changed(program: OfflineProgram) -> None:
    value(program, "one")
    failing = TAKES.replace("echo {{ name }}", "sh -c 'exit 3' {{ name }}")
    assert program.live(book(GIVES, failing)).code == 1
    value(program, "two")
    assert rerun(program, "give") == (1, "fail")


CALL = step(
    "call",
    "call",
    'prompt = "Answer."',
    'effects = "spends"',
    'spend = { kind = "subscription", max_calls = 5 }',
    'timeout = "30s"',
)


@pytest.fixture
def options(program: OfflineProgram) -> list[str]:
    (program.folder / "base.txt").write_text("You are a test.")
    return ["--instructions", "base.txt", "--bundle", "bundle.json"]


def against(world: Rehearsal, folder: Path, options: list[str]) -> list[str]:
    (folder / "bundle.json").write_text(json.dumps(world.bundle()))
    return [*options, "--codex-url", world.codex_url, "--issuer", world.issuer]


def test_a_pass_of_one_model_is_undone_where_the_session_asks_another(
    program: OfflineProgram, options: list[str]
) -> None:
    with Rehearsal.start("happy") as world:
        given = against(world, program.folder, options)
        two = CALL + CALL.replace('id = "call"', 'id = "second"').replace("## call", "## second")
        assert program.live(book(two), "--model", "gpt-5.5", *given).code == 0
        assert rerun(program, "call", "--model", "gpt-5.5", *given) == (0, "pass")
        assert rerun(program, "call", "--model", "gpt-5.4", *given)[1] != "pass"
        assert state_of(program.only()).steps["second"].outcome is None
