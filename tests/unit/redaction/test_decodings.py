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


def test_a_run_that_stands_twice_is_decoded_once_and_where_it_first_stands() -> None:
    """The names of an event stream stand in it thousands of times, and in each of its decodings."""
    name = b"response.output_text.delta"
    once = [(view.data, view.steps) for view in decodings(b"%41 " + name) if "base64" in view.steps]
    views = [view for view in decodings(b"%41 " + name * 3 + b" " + name) if "base64" in view.steps]
    assert {data for data, _ in once} <= {view.data for view in views}
    assert len({view.data for view in views}) == len(views)
    plain = b"output_text"
    first = next(
        view for view in decodings(b"a b " + plain + b" " + plain) if view.steps == ("base64",)
    )
    assert first.locate(0) == 4
