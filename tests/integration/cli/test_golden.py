"""`golden` and `new --from golden`: exits, texts, updates, and what is never touched."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from smoke_tui.judging.goldens.scenario import (
    AGENT_TEXT,
    CHALLENGE_PACK,
    GENERATED_FILES,
    INPUT_FILES,
    SCORECARD,
    SCRIPTED_USER_TURNS,
    TRACE,
)
from smoke_tui.world.goldens import folder as pack_folder
from tests.helpers.paths import ROOT
from tests.helpers.program import Program
from tests.helpers.scenarios import SHIPPED, change_file, copy_of_shipped, files_of


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder without packs; and no CI."""
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))


def test_the_shipped_pack_passes_by_name_path_and_file(program: Program) -> None:
    for pack in ("support_billing", str(SHIPPED), str(SHIPPED / CHALLENGE_PACK)):
        done = program("golden", pack)
        assert (done.code, done.err) == (0, "golden: 1 pack: exit 0\n")
        assert "8 of 8 comparisons equal, 3 of 3 checks passed" in done.out
        assert "end_of_speech_to_first_agent_text_ms  3200 ms" in done.out
    assert program("golden").code == 0


def test_a_changed_duration_fails_at_the_metric(program: Program, tmp_path: Path) -> None:
    pack = copy_of_shipped(tmp_path)
    change_file(pack / SCRIPTED_USER_TURNS, "1800", "1900")
    done = program("golden", str(pack))
    assert done.code == 6
    assert (
        "✗ scorecard          run 1 differs from expected_scorecard.json at byte 594 (line 31, "
        "metrics[end_of_speech_to_first_agent_text_ms].value)\n"
        '      want       "value": 3200\\n\n'
        '      got        "value": 3100\\n\n'
        "                           ^ want 0x32 '2', got 0x31 '1'\n"
    ) in done.out
    assert "end_of_speech_to_first_agent_text_ms  3100 ms" in done.out
    rows = {
        row["name"]: row
        for row in program("golden", str(pack), "--json").json()["packs"][0]["comparisons"]
    }
    assert [name for name, row in rows.items() if not row["equal"]] == ["trace", "scorecard"]
    difference = rows["scorecard"]["to_golden"]
    assert (difference["offset"], difference["want"], difference["got"]) == (
        594,
        '      "value": 3200\\n',
        '      "value": 3100\\n',
    )


def test_an_invalid_input_names_file_line_and_key_and_the_comparison(
    program: Program, tmp_path: Path
) -> None:
    pack = copy_of_shipped(tmp_path)
    change_file(pack / CHALLENGE_PACK, '"call-refund-001"', "5")
    done = program("golden", str(pack))
    assert done.code == 3
    assert f"{pack}/challenge_pack.yaml:17: agent.tool_call.call_id: expected a string" in done.out
    assert "✗ trace              an input's sha256 differs from expected_trace.json at" in done.out
    assert "source_files.challenge_pack.yaml" in done.out
    result = program("golden", str(pack), "--json").json()["packs"][0]
    assert (result["exit_code"], result["scorecard"]) == (3, None)
    assert "challenge_pack.yaml:17" in result["problem"]
    assert program("golden", str(pack), "--update").code == 3


