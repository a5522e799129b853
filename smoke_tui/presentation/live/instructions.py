"""The question of a fallback that needs base instructions: from where, and compared with what."""

from __future__ import annotations

from collections.abc import Mapping

from smoke_tui.journal.state import OpenQuestion
from smoke_tui.presentation.format import inert, one_line
from smoke_tui.presentation.live.snapshot import Snapshot
from smoke_tui.presentation.spans import Text, row
from smoke_tui.redaction.secret import Json


def instructions_form(snapshot: Snapshot, question: OpenQuestion) -> list[Text]:
    """Say why instructions are needed, whether they can be captured, and what was sent before."""
    variable = question.body.about.get("variable")
    caller = next(iter(reversed(snapshot.state.branches)), None)
    why = (
        f"{one_line(caller.step or '')} was rejected ({one_line(caller.body.code)}). "
        if caller is not None
        else ""
    )
    into = f" They go into {one_line(variable)} for this session." if variable else ""
    sent = _sent(snapshot, caller.step if caller is not None else None)
    return [
        row((why, "warn"), (inert(question.body.text), "strong"), f": where are they?{into}"),
        row(_capture(snapshot, question)),
        *([row(sent)] if sent else []),
    ]


def _capture(snapshot: Snapshot, question: OpenQuestion) -> str:
    """Whether the installed Codex CLI's own text can be taken, and if not, how it could be."""
    captured = question.body.about.get("captured")
    if isinstance(captured, Mapping):
        return (
            f"c takes what the installed Codex CLI sends: {captured.get('chars', '?')} characters."
        )
    if snapshot.rehearsed:
        return (
            "Live, c would take what the installed Codex CLI sends; a rehearsal leaves that "
            "alone, and has a file."
        )
    problem = next(
        (f.message for f in reversed(snapshot.state.findings) if f.code == "no-capture"),
        "No text could be captured.",
    )
    return (
        f"{one_line(problem, 300)} Where the Codex CLI is installed, `smoke-tui instructions "
        "capture --out FILE` writes its text."
    )


def _sent(snapshot: Snapshot, step_id: str | None) -> str:
    """What the rejected call sent, with which the new text is compared."""
    if step_id is None or step_id not in snapshot.state.steps:
        return ""
    values: list[Json] = [
        value
        for attempt in snapshot.state.steps[step_id].tries
        for name, value in attempt.evidence_values()
        if name == "instructions"
    ]
    if not values or not isinstance(values[-1], Mapping):
        return ""
    sent = values[-1]
    return (
        f"Compared with what {one_line(step_id)} sent: {one_line(sent.get('source'))}, "
        f"{sent.get('chars', '?')} characters, sha256 {str(sent.get('sha256'))[:12]}…"
    )
