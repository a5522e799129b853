"""Texts of the verdict and of what is worth a look: branches, rules, findings, notes."""

from __future__ import annotations

from typing import Final

from smoke_tui.failure_codes.texts import text_of_code
from smoke_tui.journal.events.decisions import Amended, BranchTaken
from smoke_tui.journal.events.event import EventOf
from smoke_tui.journal.money import unknown_of
from smoke_tui.journal.provenance import elsewhere
from smoke_tui.journal.state import State, StepState
from smoke_tui.journal.verdict import PASSES, is_partial
from smoke_tui.journal.verdict import verdict as verdict_of
from smoke_tui.outcomes import BAD_OUTCOMES, Outcome, Verdict
from smoke_tui.presentation.conditions import as_written
from smoke_tui.presentation.format import count, excerpt, moment
from smoke_tui.presentation.rehearsal_limits import rehearsal_limits
from smoke_tui.presentation.report.proofs import MOST_PROOFS, last_line, proven
from smoke_tui.presentation.spans import Span, Text, as_text, quote, strong
from smoke_tui.presentation.step_names import named, title_of
from smoke_tui.runbook.model import Rule, Runbook

SENTENCES: Final = {
    Verdict.PASS: "Every step passed",
    Verdict.PASS_ATTESTED: "Everything passed; the route rests on the operator's word",
    Verdict.PASS_WITH_WAIVERS: "Everything that was done passed; something was waived",
    Verdict.INCOMPLETE: "Not everything was done",
    Verdict.EXPECTED_LIMITATION: "Met a limitation that the runbook expects; nothing was shown",
    Verdict.BLOCKED: "Something kept the thing under test from being tried",
    Verdict.FAIL: "The thing under test did not do what it must",
    Verdict.ERROR: "The tool itself broke",
}

HONESTY: Final = (
    "A record shows that its decisions follow from its facts. It does not show that "
    "the facts are true: whoever can write its files can forge them."
)
"""The last line of every report."""


def effective_verdict(runbook: Runbook, state: State) -> Verdict:
    """Return the verdict of the recorded steps; if the record says another, the worse of both.

    A session that is open, or was killed, is incomplete at best.
    """
    made = verdict_of(runbook, state)
    finding = [made, state.verdict or Verdict.INCOMPLETE]
    if state.ruling is not None:
        finding.append(state.ruling.verdict)
    return min(finding, key=list(Verdict).index)


def banner(state: State) -> Text | None:
    """Return the warning that a session proves nothing; None if it may."""
    if state.world == "rehearsed":
        return ["REHEARSAL: nothing was proven. Scenario ", quote(state.first_config.scenario), "."]
    other = elsewhere(state)
    if other is not None:
        return [
            strong("NOT THE PROVIDER: nothing was proven."),
            " Calls went to ",
            quote(other),
            ".",
        ]
    return None


def verdict_paragraphs(runbook: Runbook, state: State) -> list[Text]:
    """Return the verdict's paragraphs: the sentence, the deciding step, contradictions, the end."""
    verdict = effective_verdict(runbook, state)
    recovered = any(s.outcome is Outcome.PASS and len(s.tries) > 1 for s in state.steps.values())
    after = (
        " after a fallback"
        if recovered and state.branches
        else (" after a retry" if recovered else "")
    )
    partial = " (only a part of the runbook was chosen)" if is_partial(state) else ""
    worst = deciding(state)
    head = strong(f"Verdict: {verdict.value.upper()}{after}.")
    claim = _claim(runbook, state, verdict)
    if claim is not None:
        paragraphs: list[Text] = [[head, f" {claim}"]]
    elif worst is not None and not partial:
        paragraphs = [[head, " ", *_ended(runbook, worst)]]
    else:
        paragraphs = [[head, f" {SENTENCES[verdict]}{partial}."]]
        paragraphs += [_ended(runbook, worst)] if worst is not None else []
    if verdict not in PASSES and proven(runbook, state):
        paragraphs.append([f"Shown all the same: {_shown(runbook, state)}"])
    if state.world == "rehearsed":
        limits = rehearsal_limits(runbook, state.first_config)
        text = [part for sentence in limits for part in (*sentence, " ")]
        paragraphs += [text] if text else []
    if state.ruling is not None:
        paragraphs.append([strong("Decided again:"), " ", quote(state.ruling.words, 600)])
    paragraphs += _recoveries(runbook, state)
    made = verdict_of(runbook, state)
    if state.verdict not in (None, made):
        paragraphs.append(
            [
                strong("The record contradicts itself:"),
                f" it says {state.verdict}, and its steps make {made}. It was changed, "
                "or decided by other rules.",
            ]
        )
    if state.closed is None:
        paragraphs.append(["This session is not finished."])
    elif state.left:
        paragraphs.append(
            [
                f"This session was ended before its last step: {excerpt(state.closed.body.cancelled)}."
            ]
        )
    return paragraphs


