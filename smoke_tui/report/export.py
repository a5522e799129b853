"""Leaving the machine: a finished export is scanned for secrets before a byte of it is given."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

from smoke_tui.journal.fold import State
from smoke_tui.journal.verdict import verdict as verdict_of
from smoke_tui.outcomes import VERDICT_EXITS
from smoke_tui.report.check_object import check_object
from smoke_tui.report.junit import junit
from smoke_tui.report.markdown import markdown
from smoke_tui.runbook.model import Runbook
from smoke_tui.secrecy import Vault, scan

FORMATS: Final = ("md", "json", "junit")


class SecretFound(ValueError):
    """An export holds what looks like a secret; the text says where, never what."""


def export(kind: str, runbook: Runbook, state: State, folder: Path, vault: Vault) -> bytes:
    """A report's bytes.

    Raises:
        SecretFound: the leak scan has a hit.
    """
    if kind == "md":
        content = markdown(runbook, state).encode("utf-8", "replace")
    elif kind == "junit":
        content = junit(runbook, state).encode("utf-8", "replace")
    else:
        verdict = state.verdict or verdict_of(runbook, state)
        value = check_object(runbook, state, exit_code=VERDICT_EXITS[verdict], verdict=verdict)
        text = json.dumps(value, indent=2, ensure_ascii=False) + "\n"
        content = text.encode("utf-8", "replace")
    leaks = scan(content, vault)
    if leaks:
        places = ", ".join(f"{leak.kind} in line {leak.line}" for leak in leaks[:5])
        raise SecretFound(f"the report of {folder.name} was not given out: it would hold "
                          f"{len(leaks)} secret(s) ({places})")
    return content
