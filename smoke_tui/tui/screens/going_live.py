"""Going live: where the traffic comes from, then the preflight, then the session."""

from __future__ import annotations

import asyncio

from textual.content import Content

from smoke_tui.config.names import ORIGINS
from smoke_tui.errors import CommandError, UsageError
from smoke_tui.presentation.live.preflight import Finding, clear_text, problem_rows
from smoke_tui.runbook import Runbook
from smoke_tui.session.open_view import ORIGIN_WORDS, origin_warning, preflight_live, why_not_live
from smoke_tui.tui.render.content import foreign, lines, toned
from smoke_tui.tui.screens.base import Page
from smoke_tui.tui.screens.session import run_live
from smoke_tui.tui.theme import MUTED, WARN
from smoke_tui.tui.widgets.modals import Choose, LongYesNo, YesNo


async def go_live(screen: Page, book: Runbook, origin: str | None = None) -> None:
    """Ask what has to be asked, show what is in the way, and open the session.

    `origin` was declared before; None: it is asked for.
    """
    refusal = why_not_live()
    if refusal is not None:
        screen.app.notify(refusal, severity="error", markup=False)
        return
    origin = origin or await _ask_origin(screen, book)
    if origin is None:
        return
    screen.app.notify("Preflight: checking what can be known before anything is spent.")
    try:
        findings = await asyncio.to_thread(preflight_live, screen.smoke.settings, book)
    except (CommandError, UsageError) as error:
        screen.smoke.notify_error(error)
        return
    screen.app.clear_notifications()
    if await _agreed(screen, book, findings):
        run_live(screen.smoke, book, origin, findings)


async def _agreed(screen: Page, book: Runbook, findings: tuple[Finding, ...]) -> bool:
    rows = problem_rows(book, findings)
    if not rows:
        screen.app.notify(clear_text(findings), markup=False)
        return True
    box = LongYesNo("Before step 1", lines(*map(toned, rows)), yes="go on all the same", no="back")
    return await screen.app.push_screen_wait(box) is True


async def _ask_origin(screen: Page, book: Runbook) -> str | None:
    """Ask for the origin of this machine's traffic; None: the operator went back."""
    origin = await screen.app.push_screen_wait(
        Choose(
            "Run live",
            lines(
                foreign(book.title, "bold"),
                "",
                "Where does this machine's traffic come from? The answer goes into the "
                "report, and decides what a challenge of the provider's edge means.",
            ),
            [
                (name, Content.assemble((name, "bold"), (f"  {ORIGIN_WORDS[name]}", MUTED)))
                for name in ORIGINS
            ],
            start=screen.smoke.settings.get("origin") or "unknown",
        )
    )
    if origin is None:
        return None
    warning = origin_warning(book, origin)
    if warning is None:
        return origin
    go_on = await screen.app.push_screen_wait(
        YesNo("Origin", Content.styled(warning, WARN), yes="go on", no="back")
    )
    return origin if go_on else None
