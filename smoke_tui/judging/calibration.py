"""The calibration of drift thresholds: overrides, their log, stored pairs, what would flip. Pure.

Nothing is kept twice: the override of a case is the newest row of the log with its name, and the
default is the newest row of `DEFAULT_TEST`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from fractions import Fraction
from typing import Final

from smoke_tui.judging.answers import Part, compare_answers, without_nonce
from smoke_tui.judging.drift import AnswerDrift, DriftPair, Threshold
from smoke_tui.judging.texts import EXACT
from smoke_tui.judging.triage import TriageClass, refusal_of, threshold_problem
from smoke_tui.structs import Struct, replace

DEFAULT_TEST: Final = "(default)"
"""The name under which the log holds changes of the default."""

_TEXT: Final[tuple[Part, ...]] = ("text",)

OWN_SOURCES: Final = frozenset({"runbook", "case", "marker"})
"""Sources of a threshold that a change of the default leaves as they are."""


class LogRow(Struct, frozen=True):
    """A row of the calibration log; `date` is an ISO date, `test` a case or `DEFAULT_TEST`."""

    date: str
    test: str
    old: float
    new: float
    reason: str


class StoredPair(Struct, frozen=True):
    """A comparison that can be re-scored.

    Attributes:
        pair: The comparison, with the threshold of its time.
        place: Where it is from: SESSION:STEP, or a file.
        date: The ISO date of the comparison or of its triage.
        triage: Its class; None where it was not triaged.
        reason: Why it has that class.
    """

    pair: DriftPair
    place: str
    date: str
    triage: TriageClass | None = None
    reason: str = ""

    @property
    def fingerprint(self) -> str:
        """The same for the same case with the same two answers, whatever marks the calls."""
        drift = self.pair.drift
        answers = [
            [answer.text, [dict(call) for call in answer.tool_calls]]
            for answer in (self.pair.recorded, self.pair.new)
        ]
        compared = [drift.text is not None, drift.calls is not None]
        content = without_nonce(json.dumps([drift.case, compared, answers], sort_keys=True))
        return hashlib.sha256(content.encode()).hexdigest()


class ScoredPair(Struct, frozen=True):
    """A stored pair, and its comparison at the thresholds of a calibration."""

    stored: StoredPair
    drift: AnswerDrift


class Flip(Struct, frozen=True):
    """A pair on which a change of the calibration decides otherwise.

    `before` and `after` are its thresholds, `drifted_before` and `drifted_after` the results; None
    is undecided.
    """

    case: str
    baseline: str
    triage: TriageClass | None
    ratio: float
    before: float
    after: float
    drifted_before: bool | None
    drifted_after: bool | None


class Rescoring(Struct, frozen=True):
    """What a change of the calibration did to the stored pairs: how many there were, which flipped."""

    date: str
    pairs: int
    flips: tuple[Flip, ...] = ()


class Calibration(Struct, frozen=True):
    """The log with its overrides, the triaged pairs, and the result of the last re-scoring."""

    log: tuple[LogRow, ...] = ()
    pairs: tuple[StoredPair, ...] = ()
    rescoring: Rescoring | None = None

    @property
    def default_threshold(self) -> Threshold:
        """The threshold of a case without one of its own."""
        row = self._newest(DEFAULT_TEST)
        if row is None:
            return Threshold()
        return Threshold(row.new, "default", row.new, f"row of {row.date}")

    @property
    def default(self) -> float:
        """The value of the default threshold."""
        return self.default_threshold.value

    def threshold_of(self, case: str) -> Threshold | None:
        """The override of a case; None where the log has none."""
        row = self._newest(case)
        if row is None or case == DEFAULT_TEST:
            return None
        return Threshold(row.new, "calibration", self.default, f"row of {row.date}")

    def effective(self, case: str, recorded: Threshold) -> Threshold:
        """The threshold of a case today, where `recorded` was its threshold at the comparison.

        An override goes first, then a threshold that is the case's own, then the default.
        """
        override = self.threshold_of(case)
        if override is not None:
            return override
        if recorded.source in OWN_SOURCES:
            return replace(recorded, default=self.default)
        return self.default_threshold

    def current(self, test: str, pairs: Iterable[StoredPair] = ()) -> Threshold:
        """The threshold of a case today, by its newest comparison where the log has none.

        `pairs` are others than those of this calibration, the newest first.
        """
        override = self.threshold_of(test)
        if override is not None or test == DEFAULT_TEST:
            return override or self.default_threshold
        drifts = (each.pair.drift for each in (*pairs, *reversed(self.pairs)))
        recorded = next((each.threshold for each in drifts if each.case == test), Threshold())
        return self.effective(test, recorded)

    def with_pair(self, stored: StoredPair) -> Calibration:
        """The calibration with one triaged pair more; it replaces an equal one."""
        kept = (pair for pair in self.pairs if pair.fingerprint != stored.fingerprint)
        return replace(self, pairs=(*kept, stored))

    def with_false_positive(
        self, stored: StoredPair, new: float, others: Sequence[StoredPair] = ()
    ) -> Calibration:
        """The calibration after a false positive: pair, log row, override, re-scored pairs.

        Args:
            stored: The triaged pair, with class, reason and date.
            new: The new threshold of its case.
            others: Pairs that this calibration does not hold, to be re-scored too.

        Raises:
            ValueError: the pair is of another class, the reason is missing, or the pair would
                still drift.
        """
        drift = stored.pair.drift
        problem = (
            f"its class is {stored.triage}, not false-positive"
            if stored.triage != "false-positive"
            else refusal_of(stored.triage, drift) or threshold_problem(new, drift)
        )
        if problem is not None:
            raise ValueError(problem)
        old = self.effective(drift.case, drift.threshold).value
        row = LogRow(stored.date, drift.case, old, new, stored.reason)
        return _with_row(self, self.with_pair(stored), row, others)

    def with_threshold(
        self,
        row: LogRow,
        others: Sequence[StoredPair] = (),
        before_each: Callable[[], None] = lambda: None,
    ) -> Calibration:
        """The calibration with one row more, of a case or of `DEFAULT_TEST`; pairs re-scored.

        `before_each` is called before each pair, and stops the scoring by an exception.

        Raises:
            ValueError: the reason is missing.
        """
        return _with_row(self, self, row, others, before_each)

    def with_default(
        self, new: float, reason: str, date: str, others: Sequence[StoredPair] = ()
    ) -> Calibration:
        """The calibration with another default; pairs re-scored.

        Raises:
            ValueError: the reason is missing.
        """
        row = LogRow(date, DEFAULT_TEST, self.default, new, reason)
        return _with_row(self, self, row, others)

    def _newest(self, test: str) -> LogRow | None:
        return next((row for row in reversed(self.log) if row.test == test), None)


def _with_row(
    before: Calibration,
    stored: Calibration,
    row: LogRow,
    others: Sequence[StoredPair],
    before_each: Callable[[], None] = lambda: None,
) -> Calibration:
    """A calibration with one row more, and what flips by it since `before`."""
    if not row.reason.strip():
        raise ValueError("a reason is required: the log says why a threshold was changed")
    changed = replace(stored, log=(*stored.log, row))
    pairs = merged_pairs(changed.pairs, others)
    flips = rescore(pairs, before, changed, before_each)
    return replace(changed, rescoring=Rescoring(row.date, len(pairs), flips))


def merged_pairs(
    stored: Iterable[StoredPair], others: Iterable[StoredPair]
) -> tuple[StoredPair, ...]:
    """All pairs without repetitions; of equal ones the first, which is the triaged one."""
    merged: dict[str, StoredPair] = {}
    for pair in (*stored, *others):
        merged.setdefault(pair.fingerprint, pair)
    return tuple(merged.values())


def scored(pairs: Iterable[StoredPair], calibration: Calibration) -> Iterator[ScoredPair]:
    """Every pair compared at today's thresholds, one after the other."""
    for stored in pairs:
        threshold = calibration.effective(stored.pair.drift.case, stored.pair.drift.threshold)
        yield ScoredPair(stored, _compared(stored.pair, threshold))


