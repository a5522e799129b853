"""Typical durations of steps in earlier sessions."""

from __future__ import annotations

from pathlib import Path

from smoke_tui.history.durations import typical_durations
from smoke_tui.journal.events.event import Event
from smoke_tui.journal.file import read_journal
from smoke_tui.journal.state import TypicalDuration
from smoke_tui.structs import replace
from tests.helpers.events import data_of
from tests.helpers.paths import TUI_RECORDS
from tests.helpers.tui_records import keep

RUNBOOK = "openai-subscription"


def tries(events: list[Event], step: str) -> tuple[int, int]:
    """When the step's last try began and ended."""
    begun = [e.ms for e in events if e.step == step and e.kind == "try.started"]
    ended = [e.ms for e in events if e.step == step and e.kind == "try.finished"]
    return begun[-1], ended[-1]


def slower(folder: Path, step: str, by: int) -> None:
    """The record with everything after the beginning of a step's try so much later."""
    events = read_journal(folder).events
    since = next(e.seq for e in events if e.step == step and e.kind == "try.started")
    (folder / "journal.jsonl").write_bytes(
        b"".join((replace(e, ms=e.ms + by) if e.seq > since else e).line() for e in events)
    )


def test_the_usual_time_is_the_middle_one_of_what_passed(tmp_path: Path) -> None:
    for number, by in enumerate((0, 60_000, 5_000)):
        slower(keep(tmp_path, f"20310101T00000{number}Z-0000"), "boot-stack", by)
    events = list(read_journal(TUI_RECORDS / "edge-challenge").events)
    known = typical_durations(tmp_path, RUNBOOK, "rehearsed")
    begun, ended = tries(events, "boot-stack")
    waited = sum(
        e.ms
        for e in events
        if e.kind == "answered"
        and e.step == "boot-stack"
        and begun < e.ms <= ended
        and data_of(e)["answer"]["by"] == "operator"
    )
    assert waited == 0
    assert known["boot-stack"] == TypicalDuration(ended - begun + 5_000, 3)
    # The call failed there: that says nothing of how long one takes.
    assert "live-call" not in known
    assert typical_durations(tmp_path, RUNBOOK, "live") == {}
    assert typical_durations(tmp_path, "another", "rehearsed") == {}
