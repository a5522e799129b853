"""Every decoding of the same bytes that a reader could produce, up to three steps deep."""

from __future__ import annotations

import base64
import binascii
import bz2
import html
import lzma
import re
import zlib
from bisect import bisect_right
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import Final

from smoke_tui.regex import regex
from smoke_tui.structs import Struct

MAX_STEPS: Final = 3
"""Decoding steps in a row: base64 of gzip of percent-encoded JSON takes three."""
MAX_BYTES: Final = 64 * 1024 * 1024
"""Bytes of all decodings of one text together; the limit for decompression bombs."""
_MAX_PACKS: Final = 32
"""Compressed parts that are decompressed in one decoding."""

_BLANKS: Final = regex(rb"(?:\s|\x1b\[[0-?]*[ -/]*[@-~])+")
_PERCENT: Final = regex(rb"%([0-9A-Fa-f]{2})")
_ESCAPE: Final = regex(rb"\\(?:u([0-9A-Fa-f]{4})|x([0-9A-Fa-f]{2})|([\"'\\/bfnrt]))")
_REFERENCE: Final = regex(rb"&(?:#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z]{2,8});")
_LONG_RUN: Final = 128 * 1024
_SPLIT: Final = 1024 * 1024
"""Bytes of a text that is split into its runs as a whole: faster, for the memory of each short one."""
_NUL: Final = regex(rb"\x00+")
_HEX_DIGITS: Final = b"0123456789abcdefABCDEF"
_ALPHANUMERIC: Final = _HEX_DIGITS + b"ghijklmnopqrstuvwxyzGHIJKLMNOPQRSTUVWXYZ"
_BASE64_RUN: Final = regex(rb"[A-Za-z0-9+/_-]{11,}")
_HEX_RUN: Final = regex(rb"[0-9A-Fa-f]{12,}")
_BASE32_RUN: Final = regex(rb"[A-Z2-7]{20,}")
_QUOTED: Final = regex(rb"=(?:([0-9A-F]{2})|\r?\n)")
_NUMBERS: Final = regex(
    rb"(?<![0-9A-Za-z])(?:(?:0[xXoO]?)?[0-9A-Fa-f]{2,4}[^0-9A-Za-z\r\n]{1,4}){5,}"
    rb"(?:0[xXoO]?)?[0-9A-Fa-f]{2,4}(?![0-9A-Za-z])"
)
"""Bytes written as numbers, as in hex dumps and lists of integers: at least 6 words in a row."""
_LEAST_NUMBERS: Final = 6 * 2 + 5
"""Bytes of the shortest such list: its words, and what is between them."""
_NUMBER: Final = regex(rb"(0[xXoO]?)?([0-9A-Fa-f]{2,4})")
_PACKED: Final = (b"\x1f\x8b\x08", b"x\x9c", b"x\xda", b"x\x01", b"BZh", b"\xfd7zXZ\0")
_MAGIC: Final = regex(b"|".join(map(re.escape, _PACKED)))
_CONTROLS: Final = {"b": b"\b", "f": b"\f", "n": b"\n", "r": b"\r", "t": b"\t"}
_TEXT: Final = bytes(range(0x20, 0x7F)) + b"\t\r\n"


class Decoding(Struct):
    """One decoding: its bytes, the steps to it, and a map of positions to the original bytes."""

    data: bytes
    steps: tuple[str, ...]
    locate: Callable[[int], int]


def decodings(data: bytes, steps: int = MAX_STEPS) -> Iterator[Decoding]:
    """Yield the bytes themselves, then every distinct decoding, fewest steps first."""
    queue = deque([Decoding(data, (), lambda position: position)])
    hashes = {hash(data)}
    decoded_runs: _Runs = {}
    budget = MAX_BYTES
    while queue:
        decoding = queue.popleft()
        yield decoding
        made = len(decoding.steps)
        if made == steps or (made and not _readable(decoding.data)):
            continue
        for decode in _DECODERS:
            for decoded in decode(decoding, decoded_runs):
                mark, size = hash(decoded.data), len(decoded.data)
                if mark not in hashes and size <= budget:
                    hashes.add(mark)
                    budget -= size
                    queue.append(decoded)


