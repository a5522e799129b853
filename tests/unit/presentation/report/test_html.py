"""The HTML report: one file that runs nothing and loads nothing, and says the verdict first."""

from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from xml.etree.ElementTree import tostring

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smoke_tui.presentation.report.export import export
from smoke_tui.presentation.report.html import page
from smoke_tui.presentation.report.html_builder import tag
from smoke_tui.redaction import Vault
from tests.helpers.event_log import EventLog, shipped
from tests.helpers.report_states import answered, saying, with_text

BOOK = shipped()
VOID = {"meta"}


class Tree(HTMLParser):
    """Reads a page as browsers do: its tags in order, its texts, and that every one is closed."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, tuple[str, ...]]] = []
        self.attributes: list[tuple[str, str, str]] = []
        self.texts: list[str] = []
        self.open: list[str] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, tuple(name for name, _ in attrs)))
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        assert tag in VOID

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    def values(self, tag: str, name: str) -> list[str]:
        return [value for t, n, value in self.attributes if (t, n) == (tag, name)]


def page_of(text: str) -> str:
    return page(BOOK, with_text(text).state(), saying(text))


def structure(text: str) -> list[tuple[str, tuple[str, ...]]]:
    """The elements of a page that a foreign text could change: which words are code aside."""
    return [each for each in Tree(page_of(text)).tags if each[0] != "code"]


PLAIN = structure("harmless")

HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "</style><script>",
    "</pre>",
    '" onload="x',
    "' x='",
    "</details></main>",
    "&lt;b&gt;",
    "javascript:alert(1)",
    "<!-- x",
    "]]>",
    "<style>*{display:none}</style>",
    "\x00<b>",
    "\u202etxet",
    "\ud800",
    "{{ x }}",
    "<a href='http://evil.test'>x</a>",
    "</title><h1>PASS</h1>",
    "\x1b]0;t\x07",
    "a" * 5000,
]


@pytest.mark.parametrize("text", HOSTILE, ids=[repr(t)[:24] for t in HOSTILE])
def test_foreign_text_changes_no_structure(text: str) -> None:
    content = page_of(text)
    assert structure(text) == PLAIN
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e]", content)
    content.encode()


@settings(max_examples=50, deadline=None)
@given(st.text(min_size=1, max_size=60).filter(lambda text: text.strip() != ""))
def test_no_text_changes_the_structure(text: str) -> None:
    assert structure(text) == PLAIN


def test_nothing_runs_and_nothing_is_loaded() -> None:
    tree = Tree(page_of("harmless"))
    assert {name for name, _ in tree.tags} & {
        "script",
        "link",
        "img",
        "iframe",
        "object",
        "a",
        "form",
        "video",
        "audio",
        "base",
        "embed",
    } == set()
    names = {name for _, name, _ in tree.attributes}
    assert not {name for name in names if name.startswith("on")}
    assert names & {"src", "href", "style", "srcset", "action", "xlink:href"} == set()
    css = "".join(tree.texts[tree.texts.index(t)] for t in tree.texts if "color-scheme" in t)
    assert "url(" not in css
    assert "@import" not in css
    policy = tree.values("meta", "content")[0]
    digest = base64.b64encode(hashlib.sha256(css.encode()).digest()).decode()
    assert policy == (
        f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    )


def test_the_verdict_comes_first_and_a_rehearsal_before_it() -> None:
    log = EventLog(world="rehearsed", scenario="happy").tried("live-call", "fail", "dns")
    texts = "\n".join(Tree(page(BOOK, log.closed("fail").state(), saying("x"))).texts)
    marks = [
        "REHEARSAL: nothing was proven",
        "Verdict: FAIL.",
        "Run by",
        "What failed",
        "What was seen",
        "Over time",
        "Details",
    ]
    places = [texts.index(mark) for mark in marks]
    assert places == sorted(places)
    assert "REHEARSAL" not in page(BOOK, EventLog().state(), saying("x"))


def test_landmarks_headings_and_headers_are_there_for_readers() -> None:
    tree = Tree(page_of("harmless"))
    names = [name for name, _ in tree.tags]
    assert [names.count(name) for name in ("header", "main", "footer", "h1")] == [1, 1, 1, 1]
    assert tree.values("html", "lang") == ["en"]
    assert all("scope" in attributes for name, attributes in tree.tags if name == "th")
    assert all(
        "role" in attributes or "aria-hidden" in attributes
        for name, attributes in tree.tags
        if name == "svg"
    )
    levels = [int(name[1]) for name in names if re.fullmatch(r"h[1-6]", name)]
    assert all(after - before <= 1 for before, after in pairwise(levels))
    ids = [value for _, name, value in tree.attributes if name == "id"]
    assert len(ids) == len(set(ids))
    labelled = [value for _, name, value in tree.attributes if name == "aria-labelledby"]
    assert set(labelled) <= set(ids)


def waited() -> EventLog:
    log = EventLog()
    log.add("try.started", {"cause": "walk", "caller": None}, "live-call", 1)
    asked = log.add("request", {"port": "operator", "kind": "spend", "data": {}}, "live-call", 1)
    for _ in range(10):
        log.add("noted", {"text": "still here"})
    log.add("answered", {"answer": {"do": "yes", "by": "operator"}}, "live-call", 1, asked)
    answered(log, "live-call", 400)
    log.finished("live-call", "fail", "shape-rejected")
    log.add("try.started", {"cause": "again", "caller": None}, "live-call", 2)
    return log


def test_the_timeline_shows_tries_and_waiting_and_says_the_same_in_words() -> None:
    tree = Tree(page(BOOK, waited().state(), saying("x")))
    title = next(text for text in tree.texts if text.startswith("live-call of"))
    assert "try 1 from 1.0 s to" in title
    assert "shape-rejected" in title
    assert "try 2 from" in title
    assert "no end recorded" in title
    assert "the operator was waited for 1 time, 11.0 s together" in title
    kinds = tree.values("rect", "class")
    assert {"bad", "open", "wait"} <= set(kinds[4:])
    for x, width in zip(tree.values("rect", "x"), tree.values("rect", "width"), strict=True):
        assert 0 <= int(x) < int(x) + int(width) <= 1000


def test_a_session_in_which_nothing_was_tried_has_no_timeline() -> None:
    assert "Over time" not in page(BOOK, EventLog().state(), saying("x"))


def test_a_failing_answer_is_shown_before_the_folded_details() -> None:
    log = EventLog()
    log.add("try.started", {"cause": "walk", "caller": None}, "live-call", 1)
    answered(log, "live-call", 400)
    log.finished("live-call", "fail", "shape-rejected").tried("seed-org", "pass")
    content = page(BOOK, log.state(), saying("the answer's own words"))
    assert 0 < content.index("the answer's own words") < content.index("<details")
    folds = [attributes for name, attributes in Tree(content).tags if name == "details"]
    assert set(folds) == {()}


def test_a_page_is_exported_like_every_other(tmp_path: Path) -> None:
    content = export("html", BOOK, with_text("x").state(), tmp_path, Vault())
    assert content.startswith(b"<!DOCTYPE html>\n<html")
    assert content == export("html", BOOK, with_text("x").state(), tmp_path, Vault())


@given(st.text(), st.text())
def test_the_builder_escapes_whatever_it_is_given(text: str, value: str) -> None:
    tree = Tree(tostring(tag("p", text, title=value), "unicode", method="html"))
    assert [name for name, _ in tree.tags] == ["p"]


def test_attributes_that_are_nothing_are_left_out() -> None:
    made = tag("p", "x", open=False, title=None, hidden=True, aria_label="y")
    assert tostring(made, "unicode") == '<p hidden="" aria-label="y">x</p>'
