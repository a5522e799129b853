"""Recorded sessions: reading one, listing all, and how old the last live verdict is."""

from __future__ import annotations

import argparse
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from smoke_tui.cli.printing import print_json
from smoke_tui.find_session import sessions_root
from smoke_tui.journal.file import JournalError, ends, session_folders
from smoke_tui.journal.fold import State
from smoke_tui.launch import CommandError
from smoke_tui.outcomes import VERDICT_EXITS, Exit, Verdict
from smoke_tui.records import InvalidRecord, load_state
from smoke_tui.report.check_object import finding
from smoke_tui.runbook import Runbook
from smoke_tui.settings import Settings, UsageError
from smoke_tui.world.config import Config

if TYPE_CHECKING:
    from smoke_tui.cli.look import Findings


def read_session(folder: Path) -> tuple[Runbook, State]:
    """A recorded session.

    Raises:
        CommandError: it is damaged or can't be read (3).
    """
    try:
        _, runbook, state = load_state(folder)
    except (InvalidRecord, JournalError) as error:
        raise CommandError(Exit.INVALID, str(error)) from None
    return runbook, state


def list_sessions(options: argparse.Namespace, settings: Settings) -> int:
    """`sessions`."""
    rows = []
    for folder in session_folders(sessions_root(settings)):
        found = ends(folder)
        if found is None:
            rows.append({"session": folder.name, "runbook": None, "world": None, "verdict": None,
                         "started": None, "finished": None})
            continue
        first, last = found
        rows.append({
            "session": folder.name, "runbook": first.data["runbook"]["id"],
            "world": first.data["config"]["world"],
            "verdict": last.data["verdict"] if last else None,
            "started": first.t, "finished": last.t if last else None,
        })
    if options.json:
        print_json({"schema": "smoke-sessions/1", "sessions": rows})
    elif rows:
        for row in rows:
            words = (row["session"], row["runbook"] or "(unreadable)", row["world"],
                     row["verdict"] or "unfinished")
            print("  ".join(str(word) for word in words if word))
    else:
        print(f"no sessions yet in {sessions_root(settings)}")
    return Exit.OK if rows else Exit.NOTHING


_AGE = re.compile(r"(\d+)([smhd])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def add_age(found: Findings, settings: Settings, runbook: Runbook, text: str) -> None:
    """`--max-age`: the last recorded live verdict of this runbook has to be young enough.

    Raises:
        UsageError: `text` is no age.
    """
    match = _AGE.fullmatch(text)
    if match is None:
        raise UsageError(f"--max-age {text!r}: give a number and one of s, m, h, d, such as 7d")
    longest = timedelta(**{_UNITS[match[2]]: int(match[1])})
    for folder in session_folders(sessions_root(settings)):
        first, last = ends(folder) or (None, None)
        if first is None or last is None:
            continue
        if not Config.from_json(first.data["config"]).real_provider:
            continue
        if first.data["runbook"]["id"] != runbook.id:
            continue
        age = datetime.now(UTC) - datetime.fromisoformat(last.t)
        verdict = Verdict(last.data["verdict"])
        if age > longest:
            break
        found.note("last-verdict", None, f"Session {folder.name}: {verdict.value}.")
        found.exits.append(VERDICT_EXITS[verdict])
        return
    found.rows.append(finding("too-old", "error", None,
                              f"No live verdict of {runbook.id} is younger than {text}.",
                              "Run it for real, from a person's own machine."))
    found.exits.append(Exit.NOT_PROVABLE)
