"""How similar a new text is to a recorded one, and whether that is enough."""

from __future__ import annotations

from fractions import Fraction
from math import ceil
from typing import Final

from smoke_tui.judging.default_call import match_by_default_call
from smoke_tui.judging.drift import DEFAULT_THRESHOLD, TextDrift, ratio_text
from smoke_tui.judging.lcs import may_match
from smoke_tui.judging.matching import BUDGET, Matching, match
from smoke_tui.judging.words import in_words
from smoke_tui.structs import Struct, replace

EXACT: Final = "seqmatch-char/autojunk=off/v1"
DEFAULT_CALL: Final = "seqmatch-char/autojunk=on/v1"
LCS: Final = "lcs-upper-bound/v1"
WORDS: Final = "seqmatch-token/autojunk=off/v1"

WORD_BUDGET: Final = 2_000_000
"""Steps of the matching by words, which only informs."""

_UNDECIDED: Final = "undecided: these texts take too many steps to measure; compare them by hand"


def text_drift(
    recorded: str,
    new: str,
    *,
    threshold: float = DEFAULT_THRESHOLD,
    autojunk: bool = False,
    budget: int = BUDGET,
) -> TextDrift:
    """Compare a new text with the recorded one; CRLF counts as LF.

    The measure is the ratio of `difflib.SequenceMatcher(None, recorded, new, autojunk=False)`, or
    with `autojunk` that of its default call. Where that takes too many steps, certain bounds
    decide. Where they do not, `drifted` is None, and the ratio is the one by whole words. The
    budget counts steps: the verdict is the same on every machine.

    Raises:
        ValueError: The threshold is not from 0 to 1.
    """
    if not 0 <= threshold <= 1:
        raise ValueError(f"The threshold is {threshold}; expected a number from 0 to 1.")
    pair = _Pair(recorded.replace("\r\n", "\n"), new.replace("\r\n", "\n"), threshold)
    if pair.a == pair.b:
        metric = DEFAULT_CALL if autojunk else EXACT
        return TextDrift(1.0, metric, False, threshold, 1.0, 1.0)
    return (_by_default_call if autojunk else _by_characters)(pair, budget)


class _Pair(Struct, frozen=True):
    """Two texts that differ, and the least ratio of equal ones."""

    a: str
    b: str
    threshold: float

    @property
    def total(self) -> int:
        return len(self.a) + len(self.b)

    @property
    def needed(self) -> int:
        """The least number of matching characters: the threshold is the number as it is written."""
        return ceil(Fraction(str(self.threshold)) * self.total / 2)

    def ratio(self, matching: int) -> float:
        """The ratio of so many matching characters, as `difflib` computes it."""
        return 2.0 * matching / self.total

    def result(
        self, ratio: float, metric: str, drifted: bool | None, matching: Matching
    ) -> TextDrift:
        low, high = self.ratio(matching.at_least), self.ratio(matching.at_most)
        return TextDrift(
            ratio, metric, drifted, self.threshold, low, high, _UNDECIDED if drifted is None else ""
        )


def _by_default_call(pair: _Pair, budget: int) -> TextDrift:
    matching = match_by_default_call(pair.a, pair.b, budget=budget)
    drift = _decided(pair, matching, DEFAULT_CALL)
    other = _by_characters(pair, budget)
    if drift.drifted is None or other.drifted in (None, drift.drifted):
        return drift
    note = (
        f"without autojunk the ratio is {ratio_text(other.ratio)}, which is "
        f"{'below' if other.drifted else 'not below'} the threshold"
    )
    return replace(drift, note=note)


def _by_characters(pair: _Pair, budget: int) -> TextDrift:
    matching = match(pair.a, pair.b, budget=budget)
    drift = _decided(pair, matching, EXACT)
    return drift if drift.drifted is not None else _by_words(pair, matching, drift)


def _decided(pair: _Pair, matching: Matching, metric: str) -> TextDrift:
    """What the matching decides, and where it is not exact the longest common subsequence."""
    low, high, needed = matching.at_least, matching.at_most, pair.needed
    if matching.exact:
        return pair.result(pair.ratio(low), metric, low < needed, matching)
    if low >= needed:
        return pair.result(pair.ratio(low), _bound(metric, "at-least"), False, matching)
    if high < needed:
        return pair.result(pair.ratio(high), _bound(metric, "at-most"), True, matching)
    if may_match(pair.a, pair.b, needed) is False:
        below = Matching(matching.blocks, needed - 1)
        return pair.result(pair.ratio(needed - 1), LCS, True, below)
    return pair.result(pair.ratio(low), _bound(metric, "at-least"), None, matching)


def _bound(metric: str, side: str) -> str:
    """The name of a bound of a measure."""
    name, _, version = metric.rpartition("/")
    return f"{name}/{side}/{version}"


def _by_words(pair: _Pair, matching: Matching, undecided: TextDrift) -> TextDrift:
    """State the ratio by whole words, counted in characters; it decides nothing.

    It can be higher than that by characters, where blocks of characters match at other places than
    words do: a text would pass that has drifted.
    """
    words = in_words(pair.a, pair.b)
    if words is None:
        return undecided
    old, new = words
    by_words = match(old.text, new.text, budget=WORD_BUDGET)
    size = sum(old.size(block.a, block.size) for block in by_words.blocks)
    if not by_words.exact or not matching.at_least <= size <= matching.at_most:
        return undecided
    drift = pair.result(pair.ratio(size), WORDS, None, matching)
    return replace(drift, note=f"{_UNDECIDED} (by whole words {ratio_text(drift.ratio)})")
