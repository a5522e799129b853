"""What the build before recorded stays readable and true: read, reported, decided again.

The archives beside this file are the program's own, of version 0.1.0 before decision rules had a
number; only the names of a machine and of its folders were taken out of them.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from smoke_tui.journal.archive import unpack
from smoke_tui.journal.decision_rules import CHANGES, RULES
from smoke_tui.records import recheck

SAMPLES = sorted((Path(__file__).parent / "records_of_rules_1").glob("*.smoke"))


def named(path: Path) -> str:
    return path.stem


@pytest.mark.parametrize("archive", SAMPLES, ids=named)
def test_an_older_record_is_never_a_divergence(archive: Path, tmp_path: Path) -> None:
    found = recheck(unpack(archive, tmp_path))
    assert found.rules == 1
    assert found.divergence is None
    assert found.state.verdict is not None


def test_the_rules_have_a_number_and_every_number_says_what_changed() -> None:
    assert RULES >= 2
    assert list(CHANGES) == list(range(1, RULES + 1))
    assert all(CHANGES.values())


def test_there_are_samples_of_every_sort() -> None:
    names = {path.stem for path in SAMPLES}
    assert {"rehearsed-happy", "rehearsed-instructions-drift", "live-waived", "live-resumed",
            "live-amended", "live-attested", "live-failed"} <= names
