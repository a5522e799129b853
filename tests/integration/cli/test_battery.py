"""The command `battery`: sessions of their own, broken off and resumed, and their reports."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from smoke_tui.config.runbook_files import packaged
from smoke_tui.journal.file import read_journal
from smoke_tui.judging.cases import prompt_sha256
from smoke_tui.world.cassettes.cassette import CaseNote, Cassette
from smoke_tui.world.cassettes.store import write_cassette
from tests.helpers.program import Program
from tests.helpers.provider_cassettes import asked, exchanged, streamed
from tests.helpers.valid_answers import MODEL

PACK = "format-compliance"
CASES = 13
REPEAT = 3


def answered(folder: Path) -> list[tuple[str, int]]:
    """The calls of a record that are finished, in their order."""
    events = [json.loads(line) for line in (folder / "journal.jsonl").read_text().splitlines()]
    return [
        (e["data"]["case"], e["data"]["repeat"])
        for e in events
        if e["ev"] == "battery" and e["data"].get("what") == "answered"
    ]


def battery_of(result: dict[str, Any]) -> dict[str, Any]:
    """The battery in a result."""
    battery = result["steps"][-1]["battery"]
    assert isinstance(battery, dict)
    return battery


def test_a_fake_judge_needs_nobody_and_claims_nothing(program: Program) -> None:
    done = program("battery", PACK, "--repeat", "2", "--json")
    assert done.code == 0
    battery = battery_of(done.json())
    assert (battery["planned"], battery["answers"], battery["as_expected"]) == (26, 26, 26)
    assert battery["claim"] is None
    assert battery["claims"] == ["Nothing may be claimed of a model: the answers are canned."]


def test_a_pass_states_the_bound_and_what_the_temperature_is(program: Program) -> None:
    done = program("battery", PACK, "--rehearse", "--repeat", str(REPEAT), "--json")
    assert (done.code, done.json()["verdict"]) == (0, "pass")
    battery = battery_of(done.json())
    assert (battery["conforming"], battery["exact"], battery["answers"]) == (39, 39, 39)
    assert battery["temperature"] == "not controllable"
    assert battery["claim"]["method"] == "Clopper-Pearson, one-sided, 95 %"
    assert battery["claim"]["upper_bound"] == pytest.approx(1 - 0.05 ** (1 / 39))
    assert "where no model answered" in battery["claims"][0]
    assert "for these 13 prompts, this model and this date" in battery["claims"][1]
    assert done.json()["spend"]["calls"] == 39
    assert done.json()["spend"]["unknown_calls"] == 0
    report = program("report", "last").out
    assert "100 %" not in report.split("What may be claimed")[1].split("| Case")[0].replace(
        "95 %", ""
    )
    assert program("replay", "last").code == 0


@pytest.mark.parametrize(
    ("scenario", "code", "exit_code"),
    [
        ("judge-format-violation", "judge-format-violation", 1),
        ("judge-fail", "judge-fail", 1),
        ("battery-incomplete", "battery-incomplete", 4),
    ],
)
def test_what_is_wrong_has_its_code(
    program: Program, scenario: str, code: str, exit_code: int
) -> None:
    done = program("battery", PACK, "--rehearse", "--scenario", scenario, "--repeat", "3", "--json")
    assert (done.code, done.json()["steps"][-1]["code"]) == (exit_code, code)
    battery = battery_of(done.json())
    match code:
        case "judge-format-violation":
            assert sum(battery["violations"].values()) == 5
            assert battery["conforming"] == 34
            texts = [each["text"] for each in battery["texts"]]
            assert "PASSWORD field missing" in texts
            assert "Format Non-compliance Detected" in done.json()["steps"][-1]["summary"]
        case "judge-fail":
            assert (battery["conforming"], battery["as_expected"]) == (39, 34)
            assert battery["violations"] == {}
        case _:
            assert battery["answers"] == 20
            assert set(battery["errors"]) == {"rate-limited"}
            assert battery["claim"]["answers"] == 20
            assert "nothing is claimed of the others" in " ".join(battery["claims"])
    for kind in ("md", "html", "json", "junit"):
        assert program("report", "last", "--format", kind).code == 0
    assert program("replay", "last").code == 0


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished battery against the rehearsal."""
    from smoke_tui.__main__ import main

    state = tmp_path_factory.mktemp("recorded")
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("CI", raising=False)
        patch.setenv("XDG_CONFIG_HOME", str(state))
        options = ["--rehearse", "--repeat", str(REPEAT)]
        assert main(["--state-dir", str(state), "battery", PACK, *options]) == 0
    return next((state / "sessions").iterdir())


