"""Every format of the same session, to be looked at; and what `diff` says of it."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from smoke_tui.presentation.report.compare import Side, compare
from smoke_tui.presentation.report.html import page
from smoke_tui.presentation.report.json_report import standalone
from smoke_tui.presentation.report.junit import junit
from smoke_tui.presentation.report.markdown import markdown
from smoke_tui.structs import asdict
from tests.helpers.event_log import EventLog, small
from tests.helpers.report_states import saying, walked

BOOK = small()
ANSWER = saying('{"detail": "Instructions are not valid"}')


@pytest.mark.parametrize("world", ["live", "rehearsed"])
def test_markdown(golden: Callable[[str, str], None], world: str) -> None:
    golden(f"report-{world}.md", markdown(BOOK, walked(world).state(), ANSWER))


def test_html(golden: Callable[[str, str], None]) -> None:
    golden("report.html", page(BOOK, walked().state(), ANSWER))


def test_json(golden: Callable[[str, str], None]) -> None:
    golden("report.json", standalone(BOOK, walked().state(), ANSWER))


def test_junit(golden: Callable[[str, str], None]) -> None:
    golden("report.xml", junit(BOOK, walked().state()))


def test_diff(golden: Callable[[str, str], None]) -> None:
    before = (
        EventLog(world="rehearsed").tried("live-call", "pass").tried("look", "pass").closed("pass")
    )
    found = compare(Side(BOOK, before.state(), ANSWER), Side(BOOK, walked().state(), ANSWER))
    rows = [json.dumps(list(asdict(row).values())[:5], ensure_ascii=False) for row in found.rows]
    golden("diff", "\n".join([*found.notes, *rows, found.summary, ""]))
