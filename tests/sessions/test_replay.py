"""A recorded session runs again, offline, to the same events; a changed one is told apart."""

from __future__ import annotations

import gc
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from smoke_tui.files import StorageError
from smoke_tui.journal.events.event import Event
from smoke_tui.journal.fold import fold
from smoke_tui.journal.folders import EVIDENCE, JOURNAL
from smoke_tui.journal.load import InvalidRecordError, load_state
from smoke_tui.presentation.report.markdown import markdown
from smoke_tui.replay.run import replay
from smoke_tui.replay.strict import DivergenceError
from tests.helpers.events import change_event, data_of
from tests.helpers.recorded_sessions import VERDICTS, EventRecorder, Recorded, recorded, rewritten

NAMES = sorted(VERDICTS)
Change = Callable[[Event], Event]


def bytes_below(folder: Path) -> dict[str, bytes]:
    return {str(p): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


@pytest.mark.parametrize("name", NAMES)
def test_a_session_ends_as_its_scenario_says(name: str) -> None:
    done = recorded(name)
    assert done.fault is None
    assert done.verdict is VERDICTS[name]
    assert done.events[0].kind == "session.opened"
    assert done.events[-1].kind == "session.closed"
    if name.startswith("cancelled"):
        assert data_of(done.events[-1])["cancelled"] == "SIGINT"


@pytest.mark.parametrize("name", NAMES)
def test_a_replay_has_the_same_events_and_touches_nothing(name: str) -> None:
    done = recorded(name)
    before = bytes_below(done.folder)
    eyes = EventRecorder()
    state = replay(done.folder, [eyes])
    assert [event.line() for event in eyes.events] == [event.line() for event in done.events]
    assert state.verdict is done.verdict
    assert bytes_below(done.folder) == before


@pytest.mark.parametrize("name", NAMES)
def test_a_rebuilt_report_has_the_same_bytes(name: str) -> None:
    done = recorded(name)
    _, runbook, state = load_state(done.folder)
    first = markdown(runbook, state).encode()
    assert markdown(runbook, replay(done.folder)).encode() == first
    assert markdown(*load_state(done.folder)[1:]).encode() == first
    assert first.startswith(b"REHEARSAL: nothing was proven")


@pytest.mark.parametrize("name", NAMES)
def test_every_prefix_folds_and_never_to_a_verdict_of_its_own(name: str) -> None:
    events = recorded(name).events
    runbook = load_state(recorded(name).folder)[1]
    for end in range(len(events)):
        state = fold(events[:end])
        assert state.events == end
        assert state.verdict is None
        if end % 9 == 1:
            assert "This session is not finished." in markdown(runbook, state)


@pytest.mark.parametrize("name", ["happy", "cancelled-call"])
def test_every_prefix_replays_as_a_session_that_is_not_finished(name: str, tmp_path: Path) -> None:
    done = recorded(name)
    events = done.events
    begun = [event.seq + 1 for event in events if event.kind == "try.started"]
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        for end in {*range(1, len(events), 9), len(events) - 1, *begun}:
            folder = rewritten(done.folder, tmp_path / str(end), events[:end])
            state = replay(folder)
            assert (state.events, state.closed) == (end, None)
        gc.collect()
    # Whatever the walk had begun is ended, not dropped: nothing is "never awaited".
    assert [str(one.message) for one in caught] == []


def changed(
    name: str, target: Path, change: Change, where: Callable[[Event], bool]
) -> tuple[Path, Event]:
    """A copy with the first event that fits changed; and that event."""
    done = recorded(name)
    hit = next(event for event in done.events if where(event))
    events = [change(event) if event.seq == hit.seq else event for event in done.events]
    return rewritten(done.folder, target, events), hit


def with_data(**data: Any) -> Change:
    return lambda event: change_event(event, data={**data_of(event), **data})


def diverge(folder: Path) -> DivergenceError:
    with pytest.raises(DivergenceError) as caught:
        replay(folder)
    assert f"event {caught.value.seq}" in str(caught.value)
    return caught.value


def test_a_changed_decision_is_named(tmp_path: Path) -> None:
    folder, hit = changed(
        "edge-challenge",
        tmp_path / "S",
        with_data(outcome="pass", code=None),
        lambda e: e.kind == "step.finished" and e.step == "live-call",
    )
    found = diverge(folder)
    assert found.seq == hit.seq
    assert found.expected is not None
    assert found.got is not None
    assert (data_of(found.expected)["outcome"], data_of(found.got)["outcome"]) == (
        "pass",
        "blocked",
    )
    assert "data.outcome" in found.why


def test_a_changed_answer_is_named_where_it_first_matters(tmp_path: Path) -> None:
    folder, hit = changed(
        "happy",
        tmp_path / "S",
        with_data(status=500),
        lambda e: (
            e.kind == "http"
            and e.step == "live-call"
            and data_of(e)["chunks"] != []
            and data_of(e)["headers"] != []
            and any("event-stream" in v for _, v in data_of(e)["headers"])
        ),
    )
    found = diverge(folder)
    assert found.seq == hit.seq + 1
    assert found.expected is not None
    assert found.expected.step == "live-call"


def test_a_changed_runbook_is_named_where_it_first_matters(tmp_path: Path) -> None:
    def widen(event: Event) -> Event:
        book = dict(data_of(event)["runbook"])
        book["text"] = book["text"].replace('origin = "datacenter"', 'origin = "unknown"')
        return change_event(event, data={**data_of(event), "runbook": book})

    folder, _ = changed("edge-challenge", tmp_path / "S", widen, lambda e: e.seq == 0)
    found = diverge(folder)
    assert found.got is not None
    assert (found.got.kind, found.got.step) == ("rule.matched", "live-call")
    assert found.expected is not None
    assert found.expected.kind == "step.finished"
    assert "kind was" in found.why


def test_a_removed_rule_is_named(tmp_path: Path) -> None:
    def narrow(event: Event) -> Event:
        book = dict(data_of(event)["runbook"])
        book["text"] = book["text"].replace('code = "instructions-drift"', 'code = "timeout"', 1)
        return change_event(event, data={**data_of(event), "runbook": book})

    folder, _ = changed("instructions-drift", tmp_path / "S", narrow, lambda e: e.seq == 0)
    found = diverge(folder)
    assert found.expected is not None
    assert (found.expected.kind, found.expected.step) == ("rule.matched", "live-call")


def test_a_request_that_was_never_recorded_is_named(tmp_path: Path) -> None:
    folder, hit = changed(
        "happy",
        tmp_path / "S",
        with_data(url="http://127.0.0.1:1/elsewhere"),
        lambda e: e.kind == "request" and data_of(e)["port"] == "http",
    )
    found = diverge(folder)
    assert found.seq == hit.seq
    assert "data.url" in found.why


def renumbered(events: list[Event], dropped: int) -> list[Event]:
    """Events without one, so that numbers and answers still fit."""

    def less(seq: int | None) -> int | None:
        return seq - 1 if seq is not None and seq > dropped else seq

    return [
        change_event(e, seq=less(e.seq) or 0, request_seq=less(e.request_seq))
        for e in events
        if e.seq != dropped
    ]


@pytest.mark.parametrize("word", ["evidence", "draw", "step.finished", "try.started"])
def test_an_event_left_out_is_noticed(word: str, tmp_path: Path) -> None:
    done = recorded("happy")
    hit = next(event for event in done.events if event.kind == word)
    folder = rewritten(done.folder, tmp_path / "S", renumbered(list(done.events), hit.seq))
    found = diverge(folder)
    assert found.seq >= hit.seq
    assert found.expected is not None


def test_what_is_left_over_is_noticed(tmp_path: Path) -> None:
    done = recorded("happy")
    extra = change_event(done.events[-1], seq=len(done.events), kind="noted", data={"text": "late"})
    found = diverge(rewritten(done.folder, tmp_path / "S", [*done.events, extra]))
    assert found.seq == len(done.events)
    assert found.got is None
    assert "noted" in found.why


def test_a_journal_with_damage_is_not_replayed(tmp_path: Path) -> None:
    done = recorded("login-denied")
    folder = rewritten(done.folder, tmp_path / "S", done.events)
    content = bytearray((folder / JOURNAL).read_bytes())
    content[len(content) // 2] ^= 1
    (folder / JOURNAL).write_bytes(content)
    for read in (replay, load_state):
        with pytest.raises(InvalidRecordError, match="line "):
            read(folder)


def test_a_torn_last_line_replays_as_unfinished(tmp_path: Path) -> None:
    done = recorded("login-denied")
    folder = rewritten(done.folder, tmp_path / "S", done.events)
    content = (folder / JOURNAL).read_bytes()
    (folder / JOURNAL).write_bytes(content[:-10])
    assert replay(folder).closed is None


def test_changed_evidence_is_noticed(tmp_path: Path) -> None:
    done = recorded("happy")
    call = next(
        e
        for e in done.events
        if e.kind == "http"
        and e.step == "live-call"
        and any("event-stream" in v for _, v in data_of(e)["headers"])
    )
    digest = data_of(call)["blobs"]["body"]["sha256"]
    folder = rewritten(done.folder, tmp_path / "S", done.events)
    path = folder / EVIDENCE / digest
    path.write_bytes(path.read_bytes().replace(b"response.completed", b"response.complete!"))
    with pytest.raises(StorageError, match="does not fit its name"):
        replay(folder)
    path.unlink()
    with pytest.raises(StorageError):
        replay(folder)


@pytest.mark.parametrize(
    "first",
    [
        {},
        {"runbook": {"text": "no runbook", "path": "x.md"}, "config": {}},
    ],
)
def test_a_journal_without_its_session_is_invalid(first: dict[str, Any], tmp_path: Path) -> None:
    done = recorded("login-denied")
    word = "session.opened" if first else "noted"
    head = change_event(done.events[0], kind=word, data=first)
    folder = rewritten(done.folder, tmp_path / "S", [head, *done.events[1:]])
    with pytest.raises(InvalidRecordError):
        replay(folder)


def test_a_replay_knows_no_secret() -> None:
    done: Recorded = recorded("happy")
    values = [secret.reveal() for secret in done.secrets if secret.available]
    assert len(values) >= 5
    journal = (done.folder / JOURNAL).read_text()
    for value in values:
        assert value not in journal
    assert replay(done.folder).verdict is done.verdict
