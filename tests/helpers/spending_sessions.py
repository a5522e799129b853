"""Recorded sessions that spent something, without a walk."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from smoke_tui.config.session_config import SessionConfig
from smoke_tui.journal.file import JournalFile
from smoke_tui.runbook import parse
from tests.helpers.events import make_event

TEXT = (
    "---\nschema: smoke/1\nid: {name}\ntitle: T\n---\n\n# T\n\n## 1. Call\n\nCall.\n\n"
    '```toml step\nid = "call"\nkind = "call"\nprompt = "p"\neffects = "spends"\n'
    'spend = {{ kind = "metered", max_usd = "9" }}\n```\n'
)


def spending_session(
    folder: Path,
    moment: datetime,
    *usages: Mapping[str, Any] | None,
    book: str = "one",
    **config: Any,
) -> None:
    """A recorded session of a moment: a try a usage; None is a call that was never settled."""
    stamp = moment.strftime("%Y-%m-%dT%H:%M:%S.000Z")
    text = TEXT.format(name=book)
    runbook = parse(text, "one.md").runbook
    assert runbook is not None
    opened = {
        "schema": "smoke-journal/1",
        "session": folder.name,
        "tool": "0",
        "real_provider": True,
        "by": "FAKE",
        "host": "FAKE",
        "system": "FAKE",
        "python": "3",
        "network": [],
        "runbook": {"id": book, "path": "one.md", "sha256": runbook.sha256, "text": text},
        "config": SessionConfig(**config).to_json(),
    }
    lines: list[tuple[str, str | None, int | None, Mapping[str, Any]]] = [
        ("session.opened", None, None, opened)
    ]
    for n, usage in enumerate(usages, 1):
        kind = "metered" if usage is None else usage["kind"]
        lines += [
            ("try.started", "call", n, {"cause": "walk", "caller": None}),
            ("spend.reserved", "call", n, {"calls": 1, "kind": kind}),
        ]
        if usage is not None:
            lines.append(("spend.settled", "call", n, {"unknown": False, "limits": [], **usage}))
    file = JournalFile.create(folder)
    for seq, (ev, step, number, data) in enumerate(lines):
        file.append(make_event(seq, stamp, seq, ev, step, number, None, data))
    file.close()


def metered(usd: str | None, tokens: int = 10) -> dict[str, Any]:
    """The usage of a call that is billed by the token."""
    return {"kind": "metered", "usd_metered": usd, "input_tokens": tokens, "output_tokens": 1}
