"""Others change the record while the session runs: nothing more is done, and it is said."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from smoke_tui.journal.events.event import Event
from smoke_tui.journal.file import JournalFile, read_journal
from smoke_tui.journal.folders import JOURNAL, RecordGoneError
from tests.helpers.events import make_event
from tests.helpers.program_faults import acknowledged, check, newest

HEAD = """---
schema: smoke/1
id: gone
title: A record that others change
---
"""


def step(name: str, command: str) -> str:
    return f"""
## {name}

What it does.

```bash run shell
{command}
```

```toml step
id      = "{name}"
kind    = "run"
effects = "local"
timeout = "20s"
```
"""


CUTS: dict[str, str] = {
    "cut to nothing": ": > $j",
    "cut by a line": "sed -i '$d' $j",
    "cut by a byte": "truncate -s -1 $j",
    "a line more": "echo '{}' >> $j",
    "removed": "rm $j",
    "its folder removed": "rm -r state/sessions",
    "replaced by a copy": "cp $j copy && mv copy $j",
}


@pytest.mark.parametrize("name", CUTS)
def test_nothing_is_done_after_the_record_was_changed(tmp_path: Path, name: str) -> None:
    command = f"j=$(echo state/sessions/*/journal.jsonl); {CUTS[name]}"
    (tmp_path / "gone.md").write_text(
        HEAD + step("one", "true") + step("two", command) + step("three", "touch made-after")
    )
    done = check(
        tmp_path / "state",
        tmp_path,
        "--project",
        str(tmp_path),
        "--check",
        "gone.md",
        "--live",
        "--json",
    )
    assert done.code == 70
    assert "NOT SAVED" in done.err
    assert "by another program" in done.err
    assert "Traceback" not in done.err
    assert acknowledged(done.err) == {"one": "pass"}
    assert not (tmp_path / "made-after").exists(), "a step ran whose record is gone"


def event(seq: int) -> Event:
    return make_event(seq, "2026-11-21T19:00:00.000Z", seq, "noted", data={"text": f"note {seq}"})


@pytest.mark.parametrize(
    "change",
    [
        lambda path: os.truncate(path, 10),
        lambda path: path.unlink(),
        lambda path: path.write_bytes(path.read_bytes() + b"x"),
        lambda path: (path.rename(path.with_name("other")), path.write_bytes(b"")),
    ],
    ids=["cut", "removed", "longer", "replaced"],
)
def test_neither_a_line_nor_evidence_is_taken_after_that(
    tmp_path: Path, change: Callable[[Path], object]
) -> None:
    folder = tmp_path / "sessions" / "S"
    journal = JournalFile.create(folder)
    journal.append(event(0))
    change(folder / JOURNAL)
    before = (folder / JOURNAL).read_bytes() if (folder / JOURNAL).exists() else None
    with pytest.raises(RecordGoneError, match="by another program"):
        journal.keep(b"evidence")
    with pytest.raises(RecordGoneError, match="by another program"):
        journal.append(event(1))
    journal.close()
    after = (folder / JOURNAL).read_bytes() if (folder / JOURNAL).exists() else None
    assert before == after, "what others have made of it stays as it is"


def test_a_record_that_was_cut_at_the_very_end_is_not_told_as_kept(tmp_path: Path) -> None:
    """The last line is written, and then cut by a child that was waiting for it."""
    watcher = (
        "(while ! grep -q session.closed state/sessions/*/journal.jsonl; do :; done; "
        "sed -i '$d' state/sessions/*/journal.jsonl) >/dev/null 2>&1 &"
    )
    (tmp_path / "gone.md").write_text(HEAD + step("one", f"{watcher}\ntrue"))
    done = check(
        tmp_path / "state",
        tmp_path,
        "--project",
        str(tmp_path),
        "--check",
        "gone.md",
        "--live",
        "--json",
    )
    # The guardian ends what a step has left, so the watcher may not live to see it.
    held = read_journal(newest(tmp_path / "state")).events[-1].kind == "session.closed"
    assert (done.code == 0) == held
