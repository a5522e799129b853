"""What may be done with a new recording: its state, and why an act is refused. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, Literal

from smoke_tui.judging.triage import TriageClass
from smoke_tui.structs import Struct

ReviewState = Literal["accepted", "pending review", "regression", "not recorded", "invalid"]
"""The state of a case's recording. "regression": the new one was refused as a regression of the
provider, and the accepted one is kept."""

ActKind = Literal["opened", "accepted", "refused"]

MOST_AT_ONCE: Final = 5
"""Recordings that are decided on at once without the number typed."""


class Act(Struct, frozen=True):
    """One act of the change record.

    Attributes:
        time: When, ISO 8601 UTC.
        who: Who did it.
        act: "opened": the difference was shown; "accepted": the new recording was taken over;
            "refused": the accepted one was kept.
        triage: The class of the triage; None where the difference was only opened.
        why: The reason.
        old: SHA-256 of the accepted recording; None where there was none.
        new: SHA-256 of the new recording.
    """

    time: str
    who: str
    act: ActKind
    triage: TriageClass | None
    why: str
    old: str | None
    new: str


def is_accepted(acts: Sequence[Act], sha256: str) -> bool:
    """Whether the newest recording that was taken over is this one."""
    newest = next((act for act in reversed(acts) if act.act == "accepted"), None)
    return newest is not None and newest.new == sha256


def is_refused(acts: Sequence[Act], sha256: str) -> bool:
    """Whether the last decision on a recording was to keep the accepted one."""
    decisions = [act for act in acts if act.new == sha256 and act.act != "opened"]
    return bool(decisions) and decisions[-1].act == "refused"


def is_opened(acts: Iterable[Act], old: str | None, new: str) -> bool:
    """Whether the difference of exactly these two recordings was shown."""
    return any(act.act == "opened" and act.old == old and act.new == new for act in acts)


def count_refusal(count: int, typed: int | None) -> str | None:
    """Why so many recordings are not decided on at once; None where they may be."""
    if typed is not None and typed != count:
        return f"{count} recordings wait for a decision, not {typed}: nothing was changed"
    if count > MOST_AT_ONCE and typed is None:
        return (
            f"{count} recordings would be decided on at once, more than {MOST_AT_ONCE}; "
            f"name fewer, or confirm the number with --count {count}"
        )
    return None


class CasePaths(Struct, frozen=True):
    """The files of a case, as paths that git shows; `prompt` is where its prompt stands."""

    case: str
    recording: str
    pending: str
    prompt: str


def separate_changes(
    cases: Iterable[CasePaths], changed: Iterable[str], undecided: Iterable[str] = ()
) -> tuple[str, ...]:
    """Warnings about prompts and recordings that are not changed together.

    Args:
        cases: All cases that are considered.
        changed: The changed files of the working tree.
        undecided: Names of cases whose new recording is being decided on.
    """
    paths, deciding = set(changed), set(undecided)
    warnings = []
    for case in cases:
        prompt = case.prompt in paths
        recording = bool({case.recording, case.pending} & paths) or case.case in deciding
        if prompt and not recording:
            warnings.append(
                f"{case.case}: its prompt {case.prompt} is changed, its recording is not; "
                "record it, and commit both in one change"
            )
        elif recording and not prompt:
            warnings.append(
                f"{case.case}: its recording is changed, its prompt {case.prompt} is not; "
                "a recording belongs in the same change as the prompt"
            )
    return tuple(warnings)