@pytest.mark.parametrize("after", [0, 1, 7, 20, 38, 39])
def test_a_kill_loses_no_finished_call_and_a_resume_makes_the_rest_alone(
    recorded: Path, program: Program, after: int
) -> None:
    lines = (recorded / "journal.jsonl").read_bytes().splitlines(keepends=True)
    calls = [n for n, line in enumerate(lines) if b'"what":"answered"' in line.replace(b" ", b"")]
    cut = calls[after - 1] + 1 if after else calls[0]
    folder = program.state / "sessions" / recorded.name
    shutil.copytree(recorded, folder)
    folder.chmod(0o700)
    (folder / "journal.jsonl").write_bytes(b"".join(lines[:cut]) + b'{"torn')
    before = answered_lines(lines[:cut])
    assert len(before) == after
    claimed = program("report", folder.name).out.split("What may be claimed:")[1]
    if after:
        assert f"**0 violations in {after} answers**" in claimed
    else:
        assert "Nothing may be claimed: no call was answered" in claimed
    if 0 < after < CASES * REPEAT:
        assert (
            f"Of 39 planned calls {after} were answered: nothing is claimed of the others"
            in claimed
        )

    done = program("battery", PACK, "--resume", folder.name, "--json")
    assert done.code == 0, done.err
    every = answered(folder)
    assert every[:after] == before
    assert max(Counter(every).values()) == 1
    assert len(every) == CASES * REPEAT
    battery = battery_of(done.json())
    assert (battery["answers"], battery["stopped"], battery["tries"]) == (39, None, 2)
    # What was under way when the program was killed may have been paid for.
    assert done.json()["spend"]["unknown_calls"] == 4
    assert program("replay", folder.name).code == 0
    assert not read_journal(folder).damage


@pytest.mark.parametrize("closed", [True, False])
def test_a_battery_without_a_missing_call_is_not_paid_again(
    recorded: Path, program: Program, closed: bool
) -> None:
    folder = program.state / "sessions" / recorded.name
    shutil.copytree(recorded, folder)
    folder.chmod(0o700)
    lines = (folder / "journal.jsonl").read_bytes().splitlines(keepends=True)
    if not closed:
        ended = next(
            n for n, line in enumerate(lines) if b'"what":"ended"' in line.replace(b" ", b"")
        )
        (folder / "journal.jsonl").write_bytes(b"".join(lines[: ended + 1]))
    before = answered(folder)
    done = program("battery", PACK, "--resume", folder.name)
    assert answered(folder) == before
    assert len(before) == CASES * REPEAT
    if closed:
        assert (done.code, "no call of its battery is missing" in done.err) == (5, True)
    else:
        # Its outcome was not decided yet: it is now, from the calls that were made.
        assert (done.code, "39 of 39 answers conform" in done.out) == (0, True)


def answered_lines(lines: list[bytes]) -> list[tuple[str, int]]:
    """The finished calls in lines of a record."""
    events = [json.loads(line) for line in lines]
    return [
        (e["data"]["case"], e["data"]["repeat"])
        for e in events
        if e["ev"] == "battery" and e["data"].get("what") == "answered"
    ]