def rescore(
    pairs: Iterable[StoredPair],
    before: Calibration,
    after: Calibration,
    before_each: Callable[[], None] = lambda: None,
) -> tuple[Flip, ...]:
    """The pairs on which two calibrations decide differently."""
    return tuple(_flips(pairs, before, after, before_each))


def _flips(
    pairs: Iterable[StoredPair],
    before: Calibration,
    after: Calibration,
    before_each: Callable[[], None],
) -> Iterator[Flip]:
    for stored in pairs:
        before_each()
        drift = stored.pair.drift
        old = before.effective(drift.case, drift.threshold)
        new = after.effective(drift.case, drift.threshold)
        if old.value == new.value or drift.text is None:
            continue
        was, now = _compared(stored.pair, old), _compared(stored.pair, new)
        if was.drifted is now.drifted or now.text is None:
            continue
        yield Flip(
            drift.case,
            drift.baseline,
            stored.triage,
            now.text.ratio,
            old.value,
            new.value,
            was.drifted,
            now.drifted,
        )


def _compared(pair: DriftPair, threshold: Threshold) -> AnswerDrift:
    """A pair at another threshold.

    An exact ratio is what it was, and tool calls know no threshold; of bounds it may depend on the
    threshold what is certain, so that the texts are measured again, by the same measure.
    """
    drift, text = pair.drift, pair.drift.text
    if text is None:
        return replace(drift, threshold=threshold)
    if text.at_least == text.at_most and text.metric == EXACT:
        exact = replace(
            text,
            threshold=threshold.value,
            drifted=Fraction(str(text.ratio)) < Fraction(str(threshold.value)),
        )
        return replace(drift, threshold=threshold, text=exact)
    measured = compare_answers(
        drift.case,
        drift.baseline,
        threshold,
        pair.recorded,
        pair.new,
        parts=_TEXT,
        autojunk="autojunk=on" in text.metric,
    )
    return replace(drift, threshold=threshold, text=measured.text)
