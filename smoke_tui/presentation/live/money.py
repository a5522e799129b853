"""What a call would cost, before it is made: the kind of money, what the cap leaves, earlier tries."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from smoke_tui.journal.money import committed_usd, known_usd, metered, tokens, unknown_of
from smoke_tui.journal.spend import spend_of
from smoke_tui.journal.state import OpenQuestion, StepState, Try
from smoke_tui.judging.battery import ERRORS_IN_A_ROW
from smoke_tui.outcomes import GOOD_OUTCOMES
from smoke_tui.presentation.format import address, count, one_line, window_name
from smoke_tui.presentation.live.snapshot import Snapshot, name_of
from smoke_tui.presentation.marks import MARKS, Tone
from smoke_tui.presentation.spans import Text, row
from smoke_tui.runbook.kinds import KINDS
from smoke_tui.runbook.model import Runbook, Spend, Step

_KEY: Final = "API key"
"""Under this account a question names a call that an organisation's API key pays for."""

SUBSCRIPTION: Final = "the subscription's quota"
CREDIT: Final = "platform credit of the API key, in US dollars"
DOLLARS: Final = "US dollars (the runbook says so; the bill is not seen here)"

REMOTE: Final = (
    "nothing that the runbook declares; it changes something elsewhere, and is not run again by "
    "itself"
)

# --- before a step begins ----------------------------------------------------------------------


def pays(step: Step) -> str:
    """The kind of money that a step's calls take; empty where it declares no spend."""
    if step.spend is None:
        return ""
    if step.spend.kind == "subscription":
        return SUBSCRIPTION
    return CREDIT if KINDS[step.kind].calls_model else DOLLARS


def takes(steps: Sequence[Step]) -> str:
    """The kinds of money that a runbook's steps take, in a sentence."""
    kinds = list(dict.fromkeys(filter(None, map(pays, steps))))
    return f"calls take {' and '.join(kinds)}" if kinds else "no step declares a spend"


def cap_text(spend: Spend) -> str:
    """A step's cap in calls, dollars or both."""
    calls = count(spend.max_calls, "call") if spend.max_calls is not None else ""
    usd = f"{spend.max_usd} US dollars" if spend.max_usd is not None else ""
    return "at most " + " and ".join(filter(None, (calls, usd)))


def made_text(step: Step, step_state: StepState) -> str:
    """What a step has spent of its cap."""
    made = [f"{count(step_state.calls, 'call')} made"]
    if step.spend is not None and step.spend.kind == "metered" and step_state.calls:
        made.append(f"{_used(step_state.tries)} US dollars used")
    return ", ".join(made)


def used_up(runbook: Runbook, step: Step, step_state: StepState) -> str | None:
    """Why no further try of a step can make its call; None where it can, or may need none."""
    kind, most = KINDS[step.kind], step.spend.max_calls if step.spend is not None else None
    if most is None or step_state.calls < most or kind.name in ("battery", "record"):
        return None
    return (
        f"the step's cap of {count(most, 'call')} is used up; a new session has a new cap, and the "
        f"runbook says how high it is ({runbook.id}, line {step.line})"
    )


# --- the question ------------------------------------------------------------------------------


def spend_rows(snapshot: Snapshot, question: OpenQuestion) -> list[Text]:
    """What the operator has to know to agree to a call, in labelled rows."""
    step = snapshot.runbook.step(question.step or "")
    again = f", try {question.attempt}" if (question.attempt or 1) > 1 else ""
    for_step = f"  {snapshot.number(step)} {name_of(step)}{again}"
    return [
        row((_asked(question), "warn"), (for_step, "muted")),
        row(("Makes: ", "muted"), _makes(snapshot, question)),
        row(("Pays: ", "muted"), (_money(snapshot, question, step), _tone(snapshot))),
        *(row(("Cost: ", "muted"), text) for text in _estimate(question)),
        *_cap_row(snapshot, question, step),
        *(row(("Stops: ", "muted"), text) for text in _stops(question, step)),
        *(row(("Before: ", "muted"), (text, "warn")) for text in _before(snapshot, question, step)),
    ]


def call_text(snapshot: Snapshot, question: OpenQuestion) -> str:
    """The call in one line, as the second opinion names it: what is made, and its number."""
    step = snapshot.runbook.step(question.step or "")
    caps = "; ".join(_caps(snapshot, question, step))
    return f"{_makes(snapshot, question)}; {SUBSCRIPTION}{'; ' if caps else ''}{caps}"


def _estimate(question: OpenQuestion) -> Iterator[str]:
    """What the calls of a battery may cost altogether."""
    cost = question.body.about.get("estimate")
    if cost is not None:
        quota = "" if _billed(question) else "; what they take of the quota is not known before"
        yield one_line(f"{cost}{quota}", 300)


def _stops(question: OpenQuestion, step: Step) -> Iterator[str]:
    """The conditions under which a battery ends before its last call."""
    if not _is_battery(question):
        return
    parts = []
    percent = step.fields.get("stop_at")
    if percent is not None:
        parts.append(f"once {percent} % of a window of the quota are used")
    if step.spend is not None and step.spend.max_usd is not None:
        parts.append("before a call that could cost more than the cap leaves")
    parts.append(f"after {ERRORS_IN_A_ROW} calls in a row without an answer")
    parts.append("where the credential is refused")
    yield f"by itself {', '.join(parts[:-1])} or {parts[-1]}"


