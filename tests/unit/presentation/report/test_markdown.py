"""The report: what it says first, what foreign text can't do to it, and how long it may be."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from smoke_tui.presentation.format import cut
from smoke_tui.presentation.report.escaping import as_cell, as_markdown, fenced
from smoke_tui.presentation.report.markdown import LIMIT, markdown
from smoke_tui.presentation.spans import quote
from tests.helpers.event_log import OPENED, EventLog, shipped
from tests.helpers.report_states import saying, with_text

BOOK = shipped()
PARSER = MarkdownIt("gfm-like")
"""Tables, strikethrough, and addresses that become links by themselves, as on code hosts."""


def flat(tokens: list[Token]) -> Iterator[Token]:
    for token in tokens:
        yield token
        if token.children:
            yield from flat(token.children)


def structure(text: str) -> list[tuple[str, str, int]]:
    """What a reader of the report's Markdown sees of its form; texts, and which words are code, aside."""
    return [
        (t.type, t.tag, t.level)
        for t in flat(PARSER.parse(text))
        if t.type not in ("text", "text_special", "softbreak", "code_inline")
    ]


def raw_html(text: str) -> list[str]:
    return [t.content for t in flat(PARSER.parse(text)) if t.type in ("html_block", "html_inline")]


def report_of(text: str) -> str:
    """A report in which every foreign word, the stored bodies too, is `text`."""
    return markdown(BOOK, with_text(text).state(), saying(text))


def outside_code(report: str) -> str:
    """What a code host would make a mention, a reference or a link of, in the rendered texts."""
    texts = [t.content for t in flat(PARSER.parse(report)) if t.type in ("text", "text_special")]
    shown = "\n".join(
        [
            *texts,
            *(html.unescape(piece) for piece in raw_html(report) if not piece.startswith("<!--")),
        ]
    )
    found = re.search(r"@\w|#\d|\bGH-\d|://|\bwww\.\w|mailto:\w", shown, re.IGNORECASE)
    return found.group() if found else ""


PLAIN = structure(report_of("harmless"))

HOSTILE = [
    "a | b |\n|---|---|\n| c | d |",
    "```\n# Verdict: PASS\n```",
    "``````````````",
    "`",
    "``x",
    "</details>",
    "<script>alert(1)</script>",
    "<!-- x",
    "-->",
    "<details open>",
    "&lt;b&gt;",
    "# Heading",
    "\n\n# Heading\n\n",
    "\r\n\r\n- item",
    "- item\n- item",
    "1. one\n2. two",
    "> quote",
    "---",
    "***",
    "===",
    "[x](http://evil.test)",
    "![x](http://evil.test/x.png)",
    "<http://evil.test>",
    "http://evil.test",
    "@everyone",
    "#1 org/repo#2",
    "fixes #12",
    "closes GH-12 and gh-13",
    "org/repo#12 a@b.test",
    "www.evil.test",
    "evil.test/x",
    "mailto:a@b.test",
    "//evil.test/x",
    "ftp://evil.test",
    "https://evil.test/o/r/issues/1",
    "0123456789abcdef0123456789abcdef01234567",
    "<img src=x onerror=y>",
    "<a href='x'>y</a>",
    "</summary></details><h1>PASS</h1>",
    "\\",
    "\\|",
    "\\`",
    "*b* _i_ **b** ~~s~~",
    "~~~\nx\n~~~",
    "    indented",
    "\tx",
    "[a]: http://evil.test 'x'",
    "[^1]: note",
    "x  \ny",
    "x\x00",
    "\x1b[31mred\x1b]0;t\x07",
    "\u202etxet",
    "\u200b\ufeff",
    "\ud800",
    "\u2028# x\u2029",
    "\x85# x",
    "\x0c# x",
    "**Verdict: PASS.**",
    "{{ org_id }}",
    "$x$ $$y$$",
    ":smile:",
    "a" * 3000,
    "`|`\n`|`" * 50,
    "\U0001f600" * 400,
    "e\u0301" * 500,
]


@pytest.mark.parametrize("text", HOSTILE, ids=[repr(t)[:24] for t in HOSTILE])
def test_foreign_text_changes_no_structure(text: str) -> None:
    report = report_of(text)
    assert structure(report) == PLAIN
    assert outside_code(report) == ""
    report.encode()
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]", report)


@pytest.mark.slow
@settings(max_examples=100, deadline=None)
@given(
    st.text(min_size=1, max_size=60).filter(lambda t: t.strip() != "")
    | st.lists(
        st.sampled_from(
            [
                "`",
                "|",
                "\n",
                "#",
                "<",
                ">",
                "-->",
                "```",
                "~",
                "*",
                "x",
                " ",
                "\\",
                "[",
                "](",
                "&",
                "\ud800",
                "\u2028",
                "\r",
            ]
        ),
        min_size=1,
        max_size=20,
    ).map(lambda p: "x" + "".join(p))
)
def test_no_text_changes_the_structure(text: str) -> None:
    report = report_of(text)
    found = structure(report)
    assert outside_code(report) == ""
    # Text of nothing but invisible characters is shown as "(empty)", without a code span.
    if as_markdown([quote(text)]) != "(empty)":
        assert found == PLAIN
    report.encode()


