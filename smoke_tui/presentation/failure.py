"""A failed step explained: what happened, whose side it is on, what to do next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from smoke_tui.failure_codes.texts import text_of_code
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
}
Facts = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Failure:
    """What happened, in a sentence, with labelled details."""

    what: str
    facts: Facts


def failure(scene: Snapshot, step: Step) -> Failure | None:
    """Explain the failure of a step; None if the step did not fail."""
    known = scene.of(step)
    if known.outcome not in BAD_OUTCOMES or known.outcome is None:
        return None
    if known.outcome is Outcome.ERROR:
        return Failure(
            "Our own tool broke; this says nothing about the thing under test.",
            [
                ("Seen", one_line(known.summary, 400)),
                ("Next", "Report it with the session's folder: " + scene.folder),
            ],
        )
    code = text_of_code(known.code, known.observed.values)
    facts = [("Seen", f"{one_line(known.summary, 400)} [{known.code}]")]
    if known.outcome is Outcome.EXPECTED_LIMITATION and known.tries and known.tries[-1].rule:
        rule = known.tries[-1].rule
        facts.append(("Rule", f"line {rule.line}: {one_line(rule.why or '')}"))
    if code:
        facts += [("Side", SIDES[code.side]), ("Next", code.remedy)]
    facts += [("Resets", text) for text in _resets(scene, known.code)]
    if known.tries:
        facts.append(("Support", support(scene, known.tries[-1])))
    return Failure(code.what if code else "The step did not end well.", facts)


def _resets(scene: Snapshot, code: str | None) -> list[str]:
    """Reset times of the quota windows that are used up, as far as an answer gave them."""
    if code != "usage-limit-reached":
        return []
    full = [
        w
        for w in spend_of(scene.state)["limits"]
        if w["resets_at"] and (w["used_percent_after"] or 0) >= FULL
    ]
    return [
        f"the window of {window_name(w['window_minutes'])} at {one_line(w['resets_at'])}"
        for w in full
    ]


def support(scene: Snapshot, attempt: Try) -> str:
    """The block that the provider's support asks for, as far as the try observed it."""
    seen, config = attempt.observed.values, scene.config
    sent = seen.get("account_id_sent")
    parts = (
        ("request id", request_id(seen)),
        ("status", seen.get("status")),
        ("served model", seen.get("model")),
        ("User-Agent", seen.get("user_agent") or config.user_agent),
        ("originator", seen.get("originator") or config.originator),
        (
            "account id",
            {True: "sent", False: "not sent"}.get(bool(sent)) if sent is not None else None,
        ),
        ("origin", config.origin),
    )
    return " · ".join(
        f"{name} {one_line(value) if value is not None else '–'}" for name, value in parts
    )


def request_id(seen: Mapping[str, Any]) -> str | None:
    """Return the first id by which support can look the request up."""
    if seen.get("request_id"):
        return str(seen["request_id"])
    headers = {str(pair[0]).lower(): str(pair[1]) for pair in seen.get("headers") or ()}
    return next((f"{name} {headers[name]}" for name in REQUEST_IDS if name in headers), None)
