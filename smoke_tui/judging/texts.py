"""How similar a new text is to a recorded one, and whether that is enough."""

from __future__ import annotations

from fractions import Fraction

from smoke_tui.judging.drift import DEFAULT_THRESHOLD, TextDrift
from smoke_tui.judging.matching import match


def text_drift(
    recorded: str, new: str, *, threshold: float = DEFAULT_THRESHOLD, autojunk: bool = False
) -> TextDrift:
    """Compare a new text with the recorded one; CRLF counts as LF.

    The measure is the ratio of `difflib.SequenceMatcher(None, recorded, new, autojunk=False)`, or
    with `autojunk` that of its default call. Where that takes too many steps, the verdict rests on
    certain bounds, or is None: never on the time that a machine needs.

    Raises:
        ValueError: The threshold is not from 0 to 1.
    """
    if not 0 <= threshold <= 1:
        raise ValueError(f"The threshold is {threshold}; expected a number from 0 to 1.")
    least = Fraction(str(threshold))
    a, b = recorded.replace("\r\n", "\n"), new.replace("\r\n", "\n")
    metric = f"seqmatch-char/autojunk={'on' if autojunk else 'off'}/v1"
    if a == b:
        return TextDrift(1.0, metric, False, threshold, 1.0, 1.0)
    total = len(a) + len(b)
    matching = match(a, b, autojunk=autojunk)
    low, high = Fraction(2 * matching.at_least, total), Fraction(2 * matching.at_most, total)
    drifted = False if low >= least else True if high < least else None
    if matching.exact:
        return TextDrift(float(low), metric, drifted, threshold, float(low), float(low))
    if drifted is False:
        return TextDrift(
            float(low), "seqmatch-char/at-least/v1", False, threshold, float(low), float(high)
        )
    if drifted:
        return TextDrift(
            float(high), "seqmatch-char/at-most/v1", True, threshold, float(low), float(high)
        )
    note = "undecided: the texts take too many steps to measure; compare them by hand"
    return TextDrift(
        float(low), "seqmatch-char/at-least/v1", None, threshold, float(low), float(high), note
    )
