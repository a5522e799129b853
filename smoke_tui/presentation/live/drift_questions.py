"""Forms of the questions about a drift: its class, what was changed, the file, the threshold."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from smoke_tui.journal.events.decisions import DriftEvidence
from smoke_tui.journal.state import OpenQuestion
from smoke_tui.judging.drift import AnswerDrift
from smoke_tui.presentation.drift.sentences import call_rows, owner
from smoke_tui.presentation.format import inert, one_line
from smoke_tui.presentation.live.snapshot import Snapshot
from smoke_tui.presentation.spans import Text, row

Rows = list[Text]
MOST_CALLS: Final = 3
MOST_PATHS: Final = 6


def drift_form(snapshot: Snapshot, question: OpenQuestion) -> Rows:
    """Ask for the class of a drift: by how much, whose the threshold is, which calls differ."""
    rows = [row((inert(question.body.text), "strong")), *_problem(question)]
    drift = drift_in_question(snapshot, question)
    if drift is None:
        return rows
    if drift.text is not None and drift.text.drifted is not False:
        rows.append([*row(("Threshold: ", "muted")), *owner(drift.threshold)])
        if drift.text.note:
            rows.append(row((one_line(drift.text.note, 300), "warn")))
    return rows + [[" ", *text] for text in call_rows(drift, MOST_CALLS)]


def cause_form(snapshot: Snapshot, question: OpenQuestion) -> Rows:
    """Ask what was changed on purpose."""
    return [
        row((inert(question.body.text), "strong")),
        *_problem(question),
        row(
            (
                "The recorded answer is replaced only after you have seen what is changed in the "
                "working tree.",
                "muted",
            )
        ),
    ]


def accept_form(snapshot: Snapshot, question: OpenQuestion) -> Rows:
    """Ask whether the recorded answer is replaced, under the files that explain it."""
    about = question.body.about
    fitting, paths = _texts(about.get("fitting")), _texts(about.get("paths"))
    if not fitting and not paths:
        return [row((inert(question.body.text), "strong"))]
    baseline = one_line(about.get("baseline") or "the recorded answer", 120)
    cause = one_line(about.get("cause") or "change", 40)
    rows = [row((f"Replace {baseline} by the new answer?", "strong"))]
    if fitting:
        rows.append(row((f"Changed in the working tree, and it may be the {cause}:", "")))
    else:
        rows.append(
            row((f"No changed file of the working tree looks like a {cause}; changed:", "warn"))
        )
    others = [path for path in paths if path not in fitting]
    listed = [row((f" ✓ {path}", "")) for path in fitting]
    listed += [row((f" · {path}", "muted")) for path in others]
    rows += listed[:MOST_PATHS]
    if len(listed) > MOST_PATHS:
        rows.append(row((f"   and {len(listed) - MOST_PATHS} more", "muted")))
    return [*rows, row(("Commit both together. This try stays as it is.", "muted"))]


def threshold_form(snapshot: Snapshot, question: OpenQuestion) -> Rows:
    """Ask for the threshold that the case has from the next try on."""
    return [
        row((inert(question.body.text), "strong")),
        *_problem(question),
        row(
            (
                "The threshold, its row in the calibration log and your reason are written in one "
                "act. This try stays as it is.",
                "muted",
            )
        ),
    ]


def drift_in_question(snapshot: Snapshot, question: OpenQuestion) -> AnswerDrift | None:
    """Return the comparison that a question is about; None where it is not in the record."""
    step_state = snapshot.state.steps.get(question.step or "")
    if step_state is None or not step_state.tries:
        return None
    case = question.body.about.get("case")
    return next(
        (
            piece.compared.drift
            for piece in reversed(step_state.tries[-1].evidence)
            if isinstance(piece, DriftEvidence) and piece.compared.drift.case == case
        ),
        None,
    )


def _problem(question: OpenQuestion) -> Rows:
    """Why it is asked again."""
    problem = question.body.about.get("problem")
    return [row((one_line(problem, 300), "warn"))] if problem else []


def _texts(value: object) -> Sequence[str]:
    return [one_line(each, 120) for each in value] if isinstance(value, list | tuple) else ()
