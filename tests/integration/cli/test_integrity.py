"""A changed byte is noticed wherever it is, and listing thousands reads only their ends."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from smoke_tui.journal.close_scan import NotScannedError, check_scanned
from smoke_tui.journal.evidence import look_at_evidence
from smoke_tui.journal.file import read_journal
from tests.helpers.events import make_event
from tests.helpers.program import Program


@pytest.fixture(scope="module", name="recorded")
def _recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A rehearsed session that failed, so that its record has a bit of everything."""
    from smoke_tui.__main__ import main

    state = tmp_path_factory.mktemp("state")
    main(["--state-dir", str(state), "--check", "--rehearse", "--scenario", "degraded-model"])
    return next((state / "sessions").iterdir())


@contextmanager
def changed(path: Path, at: int, by: int) -> Iterator[None]:
    """One byte of a file is another."""
    content = path.read_bytes()
    path.write_bytes(content[:at] + bytes([content[at] ^ by]) + content[at + 1 :])
    try:
        yield
    finally:
        path.write_bytes(content)


def noticed(folder: Path) -> bool:
    """What `--check` looks at before it replays."""
    journal = read_journal(folder)
    try:
        check_scanned(folder)
    except NotScannedError:
        return True
    return bool(
        journal.damage or journal.torn_bytes or look_at_evidence(folder, journal.events).problems
    )


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.data())
def test_one_changed_byte_anywhere_in_a_session_is_noticed(
    recorded: Path, data: st.DataObject
) -> None:
    assert not noticed(recorded)
    files = sorted(path for path in recorded.rglob("*") if path.is_file() and path.stat().st_size)
    path = data.draw(st.sampled_from(files))
    at = data.draw(st.integers(0, path.stat().st_size - 1))
    with changed(path, at, data.draw(st.integers(1, 255))):
        assert noticed(recorded)


def test_one_changed_byte_at_any_lines_boundary_is_noticed(recorded: Path) -> None:
    path = recorded / "journal.jsonl"
    content = path.read_bytes()
    breaks = [at for at, byte in enumerate(content) if byte == 0x0A]
    places = {at + by for at in [-1, *breaks] for by in (-2, -1, 0, 1, 2)}
    for at in sorted(place for place in places if 0 <= place < len(content)):
        with changed(path, at, 1):
            assert noticed(recorded)


def test_check_says_so_and_exits_3(recorded: Path, program: Program) -> None:
    state = str(recorded.parents[1])
    assert program("--state-dir", state, "--check", "last").code == 1
    size = (recorded / "journal.jsonl").stat().st_size
    for path, at in (
        (recorded / "journal.jsonl", size // 2),
        (recorded / "journal.jsonl", 0),
        (max((recorded / "evidence").iterdir(), key=lambda p: p.stat().st_size), 5),
    ):
        with changed(path, at, 4):
            assert program("--state-dir", state, "--check", "last").code == 3


# --- listing --------------------------------------------------------------------------------

_opened: list[str] = []
_counting = False


def _audit(event: str, arguments: tuple[object, ...]) -> None:
    if _counting and event == "open" and str(arguments[0]).endswith("journal.jsonl"):
        _opened.append(str(arguments[0]))


@cache
def _listen() -> None:
    """A hook of the interpreter can't be taken off again."""
    sys.addaudithook(_audit)


@pytest.fixture(name="opens")
def _opens() -> Iterator[list[str]]:
    """Every journal that is opened from now on."""
    global _counting
    _listen()
    _opened.clear()
    _counting = True
    yield _opened
    _counting = False


def bytes_read() -> int:
    """By this process so far, as the kernel counts."""
    rows = Path("/proc/self/io").read_text().splitlines()
    return int(next(row.split()[1] for row in rows if row.startswith("rchar")))


def session(folder: Path, middle: int) -> None:
    """A closed session with so many events between its first and its last."""
    folder.mkdir(parents=True)
    opened = {
        "session": folder.name,
        "runbook": {"id": "x", "sha256": "0"},
        "config": {"world": "live"},
    }
    last = make_event(
        middle + 1, "2026-01-01T00:00:00.000Z", 1, "session.closed", data={"verdict": "pass"}
    )
    with (folder / "journal.jsonl").open("wb") as file:
        file.write(
            make_event(0, "2026-01-01T00:00:00.000Z", 0, "session.opened", data=opened).line()
        )
        for seq in range(1, middle + 1):
            file.write(
                make_event(
                    seq, "2026-01-01T00:00:00.000Z", 1, "noted", data={"text": "x" * 200}
                ).line()
            )
        file.write(last.line())


def test_listing_opens_each_session_once(program: Program, opens: list[str]) -> None:
    root = program.state / "sessions"
    for number in range(2000):
        session(root / f"20260101T{number:06d}Z-0000", 0)
    opens.clear()
    listed = program("sessions", "--json").json()["sessions"]
    assert len(listed) == 2000
    assert {row["verdict"] for row in listed} == {"pass"}
    assert len(opens) == len(set(opens)) == 2000


@pytest.mark.skipif(not Path("/proc/self/io").exists(), reason="the kernel does not count reads")
def test_listing_reads_only_the_ends_of_a_long_session(program: Program) -> None:
    session(program.state / "sessions" / "20260101T000000Z-0000", 40_000)
    program("sessions")
    before = bytes_read()
    assert program("sessions").code == 0
    assert bytes_read() - before < 400_000
