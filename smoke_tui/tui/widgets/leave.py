"""The box that asks whether to leave."""

from __future__ import annotations

from textual.content import Content

from smoke_tui.presentation.live.snapshot import Snapshot, name_of
from smoke_tui.tui.render.content import lines
from smoke_tui.tui.theme import MUTED
from smoke_tui.tui.widgets.modals import YesNo


class LeaveBox(YesNo):
    """Asks whether to leave; `snapshot` is the session that has not ended, None where there is none."""

    def __init__(self, snapshot: Snapshot | None) -> None:
        super().__init__("Leave", _text(snapshot), yes="leave", no="stay")


def _text(snapshot: Snapshot | None) -> Content:
    again = Content.styled("Ctrl-C once more leaves at once.", MUTED)
    if snapshot is None:
        return lines("Leave smoke-tui? Nothing is running.", "", again)
    rows: list[Content | str] = []
    if snapshot.running is not None:
        step = snapshot.runbook.step(snapshot.running.id)
        rows.append(f"Running now: {snapshot.number(step)} {name_of(step)}; s stops it alone.")
    return lines(
        "The session is not finished. Leaving stops what it started, services included.",
        *rows,
        f"Its record is kept: smoke-tui resume {snapshot.state.session} goes on with it.",
        "",
        again,
    )
