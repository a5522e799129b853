"""A comparison in lines: words for the ear, signs for the eye, bounds that are said."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smoke_tui.judging.drift import DriftPair, Threshold, ToolCallDrift
from smoke_tui.presentation.drift.plain import MOST_SHOWN, plain_lines, plain_text
from smoke_tui.presentation.drift.sentences import head_line, missing
from smoke_tui.redaction import clean
from tests.helpers.drift_pairs import CALLS, NEW_PROSE, PROSE, calls_alone, pair

MANY = pair(
    "\n".join(f"line {n} one" for n in range(12)), "\n".join(f"line {n} two" for n in range(12))
)


def test_a_drift_in_lines(golden: Callable[[str, str], None]) -> None:
    drifted = pair(PROSE, NEW_PROSE, calls=CALLS, note="compared exactly")
    golden("plain-drift", plain_text(drifted, more="Type drift to read every difference."))


def test_what_is_not_shown_is_counted_and_every_difference_can_be_had() -> None:
    text = plain_text(MANY, more="--all shows them.")
    assert text.count("\nDifference ") == MOST_SHOWN
    assert text.endswith("7 more places not shown here. --all shows them.\n")
    every = plain_text(MANY, every=True, more="--all shows them.")
    assert every.count("\nDifference ") == 12
    assert "not shown" not in every


def test_a_long_text_is_cut_unless_all_is_wanted() -> None:
    drifted = pair("a", "word " * 1000)
    assert "characters are left out here" in plain_text(drifted)
    assert plain_text(drifted, every=True).count("word") >= 2000


def test_blanks_are_named() -> None:
    text = plain_text(pair("a b\n", "a \t b\n\n"))
    assert "Recorded: 1 blank\nNew: 2 blanks, 1 tab\n" in text
    assert "Recorded: nothing\nNew: 1 line end\n" in text


@pytest.mark.parametrize(
    ("compared", "head"),
    [
        (pair("a", "b"), "✗ drifted  0.7234 < 0.80 (override; default 0.85)"),
        (pair("a", "a", ratio=1.0, drifted=False), "= same  1.00 >= 0.80 (override; default 0.85)"),
        (
            pair("a", "b", ratio=0.41, bounds=(0.2, 0.41)),
            "✗ drifted  at most 0.41 < 0.80 (override; default 0.85)",
        ),
        (
            pair("a", "b", ratio=0.9, drifted=False, bounds=(0.9, 0.97)),
            "= same  at least 0.90 >= 0.80 (override; default 0.85)",
        ),
        (
            pair("a", "b", drifted=None, bounds=(0.41, 0.93), threshold=Threshold()),
            "? undecided  between 0.41 and 0.93, threshold 0.85 (default): compare by hand",
        ),
        (calls_alone(CALLS), "✗ drifted  tool calls differ"),
        (calls_alone(ToolCallDrift(False)), "= same  tool calls equal"),
    ],
)
def test_the_head_states_what_was_measured(compared: DriftPair, head: str) -> None:
    case = f"  smoke/live-call · baseline {compared.drift.baseline}"
    assert head_line(compared.drift) == head + case


def test_the_owner_of_a_default_threshold_is_not_named_twice() -> None:
    text = plain_text(pair("a", "b", threshold=Threshold()))
    assert "\nThreshold: 0.85 (default)\n" in text


def test_an_answer_of_tool_calls_alone_is_at_hand() -> None:
    compared = pair("a", None)
    assert missing(compared) is not None
    answer = type(compared.new)(None, ({"name": "f", "arguments": "{}"},))
    assert missing(DriftPair(compared.drift, compared.recorded, answer)) is None


@given(st.text(max_size=60), st.text(max_size=60))
def test_every_line_is_one_and_inert(recorded: str, new: str) -> None:
    for line in plain_lines(pair(recorded, new), every=True):
        assert clean(line.text, keep_newlines=False) == line.text
        assert "\n" not in line.text
