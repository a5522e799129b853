"""A word difference: nothing is lost, nothing is hidden, nothing acts on a terminal."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from smoke_tui.presentation.drift.columns import one_column, two_columns
from smoke_tui.presentation.drift.difference import Difference, bounded, difference_of, folded
from smoke_tui.presentation.drift.inline import inline
from smoke_tui.presentation.drift.visible import visible, visible_pair
from smoke_tui.presentation.marks import ascii_text
from smoke_tui.presentation.spans import as_text, spans
from smoke_tui.redaction import clean
from tests.helpers.drift_pairs import NEW_PROSE, PROSE, pair

PARTS = [
    "alpha",
    "beta",
    "gamma ",
    " ",
    "  ",
    "\t",
    "\n",
    "\r\n",
    ".",
    "日本",
    "é",
    "e\u0301",
    "🎉",
]
HOSTILE = ["\u200b", "\u202e", "\x1b[31m", "[-", "+}", "<U+200B>", "x" * 50]
WORDS = st.lists(st.sampled_from((*PARTS, *HOSTILE)), max_size=30).map("".join)
ONE_LINE = WORDS.map(lambda text: " ".join(text.split()))


def without_blanks(text: str) -> str:
    return "".join(text.split())


def texts_of(difference: Difference) -> tuple[str, str]:
    return (
        "".join(stretch.recorded for stretch in difference.stretches),
        "".join(stretch.new for stretch in difference.stretches),
    )


@given(WORDS, WORDS)
def test_no_word_of_either_text_is_lost_in_columns(recorded: str, new: str) -> None:
    difference = difference_of(pair(recorded, new))
    for width in (8, 33):
        rows = two_columns(difference, width)
        for side, text in enumerate(texts_of(difference)):
            shown = "".join(as_text((row.left, row.right or ())[side]) for row in rows)
            for sign in (difference.signs.gone, difference.signs.added)[side]:
                shown = shown.replace(sign, "")
            assert without_blanks(shown) == without_blanks(text)
        assert all(
            cell_len(as_text(side or ())) <= width for r in rows for side in (r.left, r.right)
        )


@given(WORDS, WORDS)
def test_no_row_is_wider_than_its_column_and_none_acts_on_a_terminal(
    recorded: str, new: str
) -> None:
    difference = folded(difference_of(pair(recorded, new)))
    sides = [row.left for row in one_column(difference, 40)]
    sides += [side or () for row in two_columns(difference, 40) for side in (row.left, row.right)]
    for text in map(as_text, sides):
        assert cell_len(text) <= 40
        assert clean(text) == text
        assert "\n" not in text
        assert not any(unicodedata.category(char) in ("Cc", "Cf", "Cs") for char in text)


@given(WORDS, WORDS)
def test_texts_that_differ_look_different_also_in_ascii(recorded: str, new: str) -> None:
    if recorded == new:
        return
    assert len(set(visible_pair(recorded, new))) == 2
    plain = [ascii_text(text) for text in visible_pair(recorded, new, ascii_only=True)]
    assert plain[0] != plain[1]


@given(st.text(max_size=60), st.text(max_size=60))
def test_no_text_at_all_acts_on_a_terminal(recorded: str, new: str) -> None:
    shown = as_text(inline(difference_of(pair(recorded, new))))
    assert clean(shown) == shown


@given(ONE_LINE, ONE_LINE)
def test_equal_words_stand_in_the_same_row_on_both_sides(recorded: str, new: str) -> None:
    for row in two_columns(difference_of(pair(recorded, new)), 20):
        assert row.right is not None
        equal = [
            "".join(span.text for span in spans(side) if not span.tone).strip()
            for side in (row.left, row.right)
        ]
        assert equal[0] == equal[1]


@pytest.mark.parametrize(
    ("recorded", "new", "shown"),
    [
        ("a brown fox", "a red fox", "a [-brown-]{+red+} fox"),
        ("one two", "one  two", "one[-␣-]{+␣␣+}two"),
        ("a\tb", "a b", "a[-⇥-]{+␣+}b"),
        ("a\nb", "a\n\nb", "a\n{+␊+}\nb"),
        ("caf\u00e9", "cafe\u0301", "[-caf<U+00E9>-]{+cafe<U+0301>+}"),
        ("ab", "a\u200bb", "[-ab-]{+a<U+200B>b+}"),
        ("say [-no-]", "say [-yes-]", "say [-[--no--]{++yes++}-]"),
        ("red", "\x1b[31mred", "[-red-]{+<U+001B>[31mred+}"),
    ],
)
def test_what_differs_is_enclosed_and_can_be_seen(recorded: str, new: str, shown: str) -> None:
    assert as_text(inline(difference_of(pair(recorded, new)))) == shown


def test_a_line_end_behind_a_wide_character_ends_the_row() -> None:
    rows = two_columns(difference_of(pair("日\n🎉。\nb", "日\n🎉。\nc")), 20)
    assert [as_text(row.left) for row in rows] == ["日", "🎉。", "[-b-]"]


def test_the_rest_of_a_line_stays_on_its_row_behind_a_change_of_several_lines() -> None:
    rows = two_columns(difference_of(pair("max: 19,\nend\n", "max: 19.0,\nmin: 18,\nend\n")), 20)
    assert [(as_text(row.left), as_text(row.right or ())) for row in rows] == [
        ("max: 19,", "max: 19{+.0,␊+}"),
        ("", "{+min: 18+},"),
        ("end", "end"),
    ]


def test_signs_of_blanks_in_a_text_are_told_from_the_blanks_that_they_stand_for() -> None:
    spelled = "<U+200B>"
    assert len(set(visible_pair(spelled, "\u200b"))) == 2
    assert len(set(visible_pair("a⇥", "a\t"))) == 2


def test_the_mark_of_a_call_is_no_difference() -> None:
    calls = pair("the word is smoke-0123456789.", "the word is smoke-abcdefabcd.")
    difference = difference_of(calls)
    assert difference.differences == 0
    assert "smoke-…" in as_text(inline(difference))


def test_as_many_differences_are_shown_as_wanted() -> None:
    difference = difference_of(pair("a 1 b 2 c 3 d", "a x b y c z d"))
    shown = bounded(difference, 2, 100)
    assert [stretch.number for stretch in shown.stretches if stretch.number] == [1, 2]
    assert difference.differences == 3


def test_windows_line_ends_are_no_difference() -> None:
    assert difference_of(pair("a\r\nb", "a\nb")).differences == 0


def test_long_equal_text_is_folded_and_every_character_is_counted() -> None:
    whole = difference_of(pair(PROSE, NEW_PROSE))
    short = folded(whole)
    hidden = sum(stretch.folded for stretch in short.stretches)
    shown = sum(len(s.recorded) for s in short.stretches if not s.folded)
    assert hidden > 1500
    assert hidden + shown == len(visible(PROSE))
    assert f"… {hidden:,} equal characters …" in as_text(inline(short))
    assert short.differences == whole.differences == 4


def test_equal_texts_are_folded_too() -> None:
    difference = folded(difference_of(pair(PROSE, PROSE, ratio=1.0, drifted=False)))
    assert difference.differences == 0
    assert len(as_text(inline(difference))) < 400


def test_lines_of_the_recorded_text_are_counted() -> None:
    difference = folded(difference_of(pair(PROSE, NEW_PROSE)))
    lines = [s.line for s in difference.stretches if s.number]
    assert lines == [1, 2, 5, 8]
