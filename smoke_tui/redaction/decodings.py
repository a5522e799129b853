"""Other readings of the same bytes: what a reader could get by stripping or decoding them."""

from __future__ import annotations

import base64
import bz2
import html
import lzma
import re
import zlib
from bisect import bisect_right
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

#: Decoding is repeated: base64 of gzip of percent-encoded JSON is three steps.
MAX_STEPS: Final = 3
#: All decoded readings of one text together; a bomb ends here.
MAX_BYTES: Final = 64 * 1024 * 1024
#: Packed pieces unpacked in one reading.
_MAX_PACKS: Final = 32

_BLANKS: Final = re.compile(rb"(?:\s|\x1b\[[0-?]*[ -/]*[@-~])+")
_PERCENT: Final = re.compile(rb"%([0-9A-Fa-f]{2})")
_ESCAPE: Final = re.compile(rb"\\(?:u([0-9A-Fa-f]{4})|x([0-9A-Fa-f]{2})|([\"'\\/bfnrt]))")
_REFERENCE: Final = re.compile(rb"&(?:#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z]{2,8});")
_LONG_RUN: Final = 128 * 1024
_NUL: Final = re.compile(rb"\x00+")
_BASE64_RUN: Final = re.compile(rb"[A-Za-z0-9+/_-]{11,}")
_HEX_RUN: Final = re.compile(rb"[0-9A-Fa-f]{12,}")
_BASE32_RUN: Final = re.compile(rb"[A-Z2-7]{20,}={0,6}")
_QUOTED: Final = re.compile(rb"=(?:([0-9A-F]{2})|\r?\n)")
#: Bytes written as numbers, as dumps and lists of integers are: at least 12 of them in a row.
_NUMBERS: Final = re.compile(
    rb"(?<![0-9A-Za-z])(?:(?:0[xXoO]?)?[0-9A-Fa-f]{2,4}[^0-9A-Za-z\r\n]{1,4}){5,}"
    rb"(?:0[xXoO]?)?[0-9A-Fa-f]{2,4}(?![0-9A-Za-z])"
)
_NUMBER: Final = re.compile(rb"(0[xXoO]?)?([0-9A-Fa-f]{2,4})")
_PACKED: Final = (b"\x1f\x8b\x08", b"x\x9c", b"x\xda", b"x\x01", b"BZh", b"\xfd7zXZ\0")
_CONTROLS: Final = {"b": b"\b", "f": b"\f", "n": b"\n", "r": b"\r", "t": b"\t"}
_TEXT: Final = bytes(range(0x20, 0x7F)) + b"\t\r\n"


@dataclass(frozen=True, slots=True)
class View:
    """One reading: its bytes, the steps that led to it, and the way back to the first bytes."""

    data: bytes
    steps: tuple[str, ...]
    locate: Callable[[int], int]


def views(data: bytes, steps: int = MAX_STEPS) -> Iterator[View]:
    """The bytes themselves, then every decoded reading, the simplest first; none twice."""
    queue = deque([View(data, (), lambda position: position)])
    seen = {hash(data)}
    budget = MAX_BYTES
    while queue:
        view = queue.popleft()
        yield view
        if len(view.steps) == steps or (view.steps and not _readable(view.data)):
            continue
        for decode in _DECODERS:
            for found in decode(view):
                if hash(found.data) not in seen and len(found.data) <= budget:
                    seen.add(hash(found.data))
                    budget -= len(found.data)
                    queue.append(found)


def _readable(data: bytes) -> bool:
    """Worth decoding further: text, or something packed. A wrong offset gives neither."""
    text = len(data) - len(data.translate(None, _TEXT))
    # UTF-16 is text of which half are zeros; a quarter allows for what surrounds it.
    return (
        text * 2 > len(data)
        or data.count(0) * 4 > len(data)
        or any(mark in data for mark in _PACKED)
    )


def _substituted(
    name: str, pattern: re.Pattern[bytes], plain: Callable[[re.Match[bytes]], bytes]
) -> Callable[[View], Iterator[View]]:
    """A step that replaces every match and keeps the rest in place."""

    def decode(view: View) -> Iterator[View]:
        ends: list[int] = []
        shifts = [0]

        def locate(position: int) -> int:
            if not ends:
                # Only when there is a leak to report, and then once for all of them.
                for found in pattern.finditer(view.data):
                    size = len(plain(found))
                    ends.append(found.start() + shifts[-1] + size)
                    shifts.append(shifts[-1] + size - (found.end() - found.start()))
            shift = shifts[bisect_right(ends, position)]
            return view.locate(max(0, min(position - shift, len(view.data))))

        data = pattern.sub(plain, view.data)
        if data != view.data:
            yield View(data, (*view.steps, name), locate)

    return decode


