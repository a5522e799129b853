"""Texts of the engine's questions, by their kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import takewhile
from typing import Final

from smoke_tui.journal.events.requests import QuestionAsked
from smoke_tui.journal.state import OpenQuestion
from smoke_tui.journal.verdict import verdict
from smoke_tui.outcomes import GOOD_OUTCOMES
from smoke_tui.presentation.evidence import speaks_for
from smoke_tui.presentation.format import inert, one_line
from smoke_tui.presentation.live.drift_questions import (
    accept_form,
    cause_form,
    drift_form,
    threshold_form,
)
from smoke_tui.presentation.live.instructions import instructions_form
from smoke_tui.presentation.live.money import call_text, spend_rows, used_up
from smoke_tui.presentation.live.snapshot import Snapshot, name_of
from smoke_tui.presentation.marks import MARKS, Tone
from smoke_tui.presentation.report.verdict_text import SENTENCES
from smoke_tui.presentation.spans import Text, row
from smoke_tui.redaction.secret import Json
from smoke_tui.runbook.model import Step

Rows = list[Text]
_FIELD_LOOKS: Final[Mapping[str, tuple[str, Tone]]] = {
    "done": ("☑", "muted"),
    "now": ("▶", "strong"),
    "later": ("☐", ""),
}


def form(snapshot: Snapshot, question: OpenQuestion) -> Rows:
    """Return what a question asks, and what the operator has to know to answer it."""
    return FORMS.get(question.body.question, _plain)(snapshot, question)


def _last(snapshot: Snapshot) -> Rows:
    """The step that failed last; its briefing explains the failure."""
    failed = snapshot.failed
    if failed is None or failed.outcome is None:
        return []
    mark = MARKS[failed.outcome.value]
    code = f": {failed.code}" if failed.code else ""
    return [row((f"{mark.glyph} {one_line(failed.id, 40)} {mark.word}{code}", mark.tone))]


def _no_retry(snapshot: Snapshot) -> Rows:
    """Why the step that failed last can't be tried again, where its cap leaves no call."""
    failed = snapshot.failed
    if failed is None:
        return []
    step = snapshot.runbook.step(failed.id)
    problem = used_up(snapshot.runbook, step, failed)
    return [row((f"No further try: {problem}.", "warn"))] if problem else []


def _begin(snapshot: Snapshot, question: OpenQuestion) -> Rows:
    step = snapshot.runbook.step(str(question.body.about["step"]))
    proof = " (a proof: it can't be waived away)" if step.proof else ""
    after = "Go on with " if snapshot.failed else "Next: "
    return [
        *_last(snapshot),
        *_no_retry(snapshot),
        *_passed_over(snapshot, step),
        row(after, (one_line(step.title), "strong"), "?", (proof, "muted")),
    ]


def _passed_over(snapshot: Snapshot, step: Step) -> Rows:
    """Steps before this one that can't be run, and what each needs."""
    rows = []
    for earlier in takewhile(lambda s: s.id != step.id, snapshot.steps):
        if wanting := _wanting(snapshot, earlier):
            needs = ", ".join(f"{snapshot.number(need)} {name_of(need)}" for need in wanting)
            rows.append(
                row(
                    (
                        f"Passed over: {snapshot.number(earlier)} {name_of(earlier)}; it needs "
                        f"{needs}.",
                        "warn",
                    )
                )
            )
    return rows


def _never_run(snapshot: Snapshot) -> Rows:
    """All steps that can't be run, in one row."""
    waiting = [(step, _wanting(snapshot, step)) for step in snapshot.steps]
    steps_text = ", ".join(
        f"{snapshot.number(step)} {name_of(step)} "
        f"(needs {' and '.join(snapshot.number(need) for need in wanting)})"
        for step, wanting in waiting
        if wanting
    )
    return [row((f"Not run: {steps_text}.", "warn"))] if steps_text else []


def _wanting(snapshot: Snapshot, step: Step) -> list[Step]:
    """The needs of a step that was not run because they are not met."""
    if snapshot.mark(step) != "not-run" or step.fallback:
        return []
    needs = (snapshot.runbook.step(need) for need in step.needs)
    return [need for need in needs if snapshot.of(need).outcome not in GOOD_OUTCOMES]


def _spend(snapshot: Snapshot, question: OpenQuestion) -> Rows:
    return spend_rows(snapshot, question)


def _second_opinion(snapshot: Snapshot, question: OpenQuestion) -> Rows:
    return [
        row((inert(question.body.text), "strong")),
        row((f"{call_text(snapshot, question)}. It never makes the step pass.", "muted")),
    ]


def _callback(snapshot: Snapshot, question: OpenQuestion) -> Rows:
    about = question.body.about
    if about.get("problem"):
        opened = f"The sign-in page could not be opened: {one_line(about['problem'])}."
    else:
        opened = "The sign-in page was opened in your browser."
    rows = [
        row(
            (opened, "warn" if about.get("problem") else ""),
            " Sign in there; nothing more is needed when it comes back.",
        )
    ]
    if not about.get("listening"):
        rows.append(
            row(
                (
                    f"The sign-in can't come back by itself ({one_line(about.get('busy') or 'port taken')}):"
                    " paste the address it ends at.",
                    "warn",
                )
            )
        )
    return rows


