"""What is said before a call: the kind of money, what the cap leaves, what became of the last try."""

from __future__ import annotations

from typing import Any

import pytest

from smoke_tui.presentation.live.briefing import facts_of
from smoke_tui.presentation.live.choices import choices
from smoke_tui.presentation.live.questions import form
from smoke_tui.presentation.spans import as_text
from smoke_tui.runbook import Runbook, parse
from smoke_tui.session.session_view import SessionView
from tests.helpers.event_log import EventLog

SUBSCRIPTION = 'kind = "subscription", max_calls = 3'
METERED = 'kind = "metered", max_calls = 3, max_usd = "0.05"'
RUN = {"runs": "./send", "declared": "metered"}
CALL = {"model": "gpt-6", "host": "https://chatgpt.com/codex/responses"}
KEY = {**CALL, "account": "API key"}


def runbook(spend: str, kind: str = "run") -> Runbook:
    own = 'prompt = "Hello"\n' if kind == "call" else ""
    block = "```bash run\n./send\n```\n\n" if kind == "run" else ""
    parsed = parse(
        "---\nschema: smoke/1\nid: one\ntitle: One\nbudget_usd: 0.50\n---\n\n# One\n\n## 1. Send it\n\n"
        f'It sends.\n\n{block}```toml step\nid = "send"\nkind = "{kind}"\n{own}'
        f'effects = "spends"\nspend = {{ {spend} }}\nproof = true\n```\n',
        "one.md",
    )
    assert parsed.runbook is not None, parsed.diagnostics
    return parsed.runbook


class Asked:
    """A session that asks about a call of `about`, after the tries of its log."""

    def __init__(self, spend: str, about: dict[str, Any], kind: str = "run", **log: Any) -> None:
        self.log = EventLog(**log)
        self.runbook = runbook(spend, kind)
        self.about = about

    def tried(self, *, calls: int = 1, settled: dict[str, Any] | None = None, **end: Any) -> Asked:
        n = sum(e.kind == "try.started" for e in self.log.events) + 1
        self.log.add("try.started", {"cause": "walk", "caller": None}, "send", n)
        paid = "subscription" if "subscription" in str(self.runbook.steps[0].spend) else "metered"
        if calls:
            spent = {"calls": calls, "kind": paid, "worst_usd": "0.02"}
            self.log.add("spend.reserved", spent, "send", n)
        if settled is not None:
            self.log.add("spend.settled", {"kind": paid, "unknown": False, **settled}, "send", n)
        self.log.finished("send", n=n, **end)
        return self

    def rows(self) -> list[str]:
        n = sum(e.kind == "try.started" for e in self.log.events) + 1
        self.log.add("try.started", {"cause": "again", "caller": None}, "send", n)
        question = {"port": "operator", "kind": "spend", "text": "Make it?", "data": self.about}
        self.log.add("request", question, "send", n)
        snapshot = SessionView.of_record(self.runbook, self.log.events).snapshot()
        assert snapshot.question is not None
        assert [(c.key, c.do) for c in choices(snapshot)] == [("y", "yes"), ("n", "no")]
        return [as_text(row) for row in form(snapshot, snapshot.question)]

    def row(self, label: str) -> str:
        (text,) = (row for row in self.rows() if row.startswith(f"{label}: "))
        return text.removeprefix(f"{label}: ")


def test_a_call_says_what_it_is_for_and_what_it_makes() -> None:
    assert Asked(METERED, RUN).rows()[:2] == [
        "Run this step, which spends?  1 Send it",
        "Makes: ./send",
    ]
    assert Asked(SUBSCRIPTION, CALL, "call").rows()[:2] == [
        "Make it?  1 Send it",
        "Makes: gpt-6 at chatgpt.com/codex/responses",
    ]


@pytest.mark.parametrize(
    ("spend", "about", "kind", "money"),
    [
        (SUBSCRIPTION, CALL, "call", "the subscription's quota; no money"),
        (SUBSCRIPTION, {**RUN, "declared": "subscription"}, "run", "the subscription's quota; no money"),
        (METERED, KEY, "call", "platform credit of the API key, in US dollars"),
        (METERED, RUN, "run", "US dollars (the runbook says so; the bill is not seen here)"),
    ],
)  # fmt: skip
def test_a_call_says_which_kind_of_money_pays(
    spend: str, about: dict[str, Any], kind: str, money: str
) -> None:
    assert Asked(spend, about, kind).row("Pays") == money
    rehearsed = Asked(spend, about, kind, world="rehearsed", scenario="happy").row("Pays")
    assert rehearsed == f"nothing, it is a rehearsal; live: {money}"