def _readable(data: bytes) -> bool:
    """Whether to decode further: mostly text, or compressed. Misaligned base64 is neither."""
    text = len(data) - len(data.translate(None, _TEXT))
    # UTF-16 is text of which half are zeros; a quarter allows for what surrounds it.
    return text * 2 > len(data) or data.count(0) * 4 > len(data) or _MAGIC.search(data) is not None


def _has_run(alphabet: Iterable[int], length: int) -> Callable[[bytes], bool]:
    """Whether so many bytes of an alphabet stand in a row: faster than any expression."""
    members = frozenset(alphabet)
    table = bytes(1 if byte in members else 0 for byte in range(256))
    run = b"\x01" * length
    return lambda data: run in data.translate(table)


_Runs = dict[str, set[bytes]]
"""The runs of each alphabet that one text's decodings have shown so far."""
_Decoder = Callable[[Decoding, _Runs], Iterator[Decoding]]


def _substituted(
    name: str, needs: bytes, pattern: re.Pattern[bytes], plain: Callable[[re.Match[bytes]], bytes]
) -> _Decoder:
    """A decoding step that replaces every match and keeps the other bytes in place.

    Every match contains the bytes `needs`.
    """

    def decode(decoding: Decoding, _decoded: _Runs) -> Iterator[Decoding]:
        if needs not in decoding.data:
            return
        ends: list[int] = []
        shifts = [0]

        def locate(position: int) -> int:
            if not ends:
                # Only when there is a leak to report, and then once for all of them.
                for match in pattern.finditer(decoding.data):
                    size = len(plain(match))
                    ends.append(match.start() + shifts[-1] + size)
                    shifts.append(shifts[-1] + size - (match.end() - match.start()))
            shift = shifts[bisect_right(ends, position)]
            return decoding.locate(max(0, min(position - shift, len(decoding.data))))

        source = decoding.data
        if pattern is _BLANKS and b"\x1b" not in source:
            # The same as the pattern's, several times faster.
            data = b"".join(source.split())
        else:
            data = pattern.sub(plain, source)
        if data != decoding.data:
            yield Decoding(data, (*decoding.steps, name), locate)

    return decode


def _runs(
    name: str,
    alphabet: bytes,
    length: int,
    pattern: re.Pattern[bytes],
    plain: Callable[[bytes], Iterator[bytes]],
) -> _Decoder:
    """A decoding step for runs of an alphabet, each decoded at every alignment.

    The same run decodes to the same bytes: an event stream repeats its names thousands of times, in
    each of its decodings, and every one but the first is skipped.
    """
    may_match = _has_run(alphabet, length)
    blanks = bytes(byte if byte in alphabet else 32 for byte in range(256))

    def decode(decoding: Decoding, decoded: _Runs) -> Iterator[Decoding]:
        if not may_match(decoding.data):
            return
        done = decoded.setdefault(name, set())
        if len(decoding.data) <= _SPLIT:
            parts = decoding.data.translate(blanks).split()
            new = {run for run in set(parts) if len(run) >= length} - done
        else:
            new = set(pattern.findall(decoding.data)) - done
        if not new:
            return
        done |= new
        steps = (*decoding.steps, name)
        for match in pattern.finditer(decoding.data):
            run = match.group()
            if run not in new:
                continue
            new.remove(run)
            locate = _located_at(decoding, match.start())
            for data in plain(run):
                yield Decoding(data, steps, locate)

    return decode


def _located_at(decoding: Decoding, start: int) -> Callable[[int], int]:
    """Map every position to `start`: decoded runs have no positions of their own."""
    return lambda _position: decoding.locate(start)


def _unescape(match: re.Match[bytes]) -> bytes:
    wide, narrow, short = match.groups()
    if wide is not None:
        return chr(int(wide, 16)).encode("utf-8", "surrogatepass")
    if narrow is not None:
        return bytes([int(narrow, 16)])
    letter = short.decode()
    return _CONTROLS.get(letter, short)


def _reference(match: re.Match[bytes]) -> bytes:
    return html.unescape(match.group().decode()).encode("utf-8", "surrogatepass")


def _base64(run: bytes) -> Iterator[bytes]:
    standard = run.replace(b"-", b"+").replace(b"_", b"/")
    # Longer runs are decoded at one alignment only.
    for offset in range(4 if len(run) < _LONG_RUN else 1):
        part = standard[offset:]
        # A single character left over carries no byte.
        part = part[: len(part) - (len(part) % 4 == 1)]
        yield binascii.a2b_base64(part + b"=" * (-len(part) % 4))


