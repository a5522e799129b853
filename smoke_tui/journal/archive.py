"""A session as one file: a gzipped tar of the journal and its evidence, the same bytes each time.

The file begins with a gzip header whose comment holds the sha256 of all that follows, then a
manifest with the size and the sha256 of every member. `tar xzf` opens it. What we read has to be,
byte for byte, what we would have written: no other header, name, order or padding is taken.
"""

from __future__ import annotations

import hashlib
import json
import re
import tarfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from smoke_tui.journal.file import EVIDENCE, JOURNAL, JournalError, read_evidence, replace_private
from smoke_tui.journal.plain import read_plain
from smoke_tui.journal.scanned import SCAN

SCHEMA: Final = "smoke-archive/1"
SUFFIX: Final = ".smoke"
MANIFEST: Final = "manifest.json"
MAGIC: Final = b"\x1f\x8b"

MOST_PACKED: Final = 256 * 1024 * 1024
MOST_BYTES: Final = 1024 * 1024 * 1024
MOST_MEMBERS: Final = 50_000

_SESSION: Final = re.compile(r"[0-9A-Za-z][0-9A-Za-z-]{0,79}")
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")
_LINE: Final = re.compile(rb"\x1f\x8b\x08\x10\0\0\0\0\x02\xffsmoke-archive/1 ([0-9a-f]{64})\0")
"""gzip's own header: deflate, a comment, no time, best compression, no system; then the comment."""

_BLOCK: Final = 512


class ArchiveDamage(JournalError):
    """An archive is not what was written. The text says which file and what is wrong with it."""


def members_of(folder: Path, evidence: Iterable[str] | None = None) -> dict[str, bytes]:
    """A session's files as they go into an archive, by their names there.

    `evidence` are the pieces that its journal speaks of, where not all that lie there are meant.

    Raises:
        JournalError: one is missing, no regular file, or not what its name says.
    """
    members = {JOURNAL: _plain(folder / JOURNAL)}
    if evidence is None:
        try:
            evidence = filter(_DIGEST.fullmatch, [p.name for p in (folder / EVIDENCE).iterdir()])
        except OSError as error:
            raise JournalError(f"{folder / EVIDENCE}: {error.strerror or error}") from None
    for name in sorted(set(evidence)):
        members[f"{EVIDENCE}/{name}"] = read_evidence(folder, name)
    if (folder / SCAN).exists():
        members[SCAN] = _plain(folder / SCAN)
    return members


def _plain(path: Path) -> bytes:
    try:
        return read_plain(path)
    except OSError as error:
        raise JournalError(f"{path}: {error.strerror or error}") from None


def pack(session: str, members: Mapping[str, bytes]) -> bytes:
    """The archive's bytes; the same members give the same bytes."""
    manifest = (
        json.dumps(
            {
                "schema": SCHEMA,
                "session": session,
                "members": [
                    {"name": name, "bytes": len(content), "sha256": _sha256(content)}
                    for name, content in members.items()
                ],
            },
            indent=1,
        ).encode()
        + b"\n"
    )
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    check, size, body = 0, 0, []
    for piece in _tar({MANIFEST: manifest, **members}):
        check, size = zlib.crc32(piece, check), size + len(piece)
        body.append(packer.compress(piece))
    body += [packer.flush(), check.to_bytes(4, "little"), (size % 2**32).to_bytes(4, "little")]
    packed = b"".join(body)
    return (
        MAGIC
        + b"\x08\x10\0\0\0\0\x02\xff"
        + f"{SCHEMA} {_sha256(packed)}".encode()
        + b"\0"
        + packed
    )


def _tar(members: Mapping[str, bytes]) -> Iterator[bytes]:
    for name, content in members.items():
        yield _head(name, len(content))
        yield content
        yield bytes(-len(content) % _BLOCK)
    yield bytes(2 * _BLOCK)


def _head(name: str, size: int) -> bytes:
    """A tar header that names nobody and no time."""
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = size, 0o600
    return entry.tobuf(tarfile.USTAR_FORMAT)


def is_archive(path: Path) -> bool:
    """Whether a path names a file that is meant to be an archive, be it whole or not."""
    try:
        if not path.is_file():
            return False
        with path.open("rb") as file:
            return path.suffix == SUFFIX or file.read(2) == MAGIC
    except (OSError, ValueError):
        return False


