"""Recorded sessions: finding, listing, verifying, reporting, replaying."""

from __future__ import annotations

import argparse
import re
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from smoke_tui.cli.printing import print_json, print_result
from smoke_tui.journal.file import JournalError, ends, replace_private, session_folders
from smoke_tui.journal.fold import State
from smoke_tui.journal.verdict import verdict as verdict_of
from smoke_tui.launch import CommandError
from smoke_tui.outcomes import VERDICT_EXITS, Exit, Verdict
from smoke_tui.records import InvalidRecord, load_state, replay
from smoke_tui.report.check_object import check_object, finding
from smoke_tui.report.export import FORMATS, SecretFound, export
from smoke_tui.runbook import Runbook
from smoke_tui.secrecy import Vault, clean
from smoke_tui.settings import Settings, UsageError
from smoke_tui.world.config import Config
from smoke_tui.world.recorded import Divergence

if TYPE_CHECKING:
    from smoke_tui.cli.look import Findings


def sessions_root(settings: Settings) -> Path:
    return settings.state_dir / "sessions"


def find_session(settings: Settings, name: str) -> Path | None:
    """The folder of a session by id, unique prefix, or `last`; None where it names none.

    Raises:
        UsageError: the prefix names several.
    """
    folders = list(session_folders(sessions_root(settings)))
    if name == "last":
        return folders[0] if folders else None
    if not re.match(r"\d", name):
        return None
    found = [folder for folder in folders if folder.name.startswith(name)]
    if len(found) > 1 and all(folder.name != name for folder in found):
        raise UsageError(f"session {name!r} is one of {len(found)}: "
                         f"{', '.join(f.name for f in found[:5])}")
    return next((f for f in found if f.name == name), found[0] if found else None)


def need_session(settings: Settings, name: str) -> Path:
    """The folder of a session.

    Raises:
        CommandError: there is no such session (5).
    """
    folder = find_session(settings, name)
    if folder is None:
        raise CommandError(Exit.NOTHING, f"no session {name!r} in {sessions_root(settings)}; "
                                         "`smoke-tui sessions` lists them")
    return folder


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


def report(options: argparse.Namespace, settings: Settings) -> int:
    """`report`."""
    if options.format not in FORMATS:
        raise UsageError(f"--format {options.format!r} is not one of {', '.join(FORMATS)}")
    folder = need_session(settings, options.session)
    runbook, state = read_session(folder)
    try:
        content = export(options.format, runbook, state, folder, Vault())
        if options.output and options.output != "-":
            replace_private(Path(options.output), content)
            print(f"wrote {options.output} ({len(content)} bytes)", file=sys.stderr)
        else:
            sys.stdout.buffer.write(content)
            sys.stdout.flush()
    except SecretFound as error:
        raise CommandError(Exit.SECRET, str(error)) from None
    except OSError as error:
        raise CommandError(
            Exit.USAGE, f"-o {options.output}: {error.strerror or error}; nothing was lost, "
                        "choose another file"
        ) from None
    return Exit.OK


def replay_command(options: argparse.Namespace, settings: Settings) -> int:
    """`replay`: a recorded session again, offline, with today's rules."""
    folder = need_session(settings, options.session)
    result: dict[str, Any] = {"schema": "smoke-replay/1", "session": folder.name}
    try:
        state = replay(folder)
    except Divergence as error:
        result |= {"same": False, "event": error.seq, "why": clean(error.why),
                   "recorded": _side(error.expected), "replayed": _side(error.got)}
        code = Exit.DIVERGENCE
    except (InvalidRecord, JournalError) as error:
        raise CommandError(Exit.INVALID, str(error)) from None
    else:
        result |= {"same": True, "events": state.events,
                   "verdict": state.verdict.value if state.verdict else None}
        code = Exit.OK
    if options.json:
        print_json(result)
    elif result["same"]:
        print(f"replay {folder.name}: {result['events']} events, 0 differences, verdict "
              f"{result['verdict'] or 'none: unfinished'}")
    else:
        print(f"replay {folder.name}: differs at event {result['event']}: {result['why']}")
        print(f"  recorded: {result['recorded']}\n  replayed: {result['replayed']}")
    return code


def _side(event: Any) -> str | None:
    return None if event is None else clean(event.line().decode())[:2000].rstrip("\n")


def verify(folder: Path, settings: Settings, options: argparse.Namespace) -> int:
    """`--check SESSION`: journal, replay, rebuilt report, leak scan."""
    from smoke_tui.journal.file import read_journal

    try:
        journal = read_journal(folder)
    except JournalError as error:
        raise CommandError(Exit.INVALID, str(error)) from None
    runbook, state = read_session(folder)
    rows: list[dict[str, Any]] = []
    if journal.torn_bytes:
        rows.append(finding("torn-tail", "warning", None,
                            f"The last line was cut short ({journal.torn_bytes} bytes) and does "
                            "not count.", ""))
    verdict = state.verdict or verdict_of(runbook, state)
    exits = [VERDICT_EXITS[verdict]]
    try:
        replay(folder)
    except Divergence as error:
        rows.append(finding("divergence", "error", None, clean(str(error)),
                            f"Compare with `smoke-tui replay {folder.name}`."))
        exits.append(Exit.DIVERGENCE)
    except (InvalidRecord, JournalError) as error:
        raise CommandError(Exit.INVALID, str(error)) from None
    try:
        export("md", runbook, state, folder, Vault())
    except SecretFound as error:
        rows.append(finding("secret", "error", None, str(error), "Do not pass this session on."))
        exits.append(Exit.SECRET)
    from smoke_tui.outcomes import worst_exit

    code = worst_exit(exits)
    result = check_object(runbook, state, exit_code=code, verdict=verdict)
    result["findings"] = rows + result["findings"]
    print_result(result, options, settings)
    return code


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
