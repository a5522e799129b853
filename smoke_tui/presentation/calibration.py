"""The calibration as a person reads it: the runbook's table, the triggers, what would flip."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from smoke_tui.judging.calibration import DEFAULT_TEST, Calibration, Flip, Rescoring, ScoredPair
from smoke_tui.judging.drift import DEFAULT_THRESHOLD, ratio_text
from smoke_tui.judging.triage import TriageClass, raised_for
from smoke_tui.judging.triggers import Trigger, triggers
from smoke_tui.presentation.drift.sentences import DRIFT_MARKS, result
from smoke_tui.presentation.format import count, excerpt, flat
from smoke_tui.presentation.spans import Span, Text, quote
from smoke_tui.regex import regex

COLUMNS: Final = ("Date", "Test", "Old", "New", "Reason")

EMPTY: Final = "(Empty at alpha until the first calibration fires.)"

LOWERING: Final = "a lower default lets more regressions pass"

_CLASSES: Final[dict[TriageClass | None, str]] = {
    "expected": "expected",
    "regression": "regression",
    "false-positive": "false positive",
    None: "not triaged",
}

_SPECIAL: Final = regex(r"([\\`*\[\]<>|])|(?<![^\W_])(_)|(_)(?![^\W_])")
"""What acts in a cell of Markdown; an underscore inside a word does not."""


def table(calibration: Calibration) -> str:
    """The log as the Markdown table of the LLM testing runbook."""
    rows = [
        "| " + " | ".join(COLUMNS) + " |",
        "|---" * len(COLUMNS) + "|",
        *(
            "| "
            + " | ".join((r.date, _cell(r.test), *_values(r.old, r.new), _cell(r.reason)))
            + " |"
            for r in calibration.log
        ),
    ]
    return "\n".join(rows if calibration.log else [*rows, "", EMPTY])


def _values(old: float, new: float) -> tuple[str, str]:
    return ratio_text(old), ratio_text(new)


def _cell(text: str) -> str:
    return _SPECIAL.sub(lambda match: f"\\{match[0]}", flat(text))


def default_text(calibration: Calibration) -> str:
    """The default threshold, and whether it is still that of the runbook."""
    value = ratio_text(calibration.default)
    if calibration.default == DEFAULT_THRESHOLD:
        return f"{value} (alpha default)"
    return (
        f"{value} ({calibration.default_threshold.place} in the log; alpha default "
        f"{ratio_text(DEFAULT_THRESHOLD)})"
    )


def trigger_rows(calibration: Calibration, pairs: Iterable[ScoredPair] = ()) -> list[Text]:
    """Both triggers in a line each: fired, due by a pair, or neither."""
    scored = tuple(pairs)
    return [_trigger(trigger, scored) for trigger in triggers(calibration)]


def _trigger(trigger: Trigger, pairs: Sequence[ScoredPair]) -> Text:
    parts: list[str | Span] = [
        Span(f"Trigger {trigger.number}", "strong"),
        f": {trigger.event} → {trigger.action}: ",
    ]
    if trigger.row is not None:
        row = trigger.row
        parts.append(f"fired {row.date}, ")
        if row.test != DEFAULT_TEST:
            parts += [quote(row.test, 120), " "]
        parts.append(f"{ratio_text(row.old)} → {ratio_text(row.new)}")
    else:
        parts.append(Span("has not fired", "muted"))
    due = next((pair for pair in pairs if _is_due(trigger, pair)), None)
    if due is not None and due.drift.text is not None:
        parts += ["; ", Span("due by ", "warn"), quote(due.drift.case, 120)]
        parts.append(Span(f" (ratio {ratio_text(due.drift.text.ratio)})", "warn"))
        raised = raised_for(due.drift.text)
        if trigger.number == 2 and raised is not None:
            parts.append(f": {ratio_text(raised)} would catch it")
    return parts


def _is_due(trigger: Trigger, pair: ScoredPair) -> bool:
    """Whether a pair asks for the change: a false positive that drifts, a regression that passes."""
    if pair.drift.text is None:
        return False
    if trigger.number == 1:
        return pair.stored.triage == "false-positive" and pair.drift.drifted is not False
    return pair.stored.triage == "regression" and pair.drift.drifted is False


def rescoring_rows(
    rescoring: Rescoring, *, written: bool, most: int | None = None
) -> Iterator[Text]:
    """What a change does to the stored pairs: how many there are, and each that flips.

    Regressions that would pass come first, then false positives that would block; `most` of all.
    """
    if not rescoring.pairs:
        yield ["there are no stored pairs to score again"]
        return
    verb = "flipped" if written else "would flip"
    flips = len(rescoring.flips) or "none"
    yield [f"{count(rescoring.pairs, 'stored pair')} scored again, {flips} {verb}"]
    for flip in sorted(rescoring.flips, key=_harm)[:most]:
        yield flip_row(flip)
    if most is not None and len(rescoring.flips) > most:
        yield [Span(f"and {len(rescoring.flips) - most:,} more", "muted")]


def _harm(flip: Flip) -> int:
    if flip.triage == "regression" and flip.drifted_after is False:
        return 0
    return 1 if flip.triage == "false-positive" and flip.drifted_before is False else 2


def flip_row(flip: Flip) -> Text:
    """A pair on which a change decides otherwise."""
    before, after = DRIFT_MARKS[flip.drifted_before], DRIFT_MARKS[flip.drifted_after]
    row: list[str | Span] = [
        Span(f"{before.word} → {after.word}", after.tone),
        "  ",
        quote(flip.case, 120),
        f"  ratio {ratio_text(flip.ratio)}, {ratio_text(flip.before)} → {ratio_text(flip.after)}"
        f", {_CLASSES[flip.triage]}",
    ]
    if flip.triage == "regression" and flip.drifted_after is False:
        row.append(Span(": a regression would pass", "bad"))
    if flip.triage == "false-positive" and flip.drifted_before is False:
        row.append(Span(": it would block again", "warn"))
    return row


def pair_rows(pair: ScoredPair) -> tuple[Text, Text]:
    """A stored pair: what it is at today's threshold and its class; ratio, date and place."""
    mark = DRIFT_MARKS[pair.drift.drifted]
    return (
        [
            Span(f"{mark.glyph} {mark.word:<9}", mark.tone),
            f"  {_CLASSES[pair.stored.triage]:<14}  ",
            quote(pair.drift.case, 120),
        ],
        [
            f"  {result(pair.drift)}  ",
            Span(f"{pair.stored.date}  ", "muted"),
            Span(excerpt(pair.stored.place, 120), "muted", foreign=True),
        ],
    )