def unpack(path: Path, into: Path) -> Path:
    """Verify an archive and lay its session out below `into`, which is ours alone; its folder.

    Raises:
        ArchiveDamage: it is not what was written, or larger than anything that was.
    """
    try:
        content = read_plain(path.resolve(), MOST_PACKED)
    except OSError as error:
        raise ArchiveDamage(f"{path}: {error.strerror or error}") from None
    try:
        session, members = _read(content)
    except ValueError as error:
        raise ArchiveDamage(f"{path} is no archive as it was written: {error}") from None
    folder = into / session
    folder.mkdir(mode=0o700)
    (folder / EVIDENCE).mkdir(mode=0o700)
    for name, data in members.items():
        replace_private(folder / name, data)
    return folder


def _read(content: bytes) -> tuple[str, dict[str, bytes]]:
    """The session's name and members.

    Raises:
        ValueError: what is wrong, in words.
    """
    head = _LINE.match(content)
    if head is None:
        raise ValueError("its header is another")
    if _sha256(content[head.end() :]).encode() != head[1]:
        raise ValueError("its content does not fit the sha256 in its header")
    members = dict(_members(_unzip(content[head.end() :])))
    manifest = _manifest(members.pop(MANIFEST, b""))
    listed = {row["name"]: (row["bytes"], row["sha256"]) for row in manifest["members"]}
    found = {name: (len(data), _sha256(data)) for name, data in members.items()}
    if listed != found or len(listed) != len(manifest["members"]):
        raise ValueError("its members do not fit its manifest")
    if JOURNAL not in members:
        raise ValueError("it holds no journal")
    return str(manifest["session"]), members


def _unzip(packed: bytes) -> bytes:
    unpacker = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        data = unpacker.decompress(packed, MOST_BYTES)
    except zlib.error as error:
        raise ValueError(f"it can't be unpacked ({error})") from None
    if not unpacker.eof:
        raise ValueError(f"it is cut short, or unpacks to more than {MOST_BYTES:,} bytes")
    expected = zlib.crc32(data).to_bytes(4, "little") + (len(data) % 2**32).to_bytes(4, "little")
    if unpacker.unused_data != expected:
        raise ValueError("its checksum does not fit, or something stands behind its end")
    return data


def _members(data: bytes) -> Iterator[tuple[str, bytes]]:
    """The members of a tar of ours, each name once."""
    at, names = 0, set[str]()
    while data[at : at + 2 * _BLOCK] != bytes(2 * _BLOCK):
        head = data[at : at + _BLOCK]
        name = head[:100].rstrip(b"\0").decode("ascii", "replace")
        size = _size(head[124:135])
        if not _is_ours(name) or name in names or len(names) >= MOST_MEMBERS:
            raise ValueError(f"{name[:100]!r} is no member of a session, or one too many")
        if head != _head(name, size):
            raise ValueError(f"the member {name} has another header")
        start = at + _BLOCK
        at = start + size + -size % _BLOCK
        if at > len(data) or any(data[start + size : at]):
            raise ValueError(f"the member {name} is cut short, or padded with something")
        names.add(name)
        yield name, data[start : start + size]
    if len(data) != at + 2 * _BLOCK:
        raise ValueError("something stands behind its last member")


def _is_ours(name: str) -> bool:
    folder, _, file = name.rpartition("/")
    return name in (MANIFEST, JOURNAL, SCAN) or (
        folder == EVIDENCE and bool(_DIGEST.fullmatch(file))
    )


def _size(octal: bytes) -> int:
    if not re.fullmatch(rb"[0-7]{11}", octal):
        raise ValueError("a member's size is no number")
    return int(octal, 8)


def _manifest(content: bytes) -> Mapping[str, Any]:
    try:
        value = json.loads(content)
        whole = (
            value["schema"] == SCHEMA
            and bool(_SESSION.fullmatch(value["session"]))
            and all(set(row) == {"name", "bytes", "sha256"} for row in value["members"])
        )
    except (ValueError, KeyError, TypeError, RecursionError):
        whole = False
    if not whole:
        raise ValueError("its manifest is missing, of another version, or of another form")
    found: Mapping[str, Any] = value
    return found


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
