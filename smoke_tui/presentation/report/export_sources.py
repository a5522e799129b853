"""Whether what an export is made of holds a secret, where only its layout looks as if it did.

The layout of a report puts an author's words beside marks and other words: `password: "none` and
the next column look like a password that neither holds. What a value's surroundings give away is
therefore looked for once more where it comes from: in every leaf of every event, in what a child
printed as a whole, and in the evidence.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from smoke_tui.files import StorageError
from smoke_tui.journal.events.codec import encode
from smoke_tui.journal.events.event import Event
from smoke_tui.journal.events.facts import ProcessOutput
from smoke_tui.journal.evidence import referenced
from smoke_tui.journal.file import read_evidence, read_journal
from smoke_tui.journal.stream import with_names
from smoke_tui.redaction import Leak, Vault
from smoke_tui.redaction.detection import find
from smoke_tui.redaction.detectors import TOKENS


def not_by_layout(content: bytes, leaks: Sequence[Leak], folder: Path) -> list[Leak]:
    """Return the leaks of an export that are not made by its layout alone.

    Known values, and tokens that give themselves away, always count.
    """
    tokens = {hit.start for hit in find(content, TOKENS)}
    if any(leak.how != "shape" or leak.offset in tokens for leak in leaks):
        return list(leaks)
    return [] if leaks and _sources_are_clean(folder) else list(leaks)


def _sources_are_clean(folder: Path) -> bool:
    """Whether redacting the record once more leaves it unchanged."""
    vault = Vault()
    try:
        events = read_journal(folder).events
        names = frozenset(event.step for event in events if event.step is not None)
        for event in events:
            data = encode(event.body, event.blobs, event.secrets)
            if with_names(data, vault.redact_json(data), names) != data:
                return False
        for text in _printed(events):
            if vault.redact_text(text) != text:
                return False
        return all(
            vault.redact(content) == content
            for content in (read_evidence(folder, digest) for digest in referenced(events))
        )
    except StorageError:
        return False


def _printed(events: Sequence[Event]) -> list[str]:
    """Output of each child and stream, its blocks joined."""
    whole: dict[tuple[int | None, str], list[str]] = {}
    for event in events:
        if isinstance(event.body, ProcessOutput):
            source = (event.request_seq, event.body.source)
            whole.setdefault(source, []).append(event.body.text)
    return ["".join(blocks) for blocks in whole.values()]
