"""Evidence against its journal: what is missing, damaged or referenced by no event."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from smoke_tui.files import StorageError
from smoke_tui.journal.events.event import Event
from smoke_tui.journal.file import read_evidence
from smoke_tui.journal.folders import EVIDENCE, left_by_a_kill
from smoke_tui.structs import Struct


class EvidenceLook(Struct, frozen=True):
    """`problems` in words, a missing piece included; `spare` are files no event speaks of."""

    problems: tuple[str, ...]
    spare: tuple[str, ...]


def referenced(events: Iterable[Event]) -> list[str]:
    """The sha256 of every piece of evidence the events name, once each."""
    digests: dict[str, None] = {}
    for event in events:
        for blob in event.blobs.values():
            digests[blob.sha256] = None
    return list(digests)


def look_at_evidence(folder: Path, events: Iterable[Event]) -> EvidenceLook:
    """Read every piece once, and compare it with its name and with the journal."""
    referenced_digests = referenced(events)
    referenced_set = set(referenced_digests)
    try:
        # What a kill kept from becoming evidence is none; the next start clears it.
        stored = sorted(
            path.name for path in (folder / EVIDENCE).iterdir() if not left_by_a_kill(path.name)
        )
    except OSError:
        stored = []
    spare = [name for name in stored if name not in referenced_set]
    problems = []
    for digest in (*referenced_digests, *spare):
        try:
            read_evidence(folder, digest)
        except StorageError as error:
            problems.append(str(error))
    return EvidenceLook(tuple(problems), tuple(spare))