def test_the_only_markup_of_its_own_are_folds_and_one_comment() -> None:
    for text in ("harmless", "<b>x</b>", "</summary>"):
        for piece in raw_html(report_of(text)):
            for tag in re.findall(r"<[^>]*>", piece):
                assert re.fullmatch(
                    r"</?(details|summary)>|<details open>|<!-- smoke-report v1 "
                    r"session=[\w-]+ runbook=[\w-]+ sha256=[0-9a-f]{64} -->",
                    tag,
                )


def test_a_hostile_session_name_stays_in_its_comment() -> None:
    report = markdown(BOOK, EventLog(opened={**OPENED, "session": 'x --> <script> "'}).state())
    assert "-->" not in report.split("<!--", 1)[1].split(" -->", 1)[0]
    assert "<script>" not in "".join(raw_html(report)).replace("<!--", "").split("-->", 1)[1]


def test_a_rehearsal_says_so_in_its_first_line() -> None:
    for verdict in ("pass", "fail"):
        log = EventLog(world="rehearsed", scenario="happy").closed(verdict)
        assert (
            markdown(BOOK, log.state()).splitlines()[0].startswith("REHEARSAL: nothing was proven")
        )
    live = markdown(BOOK, EventLog().closed("pass").state())
    assert "REHEARSAL" not in live
    assert live.startswith("<!-- smoke-report v1")


def passing(*, skip: str = "") -> EventLog:
    log = EventLog()
    for step in BOOK.steps:
        if not step.fallback and step.id != skip:
            log.tried(step.id, "pass")
    return log


def test_verdict_and_table_come_before_all_details() -> None:
    report = markdown(BOOK, passing().closed("pass").state())
    assert "**Verdict: PASS.**" in report
    places = [
        report.index(mark)
        for mark in ("**Verdict:", "### Proof", "| # | Step", "**Not done", "<details")
    ]
    assert places == sorted(places)
    rows = [line for line in report.splitlines() if line.startswith("| ") and "**pass**" in line]
    assert len(rows) == 6
    assert "not needed" in report
    assert "**Not done or waived:** nothing." in report


def test_what_was_waived_or_not_reached_is_named() -> None:
    log = passing(skip="authoring-turn")
    log.add(
        "step.finished",
        {"outcome": "waived", "code": None, "summary": "", "by": "ada", "reason": "seen before"},
        "seed-org",
        None,
    )
    report = markdown(BOOK, log.closed("incomplete").state())
    assert "Step 4, Seed an organisation and its domain: waived by `ada`: “seen before”" in report
    assert "Step 6, Run an authoring turn: not reached" in report
    assert "**Verdict: INCOMPLETE.**" in report


def test_a_failure_names_side_and_next_step() -> None:
    log = EventLog().tried("live-call", "fail", "instructions-drift", "HTTP 400").closed("fail")
    report = markdown(BOOK, log.state())
    assert "Step 2, Make one live call, ended fail with `instructions-drift`" in report
    assert "- Side: the provider's" in report
    assert "- Next: Set the product's instructions variable" in report


def test_every_try_of_a_recovered_step_is_reported() -> None:
    log = EventLog()
    log.add("try.started", {"cause": "walk", "caller": None}, "live-call", 1)
    log.add(
        "try.finished",
        {"code": "instructions-drift", "summary": "first words", "error": False, "observed": {}},
        "live-call",
        1,
    )
    log.add(
        "branch.taken",
        {"to": "instructions-drift", "code": "instructions-drift", "line": 70},
        "live-call",
        1,
    )
    log.tried("instructions-drift", "pass", cause="fallback")
    log.tried("live-call", "pass", None, "second words", n=2, cause="return")
    for step in ("oauth-login", "boot-stack", "seed-org", "paste-credential", "authoring-turn"):
        log.tried(step, "pass")
    report = markdown(BOOK, log.closed("pass").state())
    assert "PASS after a fallback" in report
    for mark in (
        "first words",
        "second words",
        "**Try 1**",
        "**Try 2** (after the fallback)",
        "runbook line 70, which matches",
    ):
        assert mark in report


def test_a_verdict_that_its_steps_do_not_make_is_not_believed() -> None:
    report = markdown(BOOK, EventLog().closed("pass").state())
    assert "Verdict: INCOMPLETE" in report
    assert "it says pass, and its steps make incomplete" in report


def test_an_unfinished_session_says_so() -> None:
    assert "This session is not finished." in markdown(BOOK, EventLog().state())
    assert "not finished" not in markdown(BOOK, EventLog().closed("incomplete").state())


def test_further_hosts_are_in_every_report() -> None:
    report = markdown(BOOK, EventLog(allow_hosts=["proxy.example"]).state())
    assert "Further hosts allowed" in report
    assert "`proxy.example`" in report


