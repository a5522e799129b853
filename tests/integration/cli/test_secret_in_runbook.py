"""A value that was given as a secret stands in the runbook: nothing begins, and nothing is left."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.helpers.program import Program

BOOK = """---
schema: smoke/1
id: small
title: Small
---

## Say

Words about minted-ledger-password of ours.

```bash run
touch made
```

```toml step
id      = "say"
kind    = "run"
effects = "local"
timeout = "20s"
```
"""


def test_the_record_would_hide_a_part_of_the_runbook(
    program: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CI", raising=False)
    book = tmp_path / "small.md"
    book.write_text(BOOK)
    done = program(
        "--project",
        str(tmp_path),
        "--check",
        str(book),
        "--live",
        "--ledger",
        "postgresql://ada:minted-ledger-password@127.0.0.1:9/core",
    )
    assert done.code == 3
    assert f"{book}:9:" in done.err
    assert "nothing was run" in done.err
    assert "minted-ledger-password" not in done.err
    assert not (tmp_path / "made").exists()
    assert program.sessions() == []
