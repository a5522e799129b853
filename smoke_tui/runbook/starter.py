"""The text of a new runbook: a starter that passes in a rehearsal, or a copy of another one."""

from __future__ import annotations

import re
from typing import Final

from smoke_tui.regex import regex

STARTER: Final = """\
---
schema: smoke/1
id: {id}
title: {title}
---

# {title}

Say here what this runbook shows, why a person has to run it, and what it needs. It is
Markdown that reads as prose; the tool runs the fenced blocks. As it stands it passes in
a rehearsal. Replace one step after the other, and lint it after each change.

## 1. See that everything is there

A check looks and changes nothing: with commands as here, or with an address in `url`.

```bash run
uname -s
```

```toml step
id      = "tools-there"            # small letters, digits and -
kind    = "check"                  # login call run service handover turn manual prompt check ...
timeout = "10s"
expect  = [{{ exit = 0 }}]           # what a pass has to show
```

## 2. Do the one thing that counts

The commands of a `bash run` block run one after the other, without a shell, in the
project's folder (`--project`). Put your own in the place of this one.

This step says that it changes something elsewhere. So it is asked for first, and a
rehearsal does not run it: there its stand-in answers.

```bash run
echo '{{"order_id": "A-1001", "state": "accepted"}}'
```

```toml step
id       = "send-order"
kind     = "run"
needs    = ["tools-there"]         # steps that must have passed
effects  = "remote"                # none, local, remote or spends
# With effects = "spends", what it may use up:
# spend  = {{ kind = "metered", max_calls = 1, max_usd = "0.05" }}
timeout  = "1m"
expect   = [{{ json = "state", equals = "accepted" }}]
stand_in = {{ output = '{{"order_id": "R-1", "state": "accepted"}}' }}

[capture]                          # values for later steps; secret = true hides them
order_id = {{ json = "order_id" }}
```

## 3. See what came of it

That a command ended well proves little. Look at what it changed, and make that the
proof: the session passes only with it, and it can't be waived.

```bash run
echo '{{"order_id": "{{{{ order_id }}}}", "state": "delivered"}}'
```

```toml step
id      = "delivered"
kind    = "check"
proof   = true
needs   = ["send-order"]
timeout = "1m"
expect  = [{{ json = "state", equals = "delivered" }}, {{ json = "order_id", is = "non-empty" }}]
```

## 4. Look at it yourself

What no command can see. The operator's answer is in the report.

```toml step
id    = "seen"
kind  = "manual"
needs = ["delivered"]
ask   = "The order's page shows it as delivered"
```
"""

_ID: Final = regex(r"^id[ \t]*:.*$", re.MULTILINE)
_TITLE: Final = regex(r"^title[ \t]*:.*$", re.MULTILINE)
_HEADING: Final = regex(r"^# .*$", re.MULTILINE)


def title_of(runbook_id: str) -> str:
    """A title made of an id's words."""
    text = runbook_id.replace("-", " ")
    return text[:1].upper() + text[1:]


def starter(runbook_id: str) -> str:
    """The starter under an id."""
    return STARTER.format(id=runbook_id, title=title_of(runbook_id))


def copied(text: str, runbook_id: str) -> str:
    """Another runbook's text under an id and a title of its own."""
    title = title_of(runbook_id)
    text = _ID.sub(f"id: {runbook_id}", text, count=1)
    text = _TITLE.sub(f"title: {title}", text, count=1)
    return _HEADING.sub(f"# {title}", text, count=1)
