"""Scenario goldens as rows of text: comparisons, trace, scorecard."""

from __future__ import annotations

import difflib
from itertools import islice
from typing import Final

from smoke_tui.judging.goldens.canonical import canonical_json
from smoke_tui.judging.goldens.comparison import Comparison, Difference
from smoke_tui.judging.goldens.evaluation import Evaluation
from smoke_tui.judging.goldens.scenario import Json
from smoke_tui.judging.goldens.scorecard import Scorecard
from smoke_tui.judging.goldens.trace import Segment
from smoke_tui.judging.json_values import inert
from smoke_tui.presentation.format import count, one_line
from smoke_tui.presentation.marks import MARKS, Tone
from smoke_tui.presentation.spans import Text, row

NAME_WIDTH: Final = 18
MOST_CHANGED: Final = 1000
"""Lines of a file's update that are shown; a golden of more is not what a run makes."""

_WITH_ACTOR: Final = 43
_WITH_PAYLOAD: Final = 46
"""Cells from which a segment's row holds its actor and what it holds."""
_LINE_ENDS: Final = str.maketrans({"\n": "\\n", "\r": "\\r", "\t": "\\t"})


def visible(text: bytes) -> str:
    """Bytes as text that shows what can't be seen, and acts on no terminal."""
    return inert(text.decode("utf-8", "backslashreplace").translate(_LINE_ENDS))


def comparison_row(comparison: Comparison) -> Text:
    """One comparison in a row: its state, and where it first differs."""
    mark = MARKS["pass" if comparison.equal else "fail"]
    return row(
        (f"{mark.glyph} ", mark.tone),
        f"{comparison.name:<{NAME_WIDTH}} ",
        (state_of(comparison), "muted" if comparison.equal else mark.tone),
    )


def state_of(comparison: Comparison) -> str:
    """The state of a comparison in a sentence."""
    if comparison.equal:
        return (
            f"{count(len(comparison.run_1), 'byte')}: both runs and {comparison.file} are the same"
        )
    if comparison.problem:
        return one_line(comparison.problem)
    between, to_golden = comparison.between_runs, comparison.to_golden
    sentences = []
    if between is not None:
        sentences.append(f"run 2 differs from run 1 at {_where(between)}")
    if to_golden is not None:
        made = "an input's sha256" if comparison.of_inputs else "run 1"
        sentences.append(f"{made} differs from {comparison.file} at {_where(to_golden)}")
    return "; ".join(sentences)


def _where(difference: Difference) -> str:
    place = f", {one_line(difference.place)}" if difference.place else ""
    return f"byte {difference.offset:,} (line {difference.line}{place})"


def differences_of(comparison: Comparison) -> tuple[Difference, ...]:
    """Where the runs differ from each other, then where they differ from the golden."""
    both = (comparison.between_runs, comparison.to_golden)
    return tuple(difference for difference in both if difference is not None)


def difference_rows(comparison: Comparison) -> list[Text]:
    """The lines of both texts around the first differing byte, and the byte itself."""
    rows: list[Text] = []
    for difference in differences_of(comparison):
        column = difference.column
        # A caret stands below a whole character.
        while 0 < column < len(difference.want) and difference.want[column] & 0xC0 == 0x80:
            column -= 1
        indent = " " * len(visible(difference.want[:column]))
        rows += [
            row(("want ", "muted"), (visible(difference.want), "gone")),
            row(("got  ", "muted"), (visible(difference.got), "added")),
            row((f"     {indent}^ {difference_bytes(difference)}", "muted")),
        ]
    return rows


def difference_bytes(difference: Difference) -> str:
    """The first differing byte on both sides."""
    want, got = (_byte(text, difference) for text in (difference.want, difference.got))
    return f"want {want}, got {got}"


def _byte(text: bytes, difference: Difference) -> str:
    if difference.column >= len(text):
        return "the end"
    byte = text[difference.column]
    character = f" {chr(byte)!r}" if byte < 0x80 else ""
    return f"0x{byte:02x}{character}"


def update_rows(evaluation: Evaluation, name: str) -> list[Text]:
    """Every line that an update would change in a generated file, with two lines around."""
    if evaluation.runs is None:
        return []
    old, new = (
        [visible(line) for line in text.splitlines(keepends=True)]
        for text in (evaluation.goldens.get(name, b""), evaluation.runs[0].files[name])
    )
    begin = f"{count(len(old), 'line')} → {count(len(new), 'line')}"
    if name not in evaluation.goldens:
        begin = f"new, {count(len(new), 'line')}"
    rows = [row((name, "strong"), (f"  {begin}", "muted"))]
    lines = difflib.unified_diff(old, new, n=2, lineterm="")
    # The first two name the files.
    for number, line in enumerate(islice(lines, 2, None)):
        if number == MOST_CHANGED:
            rows.append(row((f"and more: only {MOST_CHANGED:,} lines are shown", "warn")))
            break
        tone: Tone = "added" if line[0] == "+" else "gone" if line[0] == "-" else "muted"
        if line[0] != "@":
            line = line[:-2] if line.endswith("\\n") else f"{line} (no line end)"
        rows.append(row((line, tone)))
    return rows


def scorecard_rows(scorecard: Scorecard) -> list[Text]:
    """The checks and the metrics of a scorecard."""
    rows: list[Text] = []
    for check in scorecard.checks:
        mark = MARKS["pass" if check.passed else "fail"]
        values = (
            _shown(check.actual)
            if check.passed
            else f"want {_shown(check.expected)}, got {_shown(check.actual)}"
        )
        rows.append(
            row((f"{mark.glyph} ", mark.tone), f"{one_line(check.key, 60)}  ", (values, "muted"))
        )
    rows += [
        row("  ", f"{metric.key}  ", (f"{metric.value} {metric.unit}", "strong"))
        for metric in scorecard.metrics
    ]
    return rows


def summary(evaluation: Evaluation) -> Text:
    """All comparisons and checks in a sentence."""
    if evaluation.runs is None:
        mark = MARKS["error"]
        return row(
            (f"{mark.glyph} it can't be run: ", mark.tone), one_line(evaluation.problem, 600)
        )
    equal = sum(comparison.equal for comparison in evaluation.comparisons)
    checks = evaluation.runs[0].scorecard.checks
    passed = sum(check.passed for check in checks)
    good = evaluation.equal and evaluation.passed
    mark = MARKS["pass" if good else "fail"]
    return row(
        (f"{mark.glyph} ", mark.tone),
        f"{equal} of {len(evaluation.comparisons)} comparisons equal, "
        f"{passed} of {len(checks)} checks passed",
    )


def segment_row(segment: Segment, width: int) -> Text:
    """A segment in a row: number, kind, actor, time, and as much of what it holds as fits."""
    actor = f"{segment.actor:<10}" if width >= _WITH_ACTOR else ""
    clock = segment.occurred_at.partition("T")[2].removesuffix("Z")
    room = width - _WITH_PAYLOAD
    payload = one_line(canonical_json(dict(segment.payload)).decode(), room) if room > 8 else ""
    return row(
        (f"{segment.sequence_number:>2} ", "muted"),
        (f"{segment.kind:<18}", "strong"),
        actor,
        (f"{clock:<13}{payload}".rstrip(), "muted"),
    )


def _shown(value: Json) -> str:
    return one_line(" ".join(canonical_json(value).decode().split()), 120)