def test_nothing_found_is_never_green(program: Program, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    for name in ("no-such-pack", str(empty), "x\0y", ""):
        done = program("golden", name)
        assert done.code == 5
        assert "0 checked" in done.err


def test_a_failed_check_is_never_green(program: Program, tmp_path: Path) -> None:
    pack = copy_of_shipped(tmp_path)
    change_file(pack / CHALLENGE_PACK, '"status": "created"', '"status": "refused"')
    assert program("golden", str(pack)).code == 6
    done = program("golden", str(pack), "--update")
    assert done.code == 1
    assert '✗ refund_created  want "created", got "refused"' in done.out
    assert program("golden", str(pack)).code == 1
    assert json.loads((pack / SCORECARD).read_bytes())["passed"] is False


def test_an_update_shows_each_difference_and_writes_what_differs_alone(
    program: Program, tmp_path: Path
) -> None:
    pack = copy_of_shipped(tmp_path)
    change_file(pack / SCRIPTED_USER_TURNS, "1800", "1900")
    (pack / AGENT_TEXT).unlink()
    inputs = {name: (pack / name).read_bytes() for name in INPUT_FILES}
    numbers = {path.name: path.stat().st_ino for path in pack.iterdir()}
    done = program("golden", str(pack), "--update")
    assert done.code == 0
    for line in ('-      "value": 3200', '+      "value": 3100', '+        "duration_ms": 1900,'):
        assert f"  {line}\n" in done.out
    assert f"written: {TRACE}, {SCORECARD}, {AGENT_TEXT}\n" in done.out
    assert {name: (pack / name).read_bytes() for name in INPUT_FILES} == inputs
    changed = {path.name for path in pack.iterdir() if path.stat().st_ino != numbers.get(path.name)}
    assert changed == {TRACE, SCORECARD, AGENT_TEXT}
    assert program("golden", str(pack)).code == 0
    again = program("golden", str(pack), "--update")
    assert (again.code, "written" in again.out) == (0, False)


def test_an_update_of_a_golden_that_is_something_else(program: Program, tmp_path: Path) -> None:
    pack = copy_of_shipped(tmp_path)
    (pack / TRACE).write_text("x\n" * 5000, "utf-8")
    done = program("golden", str(pack), "--update")
    assert done.code == 0
    assert "  and more: only 1,000 lines are shown\n" in done.out
    assert files_of(pack) == files_of(SHIPPED)


@pytest.mark.parametrize("ci", ["true", "1"])
def test_an_update_is_refused_in_ci(
    program: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ci: str
) -> None:
    pack = copy_of_shipped(tmp_path)
    (pack / TRACE).write_text("{}\n", "utf-8")
    monkeypatch.setenv("CI", ci)
    done = program("golden", str(pack), "--update")
    assert done.code == 4
    assert "ci-refused" in done.err
    assert (pack / TRACE).read_text("utf-8") == "{}\n"
    assert program("golden", str(pack)).code == 6


def test_the_installed_pack_is_not_updated(
    program: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pack = copy_of_shipped(tmp_path)
    (pack / TRACE).unlink()
    monkeypatch.setattr(pack_folder, "_INSTALLED", tmp_path)
    done = program("golden", str(pack), "--update")
    assert done.code == 4
    assert "belongs to the installed program" in done.err
    assert not (pack / TRACE).exists()


def test_only_generated_files_that_differ_are_written(tmp_path: Path) -> None:
    pack = copy_of_shipped(tmp_path)
    (pack / AGENT_TEXT).write_text("other\n", "utf-8")
    numbers = {path.name: path.stat().st_ino for path in pack.iterdir()}
    folder = pack_folder.PackFolder(pack)
    shown = pack_folder.evaluate_pack(folder)
    names = [*INPUT_FILES, *GENERATED_FILES, "../escaped"]
    assert pack_folder.write_goldens(folder, shown, names) == (AGENT_TEXT,)
    assert [n for n, old in numbers.items() if (pack / n).stat().st_ino != old] == [AGENT_TEXT]
    assert {path.name for path in pack.iterdir()} == set(numbers)


def test_files_that_can_not_be_read(program: Program, tmp_path: Path) -> None:
    pack = copy_of_shipped(tmp_path)
    (pack / TRACE).unlink()
    (pack / TRACE).symlink_to(SHIPPED / TRACE)
    done = program("golden", str(pack))
    assert done.code == 3
    assert f"{pack / TRACE}: it can't be read: it is a symbolic link, which is not" in done.out
    (pack / TRACE).unlink()
    (pack / CHALLENGE_PACK).unlink()
    os.mkfifo(pack / CHALLENGE_PACK)
    assert program("golden", str(pack)).code == 3


def test_a_pack_that_lost_a_file_or_has_one_more(
    program: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pack = copy_of_shipped(tmp_path / "runbooks" / "goldens")
    (pack / "expected_other.json").write_text("{}", "utf-8")
    done = program("golden", str(pack))
    assert done.code == 0
    assert "expected_other.json is none of the eight files" in done.out
    (pack / CHALLENGE_PACK).unlink()
    monkeypatch.chdir(tmp_path)
    # A search for packs must not pass over the broken one.
    for argv in ((), (str(pack),), (pack.name,)):
        done = program("golden", *argv)
        assert done.code == 3
        assert "challenge_pack.yaml:1: the file is missing" in done.out


def test_a_pack_in_yaml(program: Program, tmp_path: Path) -> None:
    import yaml

    pack = copy_of_shipped(tmp_path)
    value = yaml.safe_load((pack / CHALLENGE_PACK).read_bytes())
    (pack / CHALLENGE_PACK).write_text(yaml.safe_dump(value), "utf-8")
    done = program("golden", str(pack))
    assert done.code == 6
    assert "source_files.challenge_pack.yaml" in done.out
    assert program("golden", str(pack), "--update").code == 0
    assert program("golden", str(pack)).code == 0


def test_a_text_that_acts_on_a_terminal_is_shown_inert(program: Program, tmp_path: Path) -> None:
    pack = copy_of_shipped(tmp_path)
    change_file(pack / SCRIPTED_USER_TURNS, "I see", "\\u001b[31m\\u202e I see")
    for argv in ((), ("--update",), ("--json",)):
        done = program("golden", str(pack), *argv)
        assert "\x1b" not in done.out
        assert "\u202e" not in done.out


@pytest.mark.parametrize("name", ["parcel_delay", "a-b", "deep/er/own_one"])
def test_a_new_scenario_passes_at_once(program: Program, name: str) -> None:
    done = program("new", name, "--from", "golden")
    assert done.code == 0, done.err
    folder = Path(name) if "/" in name else Path("runbooks/goldens") / name
    assert {path.name for path in folder.iterdir()} == {*INPUT_FILES, *GENERATED_FILES}
    checked = program("golden", str(folder) if "/" in name else name)
    assert checked.code == 0, checked.out
    shipped = files_of(SHIPPED)
    assert not {content for content in files_of(folder).values()} & set(shipped.values())
    assert b"delivery_api" in (folder / TRACE).read_bytes()
    change_file(folder / SCRIPTED_USER_TURNS, "2500", "2600")
    assert program("golden", str(folder)).code == 6
    assert program("golden", str(folder), "--update").code == 0
    again = program("new", name, "--from", "golden")
    assert (again.code, "exists" in again.err) == (2, True)


@pytest.mark.parametrize("name", ["Big", "1st", "a" * 61, "x\0", "", "..", "a b"])
def test_a_name_that_can_be_none(program: Program, name: str) -> None:
    assert program("new", name, "--from", "golden").code == 2
    assert list(Path.cwd().iterdir()) == []


def test_a_folder_that_can_not_be_written(program: Program) -> None:
    Path("runbooks").write_text("no folder", "utf-8")
    done = program("new", "one_more", "--from", "golden")
    assert done.code == 4
    assert "it can't be written" in done.err


def test_new_needs_a_template(program: Program) -> None:
    done = program("new", "my-pack", "--from", "no-such")
    assert done.code == 2
    assert "'no-such' is none of the templates; give one of runbook, golden," in done.err


OFFLINE = """
import sys
def refuse(event, arguments):
    if event.startswith(("socket.", "subprocess.", "os.exec", "os.spawn", "os.system")):
        raise SystemExit(f"refused: {event}")
    if event == "open" and isinstance(arguments[1], str) and set(arguments[1]) & set("wax+"):
        raise SystemExit(f"refused: {arguments}")
import smoke_tui.cli.commands.golden
sys.addaudithook(refuse)
from smoke_tui.__main__ import main
sys.exit(main(["--state-dir", sys.argv[1], "golden", sys.argv[2]]))
"""


def test_a_run_needs_neither_network_nor_environment(tmp_path: Path) -> None:
    results = []
    for seed in ("0", "1"):
        done = subprocess.run(
            [sys.executable, "-B", "-c", OFFLINE, str(tmp_path / "state"), str(SHIPPED)],
            cwd=ROOT,
            env={"PYTHONHASHSEED": seed},
            capture_output=True,
            check=False,
            timeout=60,
        )
        assert done.returncode == 0, done.stderr
        results.append(done.stdout)
    assert results[0] == results[1]
    assert b"8 of 8 comparisons equal" in results[0]