def _hex(run: bytes) -> Iterator[bytes]:
    for offset in range(2):
        part = run[offset:]
        yield bytes.fromhex(part[: len(part) // 2 * 2].decode())


def _base32(run: bytes) -> Iterator[bytes]:
    for offset in range(8):
        part = run[offset:]
        part = part[: len(part) // 8 * 8]
        if part:
            yield base64.b32decode(part)


def _quoted(match: re.Match[bytes]) -> bytes:
    return bytes.fromhex(match[1].decode()) if match[1] else b""


_may_hold_numbers: Final = _has_run(
    set(range(256)) - set(_ALPHANUMERIC + b"\r\n") | set(_HEX_DIGITS + b"xXoO"), _LEAST_NUMBERS
)


def _dumps(decoding: Decoding, _decoded: _Runs) -> Iterator[Decoding]:
    """Decode bytes written as numbers, line by line: hex in both byte orders, octal, decimal.

    A line's first number may be an offset; the other numbers are decoded independently of it.
    """
    if not _may_hold_numbers(decoding.data):
        return
    parts_by_base: dict[str, list[bytes]] = {"hex": [], "swapped": [], "octal": [], "decimal": []}
    start = None
    for match in _NUMBERS.finditer(decoding.data):
        start = match.start() if start is None else start
        words = [number[2] for number in _NUMBER.finditer(match.group())]
        while words and len(words[0]) != len(words[-1]):
            words = words[1:]
        parts_by_base["hex"].append(_of_hex(words, 1))
        parts_by_base["swapped"].append(_of_hex(words, -1))
        parts_by_base["octal"].append(_of_base(words, 8))
        parts_by_base["decimal"].append(_of_base(words, 10))
    for name, parts in parts_by_base.items():
        data = b"".join(parts)
        if len(data) >= 12 and start is not None:
            yield Decoding(data, (*decoding.steps, f"dump {name}"), _located_at(decoding, start))


def _of_hex(words: list[bytes], order: int) -> bytes:
    return b"".join(bytes.fromhex(word.decode())[::order] for word in words if len(word) % 2 == 0)


def _of_base(words: list[bytes], base: int) -> bytes:
    numbers = (
        int(word, base)
        for word in words
        if word.isdigit() and (base == 10 or not word.translate(None, b"01234567"))
    )
    return bytes(number for number in numbers if number < 256)


def _inflate(data: bytes, magic: bytes) -> bytes:
    try:
        if magic == b"BZh":
            return bz2.BZ2Decompressor().decompress(data, MAX_BYTES // 8)
        if magic == b"\xfd7zXZ\0":
            return lzma.LZMADecompressor().decompress(data, MAX_BYTES // 8)
        return zlib.decompressobj(47).decompress(data, MAX_BYTES // 8)
    except (zlib.error, OSError, EOFError, lzma.LZMAError):
        return b""


def _unpack(decoding: Decoding, _decoded: _Runs) -> Iterator[Decoding]:
    if _MAGIC.search(decoding.data) is None:
        return
    for magic in _PACKED:
        start = decoding.data.find(magic)
        for _ in range(_MAX_PACKS):
            if start == -1:
                break
            data = _inflate(decoding.data[start:], magic)
            if data:
                yield Decoding(data, (*decoding.steps, "gzip"), _located_at(decoding, start))
            start = decoding.data.find(magic, start + 1)


_DECODERS: Final[tuple[_Decoder, ...]] = (
    _substituted("stripped", b"", _BLANKS, lambda _match: b""),
    _substituted("percent", b"%", _PERCENT, lambda match: bytes([int(match[1], 16)])),
    _substituted("json", b"\\", _ESCAPE, _unescape),
    _substituted("html", b"&", _REFERENCE, _reference),
    _substituted("quoted-printable", b"=", _QUOTED, _quoted),
    _substituted("utf16", b"\0", _NUL, lambda _match: b""),
    _runs("base64", _ALPHANUMERIC + b"+/_-", 11, _BASE64_RUN, _base64),
    _runs("hex", _HEX_DIGITS, 12, _HEX_RUN, _hex),
    _runs("base32", b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 20, _BASE32_RUN, _base32),
    _dumps,
    _unpack,
)
