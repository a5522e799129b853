"""Evidence of a try as pairs of a name and a value, each on one line."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from smoke_tui.journal.events.codec import encode
from smoke_tui.journal.events.decisions import (
    BatteryEvidence,
    DriftEvidence,
    ExpectationsEvidence,
    JudgeEvidence,
    OtherEvidence,
    RouteEvidence,
    TriageEvidence,
)
from smoke_tui.journal.events.values import BatteryPlan, JudgedAnswer
from smoke_tui.journal.money import COUNTS
from smoke_tui.journal.state import Battery, Try
from smoke_tui.judging.verdict import VIOLATION_TEXT
from smoke_tui.presentation.drift.sentences import MOST_CALLS, call_rows, proof
from smoke_tui.presentation.drift.triage import triage_line
from smoke_tui.presentation.format import duration, one_line
from smoke_tui.presentation.spans import as_text
from smoke_tui.proof.obligations import EVIDENCE, Obligation, read_obligations

_LEFT_OUT = frozenset({"headers", "fresh", "json", "body_sha256"})
Pair = tuple[str, str]
#: Values that mean nothing without a unit.
_NAMED: Final[Mapping[str, Callable[[Any], tuple[str, str]]]] = {
    "delay": lambda seconds: ("asked to wait", duration(int(float(seconds) * 1000))),
}


def evidence_pairs(attempt: Try) -> Iterator[Pair]:
    """Yield the evidence of one try, and the tokens that its calls used."""
    for piece in attempt.evidence:
        match piece:
            case RouteEvidence(lines):
                for row in lines:
                    yield pair(str(row[0]), f"{row[1]}{speaks_for(row)}")
            case ExpectationsEvidence(unmet):
                for row in unmet:
                    yield pair("expected", row[0])
                    yield pair("seen", row[1])
            case DriftEvidence(compared):
                yield pair("drift", as_text(proof(compared.drift)))
                for difference in call_rows(compared.drift, MOST_CALLS):
                    yield pair("tool calls", as_text(difference))
            case TriageEvidence(triaged):
                yield pair("triage", triage_line(triaged))
            case JudgeEvidence(judged):
                yield pair("behaviour", judged.expected)
                yield pair("judge", judge_line(judged))
            case BatteryEvidence(plan):
                yield from _battery(plan, attempt.battery)
            case OtherEvidence(name, value) if name == EVIDENCE:
                for obligation in read_obligations(value):
                    yield pair(obligation.name, _shown(obligation))
            case OtherEvidence(value=dict(value)):
                yield from _pairs(value.items())
            case _:
                yield pair(piece.name, encode(piece)["value"])
    if attempt.usage is not None:
        yield from _pairs((name, getattr(attempt.usage, name)) for name in COUNTS)


def _battery(plan: BatteryPlan, battery: Battery | None) -> Iterator[Pair]:
    """What a try of a battery was to do, and how far it came; its answers have a screen of their own."""
    asked = plan.model or plan.provider
    yield pair("battery", f"{plan.pack}, {len(plan.cases)} cases x {plan.repeat:,}, {asked}")
    if plan.finished_before:
        yield pair("finished before", f"{plan.finished_before:,} calls, not made again")
    if battery is None:
        return
    yield pair("answered", f"{len(battery.answers):,} calls")
    if battery.pauses:
        yield pair("waited", f"{battery.pauses:,} times, as the provider asked")
    if battery.ended is not None and battery.ended.stopped is not None:
        yield pair("stopped early", battery.ended.stopped)


def judge_line(judged: JudgedAnswer) -> str:
    """The verdict with its reason, its violation or the failure's code, and who judged."""
    if judged.verdict is None:
        text = f"no verdict: {judged.code}"
    elif judged.violation is not None:
        text = f"{VIOLATION_TEXT} ({judged.violation}): {judged.raw}"
    else:
        text = f"FAIL: {judged.reason}" if judged.verdict == "FAIL" else judged.verdict
    return f"{judged.model}: {text}"


def _shown(obligation: Obligation) -> str:
    """An obligation's status and its witnesses."""
    word = {"holds": "shown", "missing": "not shown"}.get(obligation.status, obligation.status)
    heard = [
        str(witness)
        for witness in obligation.witnesses
        if obligation.status != "contradicted" or witness.stance != "nothing"
    ]
    return f"{word}: {'; '.join(heard)}" if heard else word


def speaks_for(row: Sequence[object]) -> str:
    """The route that a line of evidence supports, in brackets; empty if none."""
    route = row[2] if len(row) > 2 else "nothing"
    return "" if route == "nothing" else f" ({one_line(route, 60)})"


def _pairs(items: Iterable[tuple[str, object]]) -> Iterator[Pair]:
    for name, value in items:
        if value is not None and name not in _LEFT_OUT and not isinstance(value, list | dict):
            yield pair(
                *_NAMED[name](value) if name in _NAMED else (str(name).replace("_", " "), value)
            )


def pair(name: str, value: object) -> Pair:
    """Return a name and a value, shortened for a panel."""
    piece = {True: "yes", False: "no"}.get(value, value) if isinstance(value, bool) else value
    return one_line(name, 40), one_line(piece, 160)
