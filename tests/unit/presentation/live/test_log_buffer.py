"""The log buffer: lines put together from pieces, counted and bounded."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from smoke_tui.presentation.live.log_buffer import LINES, LONGEST, NEAR, SPARE, LogBuffer


@given(st.lists(st.text(alphabet="ab\n\x1b]0;\x07\u009b é", max_size=12), max_size=12))
def test_text_in_pieces_is_the_text_as_a_whole(pieces: list[str]) -> None:
    apart, whole = LogBuffer(), LogBuffer()
    for piece in pieces:
        apart.add_text("s", piece)
    whole.add_text("s", "".join(pieces))
    strip = [line.text for line in apart.lines]
    assert [t for t in strip if t] == [line.text for line in whole.lines if line.text]
    assert "\x1b" not in "".join(strip)
    assert "\u009b" not in "".join(strip)


def test_a_line_goes_on_where_another_came_between_until_that_is_far_up() -> None:
    feed = LogBuffer()
    feed.add_text("s", "waiting for ")
    feed.add("GET /healthz")
    feed.add_text("s", "it\n")
    feed.add_text("s", "\nmore ")
    assert [line.text for line in feed.lines] == ["waiting for it", "GET /healthz", "", "more "]
    feed.changed()
    for number in range(NEAR):
        feed.add(str(number))
    feed.add_text("s", "\n")
    assert feed.changed() == 4
    feed.add_text("s", "of it\n")
    assert [line.text for line in feed.lines][3:] == ["more ", "0", "1", "2", "3", "of it"]


def test_the_feed_is_bounded_in_lines_and_in_their_length() -> None:
    feed = LogBuffer()
    feed.add_text("s", "x" * (3 * LONGEST))
    assert max(len(line.text) for line in feed.lines) <= LONGEST
    feed.add_text("s", "y\n" * (3 * LINES))
    assert len(feed.lines) <= LINES + SPARE
    assert feed.first > 0


def test_the_same_line_again_is_counted() -> None:
    feed = LogBuffer()
    for _ in range(5):
        feed.add("GET /healthz", key="k")
    assert [line.shown for line in feed.lines] == ["GET /healthz  ×5"]
