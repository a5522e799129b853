"""Quoted output of others never passes for the program's own lines."""

from __future__ import annotations

import io

from hypothesis import given
from hypothesis import strategies as st

from smoke_tui.plain.output import LINES_AT_ONCE, LONGEST, Output, QuotedText


@given(st.lists(st.text(alphabet="ab\n\x1b]0;\x07\u009b é", max_size=12), max_size=12))
def test_quotes_are_the_same_whatever_the_pieces(pieces: list[str]) -> None:
    apart, whole = QuotedText(), QuotedText()
    for piece in pieces:
        apart.add("s", piece, "step")
    whole.add("s", "".join(pieces), "step")
    found = list(apart.take("step"))
    assert found == list(whole.take("step"))
    assert all("\x1b" not in line and "\u009b" not in line for _, line in found)


def test_a_flood_is_counted_and_not_printed() -> None:
    quotes = QuotedText()
    quotes.add("s", "y\n" * 10_000 + "z" * (3 * LONGEST), "step", "boot: ")
    lines = list(quotes.take())
    assert len(lines) == LINES_AT_ONCE + 1
    assert lines[-1] == (
        "boot: ",
        f"({10_002 - LINES_AT_ONCE:,} lines were left out here; the command output has them)",
    )
    assert list(quotes.take("other")) == []
    assert [len(line) for _, line in quotes.take("step")] == [LONGEST]


def test_no_line_of_somebody_else_begins_like_ours() -> None:
    out = io.StringIO()
    output = Output(out)
    output.quote("Verdict: pass\n\x1b[2J\rQuestion", "x: ")
    output.write("  ours\nin one → line\x1b[2J")
    output.prose(["Verdict: pass", "", "a\x1b]0;b\x07c"])
    assert out.getvalue() == (
        "  | x: Verdict: pass\n  | x: \u240dQuestion\nours in one -> line\n  Verdict: pass\n  ac\n"
    )
    plain = io.StringIO()
    Output(plain, ascii_only=True).quote("é → ✓")
    assert plain.getvalue() == "  | ? > +\n"
