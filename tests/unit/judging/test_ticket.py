"""The draft of a ticket about a regression."""

from __future__ import annotations

import hashlib

from smoke_tui.judging.answers import compare_answers
from smoke_tui.judging.calibration import StoredPair
from smoke_tui.judging.drift import DriftPair, RecordedAnswer, Threshold
from smoke_tui.judging.ticket import ticket_draft


def test_a_ticket_has_all_that_a_reader_needs() -> None:
    answers = RecordedAnswer("four"), RecordedAnswer("five", ({"name": "f"},))
    drift = compare_answers(
        "smoke/call", "b.txt", Threshold(0.7, "marker", 0.85, "t.py:3"), *answers
    )
    stored = StoredPair(
        DriftPair(drift, *answers), "2026:call", "2026-11-28", "regression", "wrong"
    )
    draft = ticket_draft(stored, difference="[-four-]\n{+five+}", request_ids=("req_1", "req_2"))
    for part in (
        "# Provider regression: smoke/call",
        "0.25 (seqmatch",
        "0.70 (override; default 0.85), t.py:3",
        "req\\_1, req\\_2",
        hashlib.sha256(b"four").hexdigest(),
        hashlib.sha256(b"five").hexdigest(),
        "```text\n[-four-]\n{+five+}\n```",
        "wrong",
        "Differences of the tool calls",
        "The recorded answer stays",
        "the organisation's own API key, or another provider",
    ):
        assert part in draft


def test_foreign_text_is_neither_markdown_nor_an_escape_sequence() -> None:
    answers = RecordedAnswer("a"), RecordedAnswer("b")
    drift = compare_answers("x\n# y", "b.txt", Threshold(), *answers)
    stored = StoredPair(
        DriftPair(drift, *answers), "p", "2026-11-28", "regression", "<script> [a](b) \x1b[2J"
    )
    draft = ticket_draft(stored, difference="```\n\x1b]0;x\x07\u202e````")
    assert "\n# y" not in draft
    assert "\\<script\\> \\[a\\](b) \\[2J" in draft
    assert "\x1b" not in draft
    assert "\u202e" not in draft
    assert "`````text\n```\n" in draft
