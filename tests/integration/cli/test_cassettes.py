"""The command `cassettes`: lint, list, show, and the hook that a real push runs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from smoke_tui.judging.acceptance import Act
from smoke_tui.outcomes import Exit
from smoke_tui.world.cassettes.change_record import append_act
from smoke_tui.world.cassettes.review import sha256
from smoke_tui.world.cassettes.store import path_of
from tests.helpers.cassettes import URI, interaction, text_of
from tests.helpers.minted_secrets import token
from tests.helpers.program import Program

CLEAN = text_of(interaction(body=b'{"input": "Say hi."}'))
LEAKING = text_of(interaction(headers=(("Authorization", f"Bearer {token()}"),)))


@pytest.fixture(name="program")
def _program(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Program:
    return Program(tmp_path / "state", capsys)


@pytest.fixture(name="folder")
def _folder(tmp_path: Path) -> Path:
    folder = tmp_path / "repo" / "cassettes"
    folder.mkdir(parents=True)
    return folder


def git(folder: Path, *words: str) -> str:
    names = {
        f"GIT_{who}_{what}": "a@b.c"
        for who in ("AUTHOR", "COMMITTER")
        for what in ("NAME", "EMAIL")
    }
    done = subprocess.run(
        ["git", "-C", str(folder), *words],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | names,
    )
    return f"{done.returncode}\n{done.stdout}{done.stderr}"


def test_lint_exits_by_what_it_finds(program: Program, folder: Path) -> None:
    assert program("cassettes", "lint", str(folder)).code == Exit.NOTHING
    (folder / "a.yaml").write_text(CLEAN)
    done = program("cassettes", "lint", str(folder))
    assert (done.code, done.err) == (Exit.OK, "1 cassette checked: no secret\n")
    (folder / "b.yaml").write_text("a: [")
    assert program("cassettes", "lint", str(folder)).code == Exit.INVALID
    (folder / "c.yaml").write_text(LEAKING)
    done = program("cassettes", "lint", str(folder))
    assert done.code == Exit.SECRET
    assert f"{folder}/c.yaml:6: secret `interactions.request.headers.Authorization`" in done.out
    assert "FAKE" not in done.out
    assert (
        program("cassettes", "lint", str(folder / "a.yaml"), str(folder / "z")).code == Exit.NOTHING
    )


def test_lint_as_one_object(program: Program, folder: Path) -> None:
    (folder / "c.yaml").write_text(LEAKING)
    answer = program("cassettes", "lint", str(folder), "--json").json()
    assert (answer["schema"], answer["exit_code"], answer["checked"]) == (
        "smoke-cassettes-lint/1",
        7,
        1,
    )
    assert answer["findings"][0]["code"] == "secret"


def test_list_fills_the_table_of_the_runbook(
    program: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tests = tmp_path / "core"
    (tests / "cassettes" / "test_agent").mkdir(parents=True)
    (tests / "test_agent.py").write_text(
        "import pytest\n\n@pytest.mark.live_llm\nasync def test_live(): ...\n\n"
        "class TestX:\n    @pytest.mark.contract()\n    def test_y(self): ...\n"
    )
    recorded = tests / "cassettes" / "test_agent"
    for name in ("test_live", "TestX.test_y", "test_other"):
        (recorded / f"{name}.yaml").write_text(CLEAN)
    (tests / "cassettes" / "greeting.yaml").write_text(CLEAN)
    (tests / "cassettes" / "greeting.toml").write_text(
        'schema = "smoke-case/1"\nprompt = "Say hi."\n'
    )
    (tests / "cassettes" / "new.toml").write_text('schema = "smoke-case/1"\nprompt = "Say ho."\n')
    (tests / "cassettes" / "old.yaml").write_text(CLEAN)
    (tests / "cassettes" / "old.toml").write_text('schema = "smoke-case/1"\nprompt = "Say ho."\n')
    monkeypatch.setenv("COLUMNS", "200")
    done = program("cassettes", "list", str(tests))
    assert done.code == Exit.OK
    rows = [line.split("  ") for line in done.out.splitlines()[:-1]]
    cells = [[cell.strip() for cell in row if cell.strip()] for row in rows]
    live, fake, replay = ["live", "live", "live_llm"], ["contract", "fake", "contract"], [
        "integration", "replay", "integration",
    ]  # fmt: skip
    assert cells == [
        ["Case", "Tier", "Substrate", "Marker", "Cost", "Age", "Stale", "State"],
        ["cassettes/greeting", *replay, "$0", "unknown", "no", "pending review"],
        ["cassettes/new", *replay, "$0", "unknown", "unknown", "not recorded"],
        ["cassettes/old", *replay, "$0", "unknown", "stale", "pending review"],
        ["no recorded request holds the prompt"],
        ["cassettes/test_agent/TestX.test_y", *fake, "$0", "unknown", "unknown", "pending review"],
        ["cassettes/test_agent/test_live", *live, "unknown", "unknown", "unknown", "pending review"],
        ["cassettes/test_agent/test_other", *replay, "$0", "unknown", "unknown", "pending review"],
    ]  # fmt: skip


def test_list_has_recordings_in_json_and_no_other_json(program: Program, folder: Path) -> None:
    import yaml

    (folder / "a.json").write_text(json.dumps(yaml.safe_load(CLEAN)))
    (folder / "b.json").write_text('{"interactions": "none of ours"}')
    (folder / "c.json").write_text("{}")
    done = program("cassettes", "list", str(folder), "--json")
    assert done.code == 0
    assert [row["case"] for row in done.json()["cases"]] == ["a"]
    assert URI in program("cassettes", "show", str(folder / "a.json")).out


def test_list_knows_how_far_the_review_is(program: Program, folder: Path) -> None:
    def state() -> str:
        (row,) = program("cassettes", "list", str(folder), "--json").json()["cases"]
        return str(row["state"])

    files = path_of(folder / "a.yaml")
    files.accepted.write_text(CLEAN)
    assert state() == "pending review"
    new = sha256(CLEAN.encode())
    append_act(
        files.changes,
        Act("2026-01-01T00:00:00Z", "me", "accepted", "expected", "new", None, new),
    )
    assert state() == "accepted"
    files.accepted.write_text(CLEAN.replace("hello", "hullo"))
    assert state() == "pending review"
    files.accepted.write_text(CLEAN)
    files.pending.write_text(CLEAN)
    assert state() == "pending review"
    files.changes.write_text("{}\n")
    done = program("cassettes", "list", str(folder))
    assert done.code == Exit.INVALID
    assert f"{files.changes}:1: damaged: expected the keys" in done.out


def test_show_prints_what_was_recorded_without_secrets(program: Program, folder: Path) -> None:
    (folder / "a.yaml").write_text(LEAKING)
    done = program("cassettes", "show", str(folder / "a"))
    assert done.code == Exit.OK
    assert f"1. POST {URI}" in done.out
    assert "FAKE" not in done.out


@pytest.fixture(name="push")
def _push(program: Program, folder: Path, tmp_path: Path) -> Callable[[], str]:
    """Commit all there is and push it to a bare repository; its exit code and what was printed."""
    repo = folder.parent
    git(tmp_path, "init", "-q", "--bare", "remote.git")
    git(repo, "init", "-q", "-b", "main")
    git(repo, "remote", "add", "origin", str(tmp_path / "remote.git"))
    assert program("cassettes", "install-hook", str(folder)).code == Exit.OK

    def push() -> str:
        git(repo, "add", "-A")
        git(repo, "commit", "-q", "-m", "x", "--allow-empty")
        return git(repo, "push", "origin", "main")

    return push


def test_the_hook_stops_a_push_of_a_secret(folder: Path, push: Callable[[], str]) -> None:
    (folder.parent / "readme").write_text("x")
    first = push()
    assert first.startswith("0\n")
    assert "0 cassettes: nothing was checked" in first
    (folder / "a.yaml").write_text(CLEAN)
    (folder / "test_agent").mkdir()
    (folder / "test_agent" / "test_x.yaml").write_text(CLEAN + "# x\n")
    second = push()
    assert second.startswith("0\n")
    assert "2 cassettes checked: no secret" in second
    (folder / "b.yaml").write_text(LEAKING)
    third = push()
    assert third.startswith("1\n")
    assert "cassettes/b.yaml:6: secret" in third
    # A later commit takes it away again; the earlier one would still be published.
    (folder / "b.yaml").unlink()
    fourth = push()
    assert fourth.startswith("1\n")
    assert "cassettes/b.yaml:6: secret" in fourth


def test_the_hook_checks_what_is_pushed_not_what_lies_there(
    folder: Path, push: Callable[[], str]
) -> None:
    (folder / "a.yaml").write_text(CLEAN)
    assert push().startswith("0\n")
    (folder / "b.yaml").write_text(LEAKING)
    repo = folder.parent
    git(repo, "commit", "-q", "-m", "y", "--allow-empty")
    assert git(repo, "push", "origin", "main").startswith("0\n")
    assert git(repo, "push", "origin", "main:other").startswith("0\n")
    assert git(repo, "push", "origin", "--delete", "other").startswith("0\n")


def test_a_hook_of_ones_own_is_left_as_it_is(program: Program, folder: Path) -> None:
    repo = folder.parent
    git(repo, "init", "-q")
    hook = repo / ".git" / "hooks" / "pre-push"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\nexit 0\n")
    done = program("cassettes", "install-hook", str(folder))
    assert done.code == Exit.USAGE
    assert hook.read_text() == "#!/bin/sh\nexit 0\n"
    assert 'cassettes lint cassettes --pre-push "$1"' in done.err
    hook.unlink()
    for _ in range(2):
        assert program("cassettes", "install-hook", str(folder)).code == Exit.OK
    assert os.access(hook, os.X_OK)


def test_without_a_repository_there_is_no_hook(program: Program, folder: Path) -> None:
    assert program("cassettes", "install-hook", str(folder)).code == Exit.NOT_PROVABLE


def case_of(folder: Path) -> None:
    (folder / "a.toml").write_text('schema = "smoke-case/1"\nprompt = "Say hi."\n')


def test_record_rehearses_and_replays(program: Program, folder: Path) -> None:
    case_of(folder)
    project = ("--project", str(folder.parent))
    done = program("cassettes", "record", str(folder), *project)
    assert (done.code, "recording-missing" in done.out) == (Exit.FAILED, True)
    options = ("--record-mode", "once", "--rehearse", *project)
    assert program("cassettes", "record", str(folder / "a"), *options).code == Exit.OK
    files = path_of(folder / "a.yaml")
    assert files.pending.exists()
    assert program("cassettes", "lint", str(folder)).code == Exit.OK
    os.replace(files.pending, files.accepted)
    # It was made in the rehearsal, and this is none.
    done = program("cassettes", "record", str(folder), *project)
    assert (done.code, "recording-stale" in done.out) == (Exit.FAILED, True)


def test_record_refuses_without_somebody_to_ask(
    program: Program, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    case_of(folder)
    words = ("cassettes", "record", str(folder), "--record-mode", "once", "--project", str(folder))
    done = program(*words)
    assert (done.code, "needs-operator" in done.err) == (Exit.NOT_PROVABLE, True)
    monkeypatch.setenv("CI", "1")
    done = program(*words)
    assert (done.code, "ci-refused" in done.err) == (Exit.NOT_PROVABLE, True)
    assert program(*words[:-1], str(folder / "x")).code == Exit.USAGE


def test_a_list_that_does_not_fit_takes_two_lines_a_case(
    program: Program, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "a.yaml").write_text(CLEAN)
    (folder / "a.toml").write_text('schema = "smoke-case/1"\nprompt = "Say ho."\n')
    monkeypatch.setenv("COLUMNS", "60")
    done = program("cassettes", "list", str(folder))
    assert done.out.splitlines()[:-1] == [
        "Case: state; tier, substrate, marker, cost, age",
        "a: pending review, stale",
        "  integration · replay · integration · $0 · age unknown",
        "  no recorded request holds the prompt",
    ]
    assert done.out.endswith("1 case: 1 stale (a), 1 waiting for a review (a)\n")


def test_without_pyyaml_the_way_to_install_it_is_named(
    program: Program, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "a.yaml").write_text(CLEAN)
    monkeypatch.setitem(sys.modules, "yaml", None)
    for what in ("lint", "list", "show"):
        path = folder / "a.yaml" if what == "show" else folder
        done = program("cassettes", what, str(path))
        assert done.code == Exit.NOT_PROVABLE
        assert "pip install 'pyyaml>=" in done.err
    done = program("cassettes", "record", str(folder), "--project", str(folder))
    assert "pip install 'pyyaml>=" in done.out


def test_yaml_is_loaded_only_where_it_is_needed(tmp_path: Path) -> None:
    code = (
        "import sys\nfrom smoke_tui.__main__ import main\n"
        "main(['--state-dir', sys.argv[1], '--check', 'openai-subscription', '--only', 'boot-stack'])\n"
        "sys.exit('yaml' in sys.modules)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr
