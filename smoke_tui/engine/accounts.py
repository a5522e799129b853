"""Whose credential what was done with: one account's proof is none of another's."""

from __future__ import annotations

from smoke_tui.engine.plan import all_needs
from smoke_tui.journal.state import State
from smoke_tui.outcomes import Outcome
from smoke_tui.runbook.kinds import KINDS
from smoke_tui.runbook.model import Runbook, Step


def of_another_account(runbook: Runbook, state: State) -> list[str]:
    """The steps that were done with another account's credential than the session has now.

    Those that took the credential themselves, whether or not they need a login, and those that
    hang on such a step. What was waived was done with none. A runbook with several logins means
    several accounts: there only what hangs on the step that brought this one.
    """
    if state.account is None:
        return []
    logins = [step for step in runbook.steps if step.kind == "login"]
    taking = (
        {step.id for step in runbook.steps if _takes_credential(step)}
        if len(logins) < 2
        else {state.account_from} - {None}
    )
    return [
        step.id
        for step in runbook.steps
        if step.id in state.steps
        and state.steps[step.id].outcome not in (None, Outcome.WAIVED)
        and state.steps[step.id].account not in (None, state.account)
        and taking & {step.id, *all_needs(runbook, step)}
    ]


def _takes_credential(step: Step) -> bool:
    by_key = step.kind == "call" and step.fields.get("credential") == "api-key"
    return KINDS[step.kind].takes_credential and not by_key