def _runs(
    name: str, pattern: re.Pattern[bytes], plain: Callable[[bytes], Iterator[bytes]]
) -> Callable[[View], Iterator[View]]:
    """A step that decodes runs of an alphabet, each at every alignment."""

    def decode(view: View) -> Iterator[View]:
        for found in pattern.finditer(view.data):
            locate = _always(view, found.start())
            for data in plain(found.group()):
                yield View(data, (*view.steps, name), locate)

    return decode


def _always(view: View, start: int) -> Callable[[int], int]:
    """Packed bytes have no place of their own: all of them stand where the pack begins."""
    return lambda _position: view.locate(start)


def _unescape(found: re.Match[bytes]) -> bytes:
    wide, narrow, short = found.groups()
    if wide is not None:
        return chr(int(wide, 16)).encode("utf-8", "surrogatepass")
    if narrow is not None:
        return bytes([int(narrow, 16)])
    letter = short.decode()
    return _CONTROLS.get(letter, short)


def _reference(found: re.Match[bytes]) -> bytes:
    return html.unescape(found.group().decode()).encode("utf-8", "surrogatepass")


def _base64(run: bytes) -> Iterator[bytes]:
    standard = run.replace(b"-", b"+").replace(b"_", b"/")
    # A run that long begins where its text does.
    for offset in range(4 if len(run) < _LONG_RUN else 1):
        part = standard[offset:]
        # A single character left over carries no byte.
        part = part[: len(part) - (len(part) % 4 == 1)]
        yield base64.b64decode(part + b"=" * (-len(part) % 4))


def _hex(run: bytes) -> Iterator[bytes]:
    for offset in range(2):
        part = run[offset:]
        yield bytes.fromhex(part[: len(part) // 2 * 2].decode())


def _base32(run: bytes) -> Iterator[bytes]:
    bare = run.rstrip(b"=")
    for offset in range(8):
        part = bare[offset:]
        part = part[: len(part) // 8 * 8]
        if part:
            yield base64.b32decode(part)


def _quoted(found: re.Match[bytes]) -> bytes:
    return bytes.fromhex(found[1].decode()) if found[1] else b""


def _dumps(view: View) -> Iterator[View]:
    """Bytes that are written as numbers: hex words in either order, octal, decimal; by the line.

    A line's first number may be an offset; what is found in the rest does not depend on it.
    """
    made: dict[str, list[bytes]] = {"hex": [], "swapped": [], "octal": [], "decimal": []}
    start = None
    for found in _NUMBERS.finditer(view.data):
        start = found.start() if start is None else start
        words = [m[2] for m in _NUMBER.finditer(found.group())]
        while words and len(words[0]) != len(words[-1]):
            words = words[1:]
        made["hex"].append(_of_hex(words, 1))
        made["swapped"].append(_of_hex(words, -1))
        made["octal"].append(_of_base(words, 8))
        made["decimal"].append(_of_base(words, 10))
    for name, parts in made.items():
        data = b"".join(parts)
        if len(data) >= 12 and start is not None:
            yield View(data, (*view.steps, f"dump {name}"), _always(view, start))


def _of_hex(words: list[bytes], order: int) -> bytes:
    return b"".join(bytes.fromhex(word.decode())[::order] for word in words if len(word) % 2 == 0)


def _of_base(words: list[bytes], base: int) -> bytes:
    numbers = (
        int(word, base)
        for word in words
        if word.isdigit() and (base == 10 or not word.translate(None, b"01234567"))
    )
    return bytes(number for number in numbers if number < 256)


def _inflate(data: bytes, mark: bytes) -> bytes:
    try:
        if mark == b"BZh":
            return bz2.BZ2Decompressor().decompress(data, MAX_BYTES // 8)
        if mark == b"\xfd7zXZ\0":
            return lzma.LZMADecompressor().decompress(data, MAX_BYTES // 8)
        return zlib.decompressobj(47).decompress(data, MAX_BYTES // 8)
    except (zlib.error, OSError, EOFError, lzma.LZMAError):
        return b""


def _unpack(view: View) -> Iterator[View]:
    for mark in _PACKED:
        start = view.data.find(mark)
        for _ in range(_MAX_PACKS):
            if start == -1:
                break
            data = _inflate(view.data[start:], mark)
            if data:
                yield View(data, (*view.steps, "gzip"), _always(view, start))
            start = view.data.find(mark, start + 1)


_DECODERS: Final = (
    _substituted("stripped", _BLANKS, lambda _found: b""),
    _substituted("percent", _PERCENT, lambda found: bytes([int(found[1], 16)])),
    _substituted("json", _ESCAPE, _unescape),
    _substituted("html", _REFERENCE, _reference),
    _substituted("quoted-printable", _QUOTED, _quoted),
    _substituted("utf16", _NUL, lambda _found: b""),
    _runs("base64", _BASE64_RUN, _base64),
    _runs("hex", _HEX_RUN, _hex),
    _runs("base32", _BASE32_RUN, _base32),
    _dumps,
    _unpack,
)