def test_spend_and_limits_are_reported_and_unknown_is_never_zero() -> None:
    log = EventLog()
    log.add("try.started", {"cause": "walk", "caller": None}, "live-call", 1)
    log.add("spend.reserved", {"calls": 1}, "live-call", 1)
    assert "at least 1 call" in markdown(BOOK, log.state())
    log.add(
        "spend.settled",
        {
            "kind": "subscription",
            "unknown": False,
            "input_tokens": 1200,
            "output_tokens": 5,
            "limits": [{"window_minutes": 300, "used_percent": 12.0, "resets_at": "x"}],
        },
        "live-call",
        1,
    )
    report = markdown(BOOK, log.state())
    assert "1 call, 1,200 tokens in / 5 out" in report
    assert "5 h window 12% → 12%" in report
    assert "Spend | nothing" in markdown(BOOK, EventLog().state())


HUGE = ["x" * 250, "\U0001f600" * 250, "| ` \n" * 80]


@pytest.mark.parametrize("text", HUGE)
def test_a_huge_session_stays_within_the_limit_and_keeps_its_head(text: str) -> None:
    log = EventLog()
    for number in range(1, 120):
        log.add("try.started", {"cause": "again", "caller": None}, "live-call", number)
        for _ in range(8):
            log.add("evidence", {"name": "operator", "value": text}, "live-call", number)
        log.finished("live-call", "fail", "shape-rejected", text, number)
    log.tried("seed-org", "fail", "command-failed", "the small one")
    report = markdown(BOOK, log.closed("fail").state())
    size = len(report.encode())
    assert size <= LIMIT
    assert "Left out to stay under 60,000 bytes, in this order: " in report
    assert "**Verdict: FAIL.**" in report
    assert "the small one" in report
    assert "smoke-tui report 20261121T190211Z-7f3a" in report
    assert report.count("<details") == report.count("</details>")


@pytest.mark.parametrize("text", HUGE)
def test_a_head_that_is_too_long_is_cut_at_a_line(text: str) -> None:
    log = passing()
    for number in range(1500):
        message = f"{number} {text}"
        log.add("finding", {"code": "c", "message": message, "remedy": text}, "live-call", 1)
    report = markdown(BOOK, log.closed("pass").state())
    assert len(report.encode()) <= LIMIT
    assert re.search(r"^- … and [\d]+ more$", report, re.MULTILINE)
    assert "**Verdict: PASS.**" in report
    assert "smoke-tui report 20261121T190211Z-7f3a" in report
    assert all(t.type != "fence" for t in PARSER.parse(report))


def test_the_same_state_gives_the_same_bytes() -> None:
    log = with_text("harmless")
    assert markdown(BOOK, log.state()) == markdown(BOOK, log.state())


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=200))
def test_a_fence_holds_whatever_is_in_it(text: str) -> None:
    lines = fenced(text)
    tokens = PARSER.parse("\n".join(["before", "", *lines, "", "after"]))
    assert [t.type for t in tokens if t.type in ("fence", "paragraph_open")] == [
        "paragraph_open",
        "fence",
        "paragraph_open",
    ]


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=200))
def test_an_inline_is_one_code_span_on_one_line(text: str) -> None:
    shown = as_markdown([quote(text)])
    assert "\n" not in shown
    tokens = PARSER.parseInline(shown)[0].children or []
    assert [t.type for t in tokens] == (["text"] if shown == "(empty)" else ["code_inline"])


@settings(max_examples=100, deadline=None)
@given(st.text(alphabet="ab|`\\ *", min_size=1, max_size=20), st.booleans())
def test_a_cell_is_one_cell(text: str, foreign: bool) -> None:
    cell = as_cell([quote(text) if foreign else text])
    tokens = PARSER.parse(f"| a | b |\n|---|---|\n| {cell} | x |\n\nafter")
    assert sum(t.type == "td_open" for t in tokens) == 2
    assert [t.content for t in tokens if t.type == "inline"][-2:] == ["x", "after"]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Give it by option or config.toml.", "Give it by option or `config.toml`."),
        ("only --shape lite, see #12 (x/y).", "only `--shape` lite, see `#12` (`x/y`)."),
        ("`a b` is ready: org_1, 12.4% < 31%", "`a b` is ready: `org_1`, 12.4% < 31%"),
        ("- x", "`-` x"),
    ],
)
def test_words_of_code_are_code_and_prose_is_prose(text: str, shown: str) -> None:
    assert as_markdown([text]) == shown
    assert not re.search("[\u200b\u200c\u200d\ufeff]", shown)


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=100))
def test_our_own_sentences_are_plain_words(text: str) -> None:
    tokens = PARSER.parseInline(f"x {as_markdown([text])} x")[0].children or []
    assert {t.type for t in tokens} <= {"text", "text_special", "code_inline"}


def test_what_is_cut_says_how_much() -> None:
    assert cut("abc", 3) == "abc"
    assert cut("abcde", 3) == "abc… (2 more characters)"
