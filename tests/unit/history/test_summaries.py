"""What a list of sessions says of each, from recorded ones."""

from __future__ import annotations

import fcntl
from datetime import UTC, datetime
from pathlib import Path

import pytest

from smoke_tui.history.summaries import Failure, Wanted, counted, newest_incomplete, summaries
from smoke_tui.journal.archive import unpack
from smoke_tui.journal.folders import JOURNAL
from tests.helpers.paths import ROOT

RECORDS = ROOT / "tests" / "sessions" / "records_of_rules_2"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name in ("happy", "degraded-route"):
        (tmp_path / name).mkdir()
        folder = unpack(RECORDS / f"rehearsed-{name}.smoke", tmp_path / name)
        (tmp_path / "sessions").mkdir(exist_ok=True)
        folder.rename(tmp_path / "sessions" / folder.name)
    return tmp_path / "sessions"


def test_a_row_holds_verdict_code_scenario_and_spend(root: Path) -> None:
    rows = list(summaries(root, Wanted()))
    assert [row.session for row in rows] == sorted((row.session for row in rows), reverse=True)
    by_scenario = {row.scenario: row for row in rows}
    good, bad = by_scenario["happy"], by_scenario["degraded-route"]
    assert (good.verdict, good.failure, good.condition, good.resumable) == (
        "pass",
        None,
        "closed",
        False,
    )
    assert bad.verdict == "fail"
    assert isinstance(bad.failure, Failure)
    assert bad.failure.step == "authoring-turn"
    assert bad.failure.code == "degraded-route"
    assert bad.spend is not None
    assert bad.spend.calls > 0


def test_filters_leave_out_what_is_not_asked_for(root: Path) -> None:
    def scenarios(wanted: Wanted) -> set[str | None]:
        rows = {row.scenario for row in summaries(root, wanted)}
        assert len(rows) == counted(root, wanted)
        return rows

    assert scenarios(Wanted(failed=True)) == {"degraded-route"}
    assert scenarios(Wanted(live=True)) == set()
    assert scenarios(Wanted(incomplete=True)) == set()
    assert scenarios(Wanted(runbook="answer-drift")) == set()
    assert scenarios(Wanted(since=datetime(2999, 1, 1, tzinfo=UTC))) == set()
    assert scenarios(Wanted(since=datetime(2020, 1, 1, tzinfo=UTC))) == {"happy", "degraded-route"}
    assert len(list(summaries(root, Wanted(most=1)))) == 1


def test_a_session_without_its_end_is_incomplete_or_running(root: Path) -> None:
    assert newest_incomplete(root) is None
    folder = sorted(root.iterdir())[0]
    lines = (folder / JOURNAL).read_bytes().splitlines(keepends=True)
    (folder / JOURNAL).write_bytes(b"".join(lines[:-1]))
    (row,) = summaries(root, Wanted(incomplete=True))
    assert (row.session, row.condition, row.resumable) == (folder.name, "incomplete", True)
    assert newest_incomplete(root) == folder.name
    with (folder / JOURNAL).open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        (row,) = summaries(root, Wanted(incomplete=True))
        assert (row.condition, row.resumable) == ("running", False)
        assert newest_incomplete(root) is None


def test_what_cannot_be_read_is_listed_as_that(root: Path) -> None:
    folder = sorted(root.iterdir())[-1]
    (folder / JOURNAL).write_bytes(b"no journal\n")
    first = next(iter(summaries(root, Wanted())))
    assert (first.session, first.condition, first.verdict) == (folder.name, "unreadable", None)
    assert folder.name not in {row.session for row in summaries(root, Wanted(failed=True))}