def _is_battery(question: OpenQuestion) -> bool:
    return isinstance(question.body.about.get("calls_left"), int)


def _cap_row(snapshot: Snapshot, question: OpenQuestion, step: Step) -> list[Text]:
    caps = "; ".join(_caps(snapshot, question, step))
    return [row(("Cap: ", "muted"), caps)] if caps else []


def _asked(question: OpenQuestion) -> str:
    about = question.body.about
    if about.get("runs") and about.get("declared") != "remote":
        return "Run this step, which spends?"
    return one_line(question.body.text)


def _makes(snapshot: Snapshot, question: OpenQuestion) -> str:
    """The call itself: its model, address and way, or what runs."""
    about = question.body.about
    if about.get("runs"):
        step = snapshot.runbook.step(question.step or "")
        return one_line(about["runs"], 300) if step.commands else name_of(step)
    where = snapshot.fill(str(about.get("host") or about.get("url") or "?"))
    via = f" through {about['through']}" if about.get("through") else ""
    left = about.get("calls_left")
    calls = f"{count(left, 'call')} of " if isinstance(left, int) else ""
    return one_line(f"{calls}{about.get('model')} at {address(where)}{via}", 300)


def _tone(snapshot: Snapshot) -> Tone:
    return "" if snapshot.rehearsed else "warn"


def _money(snapshot: Snapshot, question: OpenQuestion, step: Step) -> str:
    about = question.body.about
    if about.get("declared") == "remote":
        what = REMOTE
    elif about.get("account") == _KEY or about.get("declared") == "metered":
        what = CREDIT if about.get("account") == _KEY else DOLLARS
    else:
        windows = [
            f"{window_name(window.window_minutes)} window {window.used_percent_after:g} % used"
            for window in spend_of(snapshot.state).limits or ()
        ]
        use = f" ({', '.join(windows)})" if windows else ""
        what = f"{SUBSCRIPTION}{use}; no money"
    if snapshot.rehearsed:
        return f"nothing, it is a rehearsal; live: {what}"
    return what


def _caps(snapshot: Snapshot, question: OpenQuestion, step: Step) -> Iterator[str]:
    """What the caps leave: of the step's calls and dollars, and of the session's budget."""
    if question.body.about.get("declared") == "remote":
        return
    tries, spend = snapshot.of(step).tries, step.spend
    made = sum(attempt.calls for attempt in tries)
    most = spend.max_calls if spend is not None else None
    wanted = question.body.about.get("calls_left")
    calls = wanted if isinstance(wanted, int) else 1
    which = f"call {made + 1}" if calls == 1 else f"calls {made + 1} to {made + calls}"
    if most is None:
        yield f"{which}, no cap on their number"
    else:
        left = max(0, most - made - calls)
        yield f"{which} of at most {most}, {left or 'none'} left after it"
    if not _billed(question):
        return
    if spend is not None and spend.max_usd is not None:
        yield f"{_used(tries)} of at most {spend.max_usd} US dollars used"
    budget = snapshot.runbook.budget_usd
    if budget is not None:
        every = [t for step_state in snapshot.state.steps.values() for t in step_state.tries]
        yield f"{_used(every)} of the session's {budget} US dollars used"


def _billed(question: OpenQuestion) -> bool:
    about = question.body.about
    return about.get("account") == _KEY or about.get("declared") == "metered"


def _used(tries: list[Try]) -> str:
    """The dollars of metered calls; at worst where the price of one is not known."""
    if not any(map(metered, tries)):
        return "0"
    _, unpriced = known_usd(filter(metered, tries))
    committed = committed_usd(tries)
    if committed is None:
        return "an unknown part"
    worst = "at worst " if unpriced else ""
    return f"{worst}{committed:f}"


def _before(snapshot: Snapshot, question: OpenQuestion, step: Step) -> Iterator[str]:
    """What became of the try before this one, and whether it may have been counted."""
    step_state = snapshot.of(step)
    earlier = [t for t in step_state.tries if t.n < (question.attempt or 1)]
    if earlier:
        last = earlier[-1]
        yield f"try {last.n} {_ended(last)}; {_counted(last)}"
    now = next((t for t in step_state.tries if t.n == question.attempt), None)
    if now is not None and now.calls:
        yield f"this try has made {count(now.calls, 'call')}"


def _ended(attempt: Try) -> str:
    if attempt.ended is None:
        return "was broken off"
    if attempt.code is not None:
        mark = MARKS[attempt.outcome.value] if attempt.outcome is not None else None
        ended = f"ended {mark.word}" if mark is not None else "failed"
        return f"{ended}, {attempt.code}: {one_line(attempt.summary, 160).rstrip('.')}"
    if attempt.outcome is not None and attempt.outcome not in GOOD_OUTCOMES:
        return f"ended {MARKS[attempt.outcome.value].word}"
    return "passed"


def _counted(attempt: Try) -> str:
    if not attempt.calls:
        return "it made no call"
    if unknown_of(attempt):
        return "it may have been counted, its cost is not known"
    used = tokens(attempt, "input_tokens") + tokens(attempt, "output_tokens")
    if used:
        return f"it was counted, {used:,} tokens"
    return "it was refused, and no use was reported"
