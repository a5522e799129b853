"""The last look before an export: does any secret stand in these bytes, in any disguise?

It shares no search with the redactor, so that a fault there shows here: where the redactor derives
the forms of a value and looks for them, this decodes the text and looks for pieces of the value.
Only the table of shapes is common to both.
"""

from __future__ import annotations

import re
import struct
from bisect import bisect_right
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from itertools import chain, islice
from operator import itemgetter
from typing import Final

from smoke_tui.redaction import detectors
from smoke_tui.redaction.decodings import MAX_STEPS, View, views
from smoke_tui.redaction.encodings import MIN_ANYWHERE, MIN_VALUE
from smoke_tui.redaction.secret import Secret, utf8
from smoke_tui.redaction.spans import Span, outside
from smoke_tui.redaction.vault import Vault

#: So many characters of a value in a row are a leak.
FRAGMENT: Final = 12
#: Any FRAGMENT bytes hold a whole gram at one of every STRIDE positions, wherever they begin.
_GRAM: Final = 6
_STRIDE: Final = FRAGMENT - _GRAM + 1
_STRIDES: Final = struct.Struct(f"{_GRAM}s{_STRIDE - _GRAM}x")
_FIRST: Final = itemgetter(0)
#: Larger texts are read one step deep only, those of four times that size as they are: an answer of
#: megabytes must not keep a session from its end.
_LARGE: Final = 1024 * 1024
_HEADER: Final = re.compile(r"eyJ[A-Za-z0-9_-]*(?:\.(?:eyJ)?)?")
_JWT: Final = re.compile(r"eyJ[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]*){2,}")
_LETTER: Final = re.compile(rb"[A-Za-z0-9]")
_NEWLINE: Final = re.compile(rb"\n")
_WORD: Final = rb"[A-Za-z0-9_]"
_WHOLE_KINDS: Final = frozenset(("claim", "ledger-address"))
_SIGNS: Final = bytes(
    set(range(256)) - set(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")
)


@dataclass(frozen=True)
class Leak:
    """Where a secret was found and how it was disguised; never the value.

    `how` names the steps that uncovered it ("raw", "base64+gzip", …), with "fragment" where only
    a part was found, or is "shape" for what merely looks like a secret. `line` counts from 1,
    `offset` in bytes from 0; both are those of the disguised text, of its beginning if packed.
    """

    kind: str
    ref: str
    how: str
    line: int
    offset: int


@dataclass(frozen=True, slots=True)
class _Prey:
    """A value as it is hunted: folded or not, forwards or backwards."""

    secret: Secret
    text: bytes
    public: int
    way: str


def scan(data: bytes, vault: Vault) -> list[Leak]:
    """Every secret of the vault that `data` lets a reader see, once per line, in order.

    A fragment is no leak when it lies within a JWT's public header or also stands in a placeholder.
    Values of less than 12 characters have to appear whole, of less than 8 as a word.
    """
    lines = [found.end() for found in _NEWLINE.finditer(data)]
    spans = [Span(hit.start, hit.end, hit.kind.encode()) for hit in detectors.find(data)]
    # A dict keeps one shape for each place: a JWT after Bearer is both.
    looks = {span.start: span.mark for span in outside(spans, vault.islands(data))}
    found = [
        *known_in(data, Hunt(vault.secrets())),
        *(
            Leak(mark.decode(), "", "shape", bisect_right(lines, at) + 1, at)
            for at, mark in looks.items()
        ),
    ]
    return sorted(found, key=lambda leak: (leak.offset, leak.kind, leak.ref))


def known_in(data: bytes, hunt: Hunt) -> list[Leak]:
    """Every known secret that `data` lets a reader see, once per line."""
    if hunt.empty:
        return []
    lines = [found.end() for found in _NEWLINE.finditer(data)]
    leaks: dict[tuple[str, str, int], Leak] = {}
    spread: dict[tuple[str, str, int], Leak] = {}
    for view in _readings(data):
        for found, into in (
            (hunt.search(view.data), leaks),
            (hunt.search_spread(view.data), spread),
        ):
            for prey, at, whole in found:
                offset = view.locate(at)
                line = bisect_right(lines, offset) + 1
                key = (prey.secret.kind, prey.secret.ref, line)
                if key not in into:
                    how = "+".join([*view.steps, *([prey.way] if prey.way else [])]) or "raw"
                    into[key] = Leak(*key[:2], how if whole else f"{how} fragment", line, offset)
    plain = {key[:2] for key in leaks}
    return [*leaks.values(), *(leak for key, leak in spread.items() if key[:2] not in plain)]


def holds_known(data: bytes, hunt: Hunt) -> bool:
    """Whether `known_in` would find anything; where it stands is not worked out."""
    return not hunt.empty and any(
        True
        for view in _readings(data)
        for _ in chain(hunt.search(view.data), hunt.search_spread(view.data))
    )


def _readings(data: bytes) -> Iterator[View]:
    return views(data, MAX_STEPS if len(data) <= _LARGE else 1 if len(data) <= 4 * _LARGE else 0)


class Hunt:
    """The values, indexed by their grams."""

    def __init__(self, secrets: list[Secret]) -> None:
        self._placeholders = b"\n".join(utf8(secret.placeholder) for secret in secrets)
        self._spread_placeholders = self._placeholders.translate(None, _SIGNS)
        self._whole: list[tuple[_Prey, re.Pattern[bytes]]] = []
        self._grams: dict[bytes, list[tuple[_Prey, int]]] = {}
        self._folded_grams: dict[bytes, list[tuple[_Prey, int]]] = {}
        self._any_grams: set[bytes] = set()
        self._spread_grams: dict[bytes, list[tuple[_Prey, int]]] = {}
        for secret in secrets:
            if secret.available and len(secret.reveal()) >= MIN_VALUE:
                self._index(secret, secret.reveal())

    @property
    def empty(self) -> bool:
        """Whether there is nothing to look for."""
        return not self._whole and not self._grams

    def _index(self, secret: Secret, value: str) -> None:
        if len(value) < FRAGMENT or _is_prose(secret, value):
            for way, text in (("", utf8(value)), ("reversed", utf8(value[::-1]))):
                pattern = re.escape(text)
                if len(value) < MIN_ANYWHERE:
                    pattern = rb"(?<!" + _WORD + rb")" + pattern + rb"(?!" + _WORD + rb")"
                folded = re.compile(pattern, re.IGNORECASE)
                self._whole.append((_Prey(secret, text, 0, way), folded))
            return
        header = _HEADER.match(value) if _JWT.fullmatch(value) else None
        public = header.end() if header else 0
        forwards = _Prey(secret, utf8(value), public, "")
        _add(self._grams, forwards)
        _add(self._grams, _Prey(secret, utf8(value[::-1]), -public, "reversed"))
        _add(self._folded_grams, _Prey(secret, utf8(value).lower(), public, "folded"))
        for text in (utf8(value).lower(), utf8(value[::-1]).lower()):
            self._any_grams.update(text[at : at + _GRAM] for at in range(len(text) - _GRAM + 1))
        spread = utf8(value[public:]).translate(None, _SIGNS)
        if len(spread) >= FRAGMENT:
            _add(self._spread_grams, _Prey(secret, spread, 0, "spread"))

    def search(self, data: bytes) -> Iterator[tuple[_Prey, int, bool]]:
        """What is found in one reading: the prey, where, and whether all of it."""
        for prey, pattern in self._whole:
            for found in pattern.finditer(data):
                yield prey, found.start(), True
        lower = data.lower()
        if self._disjoint(lower, self._any_grams):
            return
        yield from self._fragments(data, self._grams)
        yield from self._fragments(lower, self._folded_grams)

    def search_spread(self, data: bytes) -> Iterator[tuple[_Prey, int, bool]]:
        """The same, whatever stands between the characters: commas, quotes, soft hyphens."""
        for prey, at, whole in self._fragments(data.translate(None, _SIGNS), self._spread_grams):
            place = next(islice(_LETTER.finditer(data), at, None))
            yield prey, place.start(), whole

    @staticmethod
    def _disjoint(data: bytes, grams: AbstractSet[bytes]) -> bool:
        """Whether no gram stands at any place that would be looked at."""
        whole = len(data) // _STRIDE * _STRIDE
        places = map(_FIRST, _STRIDES.iter_unpack(memoryview(data)[:whole]))
        return not any(map(grams.__contains__, places)) and data[whole : whole + _GRAM] not in grams

    def _fragments(
        self, data: bytes, grams: dict[bytes, list[tuple[_Prey, int]]]
    ) -> Iterator[tuple[_Prey, int, bool]]:
        if not grams:
            return
        done: dict[int, int] = {}
        limit = len(data) - _GRAM + 1
        # Most text has none of them: that is settled for all places at once.
        if self._disjoint(data, grams.keys()):
            return
        for at in range(0, limit, _STRIDE):
            for prey, position in grams.get(data[at : at + _GRAM], ()):
                if done.get(id(prey), -1) > at:
                    continue
                start, end = _extent(data, at, prey.text, position)
                if self._telling(prey, position - (at - start), end - start):
                    done[id(prey)] = end
                    yield prey, start, end - start == len(prey.text)

    def _telling(self, prey: _Prey, start: int, length: int) -> bool:
        """Whether any FRAGMENT characters of this part of the value are neither public nor ours."""
        end = start + length
        low, high = (0, prey.public) if prey.public >= 0 else (len(prey.text) + prey.public, end)
        for at in range(start, end - FRAGMENT + 1):
            if prey.public and low <= at and at + FRAGMENT <= high:
                continue
            piece = prey.text[at : at + FRAGMENT]
            if not piece.isascii():
                # In other scripts a character takes several bytes.
                piece = prey.text[at:end]
                if len(piece.decode("utf-8", "ignore")) < FRAGMENT:
                    continue
            if piece not in (
                self._spread_placeholders if prey.way == "spread" else self._placeholders
            ):
                return True
        return False


def _is_prose(secret: Secret, value: str) -> bool:
    """A value of which a part says nothing: an address's host, a person's first name."""
    return secret.kind in _WHOLE_KINDS or "://" in value or "@" in value or " " in value


def _add(grams: dict[bytes, list[tuple[_Prey, int]]], prey: _Prey) -> None:
    for at in range(len(prey.text) - _GRAM + 1):
        grams.setdefault(prey.text[at : at + _GRAM], []).append((prey, at))


def _extent(data: bytes, at: int, text: bytes, position: int) -> tuple[int, int]:
    """How far `data` around `at` and `text` around `position` say the same."""
    back = 0
    while back < min(at, position) and data[at - back - 1] == text[position - back - 1]:
        back += 1
    on = 0
    limit = min(len(data) - at, len(text) - position)
    while on < limit and data[at + on] == text[position + on]:
        on += 1
    return at - back, at + on