def test_the_quota_is_named_as_it_was_last_seen() -> None:
    limits = [{"window_minutes": 300, "used_percent": 12.5, "resets_at": "x"}]
    asked = Asked(SUBSCRIPTION, CALL, "call").tried(settled={"limits": limits}, outcome="pass")
    assert asked.row("Pays") == "the subscription's quota (5 h window 12.5 % used); no money"


@pytest.mark.parametrize(
    ("spend", "about", "tries", "cap"),
    [
        (SUBSCRIPTION, CALL, 0, "call 1 of at most 3, 2 left after it"),
        (SUBSCRIPTION, CALL, 2, "call 3 of at most 3, none left after it"),
        (SUBSCRIPTION, {**CALL, "calls_left": 2}, 0, "calls 1 to 2 of at most 3, 1 left after it"),
        (METERED, RUN, 0, "call 1 of at most 3, 2 left after it; 0 of at most 0.05 US dollars used; "
         "0 of the session's 0.50 US dollars used"),
        (METERED, RUN, 1, "call 2 of at most 3, 1 left after it; at worst 0.02 of at most 0.05 US "
         "dollars used; at worst 0.02 of the session's 0.50 US dollars used"),
        ('kind = "metered", max_usd = "0.05"', RUN, 0, "call 1, no cap on their number; 0 of at most "
         "0.05 US dollars used; 0 of the session's 0.50 US dollars used"),
    ],
)  # fmt: skip
def test_a_call_says_what_the_cap_leaves(
    spend: str, about: dict[str, Any], tries: int, cap: str
) -> None:
    asked = Asked(spend, about)
    for _ in range(tries):
        asked.tried(outcome="fail", code="command-failed")
    assert asked.row("Cap") == cap


@pytest.mark.parametrize(
    ("settled", "calls", "counted"),
    [
        (None, 0, "it made no call"),
        (None, 1, "it may have been counted, its cost is not known"),
        ({"unknown": True}, 1, "it may have been counted, its cost is not known"),
        ({"input_tokens": 1200, "output_tokens": 34}, 1, "it was counted, 1,234 tokens"),
        ({}, 1, "it was refused, and no use was reported"),
    ],
)
def test_a_second_try_says_what_became_of_the_first(
    settled: dict[str, Any] | None, calls: int, counted: str
) -> None:
    asked = Asked(SUBSCRIPTION, CALL, "call")
    asked.tried(calls=calls, settled=settled, outcome="blocked", code="network", summary="Cut off.")
    assert asked.row("Before") == f"try 1 ended blocked, network: Cut off; {counted}"


def test_a_retry_says_that_it_is_one() -> None:
    asked = Asked(SUBSCRIPTION, CALL, "call").tried(outcome=None, code="stream-cut", summary="Cut.")
    rows = asked.rows()
    assert rows[0] == "Make it?  1 Send it, try 2"
    assert "Before: try 1 failed, stream-cut: Cut; it may have been counted" in rows[-1]


def test_a_first_try_has_nothing_before_it() -> None:
    assert not [row for row in Asked(SUBSCRIPTION, CALL).rows() if row.startswith("Before")]


@pytest.mark.parametrize(
    ("spend", "kind", "pays"),
    [
        (SUBSCRIPTION, "call", "the subscription's quota; at most 3 calls; 0 calls made"),
        (METERED, "run", "US dollars (the runbook says so; the bill is not seen here); at most 3 calls "
         "and 0.05 US dollars; 0 calls made"),
        (METERED, "record", "platform credit of the API key, in US dollars; at most 3 calls and 0.05 US "
         "dollars; 0 calls made"),
    ],
)  # fmt: skip
def test_a_briefing_names_the_kind_of_money_and_the_whole_cap(
    spend: str, kind: str, pays: str
) -> None:
    own = 'pack = "cases"\nrecord_mode = "once"\n' if kind == "record" else ""
    book = runbook(spend, "run" if own else kind)
    if own:
        text = book.text.replace("```bash run\n./send\n```\n\n", "")
        parsed = parse(text.replace('kind = "run"\n', f'kind = "record"\n{own}'), "one.md")
        assert parsed.runbook is not None, parsed.diagnostics
        book = parsed.runbook
    snapshot = SessionView.of_record(book, EventLog().events).snapshot()
    facts = {label: as_text(text) for label, text in facts_of(snapshot, book.steps[0])}
    assert facts["Pays"] == pays
    assert "subscription" not in facts["Does"]
