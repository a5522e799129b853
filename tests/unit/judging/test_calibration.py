"""The calibration: overrides are rows of the log, and a change shows which pairs it flips."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smoke_tui.judging.answers import Part, compare_answers
from smoke_tui.judging.calibration import (
    DEFAULT_TEST,
    Calibration,
    Flip,
    LogRow,
    StoredPair,
    merged_pairs,
    rescore,
    scored,
)
from smoke_tui.judging.calibration_file import (
    CalibrationError,
    parse_calibration,
    render_calibration,
)
from smoke_tui.judging.drift import DriftPair, RecordedAnswer, Threshold
from smoke_tui.judging.texts import EXACT
from smoke_tui.judging.triage import TriageClass, proposed_for
from smoke_tui.judging.triggers import triggers
from smoke_tui.structs import replace

DATE = "2026-11-28"
CALLS: tuple[Part, ...] = ("calls",)
TEXTS = st.text("abc é\n\U0001f600", max_size=30)


def pair(
    recorded: str,
    new: str,
    case: str = "smoke/call",
    triage: TriageClass | None = "false-positive",
    threshold: Threshold = Threshold(),  # noqa: B008
) -> StoredPair:
    answers = RecordedAnswer(recorded), RecordedAnswer(new)
    drift = compare_answers(case, "baseline.txt", threshold, *answers)
    return StoredPair(DriftPair(drift, *answers), "20260101T000000Z-0000:call", DATE, triage, "why")


@given(TEXTS, TEXTS)
def test_a_false_positive_passes_afterwards_and_no_step_more(recorded: str, new: str) -> None:
    stored = pair(recorded, new)
    text = stored.pair.drift.text
    assert text is not None
    proposed = proposed_for(text)
    if proposed is None:
        return
    after = Calibration().with_false_positive(stored, proposed)
    again = next(iter(scored(after.pairs, after)))
    assert again.drift.drifted is False
    assert again.drift.threshold == Threshold(proposed, "calibration", 0.85, f"row of {DATE}")
    assert after.log == (LogRow(DATE, "smoke/call", 0.85, proposed, "why"),)
    assert after.rescoring is not None
    assert [flip.case for flip in after.rescoring.flips] == ["smoke/call"]
    stricter = after.with_threshold(LogRow(DATE, "smoke/call", proposed, proposed + 0.01, "test"))
    if proposed + 0.01 > text.ratio:
        assert next(iter(scored(stricter.pairs, stricter))).drift.drifted is True


def test_the_newest_row_is_the_override() -> None:
    calibration = Calibration(
        log=(
            LogRow("2026-01-01", "a/x", 0.85, 0.7, "creative"),
            LogRow("2026-01-02", DEFAULT_TEST, 0.85, 0.9, "a regression passed"),
            LogRow("2026-01-03", "a/x", 0.7, 0.75, "too much"),
        )
    )
    assert calibration.threshold_of("a/x") == Threshold(
        0.75, "calibration", 0.9, "row of 2026-01-03"
    )
    assert calibration.threshold_of("a/y") is None
    assert calibration.threshold_of(DEFAULT_TEST) is None
    assert calibration.default == 0.9
    own = Threshold(0.6, "marker", 0.85, "tests/x.py:3")
    assert calibration.effective("a/x", own).value == 0.75
    assert calibration.effective("a/y", own) == replace(own, default=0.9)
    assert str(calibration.effective("a/y", Threshold())) == "0.90 (default)"
    assert Calibration().default == 0.85


def test_what_a_higher_default_flips_is_shown() -> None:
    similar = pair("a" * 18 + "bc", "a" * 18 + "xy", "a/similar", "regression")
    other = pair("abcd", "wxyz", "a/other", None)
    same = pair("abcd", "abcd", "a/same", None)
    own = pair("a" * 18 + "bc", "a" * 18 + "xy", "a/own", None, Threshold(0.8, "runbook"))
    before = Calibration()
    after = before.with_default(0.95, "it passed", DATE, (similar, other, same, own))
    assert after.rescoring is not None
    assert after.rescoring.pairs == 4
    assert after.rescoring.flips == (
        Flip("a/similar", "baseline.txt", "regression", 0.9, 0.85, 0.95, False, True),
    )
    assert rescore((similar,), after, before)[0].drifted_after is False
    assert after.log == (LogRow(DATE, DEFAULT_TEST, 0.85, 0.95, "it passed"),)


def test_equal_pairs_are_scored_once_and_the_triaged_one_stays() -> None:
    triaged, recorded = pair("ab", "xy"), pair("ab", "xy", triage=None)
    other = pair("ab", "xz", triage=None)
    assert merged_pairs((triaged,), (recorded, other)) == (triaged, other)
    calls = (pair(f"smoke-{n * 10}", "xy", triage=None) for n in ("a", "b"))
    assert len(merged_pairs(calls, ())) == 1
    newer = replace(triaged, triage="regression")
    assert Calibration().with_pair(triaged).with_pair(newer).pairs == (newer,)


def test_the_parts_that_were_compared_are_compared_again() -> None:
    answers = RecordedAnswer("a", ({"name": "f"},)), RecordedAnswer("b", ({"name": "g"},))
    drift = compare_answers("c", "b", Threshold(), *answers, parts=CALLS)
    stored = StoredPair(DriftPair(drift, *answers), "p", DATE)
    assert next(scored([stored], Calibration())).drift == drift
    assert rescore([stored], Calibration(), Calibration().with_default(0.1, "w", DATE)) == ()


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (lambda p: replace(p, triage="regression"), "its class is regression"),
        (lambda p: replace(p, reason=" "), "a reason is required"),
    ],
)
def test_a_false_positive_needs_class_and_reason(change: object, problem: str) -> None:
    assert callable(change)
    with pytest.raises(ValueError, match=problem):
        Calibration().with_false_positive(change(pair("aaaab", "aaaac")), 0.79)


def test_a_threshold_that_does_not_help_is_refused() -> None:
    with pytest.raises(ValueError, match="would still drift"):
        Calibration().with_false_positive(pair("aaaab", "aaaac"), 0.81)
    with pytest.raises(ValueError, match="reason is required"):
        Calibration().with_default(0.9, "", DATE)


def test_triggers_fire_by_a_case_and_by_a_higher_default() -> None:
    rows = (
        LogRow("2026-01-01", DEFAULT_TEST, 0.85, 0.8, "down"),
        LogRow("2026-01-02", DEFAULT_TEST, 0.8, 0.9, "up"),
        LogRow("2026-01-03", "a/x", 0.9, 0.7, "creative"),
    )
    assert [trigger.row for trigger in triggers(Calibration(log=rows))] == [rows[2], rows[1]]
    assert [trigger.row for trigger in triggers(Calibration(log=rows[:1]))] == [None, None]


TOOL_CALLS = st.lists(
    st.dictionaries(
        st.text(max_size=3), st.none() | st.booleans() | st.integers() | st.text(max_size=3)
    ),
    max_size=2,
)


@given(TEXTS, TEXTS, TOOL_CALLS, st.sampled_from(["a/b", "x|y\x1b[2J", "\u202e\ud800"]))
def test_a_file_reads_as_it_was_written(
    recorded: str, new: str, calls: list[dict[str, object]], case: str
) -> None:
    answers = RecordedAnswer(recorded, tuple(calls)), RecordedAnswer(new)
    drift = compare_answers(case, "b", Threshold(0.7, "marker", 0.85, "x.py:1"), *answers)
    stored = StoredPair(DriftPair(drift, *answers), "here", DATE, "regression", "bad")
    calibration = Calibration().with_pair(stored).with_default(0.9, "it passed", DATE, (stored,))
    text = render_calibration(calibration)
    assert text.isascii()
    assert parse_calibration(text, "c.json") == calibration
    assert render_calibration(parse_calibration(text, "c.json")) == text


def test_arguments_that_json_lacks_are_kept_as_text() -> None:
    answers = RecordedAnswer("a", ({"name": "f", "arguments": {"x": float("nan")}},))
    drift = compare_answers("c", "b", Threshold(), answers, answers)
    stored = StoredPair(DriftPair(drift, answers, answers), "here", DATE, "regression", "bad")
    again = parse_calibration(render_calibration(Calibration(pairs=(stored,))), "c")
    assert again.pairs[0].pair.recorded.tool_calls[0]["arguments"] == '{"x": NaN}'


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ('"new": 0.9', '"new": 0', "c.json:5: log[0].new: expected a number above 0"),
        ('"new": 0.9', '"new": 1.5', "c.json:5: log[0].new: expected a number above 0"),
        ('"new": 0.9', '"new": "0.9"', "c.json:5: log[0].new: expected a number above 0"),
        ('"new": 0.9', '"new": true', "c.json:5: log[0].new: expected a number above 0"),
        ('"old": 0.85', '"alt": 0.85', "c.json:6: log[0].alt: unknown key"),
        (DATE, "yesterday", "c.json:4: log[0].date: expected a date"),
        ("it passed", " ", "c.json:7: log[0].reason: it is empty"),
        ("smoke-calibration/1", "smoke-calibration/2", "schema: expected 'smoke-calibration/1'"),
        ('"pairs": []', '"pairs": [1]', "pairs[0]: expected an object, got 1"),
        ('"log": [', '"log": [,', "c.json:2: no JSON"),
        ('"schema"', '"extra": 1, "schema"', "extra: unknown key"),
    ],
)
def test_a_damaged_file_is_refused_with_its_place(old: str, new: str, problem: str) -> None:
    text = render_calibration(Calibration().with_default(0.9, "it passed", DATE))
    assert old in text
    with pytest.raises(CalibrationError, match="it was not changed") as caught:
        parse_calibration(text.replace(old, new, 1), "c.json")
    assert problem in str(caught.value)


def test_no_file_is_an_empty_calibration() -> None:
    assert parse_calibration("", "c.json") == Calibration()


def test_scoring_again_can_be_stopped_between_two_pairs() -> None:
    class StoppedError(Exception):
        pass

    scored_pairs: list[int] = []

    def stop_at_the_second() -> None:
        if scored_pairs:
            raise StoppedError
        scored_pairs.append(1)

    row = LogRow(DATE, DEFAULT_TEST, 0.85, 0.95, "why")
    pairs = (pair("ab", "xy"), pair("ab", "xz"), pair("ab", "zz"))
    with pytest.raises(StoppedError):
        Calibration().with_threshold(row, pairs, stop_at_the_second)
    assert len(scored_pairs) == 1


def test_the_threshold_of_today_is_the_logs_then_the_newest_comparisons() -> None:
    own = pair("ab", "xy", "a/own", None, Threshold(0.6, "marker", place="t.py:1"))
    calibration = Calibration(pairs=(own,))
    assert calibration.current("a/own").value == 0.6
    assert calibration.current("a/other").value == 0.85
    row = LogRow(DATE, "a/own", 0.6, 0.5, "why")
    assert calibration.with_threshold(row).current("a/own").value == 0.5
    assert calibration.with_default(0.9, "why", DATE).current(DEFAULT_TEST).value == 0.9


@given(TEXTS, TEXTS, st.integers(1, 100))
def test_a_stored_pair_at_a_threshold_is_what_a_comparison_there_gives(
    recorded: str, new: str, percent: int
) -> None:
    stored = pair(recorded, new)
    threshold = percent / 100
    calibration = Calibration().with_default(threshold, "why", DATE)
    again = next(scored([stored], calibration)).drift
    answers = RecordedAnswer(recorded), RecordedAnswer(new)
    fresh = compare_answers("smoke/call", "baseline.txt", again.threshold, *answers)
    assert again.threshold.value == threshold
    assert again.text is not None
    assert fresh.text is not None
    assert replace(again.text, note="") == replace(fresh.text, note="")
    assert again.calls == fresh.calls


def test_bounds_of_a_ratio_are_measured_again() -> None:
    """What is certain of them depends on the threshold."""
    stored = pair("aaaaab", "aaaaac")
    drift = stored.pair.drift
    assert drift.text is not None
    text = replace(drift.text, at_least=0.1, at_most=0.9, drifted=None, metric=f"{EXACT}/at-least")
    unsure = replace(stored, pair=replace(stored.pair, drift=replace(drift, text=text)))
    assert next(scored([unsure], Calibration())).drift.text == drift.text
