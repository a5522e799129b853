"""Redaction beside one regular expression; drift of texts beside difflib."""

from __future__ import annotations

import difflib
import random
import re
import secrets
from collections.abc import Iterator

from smoke_tui.judging.texts import text_drift
from smoke_tui.redaction import Vault
from smoke_tui.redaction.encodings import encodings
from tests.bench.measure import Row, function, own_memory, times

BLOCK = 64 * 1024
WORDS = (
    b"INFO request handled in ms worker started connection from pool cache hit user order".split()
)


def output(size: int, values: list[bytes]) -> bytes:
    """About `size` bytes of log lines, with a value in one of some thousand lines."""
    draw = random.Random(1)
    lines: list[bytes] = []
    written = 0
    while written < size:
        words = b" ".join(draw.choice(WORDS) for _ in range(draw.randrange(4, 14)))
        value = b" leak=" + draw.choice(values) if draw.random() < 0.0005 else b""
        lines.append(b"2026-11-28T10:00:00Z %s id=%d%s\n" % (words, draw.randrange(10**6), value))
        written += len(lines[-1])
    return b"".join(lines)


def redaction(mebibytes: int = 100, registered: int = 50) -> Iterator[Row]:
    """A long child output with registered secrets."""
    values = [f"fake-{number}-{secrets.token_urlsafe(32)}" for number in range(registered)]
    vault = Vault()
    for number, value in enumerate(values):
        vault.add_value(value, "token", f"t{number}")
    forms = {form for value in values for form in (value.encode(), *encodings(value))}
    longest_first = sorted(forms, key=len, reverse=True)
    expression = re.compile(b"|".join(map(re.escape, longest_first)))
    block = output(1024 * 1024, [value.encode() for value in values])

    def ours() -> None:
        stream = vault.stream()
        for _ in range(mebibytes):
            for at in range(0, len(block), BLOCK):
                stream.feed(block[at : at + BLOCK])
        stream.flush()

    def one_expression() -> None:
        for _ in range(mebibytes):
            expression.sub(b"x", block)

    mine, theirs = function(ours, repeat=1), function(one_expression, repeat=1)
    yield Row(
        f"redaction of {mebibytes} MB with {registered} secrets",
        f"`re.sub` with one alternation of their {len(forms)} forms",
        times(mine / theirs),
        "≤ 0.5×",
        f"{mine:.1f} s, {theirs:.1f} s CPU; {own_memory():.0f} MiB",
    )


def drift() -> Iterator[Row]:
    """Edited prose of 30,000 characters beside difflib, and of 100,000 by a clock."""
    small, edited = _prose(30_000)
    mine = function(lambda: text_drift(small, edited), repeat=3)
    matcher = difflib.SequenceMatcher(None, small, edited, autojunk=False)
    theirs = function(matcher.ratio, repeat=1)
    yield Row(
        "drift of 30,000 characters",
        "`difflib` with autojunk off",
        times(mine / theirs),
        "≤ 0.05×",
        f"{mine:.3f} s, {theirs:.1f} s CPU",
    )
    large, changed = _prose(100_000)
    mine = function(lambda: text_drift(large, changed), repeat=2)
    yield Row("drift of 100,000 characters", "a clock", f"{mine:.2f} s", "≤ 1.5 s", "CPU")


def _prose(size: int) -> tuple[str, str]:
    draw = random.Random(2)
    vocabulary = ["".join(draw.choices("etaoinshrdlu", k=draw.randrange(2, 9))) for _ in range(800)]
    words = [draw.choice(vocabulary) for _ in range(size // 6)]
    other = [draw.choice(vocabulary) if draw.random() < 0.2 else word for word in words]
    return " ".join(words)[:size], " ".join(other)[:size]
