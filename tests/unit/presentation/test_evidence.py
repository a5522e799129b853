"""Evidence as names and values."""

from __future__ import annotations

from smoke_tui.presentation.evidence import pair, speaks_for


def test_a_line_of_a_route_says_what_it_speaks_for_or_no_more() -> None:
    assert speaks_for(["host", "api.openai.com", "another route"]) == " (another route)"
    assert speaks_for(["model", "gpt-5.5", "nothing"]) == speaks_for(["model", "gpt-5.5"]) == ""
    name = "ledger: rows of the organisation"
    assert pair(name, 1) == (name, "1")
