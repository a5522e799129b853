"""`sessions`: the recorded sessions."""

from __future__ import annotations

from smoke_tui.cli.output import print_json
from smoke_tui.config.settings import Settings
from smoke_tui.history.find import sessions_root
from smoke_tui.history.index import ends, session_folders
from smoke_tui.journal.folders import never_began
from smoke_tui.outcomes import Exit


def sessions(settings: Settings, *, json: bool) -> int:
    """List the recorded sessions, the newest first."""
    rows = []
    unbegun = set()
    for folder in session_folders(sessions_root(settings), unbegun=True):
        session = ends(folder)
        if session is None:
            if never_began(folder):
                unbegun.add(folder.name)
            rows.append(
                {
                    "session": folder.name,
                    "runbook": None,
                    "world": None,
                    "verdict": None,
                    "started": None,
                    "finished": None,
                }
            )
            continue
        closed = session.closed
        rows.append(
            {
                "session": folder.name,
                "runbook": session.runbook_id,
                "world": session.config.world,
                "verdict": closed.verdict if closed else None,
                "started": session.time,
                "finished": closed.time if closed else None,
            }
        )
    if json:
        print_json({"schema": "smoke-sessions/1", "sessions": rows})
    elif rows:
        for row in rows:
            if row["session"] in unbegun:
                print(f"{row['session']}  (ended before its first line: nothing ran)")
                continue
            words = (
                row["session"],
                row["runbook"] or "(unreadable)",
                row["world"],
                f"recorded {row['verdict']}" if row["verdict"] else "unfinished",
            )
            print("  ".join(str(word) for word in words if word))
    else:
        print(f"no sessions yet in {sessions_root(settings)}")
    return Exit.OK if rows else Exit.NOTHING
