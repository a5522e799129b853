"""Sessions written event by event, and folded as the product folds them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from smoke_tui.config.runbook_files import packaged
from smoke_tui.config.session_config import SessionConfig
from smoke_tui.journal.events.event import Event
from smoke_tui.journal.events.kinds import SCHEMA
from smoke_tui.journal.fold import fold
from smoke_tui.journal.state import State
from smoke_tui.runbook import Runbook, load, parse
from tests.helpers.events import make_event

OPENED: Mapping[str, Any] = {
    "schema": SCHEMA,
    "session": "20261121T190211Z-7f3a",
    "tool": "0.1",
    "by": "ada",
    "host": "box",
    "system": "Linux 6",
    "python": "3.11.7",
    "project": {"revision": "0" * 40, "dirty": True},
    "runbook": {
        "id": "openai-subscription",
        "path": "openai-subscription.md",
        "sha256": "0" * 64,
        "text": "",
    },
}


def shipped() -> Runbook:
    parsed = load(packaged() / "openai-subscription.md")
    assert parsed.runbook is not None
    return parsed.runbook


class EventLog:
    """The events of a session, in order; `state` folds them."""

    def __init__(
        self, *, world: str = "live", opened: Mapping[str, Any] = OPENED, **config: Any
    ) -> None:
        self.events: list[Event] = []
        shown = {**SessionConfig(world=world).to_json(), **config}
        self.add("session.opened", {**opened, "config": shown})

    def add(
        self,
        ev: str,
        data: Mapping[str, Any],
        step: str | None = None,
        n: int | None = None,
        re: int | None = None,
    ) -> int:
        seq = len(self.events)
        moment = f"2026-11-21T19:{seq // 60 % 60:02d}:{seq % 60:02d}.000Z"
        self.events.append(make_event(seq, moment, seq * 1000, ev, step, n, re, dict(data)))
        return seq

    def tried(
        self,
        step: str,
        outcome: str | None,
        code: str | None = None,
        summary: str = "seen",
        n: int = 1,
        **more: Any,
    ) -> EventLog:
        """One try of a step; `outcome` None: what follows from it is not decided yet.

        `cause`, `caller` and `attested` go into the try, all else of `more` into its outcome.
        """
        cause, caller = more.pop("cause", "walk"), more.pop("caller", None)
        self.add("try.started", {"cause": cause, "caller": caller}, step, n)
        return self.finished(step, outcome, code, summary, n, **more)

    def finished(
        self,
        step: str,
        outcome: str | None,
        code: str | None = None,
        summary: str = "seen",
        n: int = 1,
        **more: Any,
    ) -> EventLog:
        """The end of a try, and its outcome."""
        observed = {"attested": True} if more.pop("attested", False) else {}
        self.add(
            "try.finished",
            {
                "code": code,
                "summary": summary,
                "error": outcome == "error",
                "observed": observed,
            },
            step,
            n,
        )
        return self if outcome is None else self.decided(step, outcome, code, summary, n, **more)

    def decided(
        self,
        step: str,
        outcome: str,
        code: str | None = None,
        summary: str = "",
        n: int = 1,
        **more: Any,
    ) -> EventLog:
        """The outcome of a step alone."""
        data = {"outcome": outcome, "code": code, "summary": summary, **more}
        self.add("step.finished", data, step, n)
        return self

    def branched(self, step: str, to: str, code: str = "instructions-drift") -> EventLog:
        self.add("branch.taken", {"to": to, "code": code, "line": 1}, step, 1)
        return self

    def waived(self, step: str) -> EventLog:
        self.add(
            "step.finished",
            {
                "outcome": "waived",
                "code": None,
                "summary": "",
                "by": "ada",
                "reason": "seen before",
            },
            step,
            None,
        )
        return self

    def closed(self, verdict: str) -> EventLog:
        self.add("session.closed", {"verdict": verdict, "calls": 1})
        return self

    def state(self) -> State:
        return fold(self.events)


SMALL = """\
---
schema: smoke/1
id: small
title: A small runbook
issue: SPEC-1
---

## Ask the model

```toml step
id      = "live-call"
kind    = "call"
prompt  = "Say it."
proof   = true
effects = "spends"
spend   = { kind = "subscription", max_calls = 3 }

[[on]]
match = { code = "instructions-drift" }
goto  = "mend"
```

## Look at the page

```toml step
id   = "look"
kind = "manual"
ask  = "Is it there?"
```

## Sign it off

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


def small() -> Runbook:
    """A runbook whose text stays as it is, for goldens."""
    parsed = parse(SMALL, "small.md")
    assert parsed.runbook is not None, [str(found) for found in parsed.diagnostics]
    return parsed.runbook
