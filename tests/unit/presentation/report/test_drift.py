"""Comparisons of answers in every report format."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from html.parser import HTMLParser

import pytest

from smoke_tui.journal.events.codec import encode
from smoke_tui.journal.events.decisions import DriftEvidence, TriageEvidence
from smoke_tui.journal.events.values import Blob, ComparedAnswers, TriagedDrift
from smoke_tui.journal.state import State
from smoke_tui.judging.baselines import render_case
from smoke_tui.judging.drift import DriftPair
from smoke_tui.presentation.evidence import evidence_pairs
from smoke_tui.presentation.report.exchanges import EvidenceReader
from smoke_tui.presentation.report.html import page
from smoke_tui.presentation.report.json_report import standalone
from smoke_tui.presentation.report.junit import junit
from smoke_tui.presentation.report.markdown import LIMIT, markdown
from tests.helpers.drift_pairs import CALLS, NEW_PROSE, PROSE, calls_alone, pair
from tests.helpers.event_log import EventLog, shipped

BOOK = shipped()
DRIFTED = pair(PROSE, NEW_PROSE, calls=CALLS)
SAME = pair(PROSE, PROSE, ratio=0.97, drifted=False)
UNDECIDED = pair(PROSE, NEW_PROSE, ratio=0.93, drifted=None, bounds=(0.41, 0.93))
TICKET = "# Provider regression: smoke/live-call\n\nThe same prompt gives another answer.\n"
FALSE_POSITIVE = TriagedDrift(
    case="smoke/live-call",
    triage_class="false-positive",
    reason="the same meaning",
    threshold=0.72,
)


class Record:
    """A session whose live call was compared, and its evidence."""

    def __init__(self, *pairs: DriftPair, code: str | None = "text-drift") -> None:
        self.stored: dict[str, bytes] = {}
        self.log = EventLog()
        self.code = code
        self.log.add("try.started", {"cause": "walk", "caller": None}, "live-call", 1)
        for each in pairs:
            compared = ComparedAnswers(
                recorded=self.store(each.recorded.text or ""),
                new=self.store(render_case(each.new)),
                drift=each.drift,
            )
            self.log.add("evidence", encode(DriftEvidence(compared)), "live-call", 1)

    def store(self, text: str) -> Blob:
        content = text.encode()
        digest = hashlib.sha256(content).hexdigest()
        self.stored[digest] = content
        return Blob(digest, len(content))

    def triaged(self, triaged: TriagedDrift) -> Record:
        self.log.add("evidence", encode(TriageEvidence(triaged)), "live-call", 1)
        return self

    def state(self) -> State:
        outcome = "fail" if self.code else "pass"
        return self.log.finished("live-call", outcome, self.code).closed("fail").state()

    @property
    def evidence(self) -> EvidenceReader:
        return self.stored.get


def details(text: str) -> str:
    """A Markdown report's details of the live call."""
    return text[text.index("<details") : text.index("</details>")]


def test_markdown_of_a_drift(golden: Callable[[str, str], None]) -> None:
    record = Record(DRIFTED, SAME).triaged(FALSE_POSITIVE)
    golden("drift.md", details(markdown(BOOK, record.state(), record.evidence)))


def test_html_of_a_drift(golden: Callable[[str, str], None]) -> None:
    record = Record(DRIFTED, SAME).triaged(FALSE_POSITIVE)
    text = page(BOOK, record.state(), record.evidence)
    shown = text[text.index("<h4>Drift") :]
    golden("drift.html", shown[: shown.index("</details>")].replace("><", ">\n<"))


def test_json_of_a_drift(golden: Callable[[str, str], None]) -> None:
    record = Record(DRIFTED, SAME, UNDECIDED, calls_alone(CALLS))
    report = json.loads(standalone(BOOK, record.state(), record.evidence))
    values = report["report"]["tries"][0]["drift"]
    golden("drift.json", json.dumps(values, indent=2, ensure_ascii=False) + "\n")


def test_junit_says_by_how_much_and_where_the_calls_differ() -> None:
    text = junit(BOOK, Record(DRIFTED).state())
    assert "✗ drifted  0.7234 &lt; 0.80 (override; default 0.85), tool calls differ" in text
    assert "[0].arguments.amount: 12 → 13" in text


def test_a_passed_comparison_is_one_line_with_its_proof() -> None:
    record = Record(SAME, code=None)
    text = markdown(BOOK, record.state(), record.evidence)
    line = next(line for line in text.split("\n") if "drift: same" in line)
    assert "0.97 >= 0.80" in line.replace("\\", "")
    assert "[-" not in text


