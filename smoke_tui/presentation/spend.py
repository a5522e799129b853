"""What a session has cost so far, in a few words."""

from __future__ import annotations

from smoke_tui.journal.spend import spend_of
from smoke_tui.journal.state import State
from smoke_tui.presentation.format import one_line
from smoke_tui.presentation.live.snapshot import Snapshot


def spent(scene: Snapshot) -> str:
    """Calls made, of those that may be made; never a zero where it is unknown."""
    totals = spend_of(scene.state)
    caps = [s.spend.max_calls for s in scene.steps if s.spend is not None]
    most = "" if not caps or None in caps else f" of {sum(c for c in caps if c is not None)}"
    unknown = f" ({totals['unknown_calls']} unknown)" if totals["unknown_calls"] else ""
    return f"calls {totals['calls']}{most}{unknown}"


def quota(state: State) -> str:
    """The subscription's windows, as far as an answer told of them."""
    parts = []
    for window in spend_of(state)["limits"]:
        minutes = window["window_minutes"]
        name = f"{minutes / 60:g}h" if minutes < 2880 else f"{minutes / 1440:g}d"
        of = f" {one_line(window['limit'], 30)}" if window.get("limit") else ""
        parts.append(f"{name}{of} {window['used_percent_after']:g}%")
    return "quota " + " ".join(parts) if parts else "quota ?"