def deciding(state: State) -> StepState | None:
    """Return the step with the worst outcome; None if no step failed."""
    failed = [
        step_state for step_state in state.steps.values() if step_state.outcome in BAD_OUTCOMES
    ]
    return min(failed, key=lambda s: BAD_OUTCOMES.index(s.outcome or Outcome.ERROR), default=None)


def _claim(runbook: Runbook, state: State, verdict: Verdict) -> str | None:
    """What a pass showed; None where the runbook marks no step as a proof, and for no pass."""
    if verdict not in PASSES or not proven(runbook, state):
        return None
    partial = "Only a part of the runbook was chosen. " if is_partial(state) else ""
    reserve = "" if verdict is Verdict.PASS else f"{SENTENCES[verdict]}. "
    return f"{reserve}{partial}{_shown(runbook, state)}"


def _shown(runbook: Runbook, state: State) -> str:
    """The summaries of the proofs, each with its step."""
    return " ".join(
        f"{title_of(step)}: {_summary(state.steps[step.id])}"
        for step in proven(runbook, state)[:MOST_PROOFS]
    )


def _summary(step_state: StepState) -> str:
    """A proof's summary; of a command, its last line, too, which says more than its exit code."""
    line = last_line(step_state) if step_state.kind in ("run", "check") else None
    shown = excerpt(line, 120).replace("`", "'") if line is not None else None
    printed = f" It printed `{shown}`." if shown is not None else ""
    return _ending(excerpt(step_state.summary, 300)) + printed


