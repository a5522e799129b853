"""Client versions compare as npm's do, and a minimum is read in each of its forms."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from smoke_tui.codex.client_versions import is_at_least, is_newer, parse_version, read_minimum

IN_ORDER = [
    "0.9.0",
    "0.40.0",
    "0.144.0",
    "0.162.0-alpha.2",
    "0.162.0-alpha.15",
    "0.162.0-beta",
    "0.162.0",
    "0.171.0",
    "0.171.0.1",
    "1.0",
]


def test_versions_are_ordered_with_pre_releases_before_their_release() -> None:
    assert sorted(reversed(IN_ORDER), key=lambda text: parse_version(text) or ((), ())) == IN_ORDER
    assert all(is_newer(later, earlier) for earlier, later in itertools.pairwise(IN_ORDER))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "abc",
        "v0.171.0",
        "0",
        "0.171.0 beta",
        "٠.١.٢",
        "-1.2.3",
        "0.171.0-",
        "1.2.3.4.5",
        "9" * 40,
    ],
)
def test_what_is_no_version_is_none(text: str) -> None:
    assert parse_version(text) is None
    assert not is_newer(text, "0.1.0")


@pytest.mark.parametrize(
    ("value", "minimum"),
    [
        ("0.144.0", "0.144.0"),
        (" v0.144.0 ", "0.144.0"),
        ([0, 144, 0], "0.144.0"),
        (["0", "144", "0"], "0.144.0"),
        (["0.98.0", "0.144.0"], "0.144.0"),
        (["0.144.0"], "0.144.0"),
        (None, None),
        ("soon", None),
        ([], None),
        ([0, -1], None),
        ({}, None),
        ([True, 1], None),
        (["soon", "0.98.0"], "0.98.0"),
        (7, None),
        ([[0, 98, 0], "0.144.0"], "0.144.0"),
    ],
)
def test_a_minimum_is_read_in_each_form(value: Any, minimum: str | None) -> None:
    assert read_minimum(value) == minimum


def test_a_minimum_that_is_none_asks_for_nothing() -> None:
    assert is_at_least("0.1.0", None)
    assert is_at_least("0.171.0", "0.171.0")
    assert not is_at_least("0.171.0-alpha.1", "0.171.0")
