"""A change of a threshold: form, all pairs scored again, what flips, consent."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from textual import work
from textual.app import App
from textual.content import Content
from textual.worker import get_current_worker

from smoke_tui.history.calibration import CalibrationFile, today
from smoke_tui.judging.calibration import (
    DEFAULT_TEST,
    Calibration,
    LogRow,
    StoredPair,
    merged_pairs,
)
from smoke_tui.judging.drift import ratio_text
from smoke_tui.judging.triage import threshold_from
from smoke_tui.presentation.format import count, one_line
from smoke_tui.redaction import Vault
from smoke_tui.tui.render.calibration import change_text
from smoke_tui.tui.render.content import lines
from smoke_tui.tui.theme import MUTED
from smoke_tui.tui.widgets.modals import Box, Line, YesNo, required


async def ask_change(
    app: App[Any], file: CalibrationFile, recorded: Sequence[StoredPair], test: str
) -> Calibration | None:
    """Ask for threshold and reason, score all pairs again, and show what flips.

    Returns:
        The changed calibration, not written yet; None where the operator went back.
    """
    old = file.calibration.current(test, recorded).value
    name = "the default" if test == DEFAULT_TEST else one_line(test, 120)
    new = await app.push_screen_wait(
        Line(
            "Threshold",
            lines(
                Content.assemble("The least ratio of equal texts for ", (name, "bold"), "."),
                Content.styled(
                    f"It is {ratio_text(old)}. After a regression that passed, raise it.", MUTED
                ),
            ),
            prefill=ratio_text(old),
            check=partial(_problem_of, old),
        )
    )
    if new is None:
        return None
    why = await app.push_screen_wait(
        Line("Reason", Content("Why? The log keeps it."), check=required)
    )
    if why is None:
        return None
    row = LogRow(today(), test, old, threshold_from(new), Vault().redact_text(why))
    changed = await app.push_screen_wait(Scoring(file.calibration, recorded, row))
    if changed is None:
        return None
    agreed = await app.push_screen_wait(
        YesNo("What it changes", change_text(changed), yes="write it", no="leave it")
    )
    return changed if agreed else None


def _problem_of(old: float, text: str) -> str | None:
    """Why a threshold is not taken."""
    try:
        new = threshold_from(text)
    except ValueError as error:
        return str(error)
    return "It is that already." if new == old else None


class ScoringCancelledError(Exception):
    """The scoring was cancelled."""


class Scoring(Box[Calibration]):
    """Scores all pairs again for a change; ends with the changed calibration, or None."""

    def __init__(
        self, calibration: Calibration, recorded: Sequence[StoredPair], row: LogRow
    ) -> None:
        pairs = len(merged_pairs(calibration.pairs, recorded))
        text = Content(f"Scoring {count(pairs, 'stored pair')} again …")
        super().__init__("Scoring", text, [])
        self._calibration = calibration
        self._recorded = recorded
        self._row = row

    def on_mount(self) -> None:
        """Begin."""
        self._score()

    @work(thread=True, exclusive=True, group="scoring")
    def _score(self) -> None:
        worker = get_current_worker()

        def stop_if_cancelled() -> None:
            if worker.is_cancelled:
                raise ScoringCancelledError

        try:
            changed = self._calibration.with_threshold(self._row, self._recorded, stop_if_cancelled)
        except ScoringCancelledError:
            return
        if not worker.is_cancelled:
            self.app.call_from_thread(self._end, changed)

    def _end(self, changed: Calibration) -> None:
        # It may have been left meanwhile.
        if self.is_current:
            self.dismiss(changed)
