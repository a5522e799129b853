"""The draft of a ticket about a regression of the provider, as Markdown. Pure."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from typing import Final

from smoke_tui.judging.calibration import StoredPair
from smoke_tui.judging.drift import ratio_text
from smoke_tui.regex import regex

FALLBACK: Final = "the organisation's own API key, or another provider"
"""What to consider while the provider answers otherwise."""

_SPECIAL: Final = regex(r"([\\`*_\[\]<>|#&])")


def ticket_draft(
    stored: StoredPair, *, difference: str = "", request_ids: Sequence[str] = ()
) -> str:
    """The draft of a ticket about one pair.

    The texts of the pair and the reason are to be redacted already.

    Args:
        stored: The triaged pair; its place is where the new answer was recorded.
        difference: Both texts word by word, in plain lines.
        request_ids: The provider's ids of the requests that were answered so.
    """
    drift, pair = stored.pair.drift, stored.pair
    facts = [
        ("Case", drift.case),
        ("Date", stored.date),
        ("Recorded answer", drift.baseline),
        ("New answer", stored.place),
        ("Request ids", ", ".join(request_ids) or "none recorded"),
        ("SHA-256 of the recorded text", _hash(pair.recorded.text)),
        ("SHA-256 of the new text", _hash(pair.new.text)),
    ]
    if (text := drift.text) is not None:
        facts[3:3] = [
            ("Ratio", f"{_bounds(text.ratio, text.at_least, text.at_most)} ({text.metric})"),
            ("Threshold", _threshold(str(drift.threshold), drift.threshold.place)),
        ]
    lines = [
        f"# Provider regression: {_inline(drift.case)}",
        "",
        "The same prompt gives a materially different answer than the recorded one.",
        "",
        *(f"- {name}: {_inline(value)}" for name, value in facts),
        "",
    ]
    if stored.reason:
        lines += ["## Why it is a regression", "", _inline(stored.reason), ""]
    if drift.calls is not None and drift.calls.drifted:
        lines += ["## Differences of the tool calls", "", *_fenced(drift.calls.differences), ""]
    if difference:
        lines += ["## Difference of the texts", "", *_fenced(difference.split("\n")), ""]
    lines += [
        "## What next",
        "",
        "- The recorded answer stays as it is.",
        f"- Fallback to consider: {FALLBACK}.",
    ]
    return "\n".join(lines) + "\n"


def _hash(text: str | None) -> str:
    if text is None:
        return "no text"
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _bounds(ratio: float, at_least: float, at_most: float) -> str:
    if at_least == at_most:
        return ratio_text(ratio)
    return f"from {ratio_text(at_least)} to {ratio_text(at_most)}"


def _threshold(shown: str, place: str) -> str:
    return f"{shown}, {place}" if place else shown


def _inline(text: str) -> str:
    """Foreign text in one line, in which nothing is Markdown."""
    printable = "".join(char if char.isprintable() else " " for char in text)
    return _SPECIAL.sub(r"\\\1", " ".join(printable.split()))


def _fenced(lines: Sequence[str]) -> list[str]:
    """Foreign lines in a fence that none of them closes."""
    printable = ["".join(c if c.isprintable() else "\ufffd" for c in line) for line in lines]
    longest = max((len(run) for line in printable for run in re.findall("`+", line)), default=0)
    fence = "`" * max(3, longest + 1)
    return [f"{fence}text", *printable, fence]
