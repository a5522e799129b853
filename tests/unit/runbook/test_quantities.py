"""Durations and amounts of money."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smoke_tui.runbook.quantities import parse_duration, parse_money


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("2m", 120), ("30s", 30), ("1m30s", 90), ("500ms", 0.5), ("1h1ms", 3600.001), ("24h", 86400)],
)
def test_durations(text: str, seconds: float) -> None:
    assert parse_duration(text) == seconds


@pytest.mark.parametrize("text", ["", "2", "s", "2 m", "-1s", "1.5s", "30s1m", "0s", "25h", "٣s"])
def test_no_durations(text: str) -> None:
    with pytest.raises(ValueError, match="a duration"):
        parse_duration(text)


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 23), st.integers(0, 59), st.integers(0, 59), st.integers(1, 999))
def test_durations_add_up(hours: int, minutes: int, seconds: int, milliseconds: int) -> None:
    total = ((hours * 60 + minutes) * 60 + seconds) * 1000 + milliseconds
    assert parse_duration(f"{hours}h{minutes}m{seconds}s{milliseconds}ms") == total / 1000


@pytest.mark.parametrize("text", ["", "1,5", "-1", "1e3", "NaN", "$1", "1.", ".5", "1\n"])
def test_no_money(text: str) -> None:
    with pytest.raises(ValueError, match="US dollars"):
        parse_money(text)
