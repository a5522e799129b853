"""The cases of a project as the app shows them: each with its review and its last ratio."""

from __future__ import annotations

from collections.abc import Sequence

from smoke_tui.errors import CommandError
from smoke_tui.judging.calibration import Calibration
from smoke_tui.judging.cases import INVALID, CaseRow
from smoke_tui.judging.drift import DriftPair, ratio_text
from smoke_tui.judging.recording_changes import RecordingChange
from smoke_tui.presentation.format import moment
from smoke_tui.presentation.recording_change import pair_summary, ratio_summary
from smoke_tui.session.cassette_review import CassetteReviews, ReviewedCase
from smoke_tui.structs import Struct, replace

NO_RATIO = "-"


class ShownCase(Struct, frozen=True):
    """A row of the table with its details.

    Attributes:
        row: The row.
        path: The file of its newest recording.
        reviewed: Its review; None where it is damaged.
        change: What differs; None where nothing waits for a review.
        ratio: The last ratio and its threshold, in short.
        threshold: The same with whose the threshold is.
        last_act: The newest line of the change record.
    """

    row: CaseRow
    path: str
    reviewed: ReviewedCase | None
    change: RecordingChange | None = None
    ratio: str = NO_RATIO
    threshold: str = "no answer was compared yet"
    last_act: str = ""

    @property
    def waits(self) -> bool:
        """Whether a person has to decide on its newest recording."""
        return self.reviewed is not None and self.reviewed.review.state == "pending review"

    @property
    def opened(self) -> bool:
        """Whether the difference of exactly these bytes was opened."""
        return self.reviewed is not None and self.reviewed.review.opened


def read_table(reviews: CassetteReviews) -> tuple[ShownCase, ...]:
    """Read every case. Blocks.

    Raises:
        CommandError: a folder, git, or the calibration file can't be read.
    """
    reviewed = {case.name: case for case in reviews.cases()}
    calibration = reviews.calibration()
    return tuple(
        _shown(
            reviews,
            listed.row,
            reviews.path_text(listed.path.newest),
            reviewed.get(listed.row.case),
            calibration,
        )
        for listed in reviews.listed
    )


def _shown(
    reviews: CassetteReviews,
    row: CaseRow,
    path: str,
    case: ReviewedCase | None,
    calibration: Calibration,
) -> ShownCase:
    shown = ShownCase(row, path, case)
    if case is None:
        return shown
    acts = case.review.acts
    if acts:
        last = acts[-1]
        parts = [moment(last.time), last.who, last.act, last.triage or "", last.why]
        shown = replace(shown, last_act="  ".join(part for part in parts if part))
    if case.review.state in ("pending review", "regression"):
        try:
            change = reviews.change_of(case)
        except CommandError as error:
            return replace(
                shown, row=replace(row, state=INVALID, problem=str(error)), reviewed=None
            )
        shown = replace(shown, change=change, ratio=ratio_summary(change))
        return _with_threshold(shown, change.lowest)
    stored = [p.pair for p in calibration.pairs if p.pair.drift.case == case.measure.case]
    if stored:
        shown = replace(shown, ratio=pair_summary(stored[-1]))
    return _with_threshold(shown, stored[-1] if stored else None)


def _with_threshold(shown: ShownCase, pair: DriftPair | None) -> ShownCase:
    if pair is None or pair.drift.text is None:
        assert shown.reviewed is not None
        return replace(shown, threshold=f"no answer compared; {shown.reviewed.measure.threshold}")
    drift, text = pair.drift, pair.drift.text
    place = f", {drift.threshold.place}" if drift.threshold.place else ""
    return replace(shown, threshold=f"{ratio_text(text.ratio)}, threshold {drift.threshold}{place}")


def waiting(cases: Sequence[ShownCase]) -> tuple[ReviewedCase, ...]:
    """Those whose newest recordings wait for a decision."""
    return tuple(c.reviewed for c in cases if c.waits and c.reviewed is not None)
