"""Where a secret stands in bytes that were read otherwise, told once for all places."""

from __future__ import annotations

from smoke_tui.redaction.decodings import decodings


def test_a_place_in_a_reading_is_one_of_the_bytes() -> None:
    data = b"%41b%43 plain &amp; \\u0041x end"
    for view in decodings(data, 1):
        for word in (b"plain", b"end"):
            at = view.data.find(word)
            if view.steps in (("percent",), ("json",), ("html",)):
                assert data[view.locate(at) :].startswith(word)


def test_many_places_cost_one_look() -> None:
    """Each place used to cost a search of all that stands before it."""
    data = b"a\0" * 20_000
    reading = next(view for view in decodings(data, 1) if view.steps == ("utf16",))
    assert [reading.locate(at) for at in range(20_000)] == [2 * at for at in range(20_000)]
