"""Lint of comparisons and judges: a step has to have an answer, and the judge's call a cap."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from smoke_tui.runbook.lint.diagnostics import LintCode, Reporter
from smoke_tui.runbook.model import Match
from smoke_tui.runbook.parser.drafts import Draft
from smoke_tui.runbook.schema.comparisons import COMPARISONS
from smoke_tui.runbook.schema.positions import Path
from smoke_tui.runbook.schema.tables import joined

ANSWERING: Final = ("call", "turn", "run", "check")
"""Kinds of steps that have the text of an answer."""


def check_comparisons(draft: Draft, reporter: Reporter) -> None:
    """A step that compares with a recorded answer is of a kind that has one."""
    if draft.kind is None or draft.kind.name in ANSWERING:
        return
    for path, match in _matches(draft):
        for condition in match.conditions:
            if condition.word in COMPARISONS:
                message = (
                    f"a '{draft.kind.name}' step has no answer to compare by {condition.word}; "
                    f"{joined(ANSWERING)} steps have"
                )
                reporter.add(LintCode.NO_ANSWER, draft.place((*path, condition.word)), message)


def check_behaviours(draft: Draft, reporter: Reporter) -> None:
    """A step that asks a judge has an answer, spends, and leaves a call for the judge."""
    if draft.kind is None:
        return
    places = {
        str(condition.value): (*path, "behaves")
        for path, match in _matches(draft)
        for condition in match.conditions
        if condition.word == "behaves"
    }
    if not places:
        return
    place = draft.place(next(iter(places.values())))
    if draft.kind.name not in ANSWERING:
        message = (
            f"a '{draft.kind.name}' step has no answer to judge by behaves; "
            f"{joined(ANSWERING)} steps have"
        )
        reporter.add(LintCode.NO_ANSWER, place, message)
        return
    spend = draft.fields["spend"]
    if draft.effects != "spends" or spend is None:
        message = f"the step '{draft.id}' asks a judge, which is a call, and declares no spend"
        reporter.add(LintCode.JUDGE_SPEND, place, message)
        return
    calls, wanted = spend.max_calls, 1 + len(places)
    if calls is not None and calls < wanted:
        message = (
            f"the cap of {calls} call(s) leaves none for each judge: the step's own and "
            f"{len(places)} of the judge are {wanted}"
        )
        reporter.add(LintCode.JUDGE_CAP, draft.place(("spend",)), message)


_OF_REQUESTS: Final = ("status", "header", "route")
_OF_COMMANDS: Final = ("exit", "route")


def check_expectations(draft: Draft, reporter: Reporter) -> None:
    """A step of commands has no HTTP status, and a look at an address no exit status."""
    if draft.kind is None or draft.kind.name not in ("run", "check"):
        return
    asks_address = draft.values.get("url") is not None
    never = _OF_COMMANDS if asks_address else _OF_REQUESTS
    what = "a look at an address" if asks_address else "a step that runs commands"
    for index, match in enumerate(draft.fields["expect"]):
        for condition in match.conditions:
            if condition.word in never:
                reporter.add(
                    LintCode.NEVER_MET,
                    draft.place(("expect", index, condition.word)),
                    f"{what} has no {condition.word}",
                    topic="expect",
                )


def _matches(draft: Draft) -> Iterator[tuple[Path, Match]]:
    for index, match in enumerate(draft.fields["expect"]):
        yield ("expect", index), match
    for rule in draft.fields["on"]:
        yield ("on", rule.index - 1, "match"), rule.match
