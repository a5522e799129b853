"""Which redirect a check follows: from http to https on the same host, and no other."""

from __future__ import annotations

import pytest

from smoke_tui.steps.check import https_of


@pytest.mark.parametrize(
    ("url", "location", "followed"),
    [
        ("http://shop.example/up?a=1", "https://shop.example/", "https://shop.example/up?a=1"),
        ("http://shop.example:80/up", "https://shop.example/", "https://shop.example/up"),
        ("http://shop.example/up", "https://www.shop.example/", None),
        ("http://shop.example/up", "http://shop.example/", None),
        ("https://shop.example/up", "https://shop.example/", None),
        ("http://shop.example:8080/up", "https://shop.example/", None),
        ("http://shop.example/up", "[REDACTED:header]", None),
        ("http://shop.example/up", None, None),
    ],
)
def test_only_the_step_to_https_is_followed(
    url: str, location: str | None, followed: str | None
) -> None:
    assert https_of(url, location) == followed
