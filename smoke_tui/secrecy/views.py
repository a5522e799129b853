"""Other readings of the same bytes: what a reader could get by stripping or decoding them."""

from __future__ import annotations

import base64
import html
import re
import zlib
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
_NUL: Final = re.compile(rb"\x00+")
_BASE64_RUN: Final = re.compile(rb"[A-Za-z0-9+/_-]{11,}")
_HEX_RUN: Final = re.compile(rb"[0-9A-Fa-f]{12,}")
_GZIP: Final = b"\x1f\x8b\x08"
_CONTROLS: Final = {"b": b"\b", "f": b"\f", "n": b"\n", "r": b"\r", "t": b"\t"}
_TEXT: Final = bytes(range(0x20, 0x7F)) + b"\t\r\n"


@dataclass(frozen=True, slots=True)
class View:
    """One reading: its bytes, the steps that led to it, and the way back to the first bytes."""

    data: bytes
    steps: tuple[str, ...]
    locate: Callable[[int], int]


def views(data: bytes) -> Iterator[View]:
    """The bytes themselves, then every decoded reading, the simplest first; none twice."""
    queue = deque([View(data, (), lambda position: position)])
    seen = {hash(data)}
    budget = MAX_BYTES
    while queue:
        view = queue.popleft()
        yield view
        if len(view.steps) == MAX_STEPS or (view.steps and not _readable(view.data)):
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
    return _GZIP in data or text * 2 > len(data) or data.count(0) * 4 > len(data)


def _substituted(
    name: str, pattern: re.Pattern[bytes], plain: Callable[[re.Match[bytes]], bytes]
) -> Callable[[View], Iterator[View]]:
    """A step that replaces every match and keeps the rest in place."""

    def decode(view: View) -> Iterator[View]:
        def locate(position: int) -> int:
            # Found again only when there is a leak to report.
            shift = 0
            for found in pattern.finditer(view.data):
                text = plain(found)
                if found.start() + shift + len(text) > position:
                    break
                shift += len(text) - (found.end() - found.start())
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
    for offset in range(4):
        part = standard[offset:]
        # A single character left over carries no byte.
        part = part[: len(part) - (len(part) % 4 == 1)]
        yield base64.b64decode(part + b"=" * (-len(part) % 4))


def _hex(run: bytes) -> Iterator[bytes]:
    for offset in range(2):
        part = run[offset:]
        yield bytes.fromhex(part[: len(part) // 2 * 2].decode())


def _gunzip(view: View) -> Iterator[View]:
    start = view.data.find(_GZIP)
    for _ in range(_MAX_PACKS):
        if start == -1:
            return
        unpacker = zlib.decompressobj(31)
        try:
            data = unpacker.decompress(view.data[start:], MAX_BYTES // 8)
        except zlib.error:
            data = b""
        if data:
            yield View(data, (*view.steps, "gzip"), _always(view, start))
        start = view.data.find(_GZIP, start + 1)


_DECODERS: Final = (
    _substituted("stripped", _BLANKS, lambda _found: b""),
    _substituted("percent", _PERCENT, lambda found: bytes([int(found[1], 16)])),
    _substituted("json", _ESCAPE, _unescape),
    _substituted("html", _REFERENCE, _reference),
    _substituted("utf16", _NUL, lambda _found: b""),
    _runs("base64", _BASE64_RUN, _base64),
    _runs("hex", _HEX_RUN, _hex),
    _gunzip,
)