@pytest.mark.parametrize(
    ("options", "text"),
    [
        (["--provider", "live"], "add --live, which is the consent to spend"),
        (["--provider", "live", "--live", "--credential", "api-key"], "--budget"),
        (["--rehearse", "--credential", "api-key"], "--budget"),
        (["--budget", "1"], "use --stop-at"),
        (["--stop-at", "60%", "--credential", "api-key"], "use --budget"),
        (["--rehearse", "--stop-at", "0%"], "--stop-at: expected a percentage"),
        (["--repeat", "0"], "--repeat: expected 1 to 10000"),
        (["--concurrency", "65"], "--concurrency: expected 1 to 64"),
    ],
)
def test_options_that_do_not_fit_are_refused(
    program: Program, options: list[str], text: str
) -> None:
    done = program("battery", PACK, *options)
    assert done.code == 2
    assert text in done.err


def test_recorded_answers_cost_nothing_and_a_missing_one_is_named(
    program: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    cases = tmp_path / "cassettes" / "judge"
    assert program("battery", PACK, "--write-cases", "cassettes/judge").code == 0
    done = program("battery", PACK, "--provider", "replay", "--json")
    step = done.json()["steps"][-1]
    assert (done.code, step["code"]) == (1, "recording-missing")
    assert "13 of 13 cases have no accepted recording" in step["summary"]
    assert "multilingual-equivalence (cassettes/judge/multilingual-eq" in step["summary"]
    assert "cassettes record" in step["summary"]

    pack = json.loads((packaged() / "packs" / f"{PACK}.json").read_text())
    for case in pack["cases"]:
        prompt = (cases / f"{case['id']}.txt").read_text()
        texts = ["PASS"] if case["verdict"] == "PASS" else ["FAIL: no.", "FAIL: not so."]
        made = [exchanged(asked(prompt), streamed(text)) for text in texts]
        note = CaseNote(case["id"], prompt_sha256(prompt), MODEL)
        write_cassette(cases / f"{case['id']}.yaml", Cassette(tuple(made), (), note))
    done = program("battery", PACK, "--provider", "replay", "--repeat", "3", "--json")
    assert done.code == 0, done.err
    battery = battery_of(done.json())
    assert (battery["answers"], battery["as_expected"]) == (39, 39)
    assert battery["claim"] is None
    assert "a recording that is given again is no new answer" in battery["claims"][0]
    assert done.json()["spend"]["calls"] == 0
    report = program("report", "last").out
    assert "US\\$0: no call was made" in report
    answers = [
        event["data"]
        for event in program.events()
        if event["ev"] == "battery" and event["data"].get("what") == "answered"
    ]
    assert {each["usd"] for each in answers} == {"0"}
    fails = [each["text"] for each in answers if each["case"] == "adversarial-content"]
    assert len(fails) == 3
    assert program("replay", "last").code == 0


def test_live_calls_are_refused_in_ci(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "1")
    done = program("battery", PACK, "--provider", "live", "--live")
    assert done.code == 4
    assert "ci-refused" in done.err


def test_a_window_of_the_quota_stops_it(program: Program) -> None:
    done = program("battery", PACK, "--rehearse", "--repeat", "3", "--stop-at", "31%", "--json")
    assert done.code == 4
    battery = battery_of(done.json())
    assert 1 <= battery["answers"] < 39
    assert "the battery was to stop at 31 %" in battery["stopped"]


def test_a_pack_is_linted(program: Program, tmp_path: Path) -> None:
    assert program("battery", PACK, "--lint").code == 0
    broken = tmp_path / "broken.json"
    broken.write_text('{"schema": "smoke-battery/1",\n "id": "x", "title": "X", "cases": []}')
    done = program("battery", str(broken), "--lint")
    assert done.code == 3
    assert f"{broken}:" in done.err
    assert "1 to 1000 cases" in done.err
    assert program("battery", "no-such-pack").code == 3
