"""Loads, between two keys, the modules that the next key most probably needs."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from textual.app import App

# Each before those that import it, so that no key waits for more than one of them. Not in a
# thread: two threads that import from the same packages may wait for each other's locks.
NEXT: Final = (
    "smoke_tui.tui.widgets.search",
    "smoke_tui.rehearsal",
    "smoke_tui.codex.stream",
    "smoke_tui.codex.call_obligations",
    "smoke_tui.world.live.world",
    "smoke_tui.steps.call",
    "smoke_tui.session.session",
    "smoke_tui.session.live_view",
    "smoke_tui.session.open_view",
    "smoke_tui.tui.screens.report",
    "smoke_tui.tui.screens.cases",
    "smoke_tui.tui.screens.session",
    "smoke_tui.tui.screens.going_live",
)
"""What opens a session from the home screen."""
PAUSE: Final = 0.02
"""Seconds between two modules, for keys and for drawing."""


def load_next(app: App[int], at: int = 0) -> None:
    """Load one module after the other while the app goes on."""
    if at < len(NEXT):
        import_module(NEXT[at])
        app.set_timer(PAUSE, lambda: load_next(app, at + 1))
