"""The limit: held whatever the session, and trimmed in the stated order."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from smoke_tui.presentation.report.fitting import Fold, Listing, Part, Rank, fit
from smoke_tui.presentation.report.markdown import LIMIT, markdown
from tests.helpers.event_log import EventLog, shipped
from tests.helpers.events import resumed_data
from tests.helpers.report_states import answered, saying

BOOK = shipped()
STEPS = [step.id for step in BOOK.steps]
TEXTS = st.sampled_from(
    [
        "x",
        "x" * 300,
        "\U0001f600" * 300,
        "| ` \n" * 80,
        "@a #1 " * 60,
        "line\n" * 3000,
        "`" * 400,
        "<b>" * 100,
        "\u202e" * 300,
    ]
)


@st.composite
def sessions(draw: st.DrawFn) -> tuple[EventLog, str]:
    """A session of any length, its foreign words of any size."""
    text = draw(TEXTS)
    log = EventLog(world=draw(st.sampled_from(["live", "rehearsed"])), scenario=text)
    for _ in range(draw(st.integers(0, 60))):
        step = draw(st.sampled_from(STEPS))
        n = draw(st.integers(1, 60))
        log.add(
            "try.started",
            {"cause": draw(st.sampled_from(["walk", "again", "return"])), "caller": None},
            step,
            n,
        )
        for _ in range(draw(st.integers(0, 5))):
            what = draw(
                st.sampled_from(
                    [
                        "evidence",
                        "exchange",
                        "output",
                        "finding",
                        "noted",
                        "captured",
                        "resumed",
                        "rule",
                        "branch",
                    ]
                )
            )
            if what == "exchange":
                answered(log, step, draw(st.sampled_from([200, 400, None])), n=n, text=text)
            else:
                log.add(*_event(what, text), step, n)
        if draw(st.booleans()):
            outcome, code = draw(
                st.sampled_from(
                    [
                        ("pass", None),
                        ("fail", "shape-rejected"),
                        ("blocked", "dns"),
                        ("waived", None),
                    ]
                )
            )
            log.finished(step, outcome, code, text, n, reason=text, by=text)
    return log, text


def _event(what: str, text: str) -> tuple[str, dict[str, object]]:
    events: dict[str, tuple[str, dict[str, object]]] = {
        "evidence": ("evidence", {"name": "operator", "value": text}),
        "output": ("process", {"what": "output", "text": text}),
        "finding": ("finding", {"code": "c", "message": text, "remedy": text}),
        "noted": ("noted", {"text": text}),
        "captured": ("captured", {"name": text[:20], "value": text}),
        "resumed": ("session.resumed", resumed_data(by=text, host=text, rerun=text)),
        "rule": (
            "rule.matched",
            {"index": 1, "line": 9, "goto": None, "why": text, "code": "c", "outcome": "blocked"},
        ),
        "branch": ("branch.taken", {"to": text, "code": text, "line": 70}),
    }
    return events[what]


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(sessions())
def test_any_session_stays_within_the_limit_and_begins_with_its_verdict(
    session: tuple[EventLog, str],
) -> None:
    log, text = session
    state = log.state()
    report = markdown(BOOK, state, saying(text * 40))
    assert len(report.encode()) <= LIMIT
    lines = [line for line in report.splitlines() if line][:4]
    if state.world == "rehearsed":
        assert lines.pop(0).startswith("REHEARSAL: nothing was proven.")
    assert lines[0].startswith("<!-- smoke-report v1 ")
    assert lines[1].startswith("## ")
    assert lines[2].startswith("**Verdict: ")
    assert report.count("<details") == report.count("</details>")
    assert report.endswith("can forge them.\n")
    unclosed = [
        t
        for t in MarkdownIt("gfm-like").parse(report)
        if t.type == "fence" and "Check this report" in t.content
    ]
    assert unclosed == []


def test_a_head_of_hundreds_of_rows_is_shortened_with_counts() -> None:
    log = EventLog(allow_hosts=[f"host-{n}.example" for n in range(500)])
    for _ in range(400):
        log.add("session.resumed", resumed_data(by="\U0001f600" * 80, host="h" * 80, rerun=None))
        log.add("noted", {"text": "\U0001f600" * 300})
    report = markdown(BOOK, log.tried("live-call", "fail", "dns").state())
    assert len(report.encode()) <= LIMIT
    assert "more facts |" in report
    assert "- … and " in report
    assert "and 480 more" in report
    assert "**fail** `dns`" in report


def part(rank: Rank, name: str, size: int = 100) -> Part:
    return Part(rank, (name.ljust(size, "."), ""))


def test_the_order_of_what_goes() -> None:
    head = [Listing((), ("head",), 1000, "")]
    folds = [
        Fold(("<1>",), (part(Rank.PASSED, "SMALL"), part(Rank.PASSED, "LARGE", 200))),
        Fold(
            ("<2>",),
            (part(Rank.TRY, "TRY"), part(Rank.EXCHANGE, "EXCHANGE"), part(Rank.ANSWER, "ANSWER")),
        ),
    ]
    names = ["LARGE", "SMALL", "ANSWER", "EXCHANGE", "TRY"]
    whole = fit(100_000, head, folds, ["tail"])
    assert all(name in whole for name in names)
    seen = []
    for limit in range(1400, 600, -1):
        text = fit(limit, head, folds, ["tail"])
        seen += [name for name in names if name not in text and name not in seen]
        assert "head" in text
        assert "tail" in text
    assert seen == names
    assert "<1>" not in fit(900, head, folds, ["tail"])
    assert "2 details of tries that passed, 1 texts of failing answers" in fit(
        900, head, folds, ["tail"]
    )


def test_rows_that_matter_most_are_the_last_to_be_left_out() -> None:
    listing = Listing(
        ("top",), tuple(f"row {n}" for n in range(10)), 12, "and {} more", frozenset({7})
    )
    assert listing.lines(12) == ["top", "row 0", "row 7", "and 8 more", ""]
    assert len(listing.lines()) == 12
