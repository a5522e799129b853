"""A report of very much: what is left out of it is counted."""

from __future__ import annotations

import json

from smoke_tui.journal.events.event import Event
from smoke_tui.journal.file import read_journal
from smoke_tui.journal.fold import fold
from smoke_tui.journal.load import runbook_of
from smoke_tui.presentation.report.json_report import MOST_EXCHANGES, standalone
from smoke_tui.structs import replace
from tests.helpers.events import change_event, data_of
from tests.helpers.paths import TUI_RECORDS

RECORD = TUI_RECORDS / "edge-challenge"


def test_the_first_and_last_exchanges_are_listed_and_the_rest_counted() -> None:
    journal = read_journal(RECORD)
    asked = next(
        e
        for e in journal.events
        if e.kind == "request" and e.step == "boot-stack" and data_of(e)["port"] == "http"
    )
    fact = next(e for e in journal.events if e.kind == "http" and e.request_seq == asked.seq)
    events: list[Event] = []
    for event in journal.events:
        events.append(event)
        if event is fact:
            events += [
                each
                for n in range(900)
                for each in (
                    replace(asked, seq=10_000 + 2 * n),
                    change_event(
                        fact,
                        seq=10_001 + 2 * n,
                        request_seq=10_000 + 2 * n,
                        data={**data_of(fact), "ms": 7_000 + n},
                    ),
                )
            ]
    state = fold(events)
    report = json.loads(standalone(runbook_of(journal), state, lambda digest: None))["report"]
    (row,) = [each for each in report["tries"] if each["step"] == "boot-stack"]
    listed = [each["ms"] for each in row["exchanges"]]
    assert len(listed) == MOST_EXCHANGES
    assert len(listed) + row["exchanges_not_listed"] == len(
        state.steps["boot-stack"].tries[-1].exchanges
    )
    assert 7_000 in listed
    assert 7_899 in listed
    assert (
        sum(each["exchanges_not_listed"] for each in report["tries"])
        == (row["exchanges_not_listed"])
    )
