"""Questions about a drift: everything that the operator decides by is in the bar."""

from __future__ import annotations

from typing import Any

from smoke_tui.journal.events.codec import encode
from smoke_tui.journal.events.decisions import DriftEvidence
from smoke_tui.journal.events.values import Blob, ComparedAnswers
from smoke_tui.judging.drift import DriftPair, ToolCallDrift
from smoke_tui.presentation.live.questions import form
from smoke_tui.presentation.live.snapshot import Snapshot
from smoke_tui.presentation.spans import as_text
from tests.helpers.drift_pairs import pair
from tests.helpers.event_log import EventLog, shipped

CASE = "smoke/live-call"
MANY = ToolCallDrift(True, tuple(f"[{n}].arguments.amount: 1 → 2" for n in range(9)))


def asked(kind: str, text: str, pairs: tuple[DriftPair, ...] = (), **about: Any) -> list[str]:
    """The rows of a question that the live call asks."""
    log = EventLog()
    log.add("try.started", {"cause": "walk", "caller": None}, "live-call", 1)
    blob = Blob("0" * 64, 1)
    for each in pairs:
        evidence = DriftEvidence(ComparedAnswers(recorded=blob, new=blob, drift=each.drift))
        log.add("evidence", encode(evidence), "live-call", 1)
    data = {"case": CASE, "baseline": "baselines/report.txt", **about}
    request = {"port": "operator", "kind": kind, "text": text, "data": data, "secret": None}
    log.add("request", request, "live-call", 1)
    snapshot = Snapshot(shipped(), log.state(), 0)
    assert snapshot.question is not None
    return [as_text(row) for row in form(snapshot, snapshot.question)]


def test_the_class_is_asked_with_the_owner_of_the_threshold_and_the_first_calls() -> None:
    other = pair("a", "b", case="smoke/other", note="of another case")
    drifted = pair("a", "b", calls=MANY, note="compared by words")
    assert asked("drift", "Why?", (drifted, other), problem="That class does not fit: no.") == [
        "Why?",
        "That class does not fit: no.",
        "Threshold: the pytest marker's, tests/test_report.py:14",
        "compared by words",
        " [0].arguments.amount: 1 → 2",
        " [1].arguments.amount: 1 → 2",
        " [2].arguments.amount: 1 → 2",
        " and 6 more",
    ]


def test_a_drift_whose_comparison_is_not_in_the_record_is_its_text() -> None:
    assert asked("drift", "Why?") == ["Why?"]


def test_files_that_may_explain_a_drift_are_told_from_others() -> None:
    rows = asked(
        "drift-accept",
        "In the working tree are changed: …",
        cause="prompt",
        paths=["src/prompt.md", "README.md"],
        fitting=["src/prompt.md"],
    )
    assert rows[0] == "Replace baselines/report.txt by the new answer?"
    assert rows[1] == "Changed in the working tree, and it may be the prompt:"
    assert rows[2:4] == [" ✓ src/prompt.md", " · README.md"]


def test_where_no_changed_file_fits_it_is_said() -> None:
    rows = asked("drift-accept", "…", cause="prompt", paths=[f"f{n}" for n in range(9)], fitting=[])
    assert rows[1] == "No changed file of the working tree looks like a prompt; changed:"
    assert rows[2:9] == [*(f" · f{n}" for n in range(6)), "   and 3 more"]


def test_a_working_tree_that_is_not_known_is_the_questions_own_text() -> None:
    text = "Whether that change is in the working tree is not known: no git. Replace it?"
    assert asked("drift-accept", text, cause="prompt", paths=[], fitting=[]) == [text]


def test_a_threshold_that_is_refused_is_asked_again_with_why() -> None:
    rows = asked("drift-threshold", "Proposed: 0.72.", proposed=0.72, problem="0.9 is above it.")
    assert rows[:2] == ["Proposed: 0.72.", "0.9 is above it."]


def test_hostile_names_of_files_stay_on_their_row() -> None:
    rows = asked(
        "drift-accept", "…", cause="x", paths=["a\nb\x1b[31m", "c"], fitting=["a\nb\x1b[31m"]
    )
    assert rows[2] == " ✓ a b"
