"""The installed client is asked for its version; whatever it does, the answer is a sentence."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from smoke_tui.world.live.codex_cli import Client, probe_client


def program(folder: Path, text: str, mode: int = 0o755) -> str:
    path = folder / "codex"
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(mode)
    return str(path)


def ask(name: str) -> Client:
    return asyncio.run(probe_client(name))


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("echo codex-cli 0.171.0", "0.171.0"),
        ("echo codex-cli 0.162.0-alpha.15", "0.162.0-alpha.15"),
        ("echo 'WARNING: a new release'; echo 'codex-cli 0.40.0'", "0.40.0"),
        ("echo codex-cli 0.171.0 >&2", "0.171.0"),
        ("echo codex-cli 0.171.0; exec </dev/null; while :; do echo y; done", "0.171.0"),
    ],
)
def test_a_version_is_read_with_its_pre_release(tmp_path: Path, text: str, version: str) -> None:
    found = ask(program(tmp_path, text))
    assert (found.version, found.problem) == (version, None)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("echo nothing of use", "named no version; it said: nothing of use"),
        ("exit 0", "named no version; it said nothing"),
        ("echo 'env: node: No such file' >&2; exit 127", "ended with 127; it said: env: node"),
        ("echo codex-cli 0.171.0; exit 3", "ended with 3"),
        ("echo v17", "named no version"),
    ],
)
def test_a_client_that_does_not_run_says_why(tmp_path: Path, text: str, why: str) -> None:
    found = ask(program(tmp_path, text))
    assert found.version is None
    assert why in str(found.problem)


def test_what_can_not_be_run_is_distinguished(tmp_path: Path) -> None:
    plain = program(tmp_path, "echo 1.2.3", 0o644)
    broken = tmp_path / "broken"
    broken.write_text("#!/no/such/interpreter\n")
    broken.chmod(0o755)
    assert "is a folder" in str(ask(str(tmp_path)).problem)
    assert "may not be executed" in str(ask(plain).problem)
    assert "does not exist" in str(ask(str(tmp_path / "none")).problem)
    assert "not on PATH" in str(ask("no-such-client").problem)
    assert "does not run" in str(ask(str(broken)).problem)


def test_the_client_sees_an_empty_home_and_no_way_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-FAKE-not-a-key")
    seen = tmp_path / "seen"
    ask(program(tmp_path, f'env > {seen}; ls -A "$HOME" >> {seen}; echo 1.2.3'))
    text = seen.read_text()
    assert "sk-FAKE" not in text
    assert "HTTPS_PROXY=http://127.0.0.1:9" in text
    assert str(Path.home()) not in text.split("HOME=")[1].splitlines()[0]


def test_a_relative_path_is_taken_from_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program(tmp_path, "echo codex-cli 0.171.0")
    monkeypatch.chdir(tmp_path)
    assert ask("./codex").version == "0.171.0"
