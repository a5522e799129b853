"""What the build before recorded stays readable and true: read, reported, decided again.

The archives beside this file are the program's own, of version 0.1.0 before decision rules had a
number; only the names of a machine and of its folders were taken out of them.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from smoke_tui.journal.archive import unpack
from smoke_tui.journal.decision_rules import CHANGES, RULES
from smoke_tui.journal.events.event import Event
from smoke_tui.journal.file import read_journal
from smoke_tui.journal.folders import JOURNAL
from smoke_tui.journal.load import InvalidRecordError
from smoke_tui.outcomes import VERDICT_EXITS, Verdict
from smoke_tui.replay.run import recheck
from smoke_tui.runbook import parse
from tests.helpers.events import change_event, data_of
from tests.helpers.paths import RECORDS_OF_RULES_1, RECORDS_OF_RULES_2, RECORDS_OF_RULES_3
from tests.helpers.program import Program

NOT_DECIDED_TODAY = "rehearsed-compared"
"""A record whose runbook names a comparison, which was never made then."""

OF_RULES_2 = [path for path in RECORDS_OF_RULES_2 if path.stem != NOT_DECIDED_TODAY]
RULES_OF = {
    **dict.fromkeys(RECORDS_OF_RULES_1, 1),
    **dict.fromkeys(OF_RULES_2, 2),
    **dict.fromkeys(RECORDS_OF_RULES_3, 3),
}
SAMPLES_BY_NAME = {path.stem: path for path in RECORDS_OF_RULES_1}


def named(path: Path) -> str:
    return f"{path.parent.name[-1]}-{path.stem}"


OTHERWISE = {"live-all-waived": Verdict.INCOMPLETE}
"""Records that come to another verdict by the rules of today; every other comes to its own."""


def changed(folder: Path, change: Callable[[Event], Event | None]) -> Path:
    """A record as somebody would change it who knows its form."""
    events = [found for e in read_journal(folder).events for found in [change(e)] if found]
    (folder / JOURNAL).write_bytes(b"".join(event.line() for event in events))
    return folder


@pytest.mark.parametrize("archive", RULES_OF, ids=named)
def test_an_older_record_comes_to_its_own_verdict_again(archive: Path, tmp_path: Path) -> None:
    found = recheck(unpack(archive, tmp_path))
    assert (found.rules, found.divergence, found.missing) == (RULES_OF[archive], None, None)
    assert found.state.verdict is not None
    assert found.verdict is OTHERWISE.get(archive.stem, found.state.verdict)


@pytest.mark.parametrize("archive", RULES_OF, ids=named)
def test_every_command_reads_an_older_record(
    archive: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    program = Program(tmp_path / "state", capsys)
    recorded = recheck(unpack(archive, tmp_path))
    assert recorded.verdict is not None
    wanted = VERDICT_EXITS[recorded.verdict]
    check = program("--check", str(archive), "--json")
    assert (check.code, check.json()["verdict"]) == (wanted, recorded.verdict)
    assert "divergence" not in check.findings()
    done = program("replay", str(archive))
    assert done.code == (wanted if archive.stem in OTHERWISE else 0)
    for kind in ("md", "json", "junit", "html"):
        assert program("report", str(archive), "--format", kind).code == 0


def test_a_comparison_that_was_never_made_is_not_decided_today(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It failed then, as nothing was compared; today the recorded answer is not in the record."""
    archive = next(path for path in RECORDS_OF_RULES_2 if path.stem == NOT_DECIDED_TODAY)
    found = recheck(unpack(archive, tmp_path))
    assert (found.rules, found.divergence) == (2, None)
    assert found.missing is not None
    assert "file" in found.missing
    program = Program(tmp_path / "state", capsys)
    check = program("--check", str(archive), "--json")
    assert check.code != 0
    assert program("report", str(archive), "--format", "md").code == 0


