"""Where thresholds of drift are kept: by option, else in the state folder; rehearsals apart."""

from __future__ import annotations

from pathlib import Path

from smoke_tui.config.settings import Settings, Value


def test_the_file_is_in_the_state_folder_unless_it_is_named(tmp_path: Path) -> None:
    state = {"state-dir": Value(str(tmp_path), "test")}
    settings = Settings(state)
    assert settings.calibration == tmp_path / "calibration.json"
    assert settings.rehearsed_calibration == tmp_path / "calibration.rehearsed.json"
    named = Settings({**state, "calibration": Value(str(tmp_path / "own.json"), "test")})
    assert named.calibration == tmp_path / "own.json"
    # Who names a file means it, in a rehearsal too.
    assert named.rehearsed_calibration == tmp_path / "own.json"
