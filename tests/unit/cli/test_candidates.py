"""What a shell is offered, from the tables and from what lies on this machine."""

from __future__ import annotations

from pathlib import Path

import pytest

from smoke_tui.cli.candidates import FILES, candidates
from smoke_tui.cli.command_table import COMMANDS
from tests.helpers.one_call import ONE_CALL


@pytest.fixture(autouse=True)
def _machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SMOKE_TUI_STATE_DIR", str(tmp_path / "state"))
    for name in ("20261127T101010Z-0001", "20261128T101010Z-0002"):
        (tmp_path / "state" / "sessions" / name).mkdir(parents=True)
    (tmp_path / "runbooks").mkdir()
    (tmp_path / "runbooks" / "one.md").write_text(ONE_CALL)


def offered(*words: str) -> list[str]:
    return [candidate.word for candidate in candidates(words)]


def test_commands_and_runbooks_come_first() -> None:
    assert set(COMMANDS) | {"one-call", "openai-subscription"} <= set(offered(""))
    assert offered("rep") == ["report", "replay", FILES]
    assert "sessions" not in offered("--rehearse", "")
    assert "one-call" in offered("--rehearse", "")


def test_options_are_those_of_the_command_that_are_not_there_yet() -> None:
    assert offered("report", "last", "--f") == ["--format"]
    assert "--format" not in offered("report", "--format", "md", "last", "--")
    assert "--cause" in offered("cassettes", "accept", "--c")
    assert "--cause" not in offered("cassettes", "lint", "--c")
    assert "--only" in offered("--check", "--o")
    assert "--only" not in offered("--o")
    assert "--model" not in offered("sessions", "--")
    assert "--version" in offered("--v")


def test_values_are_choices_sessions_steps_and_scenarios() -> None:
    assert offered("report", "last", "--format", "j") == ["json", "junit"]
    assert offered("report", "last", "--format=h") == ["--format=html"]
    assert offered("report", "last", "--format", "=", "h") == ["--format=html"]
    assert offered("completion", "") == ["bash", "zsh", "fish"]
    assert offered("report", "") == ["last", "20261128T101010Z-0002", "20261127T101010Z-0001"]
    assert offered("--state-dir", "nowhere", "report", "") == []
    assert "live-call" in offered("--check", "one-call", "--only", "")
    assert offered("--rehearse", "--scenario", "edge-ch") == ["edge-challenge"]
    assert offered("report", "last", "-o", "") == [FILES]
    assert offered("diff", "a", "b", "") == []
    assert "one-call" in offered("lint", "openai-subscription", "")


def test_every_value_of_every_option_can_be_asked_for() -> None:
    for name, command in COMMANDS.items():
        for argument in command.arguments:
            if not argument.positional and argument.has_value:
                assert offered(name, argument.name, "") is not None