def test_an_undecided_comparison_is_shown_in_full() -> None:
    record = Record(UNDECIDED, code="drift-undecided")
    text = markdown(BOOK, record.state(), record.evidence)
    assert "**undecided**: between 0.41 and 0.93" in text
    assert "[-hire in spring-]{+wait until autumn+}" in text


def test_no_ratio_is_shown_of_tool_calls() -> None:
    record = Record(calls_alone(CALLS), code="tool-call-drift")
    text = markdown(BOOK, record.state(), record.evidence)
    assert "tool calls differ" in text
    assert "[0].arguments.amount: 12 → 13" in text
    assert not re.search(r"\b0\.\d\d", details(text))


def test_what_drifted_comes_first() -> None:
    both = pair("a", "a", ratio=1.0, drifted=False, calls=CALLS)
    text = markdown(BOOK, Record(both, code="tool-call-drift").state())
    assert "**drifted**: tool calls differ, text 1.00" in text


def test_the_draft_of_a_ticket_is_in_the_report() -> None:
    record = Record(DRIFTED)
    ticket = record.store(TICKET)
    record.triaged(TriagedDrift(case="smoke/live-call", triage_class="regression", ticket=ticket))
    for text in (
        markdown(BOOK, record.state(), record.evidence),
        page(BOOK, record.state(), record.evidence),
    ):
        assert "regression of the provider" in text
        assert "The same prompt gives another answer." in text


def test_an_answer_that_is_not_at_hand_is_not_shown_as_an_empty_one() -> None:
    state = Record(DRIFTED).state()
    text = markdown(BOOK, state)
    assert "No text of the recorded answer and the new answer" in text
    assert "[-" not in text
    value = json.loads(standalone(BOOK, state, lambda digest: None))
    assert value["report"]["tries"][0]["drift"][0]["text"]["differences"] is None


def test_differences_that_are_left_out_are_counted() -> None:
    lines = [f"alpha{n} stays and beta{n}" for n in range(300)]
    record = Record(pair("\n".join(lines), "\n".join(lines).replace("beta", "gamma")))
    state = record.state()
    assert "(260 more differences not shown here)" in markdown(BOOK, state, record.evidence)
    value = json.loads(standalone(BOOK, state, record.evidence))
    text = value["report"]["tries"][0]["drift"][0]["text"]
    assert len(text["differences"]) == 200
    assert text["differences_not_listed"] == 100


def test_a_triage_that_was_not_written_says_so() -> None:
    triaged = TriagedDrift(
        case="smoke/live-call", triage_class="expected", problem="the disk is full"
    )
    record = Record(DRIFTED).triaged(triaged)
    for text in (
        markdown(BOOK, record.state(), record.evidence),
        page(BOOK, record.state(), record.evidence),
    ):
        assert "the disk is full" in text


@pytest.mark.parametrize("size", [1, 3000])
def test_the_markdown_stays_below_its_limit(size: int) -> None:
    record = Record(pair("alpha beta " * size, "gamma delta\n" * size))
    text = markdown(BOOK, record.state(), record.evidence)
    assert len(text.encode()) <= LIMIT
    assert "drifted" in text


class Tags(HTMLParser):
    """Names of all elements of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.names.add(tag)


def test_answers_are_inert_in_every_format() -> None:
    hostile = "<script>alert(1)</script> ``` @ada #1 \u202e\x1b[31m [x](http://x)"
    record = Record(pair(hostile, hostile.upper() + "<img src=x>"))
    state = record.state()
    tags = Tags()
    tags.feed(page(BOOK, state, record.evidence))
    assert not tags.names & {"script", "img"}
    assert {"del", "ins"} <= tags.names
    for text in (
        markdown(BOOK, state, record.evidence),
        page(BOOK, state, record.evidence),
        junit(BOOK, state),
    ):
        assert "\x1b" not in text
        assert "\u202e" not in text


def test_the_evidence_of_a_try_names_the_result_and_the_triage() -> None:
    state = Record(DRIFTED).triaged(FALSE_POSITIVE).state()
    pairs = list(evidence_pairs(state.steps["live-call"].tries[0]))
    assert [name for name, _ in pairs] == ["drift", "tool calls", "tool calls", "triage"]
    assert pairs[0][1].startswith("drifted: 0.7234 < 0.80")
    assert pairs[3][1] == (
        "false positive; reason: the same meaning; threshold: 0.72 from the next try on"
    )
