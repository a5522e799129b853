"""Scan bytes for secrets before an export, whatever their encoding.

The scan shares no search with the redactor, so that a fault there shows here: the redactor derives
the encodings of a value and searches for them; the scan decodes the text and searches for parts of
the value. Both share only the table of detectors.
"""

from __future__ import annotations

import re
import struct
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from operator import itemgetter
from typing import Final

from smoke_tui.redaction import detection
from smoke_tui.redaction.decodings import MAX_STEPS, Decoding, decodings
from smoke_tui.redaction.encodings import MIN_ANYWHERE, MIN_VALUE
from smoke_tui.redaction.secret import Secret, utf8
from smoke_tui.redaction.spans import Span, outside
from smoke_tui.redaction.vault import Vault
from smoke_tui.regex import regex
from smoke_tui.structs import Struct

FRAGMENT: Final = 12
"""Consecutive characters of a value that make a leak."""
_GRAM: Final = 6
"""Any FRAGMENT bytes contain a whole gram at a multiple of `_STRIDE`, wherever they start."""
_STRIDE: Final = FRAGMENT - _GRAM + 1
_BLOCK: Final = 512
_FIRST: Final = itemgetter(0)
_SAMPLE: Final = f"{_GRAM}s{_STRIDE - _GRAM}x"
_STRIDES: Final = struct.Struct(_SAMPLE)
_BLOCKS: Final = struct.Struct(_SAMPLE * _BLOCK)
"""Many samples in one step: a text of megabytes has some hundred thousand of them."""
_LARGE: Final = 1024 * 1024
"""Bytes above which a text is decoded one step deep, and above four times of which not at all: a
response of megabytes must not delay the end of a session."""
_LITTLE: Final = 16 * 1024
"""Bytes up to which all decodings of a text are searched at once."""
_HEADER: Final = regex(r"eyJ[A-Za-z0-9_-]*(?:\.(?:eyJ)?)?")
_JWT: Final = regex(r"eyJ[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]*){2,}")
_LETTER: Final = regex(rb"[A-Za-z0-9]")
_NEWLINE: Final = regex(rb"\n")
_WORD: Final = rb"[A-Za-z0-9_]"
_WHOLE_KINDS: Final = frozenset(("claim", "ledger-address"))
_SIGNS: Final = bytes(
    set(range(256)) - set(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")
)


class Leak(Struct, frozen=True):
    """Position and encoding of a secret that was found; never its value.

    `how` names the decoding steps ("raw", "base64+gzip", …), with "fragment" where only a part was
    found, or is "shape" for what a detector found. `line` counts from 1, `offset` in bytes from 0;
    both refer to the encoded text, of compressed data to its first byte.
    """

    kind: str
    ref: str
    how: str
    line: int
    offset: int


class _Needle(Struct, frozen=True):
    """A value to search for: case-folded or not, forwards or backwards, with or without signs."""

    secret: Secret
    text: bytes
    public: int
    transform: str


def scan(data: bytes, vault: Vault) -> list[Leak]:
    """Every secret of the vault that `data` exposes, once per line, by offset.

    A fragment is no leak if it lies within a JWT's public header or also occurs in a placeholder.
    Values of fewer than 12 characters have to appear whole, of fewer than 8 as a word.
    """
    lines = [leaks.end() for leaks in _NEWLINE.finditer(data)]
    spans = [Span(hit.start, hit.end, hit.kind.encode()) for hit in detection.find(data)]
    # One label per position: a JWT after Bearer is found by two detectors.
    detected = {span.start: span.label for span in outside(spans, vault.protected(data))}
    leaks = [
        *known_leaks(data, SecretSearch(vault.secrets())),
        *(
            Leak(label.decode(), "", "shape", bisect_right(lines, at) + 1, at)
            for at, label in detected.items()
        ),
    ]
    return sorted(leaks, key=lambda leak: (leak.offset, leak.kind, leak.ref))


def known_leaks(data: bytes, search: SecretSearch) -> list[Leak]:
    """Every registered secret that `data` exposes, once per line."""
    if search.empty:
        return []
    lines = [newline.end() for newline in _NEWLINE.finditer(data)]
    leaks: dict[tuple[str, str, int], Leak] = {}
    spread: dict[tuple[str, str, int], Leak] = {}
    for decoding in _decodings(data):
        for matches, target in (
            (search.search(decoding.data), leaks),
            (search.search_spread(decoding.data), spread),
        ):
            for needle, at, whole in matches:
                offset = decoding.locate(at)
                line = bisect_right(lines, offset) + 1
                key = (needle.secret.kind, needle.secret.ref, line)
                if key not in target:
                    how = "+".join(filter(None, (*decoding.steps, needle.transform))) or "raw"
                    target[key] = Leak(*key[:2], how if whole else f"{how} fragment", line, offset)
    plain = {key[:2] for key in leaks}
    return [*leaks.values(), *(leak for key, leak in spread.items() if key[:2] not in plain)]


def holds_secret(data: bytes, search: SecretSearch) -> bool:
    """Whether `known_leaks` would find anything; faster, since no position is computed."""
    if search.empty:
        return False
    if len(data) <= _LITTLE:
        # What is in none of them joined is in none of them: most texts need this one search alone.
        decoded = [decoding.data for decoding in _decodings(data)]
        if sum(map(len, decoded)) <= _LARGE and not _occurs(search, b"\n".join(decoded)):
            return False
        return any(_occurs(search, each) for each in decoded)
    return any(_occurs(search, decoding.data) for decoding in _decodings(data))


def _occurs(search: SecretSearch, data: bytes) -> bool:
    return any(True for _ in chain(search.search(data), search.search_spread(data)))


def _decodings(data: bytes) -> Iterator[Decoding]:
    return decodings(
        data, MAX_STEPS if len(data) <= _LARGE else 1 if len(data) <= 4 * _LARGE else 0
    )


_Places = dict[bytes, list[tuple[_Needle, int]]]


class _GramIndex:
    """The needles of each gram, with its position in them; built when it is first asked for.

    Few texts hold any gram of a secret, and a set of the grams tells that.
    """

    def __init__(self) -> None:
        self._needles: list[_Needle] = []
        self._built = 0
        self._places: _Places = {}

    def add(self, needle: _Needle) -> None:
        """Index one more needle."""
        self._needles.append(needle)

    def places(self) -> _Places:
        """Every gram of every needle."""
        for needle in self._needles[self._built :]:
            for at, gram in enumerate(_grams_of(needle.text)):
                self._places.setdefault(gram, []).append((needle, at))
        self._built = len(self._needles)
        return self._places


class SecretSearch:
    """Registered values, indexed by their grams (6 bytes each)."""

    def __init__(self, secrets: Iterable[Secret] = ()) -> None:
        # Held, so that no other secret can get the identity of one.
        self._added: dict[int, Secret] = {}
        self._placeholders = b""
        self._spread_placeholders = b""
        self._whole: list[tuple[_Needle, re.Pattern[bytes]]] = []
        self._grams = _GramIndex()
        self._folded_grams = _GramIndex()
        self._spread_grams = _GramIndex()
        self._any_grams: set[bytes] = set()
        self._any_spread_grams: set[bytes] = set()
        self.add(secrets)

    def add(self, secrets: Iterable[Secret]) -> None:
        """Search for these, too; those that are searched for already cost nothing."""
        new = [secret for secret in secrets if id(secret) not in self._added]
        self._added |= {id(secret): secret for secret in new}
        self._placeholders += b"".join(utf8(secret.placeholder) + b"\n" for secret in new)
        self._spread_placeholders = self._placeholders.translate(None, _SIGNS)
        for secret in new:
            if secret.available and len(secret.reveal()) >= MIN_VALUE:
                self._index(secret, secret.reveal())

    @property
    def empty(self) -> bool:
        """Whether there is nothing to search for."""
        return not self._whole and not self._any_grams

    def _index(self, secret: Secret, value: str) -> None:
        if len(value) < FRAGMENT or _is_prose(secret, value):
            for transform, text in (("", utf8(value)), ("reversed", utf8(value[::-1]))):
                pattern = re.escape(text)
                if len(value) < MIN_ANYWHERE:
                    pattern = rb"(?<!" + _WORD + rb")" + pattern + rb"(?!" + _WORD + rb")"
                folded = re.compile(pattern, re.IGNORECASE)
                self._whole.append((_Needle(secret, text, 0, transform), folded))
            return
        header = _HEADER.match(value) if _JWT.fullmatch(value) else None
        public = header.end() if header else 0
        self._grams.add(_Needle(secret, utf8(value), public, ""))
        self._grams.add(_Needle(secret, utf8(value[::-1]), -public, "reversed"))
        self._folded_grams.add(_Needle(secret, utf8(value).lower(), public, "folded"))
        for text in (utf8(value).lower(), utf8(value[::-1]).lower()):
            self._any_grams.update(_grams_of(text))
        spread = utf8(value[public:]).translate(None, _SIGNS)
        if len(spread) >= FRAGMENT:
            self._spread_grams.add(_Needle(secret, spread, 0, "spread"))
            self._any_spread_grams.update(_grams_of(spread))

    def search(self, data: bytes) -> Iterator[tuple[_Needle, int, bool]]:
        """Matches in one decoding: the needle, its position, whether all of it matched."""
        for needle, pattern in self._whole:
            for match in pattern.finditer(data):
                yield needle, match.start(), True
        lower = data.lower()
        if self._disjoint(lower, self._any_grams):
            return
        yield from self._fragments(data, self._grams.places())
        yield from self._fragments(lower, self._folded_grams.places())

    def search_spread(self, data: bytes) -> Iterator[tuple[_Needle, int, bool]]:
        """As `search`, ignoring all characters but letters and digits in between."""
        spread = data.translate(None, _SIGNS)
        if self._disjoint(spread, self._any_spread_grams):
            return
        for needle, at, whole in self._fragments(spread, self._spread_grams.places()):
            position = next(islice(_LETTER.finditer(data), at, None))
            yield needle, position.start(), whole

    @staticmethod
    def _disjoint(data: bytes, grams: set[bytes]) -> bool:
        """Whether no gram is at any position that `_fragments` samples; so with most texts."""
        view = memoryview(data)
        blocks = len(data) // _BLOCKS.size * _BLOCKS.size
        whole = len(data) // _STRIDE * _STRIDE
        return (
            all(map(grams.isdisjoint, _BLOCKS.iter_unpack(view[:blocks])))
            and grams.isdisjoint(map(_FIRST, _STRIDES.iter_unpack(view[blocks:whole])))
            and data[whole : whole + _GRAM] not in grams
        )

    def _fragments(self, data: bytes, grams: _Places) -> Iterator[tuple[_Needle, int, bool]]:
        done: dict[int, int] = {}
        limit = len(data) - _GRAM + 1
        for at in range(0, limit, _STRIDE):
            for needle, position in grams.get(data[at : at + _GRAM], ()):
                if done.get(id(needle), -1) > at:
                    continue
                start, end = _extent(data, at, needle.text, position)
                if self._exposes(needle, position - (at - start), end - start):
                    done[id(needle)] = end
                    yield needle, start, end - start == len(needle.text)

    def _exposes(self, needle: _Needle, start: int, length: int) -> bool:
        """Whether FRAGMENT characters of this part are neither public nor part of a placeholder."""
        end = start + length
        low, high = (
            (0, needle.public) if needle.public >= 0 else (len(needle.text) + needle.public, end)
        )
        for at in range(start, end - FRAGMENT + 1):
            if needle.public and low <= at and at + FRAGMENT <= high:
                continue
            piece = needle.text[at : at + FRAGMENT]
            if not piece.isascii():
                # Outside ASCII a character takes several bytes.
                piece = needle.text[at:end]
                if len(piece.decode("utf-8", "ignore")) < FRAGMENT:
                    continue
            if piece not in (
                self._spread_placeholders if needle.transform == "spread" else self._placeholders
            ):
                return True
        return False


def _is_prose(secret: Secret, value: str) -> bool:
    """Whether a part of the value reveals nothing: an address's host, a first name."""
    return secret.kind in _WHOLE_KINDS or "://" in value or "@" in value or " " in value


def _grams_of(text: bytes) -> list[bytes]:
    return [text[at : at + _GRAM] for at in range(len(text) - _GRAM + 1)]


def _extent(data: bytes, at: int, text: bytes, position: int) -> tuple[int, int]:
    """Start and end in `data` of the longest match around `at` with `text` around `position`."""
    before = 0
    while before < min(at, position) and data[at - before - 1] == text[position - before - 1]:
        before += 1
    after = 0
    limit = min(len(data) - at, len(text) - position)
    while after < limit and data[at + after] == text[position + after]:
        after += 1
    return at - before, at + after
