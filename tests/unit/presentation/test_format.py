"""Short texts made of values."""

from __future__ import annotations

from smoke_tui.journal.events.values import Observed
from smoke_tui.presentation.format import shape_of
from smoke_tui.presentation.report.exchanges import request_id
from smoke_tui.session.open_view import origin_warning
from tests.helpers.tui_records import recorded


def test_short_texts() -> None:
    assert shape_of("a") == "1 line, 1 character"
    assert shape_of("a\nb\nc\n") == "3 lines, 6 characters"
    assert (
        request_id(Observed(headers=(("CF-Ray", "r"), ("x-request-id", "q")))) == "x-request-id q"
    )
    runbook = recorded()[0]
    assert origin_warning(runbook, "datacenter")
    assert origin_warning(runbook, "unknown")
    assert origin_warning(runbook, "office") is None