def test_a_witness_that_was_not_recorded_then_is_no_failure(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without the ledger's rows nothing shows the route; nothing contradicts it either."""
    folder = unpack(SAMPLES_BY_NAME["rehearsed-happy"], tmp_path)
    changed(
        folder,
        lambda e: (
            change_event(e, data={**data_of(e), "op": "another"})
            if e.kind == "request" and data_of(e)["port"] == "ledger"
            else e
        ),
    )
    found = recheck(folder)
    assert found.divergence is None
    assert found.missing is not None
    assert "answer of the ledger" in found.missing
    sessions = tmp_path / "state" / "sessions"
    sessions.mkdir(parents=True)
    folder.rename(sessions / folder.name)
    program = Program(tmp_path / "state", capsys)
    check = program("--check", "last", "--json")
    assert check.code == 4
    assert "not-borne-out" in check.findings()
    assert program("replay", "last").code == 4
    assert program("replay", "--all").code == 4
    assert program("replay", "last", "--step", "authoring-turn").code == 4


def test_a_contradiction_that_was_recorded_and_not_looked_at_is_a_failure(tmp_path: Path) -> None:
    folder = unpack(SAMPLES_BY_NAME["rehearsed-happy"], tmp_path)

    def other(event: Event) -> Event:
        if (
            event.kind != "http"
            or event.step != "live-call"
            or not any(name == "openai-model" for name, _ in data_of(event)["headers"])
        ):
            return event
        headers = [[n, "gpt-4" if n == "openai-model" else v] for n, v in data_of(event)["headers"]]
        return change_event(event, data={**data_of(event), "headers": headers})

    found = recheck(changed(folder, other))
    assert (found.verdict, found.missing) == (Verdict.FAIL, None)
    assert found.today is not None
    assert found.today.steps["live-call"].code == "degraded-model"


@pytest.mark.parametrize("number", [0, -1, "2", True, 1.5, None, [], {}])
def test_a_number_of_rules_that_is_none_is_no_record(tmp_path: Path, number: Any) -> None:
    folder = unpack(SAMPLES_BY_NAME["live-passed"], tmp_path)
    changed(
        folder, lambda e: change_event(e, data={**data_of(e), "rules": number}) if e.seq == 0 else e
    )
    with pytest.raises(InvalidRecordError, match="rules"):
        recheck(folder)


def test_rules_of_a_newer_program_are_not_decided_here(tmp_path: Path) -> None:
    folder = unpack(SAMPLES_BY_NAME["live-passed"], tmp_path)
    changed(
        folder,
        lambda e: change_event(e, data={**data_of(e), "rules": RULES + 1}) if e.seq == 0 else e,
    )
    found = recheck(folder)
    assert found.missing is not None
    assert str(RULES + 1) in found.missing


def test_the_rules_have_a_number_and_every_number_says_what_changed() -> None:
    assert RULES >= 3
    assert list(CHANGES) == list(range(1, RULES + 1))
    assert all(CHANGES.values())


def test_there_are_samples_of_every_sort() -> None:
    names = {path.stem for path in RECORDS_OF_RULES_1}
    assert {
        "rehearsed-happy",
        "rehearsed-instructions-drift",
        "live-waived",
        "live-resumed",
        "live-amended",
        "live-attested",
        "live-failed",
    } <= names
    names = {path.stem.removeprefix("rehearsed-") for path in RECORDS_OF_RULES_3}
    assert {"happy", "instructions-drift", "text-drift", "battery", "cassettes"} <= names


def test_a_secret_in_an_address_is_an_error_today_and_a_warning_of_an_older_record(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    archive = SAMPLES_BY_NAME["rehearsed-secret-in-address"]
    folder = unpack(archive, tmp_path)
    text = data_of(read_journal(folder).events[0])["runbook"]["text"]
    today = parse(text, "book.md")
    assert today.runbook is None
    assert [found.code for found in today.diagnostics] == ["RB084"]
    program = Program(tmp_path / "state", capsys)
    assert "RB084" in program("report", str(archive)).out
