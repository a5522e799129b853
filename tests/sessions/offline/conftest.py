"""Nobody's settings reach these tests, and every one has a state folder of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.helpers.offline_program import OfflineProgram


@pytest.fixture
def program(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> OfflineProgram:
    return OfflineProgram(tmp_path, capsys)
