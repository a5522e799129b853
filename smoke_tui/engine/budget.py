"""Caps: a call that could go over one is refused before it is made."""

from __future__ import annotations

from decimal import Decimal

from smoke_tui.journal.money import committed_usd
from smoke_tui.journal.state import State, Try
from smoke_tui.runbook.model import Runbook, Step


def over_budget(
    runbook: Runbook, step: Step, state: State, kind: str, worst_usd: str | None
) -> str | None:
    """Why one more call of the step may not be made; None where it may.

    `worst_usd` is the most it can cost. Dollars are counted for metered calls only: what a
    subscription's call costs in money is not known to anybody.
    """
    tries = state.step(step.id).tries
    most = step.spend.max_calls if step.spend is not None else None
    if most is not None and sum(attempt.calls for attempt in tries) >= most:
        return f"The step's cap of {most} call{'s' if most != 1 else ''} is used up."
    if kind != "metered":
        return None
    every = [attempt for step_state in state.steps.values() for attempt in step_state.tries]
    cap = step.spend.max_usd if step.spend is not None else None
    return _over(
        f"the step's cap of {cap} US dollars", cap, tries, worst_usd, most is None
    ) or _over(
        f"the session's budget of {runbook.budget_usd} US dollars",
        runbook.budget_usd,
        every,
        worst_usd,
        True,
    )


def uncapped(step: Step, kind: str) -> str | None:
    """Why a call has no cap that could hold: dollars do not bound what nobody prices."""
    if kind == "metered" or step.spend is None or step.spend.max_calls is not None:
        return None
    return (
        f"The step's cap of {step.spend.max_usd} US dollars can't be kept for a call of a "
        "subscription, which nobody prices: name max_calls."
    )


def _over(
    name: str, cap: Decimal | None, tries: list[Try], worst_usd: str | None, alone: bool
) -> str | None:
    """`alone`: nothing else bounds the call, so an unknown price refuses it."""
    if cap is None:
        return None
    used = committed_usd(tries)
    if used is None or worst_usd is None:
        return (
            f"No price is known for this call, so {name} can't be kept: install the price "
            "table (`smoke-tui doctor` shows the command), or name a model it knows."
            if alone
            else None
        )
    if used + Decimal(worst_usd) > cap:
        return f"The call could cost {worst_usd} US dollars; with {used} used that is over {name}."
    return None
