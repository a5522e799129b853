"""What may be done with a new recording."""

from __future__ import annotations

from smoke_tui.judging.acceptance import (
    Act,
    ActKind,
    CasePaths,
    count_refusal,
    is_accepted,
    is_opened,
    is_refused,
    separate_changes,
)

A, B, C = "a" * 64, "b" * 64, "c" * 64


def act(kind: ActKind, old: str | None, new: str) -> Act:
    triage = {"opened": None, "accepted": "expected", "refused": "regression"}[kind]
    return Act("2026-11-28T12:00:00Z", "op", kind, triage, "", old, new)  # type: ignore[arg-type]


def test_only_the_newest_recording_that_was_taken_over_is_accepted() -> None:
    acts = (act("accepted", None, A), act("accepted", A, B), act("opened", B, C))
    assert [is_accepted(acts, sha) for sha in (A, B, C)] == [False, True, False]
    assert not is_accepted((), A)


def test_a_refused_recording_can_be_accepted_later() -> None:
    refused = (act("opened", A, B), act("refused", A, B), act("opened", A, B))
    assert is_refused(refused, B)
    assert not is_refused(refused, A)
    assert not is_refused((*refused, act("accepted", A, B)), B)


def test_opened_counts_for_exactly_these_two_recordings() -> None:
    acts = (act("opened", A, B), act("opened", None, C), act("accepted", B, C))
    assert is_opened(acts, A, B)
    assert is_opened(acts, None, C)
    assert not is_opened(acts, None, B)
    assert not is_opened(acts, B, C), "an accepted one was not opened against it"


def test_more_than_five_want_the_number() -> None:
    assert count_refusal(5, None) is None
    assert "--count 6" in (count_refusal(6, None) or "")
    assert count_refusal(6, 6) is None
    assert "6 recordings" in (count_refusal(6, 5) or "")
    assert count_refusal(1, 2) is not None


def test_prompt_and_recording_belong_together() -> None:
    cases = [CasePaths("a", "a.yaml", "a.pending.yaml", "prompts/a.md")]
    assert separate_changes(cases, []) == ()
    assert separate_changes(cases, ["a.yaml", "prompts/a.md"]) == ()
    assert separate_changes(cases, ["a.pending.yaml", "prompts/a.md"]) == ()
    (prompt_alone,) = separate_changes(cases, ["prompts/a.md"])
    assert "its recording is not" in prompt_alone
    (recording_alone,) = separate_changes(cases, ["a.yaml"])
    assert "its prompt prompts/a.md is not" in recording_alone
    # A new recording may be in a file that git ignores.
    assert separate_changes(cases, ["prompts/a.md"], ["a"]) == ()
    assert len(separate_changes(cases, [], ["a"])) == 1