def _tick(snapshot: Snapshot, question: OpenQuestion) -> Rows:
    how = question.body.about.get("how")
    rows = [row("Fill in the page", (f"; the credential: {one_line(how)}" if how else "", "muted"))]
    for label, value, state in fields(snapshot, question):
        glyph, tone = _FIELD_LOOKS[state]
        rows.append(row((f" {glyph} {label}: {value}", tone)))
    return rows


def fields(snapshot: Snapshot, question: OpenQuestion) -> list[tuple[str, str, str]]:
    """Return the fields of a hand-over: label, value, and `done`, `now` or `later`."""
    asked = [
        (seq, event.body.about)
        for seq, event in snapshot.state.requests.items()
        if isinstance(event.body, QuestionAsked)
        and event.body.question == "tick"
        and (event.step, event.attempt) == (question.step, question.attempt)
    ]
    rows = [
        (
            one_line(about["label"], 60),
            one_line(about["value"], 120),
            "now" if seq == question.seq else "done",
        )
        for seq, about in asked
    ]
    step = snapshot.runbook.step(question.step or "")
    for later in tuple(step.fields.get("fields") or ())[len(rows) :]:
        value = one_line(snapshot.fill(later["value"]), 120)
        rows.append((one_line(later["label"], 60), value, "later"))
    return rows


def listed_models(question: OpenQuestion) -> list[tuple[str, str]]:
    """Return the models that a question offers, each with a note: those that were refused last."""
    about = question.body.about
    refused = _items(about.get("refused"))
    names = _items(about.get("listed") or about.get("models"))
    models = [(str(n), "refused before in this session" if n in refused else "") for n in names]
    return sorted(models, key=lambda model: bool(model[1]))


def _items(value: Json) -> list[Json]:
    return value if isinstance(value, list) else []


def _confirm(snapshot: Snapshot, question: OpenQuestion) -> Rows:
    rows = [row((inert(question.body.text), "strong"))]
    hint = snapshot.hints.get(question.seq)
    if hint:
        rows.append(row((f"The rehearsal's page says: {one_line(hint, 300)}", "muted")))
    return [*rows, row("Is that so?")]


def _attest(snapshot: Snapshot, question: OpenQuestion) -> Rows:
    rows = [row((inert(question.body.text), "strong"))]
    for line in _items(question.body.about.get("evidence")):
        if isinstance(line, list):
            name, content = one_line(line[0], 40), one_line(line[1], 120)
            rows.append(row((f" {name}: ", "muted"), f"{content}{speaks_for(line)}"))
    return rows


def _commands(snapshot: Snapshot, question: OpenQuestion) -> Rows:
    """Every command in full, so that the operator sees what they agree to."""
    about = question.body.about
    rows = [
        row((inert(question.body.text), "strong")),
        row(("in  ", "muted"), inert(about["cwd"])),
    ]
    for command in _items(about["commands"]):
        if isinstance(command, dict):
            shell = " (by a shell)" if command["shell"] else ""
            step = f" {one_line(command['step'], 42)}{shell}  "
            rows.append(row((step, "muted"), inert(command["argv"])))
    return rows


def _plain(snapshot: Snapshot, question: OpenQuestion) -> Rows:
    return [row((inert(question.body.text), "strong"))]


def finish_early(snapshot: Snapshot) -> str:
    """What finishing now means: the steps that stay undone, the verdict, and the other way out."""
    undone = [
        snapshot.number(s)
        for s in snapshot.steps
        if snapshot.mark(s) in ("not-run", "asking") and not s.fallback
    ]
    steps = (
        f"{'Step' if len(undone) == 1 else 'Steps'} {', '.join(undone)} stay undone. "
        if undone
        else ""
    )
    mark = MARKS[verdict(snapshot.runbook, snapshot.state).value]
    return (
        f"Finish now? {steps}The verdict is {mark.word}. A finished session is not resumed; one "
        "that you leave is."
    )


def _finish(snapshot: Snapshot, question: OpenQuestion) -> Rows:
    result = verdict(snapshot.runbook, snapshot.state)
    mark = MARKS[result.value]
    left = any(snapshot.mark(step) == "not-run" for step in snapshot.steps if not step.fallback)
    walked = "Nothing else can be run as it stands. " if left else "Every step has been walked. "
    return [
        *_last(snapshot),
        row(walked, (f"{mark.glyph} {mark.word}", mark.tone), f": {SENTENCES[result]}."),
        *_no_retry(snapshot),
        *_never_run(snapshot),
    ]


FORMS: Final[Mapping[str, Callable[[Snapshot, OpenQuestion], Rows]]] = {
    "begin": _begin,
    "spend": _spend,
    "callback": _callback,
    "tick": _tick,
    "confirm": _confirm,
    "second-opinion": _second_opinion,
    "commands": _commands,
    "attest": _attest,
    "instructions": instructions_form,
    "finish": _finish,
    "drift": drift_form,
    "drift-cause": cause_form,
    "drift-accept": accept_form,
    "drift-threshold": threshold_form,
}

TEXT_ALONE: Final = frozenset(
    {
        "service",
        "model",
        "device",
        "text",
        "secret",
        "manual",
    }
)
"""Kinds of question that are their text and nothing else."""
