"""What a question says before something is spent: whom it asks, what it costs, where it ends."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from smoke_tui.journal.money import committed_usd
from smoke_tui.journal.spend import spend_of
from smoke_tui.journal.state import OpenQuestion
from smoke_tui.judging.battery import ERRORS_IN_A_ROW
from smoke_tui.presentation.format import count, one_line
from smoke_tui.presentation.live.snapshot import Snapshot
from smoke_tui.presentation.marks import Tone
from smoke_tui.presentation.spend import quota
from smoke_tui.runbook.model import Step

_MOST: Final = 300
"""Characters of a line."""


def spend_line(snapshot: Snapshot, question: OpenQuestion) -> str:
    """Describe a call before it is made: model, address, number of the call."""
    about = question.body.about
    step = snapshot.runbook.step(question.step or "")
    made = snapshot.of(step).calls
    if about.get("runs"):
        return one_line(
            f"{about['runs']}; {about.get('declared')} run {made + 1}{_most(step)}", _MOST
        )
    left = about.get("calls_left")
    last = f"s {made + 1:,} to {made + left:,}" if isinstance(left, int) else f" {made + 1}"
    through = snapshot.fill(str(about.get("host") or about.get("url") or "?"))
    via = f" through {about['through']}" if about.get("through") else ""
    return one_line(f"{about.get('model')} at {through}{via}; call{last}{_most(step)}", _MOST)


def spend_lines(snapshot: Snapshot, question: OpenQuestion) -> list[str]:
    """Describe what is asked for; of a battery also its cost, its caps and when it stops."""
    lines = [spend_line(snapshot, question)]
    if not is_battery(question):
        return lines
    step = snapshot.runbook.step(question.step or "")
    cost = str(question.body.about.get("estimate"))
    if not _by_key(question):
        cost += ", no money. What they take of the quota is not known before"
        if spend_of(snapshot.state).limits:
            cost += f" ({quota(snapshot.state)})"
    return [
        *lines,
        one_line(f"Cost: {cost}.", _MOST),
        f"The cap leaves {_left(snapshot, step)}.",
        f"It stops by itself {_stops(step)}.",
    ]


def payment(snapshot: Snapshot, question: OpenQuestion) -> tuple[str, Tone]:
    """Who pays, in a sentence, and how it is marked."""
    about = question.body.about
    several = is_battery(question)
    if snapshot.rehearsed:
        text = (
            "A rehearsal: the calls go to this machine and cost nothing."
            if several
            else "A rehearsal: the call goes to this machine and costs nothing."
        )
        return text, "muted"
    if about.get("declared") == "metered":
        return "It is billed: the runbook declares what it may cost.", "warn"
    if about.get("declared") == "remote":
        return "It is not run again by itself.", "warn"
    if _by_key(question):
        return f"{'Real calls' if several else 'A real call'}, billed by the token.", "warn"
    if several:
        return "Real calls: they count against the subscription.", "warn"
    return "A real call: it counts against the subscription.", "warn"


def is_battery(question: OpenQuestion) -> bool:
    """Whether many calls are asked for at once."""
    return isinstance(question.body.about.get("calls_left"), int)


def _by_key(question: OpenQuestion) -> bool:
    """Whether an API key pays for what is asked."""
    return question.body.about.get("shape") == "api"


def _most(step: Step) -> str:
    cap = step.spend.max_calls if step.spend is not None else None
    return f" of at most {cap:,}" if cap is not None else ""


def _left(snapshot: Snapshot, step: Step) -> str:
    """What the step's caps leave room for."""
    parts = []
    cap = step.spend
    if cap is not None and cap.max_calls is not None:
        parts.append(count(max(0, cap.max_calls - snapshot.of(step).calls), "call"))
    if cap is not None and cap.max_usd is not None:
        used = committed_usd(snapshot.of(step).tries) or Decimal(0)
        parts.append(f"US${max(cap.max_usd - used, Decimal(0)):f}")
    return " and ".join(parts) or "no limit"


def _stops(step: Step) -> str:
    """The conditions under which a battery ends before its last call."""
    parts = []
    percent = step.fields.get("stop_at")
    if percent is not None:
        parts.append(f"once {percent} % of a window of the quota are used")
    if step.spend is not None and step.spend.max_usd is not None:
        parts.append("before a call that could cost more than the cap leaves")
    parts.append(f"after {ERRORS_IN_A_ROW} calls in a row without an answer")
    parts.append("where the credential is refused")
    return f"{', '.join(parts[:-1])} or {parts[-1]}"