def _ending(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else f"{text}."


def _ended(runbook: Runbook, step_state: StepState) -> Text:
    outcome = step_state.outcome.value if step_state.outcome else ""
    text: list[str | Span] = [f"{_step(runbook, step_state.id)}, ended {outcome}"]
    if step_state.code is None:
        return [*text, ": ", _ending(excerpt(step_state.summary, 300))]
    text += [" with ", quote(step_state.code, 60)]
    code = text_of_code(step_state.code, step_state.observed.values)
    if code is not None:
        text.append(f": {code.what}")
    return text


def _step(runbook: Runbook, step_id: str | None) -> str:
    """A step's place and title; its id where the runbook has no such step."""
    step = next((step for step in runbook.steps if step.id == step_id), None)
    return named(runbook, step) if step is not None else excerpt(step_id, 60)


def _recoveries(runbook: Runbook, state: State) -> list[Text]:
    """How steps passed after a fallback."""
    rows: list[Text] = []
    for event in state.branches:
        step_state = state.steps.get(event.step or "")
        if step_state is None or step_state.outcome is not Outcome.PASS:
            continue
        fallback = _step(runbook, event.body.to).removeprefix("Fallback, ")
        rows.append(
            [
                f"{_step(runbook, event.step)}: try {event.attempt} ended with ",
                quote(event.body.code, 60),
                f"; after the fallback “{fallback}”, try {step_state.tries[-1].n} passed.",
            ]
        )
    return rows


def notable_rows(runbook: Runbook, state: State) -> list[Text]:
    """Return branches, rules, interrupted tries, findings, attestations and notes."""
    rows = [_branch(runbook, event) for event in state.branches]
    rows += _rules_met(runbook, state)
    rows += _broken_off(runbook, state)
    rows += _findings(runbook, state)
    for event in state.attested:
        words = excerpt(event.body.answer.words or "")
        rows.append([f"{_step(runbook, event.step)}: attested by the operator: “{words}”"])
    rows += [_amendment(runbook, event) for event in state.amendments]
    rows += [[f"Note by the operator: “{excerpt(event.body.text)}”"] for event in state.notes]
    for warning in runbook.warnings:
        text = f"{excerpt(warning.message)} {excerpt(warning.remedy)}"
        rows.append([f"Runbook line {warning.line}: {warning.code}: {text}"])
    return rows


def _findings(runbook: Runbook, state: State) -> list[Text]:
    """Findings, each once: a step that is tried again makes the same ones."""
    rows: list[Text] = []
    for step, message, remedy in dict.fromkeys(
        (finding.step, finding.message, finding.remedy) for finding in state.findings
    ):
        where = f"{_step(runbook, step)}: " if step else ""
        rows.append([f"{where}{excerpt(message)} {excerpt(remedy)}".rstrip()])
    return list({as_text(row): row for row in rows}.values())


def _amendment(runbook: Runbook, event: EventOf[Amended]) -> Text:
    """An amendment: the outcome before, the new answer, by whom, when and why."""
    body = event.body
    return [
        f"{_step(runbook, event.step)}: amended at {moment(event.time)} by ",
        quote(body.by, 80),
        ", from ",
        quote(body.old.outcome, 40),
        " to the word ",
        quote(body.answer, 40),
        f": “{excerpt(body.why)}”",
    ]


def _branch(runbook: Runbook, event: EventOf[BranchTaken]) -> Text:
    """Why the session went to a fallback, with the line of the runbook."""
    body = event.body
    text: list[str | Span] = [
        f"{_step(runbook, event.step)}, try {event.attempt}: ",
        quote(body.code, 60),
        ", so the session went to the fallback ",
        quote(body.to, 60),
    ]
    rule = rule_at(runbook, event.step, body.line)
    if rule is not None:
        text += [
            f", by rule {rule.index} at runbook line {rule.line}, which matches ",
            quote(as_written(rule.match.conditions), 160),
        ]
    elif body.line:
        text.append(f", by the rule at runbook line {excerpt(body.line, 12)}")
    else:
        text.append(", because the table of codes says so; no rule of the runbook did")
    return [*text, "."]


def rule_at(runbook: Runbook, step_id: str | None, line: object) -> Rule | None:
    """Return a step's rule at a line of the runbook."""
    rules = next((step.rules for step in runbook.steps if step.id == step_id), ())
    return next((rule for rule in rules if rule.line == line), None)


def _rules_met(runbook: Runbook, state: State) -> list[Text]:
    return [
        [
            f"{_step(runbook, step_state.id)}, try {attempt.n}: rule "
            f"{excerpt(attempt.rule.index, 12)} "
            f"(runbook line {excerpt(attempt.rule.line, 12)}) makes this ",
            quote(attempt.rule.outcome, 40),
            f": {excerpt(attempt.rule.why or '')}",
        ]
        for step_state in state.steps.values()
        for attempt in step_state.tries
        if attempt.rule is not None and attempt.rule.outcome
    ]


def _broken_off(runbook: Runbook, state: State) -> list[Text]:
    """Tries without a recorded end and interrupted ones, with calls of unknown cost."""
    rows: list[Text] = []
    for step_state in state.steps.values():
        for attempt in step_state.tries:
            if attempt.ended is not None and attempt.code != "interrupted":
                continue
            unknown = unknown_of(attempt)
            spent = (
                f"; {count(unknown, 'call')} may have spent, how much is unknown" if unknown else ""
            )
            where = _step(runbook, step_state.id)
            rows.append([f"{where}, try {attempt.n} was interrupted{spent}."])
    return rows
