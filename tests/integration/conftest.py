"""Fixtures of tests that run the program in this process."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.helpers.program import Program


@pytest.fixture
def program(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Program:
    return Program(tmp_path / "state", capsys)
