"""A failed step explained: what happened, whose side it is on, what to do next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from smoke_tui.failure_codes.texts import text_of_code
from smoke_tui.journal.events.values import Observed
from smoke_tui.journal.spend import spend_of
from smoke_tui.journal.state import Try
from smoke_tui.outcomes import BAD_OUTCOMES, Outcome
from smoke_tui.presentation.format import one_line, window_name
from smoke_tui.presentation.live.snapshot import Snapshot
from smoke_tui.proof.headers import REQUEST_IDS
from smoke_tui.runbook.model import Step

FULL: Final = 100
"""Percentage at which a quota window is used up."""
SIDES: Final = {
    "us": "ours: the request or this tool",
    "this machine": "this machine's or its network's",
    "this network": "this network's",
    "the account": "the account's",
    "the provider": "the provider's",
    "the stack": "the stack's",
    "the operator": "yours",
    "nobody": "nobody's",
}
Facts = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Failure:
    """What happened, in a sentence, with labelled details."""

    what: str
    facts: Facts


def failure(snapshot: Snapshot, step: Step) -> Failure | None:
    """Explain the failure of a step; None if the step did not fail."""
    step_state = snapshot.of(step)
    if step_state.outcome not in BAD_OUTCOMES or step_state.outcome is None:
        return None
    if step_state.outcome is Outcome.ERROR:
        return Failure(
            "Our own tool broke; this says nothing about the thing under test.",
            [
                ("Seen", one_line(step_state.summary, 400)),
                ("Next", "Report it with the session's folder: " + snapshot.folder),
            ],
        )
    code = text_of_code(step_state.code, step_state.observed.values)
    facts = [("Seen", f"{one_line(step_state.summary, 400)} [{step_state.code}]")]
    if (
        step_state.outcome is Outcome.EXPECTED_LIMITATION
        and step_state.tries
        and step_state.tries[-1].rule
    ):
        rule = step_state.tries[-1].rule
        facts.append(("Rule", f"line {rule.line}: {one_line(rule.why or '')}"))
    if code:
        facts += [("Side", SIDES[code.side]), ("Next", code.remedy)]
    facts += [("Resets", text) for text in _resets(snapshot, step_state.code)]
    if step_state.tries:
        facts.append(("Support", support(snapshot, step_state.tries[-1])))
    return Failure(code.what if code else "The step did not end well.", facts)


def _resets(snapshot: Snapshot, code: str | None) -> list[str]:
    """Reset times of the quota windows that are used up, as far as an answer gave them."""
    if code != "usage-limit-reached":
        return []
    full = [
        window
        for window in spend_of(snapshot.state).limits or ()
        if window.resets_at and window.used_percent_after >= FULL
    ]
    return [
        f"the window of {window_name(window.window_minutes)} at {one_line(window.resets_at)}"
        for window in full
    ]


def support(snapshot: Snapshot, attempt: Try) -> str:
    """The block that the provider's support asks for, as far as the try observed it."""
    observed, config = attempt.observed, snapshot.config
    sent = observed.value("account_id_sent")
    parts = (
        ("request id", request_id(observed)),
        ("status", observed.status),
        ("served model", observed.value("model")),
        ("User-Agent", observed.text("user_agent") or config.user_agent),
        ("originator", observed.text("originator") or config.originator),
        ("account id", None if sent is None else "sent" if sent else "not sent"),
        ("origin", config.origin),
    )
    return " · ".join(
        f"{name} {one_line(value) if value is not None else '–'}" for name, value in parts
    )


def request_id(observed: Observed) -> str | None:
    """Return the first id by which support can look the request up."""
    headers = {name.lower(): value for name, value in observed.headers}
    ids = (f"{name} {headers[name]}" for name in REQUEST_IDS if name in headers)
    return observed.text("request_id") or next(ids, None)
