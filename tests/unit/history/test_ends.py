"""The ends of changed records: what is read by their form is what the reader of events reads."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from smoke_tui.history.ends import ClosedEnd, SessionEnds, ends
from smoke_tui.history.summaries import Failure, Summary, Wanted, summaries
from smoke_tui.journal.archive import unpack
from smoke_tui.journal.events.body import Opaque
from smoke_tui.journal.events.decisions import SessionClosed
from smoke_tui.journal.events.event import Event, event_of
from smoke_tui.journal.events.facts import SessionOpened
from smoke_tui.journal.file import read_journal
from smoke_tui.journal.fold import fold
from smoke_tui.journal.folders import JOURNAL
from smoke_tui.journal.spend import Spend, spend_of
from smoke_tui.outcomes import BAD_OUTCOMES
from tests.helpers.mutations import mutations_of
from tests.helpers.paths import ROOT

RECORDS = sorted((ROOT / "tests" / "sessions").glob("records_of_rules_*/*.smoke"))
CHANGED = [
    path
    for path in RECORDS
    if f"{path.parent.name[-1]} {path.stem}"
    in (
        "1 live-amended",
        "1 rehearsed-happy",
        "2 rehearsed-degraded-route",
        "3 rehearsed-cassettes",
    )
]
DAMAGED = [
    *CHANGED,
    *(
        path
        for path in RECORDS
        if f"{path.parent.name[-1]} {path.stem}"
        in ("1 rehearsed-command-failed", "2 rehearsed-token-expired", "3 rehearsed-battery")
    ),
]
PASSED = ("pass", "pass-attested", "pass-with-waivers")


@cache
def lines_of(record: Path) -> tuple[bytes, ...]:
    with TemporaryDirectory() as into:
        content = (unpack(record, Path(into)) / JOURNAL).read_bytes()
    return tuple(content.splitlines(keepends=True))


def sealed(table: Any) -> bytes:
    """A journal line of a table, its checksum right."""
    head = json.dumps(table, separators=(",", ":"))[:-1].encode()
    return head + b',"crc":"%08x"}\n' % zlib.crc32(head)


def table_of(line: bytes) -> Any:
    table = json.loads(line)
    del table["crc"]
    return table


# --- another reading, to compare with: whole file, Python's own JSON, every line by its class ----


def event_in(line: bytes) -> Event | None:
    head, mark, crc = line.rpartition(b',"crc":"')
    if not mark or len(crc) != 10 or crc != b'%08x"}' % zlib.crc32(head):
        return None
    try:
        raw = json.loads(head.decode() + "}")
        place = raw["seq"], raw["t"], raw["ms"]
        rest = raw["step"], raw["try"], raw["re"]
        if [
            isinstance(value, kind) for value, kind in zip(place, (int, str, int), strict=True)
        ] != [True] * 3:
            return None
        kinds = (str | None, int | None, int | None)
        if not all(isinstance(value, kind) for value, kind in zip(rest, kinds, strict=True)):
            return None
        if not isinstance(raw["ev"], str) or not isinstance(raw["data"], dict):
            return None
        return event_of(place, raw["ev"], raw["data"], *rest)
    except (ValueError, KeyError, TypeError, RecursionError):
        return None


def expected(content: bytes) -> SessionEnds | None:
    """The ends of a journal; records whose first line lacks keys are not compared."""
    lines = content.split(b"\n")
    first = event_in(lines[0])
    last = event_in(lines[-2]) if len(lines) > 1 else None
    if first is None or not isinstance(first.body, SessionOpened):
        return None
    closed = None
    if last is not None and isinstance(last.body, SessionClosed):
        body = last.body
        closed = ClosedEnd(
            last.time,
            body.verdict.value,
            bool(body.cancelled),
            body.commands_agreed,
            body.calls,
            body.steps,
        )
    opened = first.body
    config = opened.program.config
    return SessionEnds(
        first.time,
        opened.runbook.id,
        opened.runbook.sha256,
        config.world,
        config.scenario,
        config.codex_url,
        config.only,
        config.start_from,
        opened.program.tool or None,
        closed,
    )


def expected_spend(folder: Path) -> Spend:
    """What the readable lines of a journal come to."""
    events = (event for event in read_journal(folder).events if not isinstance(event.body, Opaque))
    return spend_of(fold(events))


def worst_of(closed: ClosedEnd) -> str | None:
    for outcome in BAD_OUTCOMES:
        for step, recorded in closed.steps.items():
            if recorded == outcome.value:
                return step
    return None


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "sessions" / "20261121T190000Z-aaaa"
    made.mkdir(parents=True)
    return made


# --- lines that are gone, damaged, doubled or cut -------------------------------------------------


def changed_lines(lines: tuple[bytes, ...]) -> Iterator[bytes]:
    yield b"".join(lines)
    finished = [at for at, line in enumerate(lines) if b'"ev":"step.finished"' in line]
    spent = [at for at, line in enumerate(lines) if b'"ev":"spend.' in line]
    whole = len(lines)
    for at in sorted({0, 1, whole // 2, whole - 2, whole - 1, *finished[-2:], *spent[-2:]}):
        before, line, after = lines[:at], lines[at], lines[at + 1 :]
        middle = len(line) // 2
        table = table_of(line)
        others = (
            (),
            (line, line),
            (line[:middle],),
            (line[:middle] + b"\n",),
            (line[:middle] + bytes([line[middle] ^ 1]) + line[middle + 1 :],),
            (line[:-4] + b"0" + line[-3:],),
            (sealed({**table, "ev": "unknown"}),),
            (sealed({**table, "step": 7}),),
            (sealed({**table, "data": []}),),
            (sealed({**table, "data": {}}),),
            (sealed([table]),),
            (line, b"\n"),
            (line, b"{}\n"),
            (line, sealed(table_of(lines[-1]) | {"data": {"verdict": "pass"}})),
        )
        for other in others:
            yield b"".join((*before, *other, *after))
    yield b"".join(lines)[:-1]
    yield b""


@pytest.mark.parametrize("record", DAMAGED, ids=lambda path: f"{path.parent.name[-1]}-{path.stem}")
def test_a_row_of_a_damaged_record_says_what_its_ends_say(record: Path, folder: Path) -> None:
    for content in changed_lines(lines_of(record)):
        (folder / JOURNAL).write_bytes(content)
        session = expected(content)
        assert ends(folder) == session
        (row,) = summaries(folder.parent, Wanted())
        (short,) = summaries(folder.parent, Wanted(tokens=False))
        assert short == (row if short.spend == row.spend else _without_spend(row))
        closed = session.closed if session is not None else None
        assert (row.verdict in PASSED) == (closed is not None and closed.verdict in PASSED)
        assert row.verdict == (closed.verdict if closed is not None else None)
        assert row.spend in (None, expected_spend(folder))
        if closed is not None and closed.steps:
            assert (row.failure.step if row.failure else None) == worst_of(closed)


def _without_spend(row: Summary) -> Summary:
    names = [name for name in row.__struct_fields__ if name != "spend"]
    return Summary(**{name: getattr(row, name) for name in names})


@pytest.mark.parametrize("record", RECORDS, ids=lambda path: f"{path.parent.name[-1]}-{path.stem}")
def test_a_row_of_a_whole_record_says_what_its_state_says(record: Path, folder: Path) -> None:
    (folder / JOURNAL).write_bytes(b"".join(lines_of(record)))
    state = fold(read_journal(folder).events)
    bad = [step for step in state.steps.values() if step.outcome in BAD_OUTCOMES]
    worst = min(bad, key=lambda step: BAD_OUTCOMES.index(step.outcome), default=None)
    (row,) = summaries(folder.parent, Wanted())
    assert row.failure == (Failure(worst.id, worst.code) if worst is not None else None)
    assert row.spend in (None, spend_of(state))
    assert row.calls == spend_of(state).calls


def test_calls_of_a_short_battery_are_counted(folder: Path) -> None:
    (record,) = (path for path in RECORDS if path.stem == "rehearsed-battery")
    (folder / JOURNAL).write_bytes(b"".join(lines_of(record)[:120]))
    (row,) = summaries(folder.parent, Wanted())
    assert row.spend == expected_spend(folder)
    assert row.spend is not None
    assert row.spend.calls > 0


# --- values of another kind, every checksum right -------------------------------------------------


@pytest.mark.parametrize("record", CHANGED, ids=lambda path: f"{path.parent.name[-1]}-{path.stem}")
@pytest.mark.parametrize("end", [0, -1], ids=["first", "last"])
def test_any_value_of_another_kind_is_judged_by_its_class(
    record: Path, end: int, folder: Path
) -> None:
    lines = lines_of(record)
    table = table_of(lines[end])
    path = folder / JOURNAL
    compared = 0
    for mutation in mutations_of(table):
        line = sealed(mutation.told(table))
        content = line + lines[-1] if end == 0 else lines[0] + line
        path.write_bytes(content)
        wanted = expected(content)
        if wanted is None and mutation.kind == "removed":
            # What a first line may lack has a test of its own.
            continue
        for _ in range(2):
            # The second time, its form is known.
            read = ends(folder)
            if mutation.where.startswith("data.") and wanted is None and read is not None:
                pytest.fail(f"{mutation}: read by its form alone")
            assert read == wanted, str(mutation)
        compared += 1
    assert compared > 50
