"""A home folder of the tests' own, and a rehearsal whose secrets are known."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from smoke_tui.rehearsal.rehearsal import Rehearsal

from .lines import Landing


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody's settings, and a folder to write to."""
    for name in list(os.environ):
        if name.startswith(("SMOKE_TUI_", "CI")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def world() -> Iterator[Rehearsal]:
    """Servers to log in at and to call, in this process."""
    with Rehearsal.start("happy") as rehearsal:
        yield rehearsal


@pytest.fixture
def landing(monkeypatch: pytest.MonkeyPatch) -> type[Landing]:
    """The person's browser is on another machine, where nobody listens."""
    Landing.landed = ""
    monkeypatch.setattr("smoke_tui.rehearsal.hands.Browser", Landing)
    return Landing
