"""Ask the operator how a new recording is to be decided on, and do it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import cast

from textual.content import Content

from smoke_tui.errors import CommandError, UsageError
from smoke_tui.judging.acceptance import MOST_AT_ONCE
from smoke_tui.judging.triage import (
    CAUSES,
    CLASS_TEXTS,
    Cause,
    TriageClass,
    proposed_for,
    threshold_from,
)
from smoke_tui.presentation.format import count
from smoke_tui.session.cassette_decision import Triage, decide_on
from smoke_tui.session.cassette_review import CassetteReviews, ReviewedCase
from smoke_tui.tui.render.content import foreign, lines
from smoke_tui.tui.screens.base import Page
from smoke_tui.tui.theme import WARN
from smoke_tui.tui.widgets.modals import Choose, Line, YesNo, required


async def ask_and_decide(
    screen: Page, reviews: CassetteReviews, cases: Sequence[ReviewedCase]
) -> bool:
    """Ask for the class and what it needs, show the warnings, decide; False where not decided."""
    number = await _number(screen, len(cases))
    if number is None:
        return False
    triage = await _triage(screen, reviews, cases, number)
    if triage is None or not await _confirmed(screen, reviews, cases, triage):
        return False
    try:
        decided = await asyncio.to_thread(decide_on, reviews, cases, triage)
    except (CommandError, UsageError) as error:
        screen.smoke.notify_error(error)
        return False
    for done in decided:
        screen.app.notify(f"{done.case}: {'; '.join(done.sentences)}.", markup=False, timeout=10)
    return True


async def _number(screen: Page, total: int) -> int | None:
    """The number of recordings, typed where they are many; None: the operator went back."""
    if total <= MOST_AT_ONCE:
        return total
    text = await screen.app.push_screen_wait(
        Line(
            "Many at once",
            Content(
                f"{total} recordings are decided on with one class. Type their number to go on."
            ),
            check=lambda typed: None if typed == str(total) else f"That is not {total}.",
        )
    )
    return None if text is None else total


async def _triage(
    screen: Page, reviews: CassetteReviews, cases: Sequence[ReviewedCase], number: int
) -> Triage | None:
    triage = await screen.app.push_screen_wait(
        Choose(
            "Class of the difference",
            foreign(_subject(cases), "bold"),
            [(name, Content(text)) for name, text in CLASS_TEXTS.items()],
        )
    )
    if triage is None:
        return None
    kind = cast(TriageClass, triage)
    if kind == "expected":
        cause = await screen.app.push_screen_wait(
            Choose(
                "What was changed on purpose?",
                Content("The change has to be in the working tree, in the same commit."),
                [(name, Content(name)) for name in CAUSES],
            )
        )
        return None if cause is None else Triage(kind, cause=cast(Cause, cause), count=number)
    why = await screen.app.push_screen_wait(
        Line("Reason", Content("Why? It stands in the change record."), check=required)
    )
    if why is None:
        return None
    if kind == "regression" or len(cases) > 1:
        return Triage(kind, why, count=number)
    threshold = await _threshold(screen, reviews, cases[0])
    return None if threshold is None else Triage(kind, why, threshold=threshold, count=number)


async def _threshold(screen: Page, reviews: CassetteReviews, case: ReviewedCase) -> float | None:
    lowest = reviews.change_of(case).lowest
    text = lowest.drift.text if lowest is not None else None
    proposed = proposed_for(text) if text is not None else None
    typed = await screen.app.push_screen_wait(
        Line(
            "Threshold",
            Content("The new threshold of this case, just under the measured ratio:"),
            prefill="" if proposed is None else f"{proposed:g}",
            check=_threshold_problem,
        )
    )
    return None if typed is None else threshold_from(typed)


def _threshold_problem(text: str) -> str | None:
    try:
        threshold_from(text)
    except ValueError as problem:
        return str(problem)
    return None


async def _confirmed(
    screen: Page, reviews: CassetteReviews, cases: Sequence[ReviewedCase], triage: Triage
) -> bool:
    """Show what will be done, with the warnings, before anything is."""
    try:
        warnings = await asyncio.to_thread(reviews.warnings, cases)
    except CommandError as error:
        screen.smoke.notify_error(error)
        return False
    what = (
        "The accepted recording is kept; the new one stays aside, and a ticket is drafted."
        if triage.triage == "regression"
        else "The new recording takes the place of the accepted one."
    )
    text = lines(
        foreign(_subject(cases), "bold"),
        CLASS_TEXTS[triage.triage],
        what,
        *(foreign(f"! {warning}", WARN) for warning in warnings),
    )
    yes = "keep the accepted one" if triage.triage == "regression" else "accept it"
    agreed = await screen.app.push_screen_wait(YesNo("Decide", text, yes=yes, no="not now"))
    return agreed is True


def _subject(cases: Sequence[ReviewedCase]) -> str:
    return cases[0].name if len(cases) == 1 else count(len(cases), "recording")
