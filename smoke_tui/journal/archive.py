"""A session as one file: a gzipped tar of the journal and its evidence, the same bytes each time.

The first member is a manifest with the size and the sha256 of every other one. `tar xzf` opens
the file. Read are regular members of a session, no other names, types or owners, and only where
they fit the manifest. Archives of earlier builds carry a comment in gzip's header as well.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import tarfile
import zlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from smoke_tui.files import StorageError, read_plain, replace_private
from smoke_tui.journal.close_scan import SCAN
from smoke_tui.journal.file import read_evidence
from smoke_tui.journal.folders import EVIDENCE, JOURNAL
from smoke_tui.regex import regex

SCHEMA: Final = "smoke-archive/1"
SUFFIX: Final = ".smoke"
MANIFEST: Final = "manifest.json"
MAGIC: Final = b"\x1f\x8b"

MOST_PACKED: Final = 256 * 1024 * 1024
MOST_BYTES: Final = 1024 * 1024 * 1024
MOST_MEMBERS: Final = 50_000

_SESSION: Final = regex(r"[0-9A-Za-z][0-9A-Za-z-]{0,79}")
_DIGEST: Final = regex(r"[0-9a-f]{64}")


class ArchiveDamageError(StorageError):
    """An archive is not what was written. The text says which file and what is wrong with it."""


def members_of(folder: Path, evidence: Iterable[str] | None = None) -> dict[str, bytes]:
    """A session's files as they go into an archive, by their names there.

    `evidence` are the pieces that its journal speaks of, where not all that lie there are meant.

    Raises:
        StorageError: one is missing, no regular file, or not what its name says.
    """
    members = {JOURNAL: _plain(folder / JOURNAL)}
    if evidence is None:
        try:
            evidence = filter(_DIGEST.fullmatch, [p.name for p in (folder / EVIDENCE).iterdir()])
        except OSError as error:
            raise StorageError(f"{folder / EVIDENCE}: {error.strerror or error}") from None
    for name in sorted(set(evidence)):
        members[f"{EVIDENCE}/{name}"] = read_evidence(folder, name)
    if (folder / SCAN).exists():
        members[SCAN] = _plain(folder / SCAN)
    return members


def _plain(path: Path) -> bytes:
    try:
        return read_plain(path)
    except OSError as error:
        raise StorageError(f"{path}: {error.strerror or error}") from None


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
    buffer = io.BytesIO()
    # Without a name and a time in gzip's header the bytes depend on the members alone.
    with (
        gzip.GzipFile("", "wb", fileobj=buffer, mtime=0) as packed,
        tarfile.open(fileobj=packed, mode="w", format=tarfile.USTAR_FORMAT) as tar,
    ):
        for name, content in {MANIFEST: manifest, **members}.items():
            tar.addfile(_entry(name, len(content)), io.BytesIO(content))
    return buffer.getvalue()


def _entry(name: str, size: int) -> tarfile.TarInfo:
    """A tar header that names nobody and no time."""
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = size, 0o600
    return entry


def is_archive(path: Path) -> bool:
    """Whether a path names a file that is meant to be an archive, be it whole or not."""
    try:
        if not path.is_file():
            return False
        with path.open("rb") as file:
            return path.suffix == SUFFIX or file.read(2) == MAGIC
    except (OSError, ValueError):
        return False


def unpack(path: Path, into: Path, most_bytes: int = MOST_BYTES) -> Path:
    """Verify an archive and lay its session out below `into`, which is ours alone; its folder.

    Raises:
        ArchiveDamageError: it is not what was written, or larger than anything that was.
    """
    try:
        content = read_plain(path.resolve(), MOST_PACKED)
    except OSError as error:
        raise ArchiveDamageError(f"{path}: {error.strerror or error}") from None
    try:
        session, members = _read(content, most_bytes)
    except ValueError as error:
        raise ArchiveDamageError(f"{path} is no archive as it was written: {error}") from None
    folder = into / session
    folder.mkdir(mode=0o700)
    (folder / EVIDENCE).mkdir(mode=0o700)
    for name, data in members.items():
        replace_private(folder / name, data)
    return folder


def _read(content: bytes, most_bytes: int) -> tuple[str, dict[str, bytes]]:
    """The session's name and members.

    Raises:
        ValueError: what is wrong, in words.
    """
    members = _members(_unzip(content, most_bytes))
    manifest = _manifest(members.pop(MANIFEST, b""))
    declared = {row["name"]: (row["bytes"], row["sha256"]) for row in manifest["members"]}
    actual = {name: (len(data), _sha256(data)) for name, data in members.items()}
    if declared != actual or len(declared) != len(manifest["members"]):
        raise ValueError("its members do not fit its manifest")
    if JOURNAL not in members:
        raise ValueError("it holds no journal")
    return str(manifest["session"]), members


def _unzip(packed: bytes, most_bytes: int) -> bytes:
    """The content of one gzip stream; zlib checks its checksum and length."""
    unpacker = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)
    try:
        data = unpacker.decompress(packed, most_bytes)
    except zlib.error as error:
        raise ValueError(f"it can't be unpacked ({error})") from None
    if not unpacker.eof:
        raise ValueError(f"it is cut short, or unpacks to more than {most_bytes:,} bytes")
    if unpacker.unused_data:
        raise ValueError("something stands behind its end")
    return data


def _members(data: bytes) -> dict[str, bytes]:
    """The members of a tar of ours, each name once.

    Header by header: `TarFile` would follow the extensions of a foreign tar, whose sizes and
    names nobody bounds.
    """
    at, members = 0, dict[str, bytes]()
    while (header := data[at : at + tarfile.BLOCKSIZE]).strip(b"\0"):
        try:
            entry = tarfile.TarInfo.frombuf(header, "ascii", "replace")
        except tarfile.TarError as error:
            raise ValueError(f"a member's header can't be read ({error})") from None
        name, size = entry.name, entry.size
        if not _is_ours(name) or name in members or len(members) >= MOST_MEMBERS:
            raise ValueError(f"{name[:100]!r} is no member of a session, or one too many")
        if header != _entry(name, size).tobuf(tarfile.USTAR_FORMAT):
            raise ValueError(f"the member {name} has another header")
        start = at + tarfile.BLOCKSIZE
        at = start + size + -size % tarfile.BLOCKSIZE
        members[name] = data[start : start + size]
    if data[at:].strip(b"\0"):
        raise ValueError("something stands behind its last member")
    return members


def _is_ours(name: str) -> bool:
    folder, _, file = name.rpartition("/")
    return name in (MANIFEST, JOURNAL, SCAN) or (
        folder == EVIDENCE and bool(_DIGEST.fullmatch(file))
    )


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
    manifest: Mapping[str, Any] = value
    return manifest


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
