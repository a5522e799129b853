"""Sessions told event by event, and folded as the product folds them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from smoke_tui.journal.events import Event
from smoke_tui.journal.fold import fold
from smoke_tui.journal.state import State
from smoke_tui.runbook import Runbook, parse

TWO_STEPS = """\
---
schema: smoke/1
id: story
title: A story
model: gpt-5-codex
---

# A story

## 1. Ask

```toml step
id      = "ask"
kind    = "call"
proof   = true
prompt  = "Say it."
effects = "spends"
spend   = { kind = "subscription", max_calls = 3 }

[[on]]
match = { code = "instructions-drift" }
goto  = "mend"
```

## 2. Look

```toml step
id   = "look"
kind = "manual"
ask  = "Is it there?"
```

## 3. Sign

```toml step
id   = "sign"
kind = "manual"
ask  = "Signed?"
```

## Fallback: mend it

```toml step
id       = "mend"
kind     = "manual"
fallback = true
ask      = "Mended?"
retry    = { max = 1 }
```
"""


def story_runbook() -> Runbook:
    """Three steps, the first one a proof with a fallback."""
    parsed = parse(TWO_STEPS, "story.md")
    assert parsed.runbook is not None, [str(found) for found in parsed.diagnostics]
    return parsed.runbook


class Story:
    """Events in order; every call adds one."""

    def __init__(self, **config: Any) -> None:
        self.events: list[Event] = []
        self.add("session.opened", {"session": "S", "config": {"world": "live", **config}})

    def add(
        self,
        ev: str,
        data: Mapping[str, Any],
        step: str | None = None,
        n: int | None = None,
        re: int | None = None,
    ) -> int:
        seq = len(self.events)
        moment = f"2026-11-21T19:00:{seq % 60:02d}.000Z"
        self.events.append(Event(seq, moment, seq * 100, ev, step, n, re, dict(data)))
        return seq

    def tried(
        self,
        step: str,
        outcome: str | None,
        code: str | None = None,
        *,
        cause: str = "walk",
        caller: str | None = None,
        n: int = 1,
        attested: bool = False,
    ) -> Story:
        """One try of a step, and its outcome unless that is still open."""
        self.add("try.started", {"cause": cause, "caller": caller}, step, n)
        observed = {"attested": True} if attested else {}
        self.add(
            "try.finished",
            {"code": code, "summary": "seen", "error": outcome == "error", "observed": observed},
            step,
            n,
        )
        if outcome is not None:
            self.finished(step, outcome, code, n=n)
        return self

    def finished(
        self,
        step: str,
        outcome: str,
        code: str | None = None,
        *,
        n: int | None = 1,
        **more: Any,
    ) -> Story:
        data = {"outcome": outcome, "code": code, "summary": "", **more}
        self.add("step.finished", data, step, n)
        return self

    def branched(self, step: str, to: str, code: str = "instructions-drift") -> Story:
        self.add("branch.taken", {"to": to, "code": code, "line": 1}, step, 1)
        return self

    def state(self) -> State:
        return fold(self.events)
