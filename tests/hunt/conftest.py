"""Nobody's settings reach these tests, and every one has a state folder of its own."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from .hunting import Hunted


@pytest.fixture(autouse=True)
def _own_config(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in list(os.environ):
        if name.startswith("SMOKE_TUI_") or name == "CI":
            monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def program(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Hunted:
    return Hunted(tmp_path, capsys)
