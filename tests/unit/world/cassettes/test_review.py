"""Review of a new recording."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from smoke_tui.judging.recording_changes import CaseThreshold
from smoke_tui.judging.triage import TriageClass
from smoke_tui.world.cassettes.change_record import read_changes
from smoke_tui.world.cassettes.review import (
    Decision,
    Review,
    ReviewError,
    decide,
    difference_of,
    mark_opened,
    review_of,
)
from smoke_tui.world.cassettes.store import CassettePath, path_of
from smoke_tui.world.git import WorkingTree, working_tree
from tests.helpers.cassettes import interaction, text_of

OLD, NEW = text_of(interaction(answer=b"old")), text_of(interaction(answer=b"new"))
TIME = "2026-11-28T12:00:00Z"


@pytest.fixture
def files(tmp_path: Path) -> CassettePath:
    return path_of(tmp_path / "a.yaml")


def by(triage: TriageClass = "expected") -> Decision:
    return Decision(triage, "why", "op", TIME)


def accepted(files: CassettePath, text: str = OLD) -> None:
    files.pending.write_text(text)
    decide(mark_opened(review_of(files, None), "op", TIME), by(), None)


def opened(files: CassettePath, tree: WorkingTree | None = None) -> Review:
    return mark_opened(review_of(files, tree), "op", TIME)


def test_states(files: CassettePath) -> None:
    assert review_of(files, None).state == "not recorded"
    files.accepted.write_text(OLD)
    assert review_of(files, None).state == "pending review", "nobody has accepted it"
    accepted(files)
    assert review_of(files, None).state == "accepted"
    files.pending.write_text(NEW)
    review = review_of(files, None)
    assert review.state == "pending review"
    assert (review.accepted, review.new) == (OLD.encode(), NEW.encode())


def test_accepting_moves_the_new_recording_over_the_former_one(files: CassettePath) -> None:
    accepted(files)
    files.accepted.chmod(0o644)
    files.pending.write_text(NEW)
    decide(opened(files), by(), None)
    assert files.accepted.read_text() == NEW
    assert files.accepted.stat().st_mode & 0o777 == 0o644
    assert not files.pending.exists()
    last = read_changes(files.changes)[-1]
    assert (last.act, last.triage, last.why, last.who) == ("accepted", "expected", "why", "op")


def test_nothing_is_accepted_before_its_difference_was_opened(files: CassettePath) -> None:
    accepted(files)
    files.pending.write_text(NEW)
    with pytest.raises(ReviewError, match="was not opened"):
        decide(review_of(files, None), by(), None)
    assert files.accepted.read_text() == OLD
    assert files.pending.read_text() == NEW


def test_opening_counts_for_exactly_these_bytes(files: CassettePath) -> None:
    accepted(files)
    files.pending.write_text(NEW)
    review = opened(files)
    files.pending.write_text(NEW.replace("new", "newer"))
    with pytest.raises(ReviewError, match="was changed meanwhile"):
        decide(review, by(), None)
    with pytest.raises(ReviewError, match="was not opened"):
        decide(review_of(files, None), by(), None)


def test_a_regression_keeps_both_recordings(files: CassettePath) -> None:
    accepted(files)
    files.pending.write_text(NEW)
    after = decide(opened(files), by("regression"), None)
    assert after.state == "regression"
    assert files.accepted.read_text() == OLD
    assert files.pending.read_text() == NEW
    assert read_changes(files.changes)[-1].act == "refused"


def test_a_regression_that_stands_in_place_is_put_aside(files: CassettePath) -> None:
    tree = committed(files, OLD)
    files.accepted.write_text(NEW)
    review = opened(files, tree)
    assert review.accepted_place == "the newest commit"
    decide(review, by("regression"), tree)
    assert files.accepted.read_text() == OLD
    assert files.pending.read_text() == NEW
    assert review_of(files, tree).state == "regression"


def committed(files: CassettePath, text: str) -> WorkingTree:
    folder = files.accepted.parent
    files.accepted.write_text(text)
    who = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
    for words in (["init", "-q"], ["add", "."], [*who, "commit", "-qm", "first"]):
        subprocess.run(["git", *words], cwd=folder, check=True)
    tree = working_tree(folder)
    assert tree is not None
    return tree


def test_what_is_committed_is_accepted_and_what_differs_is_not(files: CassettePath) -> None:
    tree = committed(files, OLD)
    assert review_of(files, tree).state == "accepted"
    files.accepted.write_text(NEW)
    review = review_of(files, tree)
    assert (review.state, review.accepted) == ("pending review", OLD.encode())
    assert tree.changed() == ("a.yaml",)


def test_the_difference_is_that_of_the_two_recordings(files: CassettePath) -> None:
    accepted(files)
    files.pending.write_text(text_of(interaction(answer=b"new", body=b'{"model":"gpt-6"}')))
    change = difference_of(review_of(files, None), CaseThreshold("a", "a.yaml"))
    fields = {f.path: (f.old, f.new) for f in change.exchanges[0].fields}
    assert fields == {
        "request.body.model": ("gpt-5.5", "gpt-6"),
        "response.body": ("old", "new"),
    }


def test_opening_twice_is_noted_once(files: CassettePath) -> None:
    files.pending.write_text(NEW)
    mark_opened(opened(files), "op", TIME)
    opened(files)
    assert len(read_changes(files.changes)) == 1


def test_a_decision_that_broke_off_is_made_again(
    files: CassettePath, monkeypatch: pytest.MonkeyPatch
) -> None:
    files.pending.write_text(NEW)
    review = opened(files)
    files.accepted.mkdir()
    with pytest.raises((OSError, ReviewError)):
        decide(review, by(), None)
    files.accepted.rmdir()
    assert files.pending.read_text() == NEW
    assert decide(review_of(files, None), by(), None).state == "accepted"
