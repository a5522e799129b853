"""Find secrets by the table of detectors, also in obfuscated and in wrapped tokens."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Final

from smoke_tui.redaction import split_tokens
from smoke_tui.redaction.detectors import DETECTORS, TOKENS, Detector, Hit

QUICK: Final = 2048
"""Bytes of a text that is first asked whether it can hold a secret at all."""
_MAX_OBFUSCATED: Final = 4 * 1024 * 1024
"""Bytes of a line above which obfuscation is ignored."""


def find(data: bytes, detectors: tuple[Detector, ...] = DETECTORS) -> list[Hit]:
    """Every hit of every detector in the order of the table, then hits in obfuscated tokens."""
    if len(data) <= QUICK and not may_find(data):
        return []
    lower = data.lower()
    hits = _plain_hits(data, lower, detectors)
    if detectors is not DETECTORS:
        return hits
    for start, end in _lines_with(data, lower, split_tokens.HINTS):
        if end - start <= _MAX_OBFUSCATED:
            hits += _obfuscated_hits(data[start:end], start)
    for start, end, token in split_tokens.wrapped(data):
        token_hits = _plain_hits(token, token.lower(), TOKENS)
        hits += [Hit(hit.kind, start, end, start) for hit in token_hits if hit.start == 0][:1]
    return hits


def may_find(data: bytes) -> bool:
    """Whether `find` could find anything: a word without which it finds nothing is there."""
    return _any_word().search(data.lower()) is not None


@cache
def _any_word() -> re.Pattern[bytes]:
    words = {word for detector in DETECTORS for word in detector.needs}
    words |= {*split_tokens.HINTS, *(start.lower() for start in split_tokens.STARTS)}
    return re.compile(_alternation({w for w in words if not any(v in w for v in words - {w})}))


def first_of(words: Iterable[bytes]) -> re.Pattern[bytes]:
    """An expression that finds the first place where one of the words starts."""
    return re.compile(_alternation(words))


def _alternation(words: Iterable[bytes]) -> bytes:
    """An expression for any of the words, which shares their beginnings: one step for each byte."""
    rest_of: dict[bytes, list[bytes]] = {}
    for word in sorted(words):
        rest_of.setdefault(word[:1], []).append(word[1:])
    branches = [
        re.escape(first) + (_alternation(rest) if any(rest) else b"")
        for first, rest in rest_of.items()
    ]
    return branches[0] if len(branches) == 1 else b"(?:" + b"|".join(branches) + b")"


def _plain_hits(data: bytes, lower: bytes, detectors: tuple[Detector, ...]) -> list[Hit]:
    """Hits of the detectors in the text as it is."""
    hits: list[Hit] = []
    positions_of: dict[tuple[bytes, ...], list[int]] = {}
    for detector in detectors:
        if detector.needs not in positions_of:
            positions_of[detector.needs] = _positions(lower, detector.needs)
        done = 0
        for at in positions_of[detector.needs]:
            match = _match(detector, data, at, done) if at >= done else None
            if match is not None:
                done = max(match.end(), at + 1)
                hits += detector.hits(match)
    return hits


def _match(detector: Detector, data: bytes, at: int, done: int) -> re.Match[bytes] | None:
    if detector.span:
        match = detector.pattern.search(data, max(done, at - detector.back), at + detector.span)
        return match if match is not None and match.start() <= at else None
    for start in range(max(done, at - detector.back), at + 1):
        match = detector.pattern.match(data, start)
        if match is not None:
            return match
    return None


def _positions(lower: bytes, words: tuple[bytes, ...]) -> list[int]:
    """Positions at which one of the words starts."""
    positions: list[int] = []
    for word in words:
        if may_hold(lower, word):
            at = lower.find(word)
            while at != -1:
                positions.append(at)
                at = lower.find(word, at + len(word))
    return positions if len(words) == 1 else sorted(set(positions))


def may_hold(text: bytes, word: bytes) -> bool:
    """Whether the word's rarest byte occurs in a text: much faster than a search for the word."""
    gate = _GATES.get(word)
    if gate is None:
        gate = _GATES[word] = _gate(word)
    return gate in text


_GATES: Final[dict[bytes, bytes]] = {}


def _gate(word: bytes) -> bytes:
    return next(
        (word[i : i + 1] for i in range(len(word)) if not word[i : i + 1].isalnum()), word[:1]
    )


def _lines_with(data: bytes, lower: bytes, words: tuple[bytes, ...]) -> list[tuple[int, int]]:
    """Spans of the lines that contain one of the words."""
    spans: dict[int, int] = {}
    for word in words:
        if not may_hold(lower, word):
            continue
        done, at = 0, lower.find(word)
        while at != -1:
            start = data.rfind(b"\n", done, at) + 1 or done
            end = data.find(b"\n", at)
            done = spans[start] = len(data) if end == -1 else end
            at = lower.find(word, done)
    return sorted(spans.items())


def _obfuscated_hits(line: bytes, start: int) -> Iterator[Hit]:
    """Hits in a line that appear only once its obfuscation is removed."""
    plain_line = split_tokens.Deobfuscated(line)
    if plain_line.text == line:
        return
    for hit in _plain_hits(plain_line.text, plain_line.text.lower(), DETECTORS):
        low, high = plain_line.start(hit.start), plain_line.end(hit.end)
        head = min(low, plain_line.start(hit.head))
        if high - head != hit.end - hit.head:
            yield Hit(hit.kind, start + low, start + high, start + head)
