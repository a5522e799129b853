"""A session as one file: the same bytes each time, and not one of them may change unnoticed."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import tarfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smoke_tui.files import StorageError
from smoke_tui.journal.archive import (
    SCHEMA,
    ArchiveDamageError,
    is_archive,
    members_of,
    pack,
    unpack,
)

TEXT = b"a piece of evidence\n" * 3
DIGEST = hashlib.sha256(TEXT).hexdigest()
MEMBERS = {"journal.jsonl": b'{"seq":0}\n' * 20, f"evidence/{DIGEST}": TEXT}
PACKED = pack("20260101T000000Z-0000", MEMBERS)


def read(tmp_path: Path, content: bytes) -> Path:
    path = tmp_path / "x.smoke"
    path.write_bytes(content)
    into = tmp_path / "into"
    into.mkdir(exist_ok=True)
    return unpack(path, into)


def test_what_goes_in_comes_out_and_the_bytes_are_always_the_same(tmp_path: Path) -> None:
    folder = read(tmp_path, PACKED)
    assert folder.name == "20260101T000000Z-0000"
    assert members_of(folder) == MEMBERS
    assert pack(folder.name, members_of(folder)) == PACKED
    assert {oct(p.stat().st_mode & 0o777) for p in folder.rglob("*") if p.is_file()} == {"0o600"}


def test_any_tar_opens_it_and_finds_nobodys_name(tmp_path: Path) -> None:
    with tarfile.open(fileobj=io.BytesIO(gzip.decompress(PACKED))) as tar:
        found = tar.getmembers()
    assert [m.name for m in found] == ["manifest.json", *MEMBERS]
    assert {(m.uid, m.gid, m.uname, m.gname, m.mtime, m.mode) for m in found} == {
        (0, 0, "", "", 0, 0o600)
    }


@pytest.mark.slow
@settings(max_examples=300, deadline=None)
@given(st.integers(0, len(PACKED) - 1), st.integers(1, 255))
def test_one_changed_byte_is_noticed_or_changes_nothing(
    tmp_path_factory: pytest.TempPathFactory, at: int, by: int
) -> None:
    changed = bytearray(PACKED)
    changed[at] ^= by
    try:
        folder = read(tmp_path_factory.mktemp("a"), bytes(changed))
    except ArchiveDamageError:
        return
    # The time and the system in gzip's header, for example.
    assert members_of(folder) == MEMBERS


@pytest.mark.parametrize(
    "change",
    [
        lambda b: b[:-1],
        lambda b: b + b"\0",
        lambda b: b"",
        lambda b: b[:40],
        lambda b: b + b,
    ],
)
def test_cut_or_lengthened_it_is_no_archive(tmp_path: Path, change: Any) -> None:
    with pytest.raises(ArchiveDamageError):
        read(tmp_path, change(PACKED))


def forged(tar: bytes) -> bytes:
    """What somebody may write who knows the format: any tar, packed."""
    return gzip.compress(tar, mtime=0)


def tar_of(members: list[tuple[tarfile.TarInfo, bytes]]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for member, content in members:
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return out.getvalue()


def entry(name: str, **more: Any) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.mode = 0o600
    for key, value in more.items():
        setattr(member, key, value)
    return member


def manifest(session: str, members: dict[str, bytes]) -> bytes:
    return json.dumps(
        {
            "schema": SCHEMA,
            "session": session,
            "members": [
                {"name": name, "bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
                for name, content in members.items()
            ],
        }
    ).encode()


def test_the_forger_of_these_tests_can_write_a_whole_one(tmp_path: Path) -> None:
    body = {"journal.jsonl": b"x"}
    blocks = [(entry("manifest.json"), manifest("S", body)), (entry("journal.jsonl"), b"x")]
    assert read(tmp_path, forged(tar_of(blocks))).name == "S"
    with pytest.raises(ArchiveDamageError, match="behind its last member"):
        read(tmp_path, forged(tar_of(blocks) + b"x"))
    with pytest.raises(ArchiveDamageError, match="members do not fit its manifest"):
        read(tmp_path, forged(tar_of([(entry("manifest.json"), manifest("S", {})), blocks[1]])))


HOSTILE: dict[str, dict[str, Any]] = {
    "../escape": {},
    "/etc/escape": {},
    "evidence/../../escape": {},
    "evidence/x": {},
    "evidence/" + "0" * 64: {"type": tarfile.SYMTYPE, "linkname": "/etc/passwd"},
    "evidence/" + "1" * 64: {"type": tarfile.LNKTYPE, "linkname": "journal.jsonl"},
    "evidence/" + "2" * 64: {"type": tarfile.FIFOTYPE},
    "evidence/" + "3" * 64: {"type": tarfile.DIRTYPE},
    "evidence/" + "4" * 64: {"uname": "ada"},
    "evidence/" + "5" * 64: {"pax_headers": {"comment": "x"}},
    "journal.jsonl": {},
}

EVIL: dict[str, list[tuple[tarfile.TarInfo, bytes]]] = {
    name: [
        (entry("manifest.json"), manifest("S", {"journal.jsonl": b"x", name: b"y"})),
        (entry("journal.jsonl"), b"x"),
        (entry(name, **more), b"y" if not more else b""),
    ]
    for name, more in HOSTILE.items()
}


@pytest.mark.parametrize("name", EVIL)
def test_a_forged_member_is_refused_and_nothing_is_written(tmp_path: Path, name: str) -> None:
    with pytest.raises(ArchiveDamageError, match=r"is no member|another header"):
        read(tmp_path, forged(tar_of(EVIL[name])))
    assert sorted(p.name for p in tmp_path.rglob("*")) == ["into", "x.smoke"]


@pytest.mark.parametrize("session", ["..", "../x", "/x", "", "a/b", "a\nb", "x" * 200, ".x"])
def test_a_forged_name_of_a_session_is_refused(tmp_path: Path, session: str) -> None:
    body = b"x"
    blocks = tar_of(
        [
            (entry("manifest.json"), manifest(session, {"journal.jsonl": body})),
            (entry("journal.jsonl"), body),
        ]
    )
    with pytest.raises(ArchiveDamageError, match="manifest"):
        read(tmp_path, forged(blocks))


def test_a_bomb_ends_at_the_limit(tmp_path: Path) -> None:
    bomb = tmp_path / "x.smoke"
    bomb.write_bytes(forged(bytes(64 * 1024 * 1024)))
    with pytest.raises(ArchiveDamageError, match="unpacks to more than"):
        unpack(bomb, tmp_path, most_bytes=1024 * 1024)


@pytest.mark.parametrize("what", ["journal", "evidence", "folder"])
def test_a_link_in_a_session_is_not_followed(tmp_path: Path, what: str) -> None:
    folder = read(tmp_path, PACKED)
    target = tmp_path / "target"
    target.write_bytes(TEXT)
    path = {
        "journal": folder / "journal.jsonl",
        "evidence": folder / "evidence" / DIGEST,
        "folder": folder / "evidence",
    }[what]
    if what == "folder":
        for piece in path.iterdir():
            piece.unlink()
        path.rmdir()
        os.mkfifo(path)
    else:
        path.unlink()
        path.symlink_to(target)
    with pytest.raises(StorageError):
        members_of(folder)


def test_what_an_archive_is(tmp_path: Path) -> None:
    for name, content, is_one in (("a.smoke", b"", True), ("b", PACKED, True), ("c", b"x", False)):
        (tmp_path / name).write_bytes(content)
        assert is_archive(tmp_path / name) is is_one
    assert not is_archive(tmp_path)
    assert not is_archive(tmp_path / "gone")
    assert not is_archive(Path("x\0y"))
