"""The scan of a record for known secrets when its session ends, and the check of its result.

A session that ends scans all it has written for every secret value it knows, and writes `scan.json`
beside the journal: the size and the sha256 of each scanned file, and where a secret was found;
never a value, nor a fingerprint of a part of one. A program that exports the record later knows no
values, so it exports only bytes that were scanned then, or that follow from them by rules that add
no foreign text. Lines after the last scan (the session was killed) were scanned one by one when
they were written, by `redaction.write_guard`. Records of builds that did neither are checked by
the shape detectors only.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from smoke_tui.files import read_plain, replace_private
from smoke_tui.journal.events.event import JournalDamageError, data_of, parse_line
from smoke_tui.journal.events.facts import ProcessOutput, SessionOpened, SessionResumed
from smoke_tui.journal.file import read_evidence
from smoke_tui.journal.folders import EVIDENCE, JOURNAL
from smoke_tui.redaction import Vault
from smoke_tui.redaction.leak_scan import SecretSearch, known_leaks

SCAN: Final = "scan.json"
SCHEMA: Final = "smoke-scan/1"
_MOST_FOUND: Final = 50
_DIGITS: Final = 16


class NotScannedError(ValueError):
    """A record may not be given out; the text says why and what to do, never a value."""


def leave_scan(folder: Path, vault: Vault, inspected: frozenset[str] = frozenset()) -> None:
    """Scan a session's files with all values that are known, and write down what came of it.

    `inspected` is the sha256 of the evidence in which all of them have been looked for already.

    Raises:
        OSError: the record can't be read, or the result not be written.
    """
    hunt = SecretSearch(vault.secrets())
    files: dict[str, dict[str, Any]] = {}
    lines = ""
    findings: list[dict[str, Any]] = list(_former_findings(folder))
    for name, content in _files(folder):
        files[name] = {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
        if name == JOURNAL:
            lines = _running(content)
        if files[name]["sha256"] in inspected:
            continue
        for look, data in _looks(name, content):
            # Parts of what a session was opened with are names that occur elsewhere, too.
            findings += [
                {"file": name, "look": look, "kind": leak.kind, "how": leak.how, "line": leak.line}
                for leak in known_leaks(data, hunt)
                if look != "opening" or not leak.how.endswith("fragment")
            ]
    result = {
        "schema": SCHEMA,
        "session": folder.name,
        "files": files,
        "lines": lines,
        "findings": findings[:_MOST_FOUND],
    }
    replace_private(folder / SCAN, _bytes_of(result))


def _bytes_of(result: dict[str, Any]) -> bytes:
    return json.dumps(result, indent=1).encode() + b"\n"


def _running(content: bytes) -> str:
    """The first digits of the sha256 of each whole-line beginning of a journal, joined.

    A session may be cut off or resumed after its scan; a comparison shows which lines were scanned.
    """
    digest, prefixes = hashlib.sha256(), []
    for line in content.split(b"\n")[:-1]:
        digest.update(line + b"\n")
        prefixes.append(digest.hexdigest()[:_DIGITS])
    return "".join(prefixes)


def _files(folder: Path) -> Iterator[tuple[str, bytes]]:
    yield JOURNAL, read_plain(folder / JOURNAL)
    for path in sorted((folder / EVIDENCE).iterdir()):
        if len(path.name) == 64:
            yield f"{EVIDENCE}/{path.name}", read_evidence(folder, path.name)


def _looks(name: str, content: bytes) -> Iterator[tuple[str, bytes]]:
    """A file as it is; of a journal also its texts, joined: a value may lie in several events."""
    if name != JOURNAL:
        yield "content", content
        return
    texts: list[str] = []
    opening: list[str] = []
    printed: dict[str, list[str]] = {}
    for line in content.splitlines():
        try:
            event = parse_line(line)
        except JournalDamageError:
            continue
        if event.kind in (SessionOpened.kind, SessionResumed.kind):
            # A secret in a runbook is refused before there is a session; the rest is scanned.
            opening += _texts({k: v for k, v in data_of(event).items() if k != "runbook"})
            continue
        if isinstance(event.body, ProcessOutput):
            printed.setdefault(event.body.source, []).append(event.body.text)
        texts += _texts(data_of(event))
    yield "content", "\n".join(texts).encode("utf-8", "surrogatepass")
    yield "opening", "\n".join(opening).encode("utf-8", "surrogatepass")
    for source, blocks in printed.items():
        yield f"output {source}", "".join(blocks).encode("utf-8", "surrogatepass")


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield str(key)
            yield from _texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)


def _former_findings(folder: Path) -> Iterator[dict[str, Any]]:
    """What an earlier program of this session found: its values are not known any more."""
    former = _read(folder)
    if former is not None:
        yield from former["findings"]


def _read(folder: Path) -> dict[str, Any] | None:
    """The result of the last scan; None where there is none.

    Raises:
        NotScannedError: it is there and can't be read.
    """
    try:
        content = read_plain(folder / SCAN)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise NotScannedError(f"{folder / SCAN}: {error.strerror or error}") from None
    try:
        value: dict[str, Any] = json.loads(content)
        whole = (
            set(value) == {"schema", "session", "files", "lines", "findings"}
            and value["schema"] == SCHEMA
            and value["session"] == folder.name
            and isinstance(value["findings"], list)
            and isinstance(value["lines"], str)
            and JOURNAL in value["files"]
            and all(
                isinstance(row["bytes"], int)
                and isinstance(row["sha256"], str)
                and name in (JOURNAL, f"{EVIDENCE}/{row['sha256']}")
                for name, row in value["files"].items()
            )
            and _bytes_of(value) == content
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        whole = False
    if not whole:
        raise NotScannedError(
            f"{folder / SCAN} is not what a session leaves; nothing is given out "
            "without it. Take the record from where it was made"
        )
    return value


def check_scanned(folder: Path) -> None:
    """Make sure that a record may leave the machine.

    Raises:
        NotScannedError: the scan found a secret, or the files are not the scanned ones.
    """
    result = _read(folder)
    if result is None:
        return
    findings = result["findings"]
    if findings:
        first = findings[0]
        raise NotScannedError(
            f"when session {folder.name} ended, {len(findings)} place(s) of its record let a "
            f"secret be read ({first.get('kind')} in {first.get('file')}, line {first.get('line')}: "
            f"{first.get('how')}). Nothing of it is given out: keep it here, do not pass its files "
            "on, and run the runbook again for a record that can be shown"
        )
    for name, row in result["files"].items():
        path = folder / name
        try:
            content = read_plain(path)
        except FileNotFoundError:
            # What is missing can't leak; the readers of the record tell of it.
            continue
        except OSError as error:
            raise NotScannedError(f"{path}: {error.strerror or error}") from None
        if not _is_scanned(content, row, result["lines"] if name == JOURNAL else ""):
            raise NotScannedError(
                f"{path} is not the file that was scanned for secrets when the session ended, and "
                "nobody knows its values any more. Take the record from where it was made"
            )


def _is_scanned(content: bytes, row: dict[str, Any], lines: str) -> bool:
    size = row["bytes"]
    if len(content) >= size and hashlib.sha256(content[:size]).hexdigest() == row["sha256"]:
        # The lines of a journal after the scan were scanned when they were written.
        return len(content) == size if not lines else lines == _running(content[:size])
    # A journal that was cut off holds less than was scanned, and nothing else.
    now = _running(content)
    return 0 < len(now) < len(lines) and lines.startswith(now)
