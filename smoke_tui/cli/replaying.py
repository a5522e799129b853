"""`replay`: recorded sessions decided again, offline: one, one step of one, or all of them."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any, Final

from smoke_tui import __version__
from smoke_tui.cli.printing import print_json
from smoke_tui.find_session import reading, sessions_root
from smoke_tui.journal.decision_rules import RULES
from smoke_tui.journal.events import Event
from smoke_tui.journal.file import JournalError, ends, session_folders
from smoke_tui.launch import CommandError
from smoke_tui.outcomes import VERDICT_EXITS, Exit, worst_exit
from smoke_tui.records import (
    NOT_BORNE_OUT,
    InvalidRecord,
    Rechecked,
    Redecided,
    recheck,
    redecide,
)
from smoke_tui.secrecy import clean
from smoke_tui.settings import Settings, UsageError
from smoke_tui.world.redecided import Difference

_LONGEST: Final = 20_000
_SHOWN: Final = 300
_REASONS: Final = {
    "rule.matched": "a rule is read otherwise", "branch.taken": "a rule is read otherwise",
    "try.finished": "the step judges its facts otherwise",
    "evidence": "the step reads its facts otherwise",
    "step.finished": "outcomes are worked out otherwise",
    "session.closed": "the verdict is worked out otherwise",
    "request": "the step asks for something else",
}


def replay_command(options: argparse.Namespace, settings: Settings) -> int:
    """`replay`."""
    if options.all:
        if options.session or options.step:
            raise UsageError("replay --all takes no session and no --step")
        return _all(options, settings)
    with reading(settings, options.session or "last") as folder:
        return _step(folder, options) if options.step else _whole(folder, options)


def _whole(folder: Path, options: argparse.Namespace) -> int:
    result: dict[str, Any] = {"schema": "smoke-replay/1", "session": folder.name}
    try:
        done = recheck(folder)
    except (InvalidRecord, JournalError) as error:
        raise CommandError(Exit.INVALID, str(error)) from None
    before = done.state.verdict
    result |= {"rules": done.rules, "rules_today": RULES}
    if done.divergence is not None:
        found = done.divergence
        result |= {"same": False, "event": found.seq, "why": clean(found.why),
                   "reason": _reason(folder, found.got or found.expected),
                   "recorded": _side(found.expected), "replayed": _side(found.got)}
        code = Exit.DIVERGENCE
    elif done.missing is not None:
        result |= {"same": False, "code": NOT_BORNE_OUT, "why": clean(done.missing),
                   "recorded_verdict": before.value if before else None, "verdict": None}
        code = Exit.NOT_PROVABLE
    else:
        same = done.verdict is before
        result |= {"same": same, "events": done.state.events,
                   "recorded_verdict": before.value if before else None,
                   "verdict": done.verdict.value if done.verdict else None}
        code = Exit.OK if same or done.verdict is None else VERDICT_EXITS[done.verdict]
    if options.json:
        print_json(result)
    elif done.divergence is None and done.rules != RULES:
        _print_older(folder, done)
    elif result["same"]:
        print(f"replay {folder.name}: {result['events']} events, 0 differences, verdict "
              f"{result['verdict'] or 'none: unfinished'}")
    else:
        print(f"replay {folder.name}: differs at event {result['event']}: {result['why']}")
        _print_sides(result)
        print(f"  {result['reason']}")
    return code


def _print_older(folder: Path, done: Rechecked) -> None:
    """A record of other rules: what it said, and what today's rules make of it."""
    before = done.state.verdict.value if done.state.verdict else "none: unfinished"
    if done.missing is not None:
        print(clean(f"replay {folder.name}: {NOT_BORNE_OUT}: recorded verdict {before}. "
                    f"{done.missing}"))
        return
    today = done.verdict.value if done.verdict else "none: unfinished"
    print(f"replay {folder.name}: {done.state.events} events, recorded by rules {done.rules} with "
          f"verdict {before}, decided again by rules {RULES}: {today}")


def _step(folder: Path, options: argparse.Namespace) -> int:
    """One step: its own decisions count, whatever the others do."""
    done = _redecide(folder)
    known = done.state.steps.get(options.step)
    if known is None or not known.tries:
        if done.another_way is not None:
            raise CommandError(Exit.DIVERGENCE, f"the step was not reached: {done.another_way}")
        raise CommandError(Exit.NOTHING, f"--step {options.step!r} was never tried in "
                                         f"{folder.name}")
    found = [d for d in done.differences if d.step == options.step]
    first = found[0] if found else None
    result = {
        "schema": "smoke-replay/1", "session": folder.name, "step": options.step,
        "same": first is None, "tries": len(known.tries),
        "outcome": known.outcome.value if known.outcome else None, "code": known.code,
        "recorded": _side(first.recorded) if first else None,
        "replayed": _side(first.today) if first else None,
    }
    if options.json:
        print_json(result)
    else:
        outcome = f"{result['outcome'] or 'no outcome'} {result['code'] or ''}".rstrip()
        print(f"replay {folder.name} {options.step}: {len(known.tries)} tries, {outcome}, "
              f"{'0 differences' if first is None else 'differs'}")
        if first is not None:
            _print_sides(result)
    return Exit.OK if first is None else Exit.DIVERGENCE


def _all(options: argparse.Namespace, settings: Settings) -> int:
    """Which verdicts of all recorded sessions would change today, and why."""
    rows = [_row(folder) for folder in session_folders(sessions_root(settings))]
    exits = [{"same": Exit.OK, "unreadable": Exit.INVALID}.get(row["result"], Exit.DIVERGENCE)
             for row in rows]
    if options.json:
        print_json({"schema": "smoke-replay-all/1", "sessions": rows})
    for row in rows if not options.json else ():
        if row["result"] == "same":
            print(f"same        {row['session']}  {row['verdict'] or 'unfinished'}")
            continue
        print(f"{row['result']:<11} {row['session']}  {row['verdict'] or 'unfinished'} → "
              f"{row['today'] or '?'}: {row['why']}")
    if not rows:
        raise CommandError(Exit.NOTHING, f"no sessions yet in {sessions_root(settings)}")
    if not options.json:
        changed = sum(row["result"] != "same" for row in rows)
        print(f"replay: {len(rows)} sessions, {changed} not the same")
    return worst_exit(exits)


def _row(folder: Path) -> dict[str, Any]:
    """One session under today's rules: same, changed, another-way or unreadable."""
    _, last = ends(folder) or (None, None)
    before = last.data["verdict"] if last is not None else None
    row: dict[str, Any] = {"session": folder.name, "verdict": before, "today": None, "why": None}
    try:
        done = redecide(folder)
    except (InvalidRecord, JournalError) as error:
        return row | {"result": "unreadable", "why": clean(str(error))}
    today = done.state.verdict.value if done.state.verdict else None
    if done.another_way is not None:
        return row | {"result": "another-way", "why": clean(done.another_way)}
    if today != before:
        return row | {"result": "changed", "today": today, "why": _first(done)}
    if done.differences:
        return row | {"result": "differs", "today": today, "why": _first(done)}
    return row | {"result": "same", "today": today}


def _first(done: Redecided) -> str:
    if not done.differences:
        return "no decision differs"
    first = next((found for found in done.differences if _kind(found) != "evidence"),
                 done.differences[0])
    event = first.today or first.recorded
    assert event is not None
    then, now = (e.data.get("code") if e is not None else None
                 for e in (first.recorded, first.today))
    words = f" ({then or 'none'} → {now or 'none'})" if then != now else ""
    return clean(f"step {event.step}: {_REASONS.get(event.ev, event.ev)}{words}")


def _kind(found: Difference) -> str | None:
    event = found.today or found.recorded
    return event.ev if event is not None else None


def _redecide(folder: Path) -> Redecided:
    try:
        return redecide(folder)
    except (InvalidRecord, JournalError) as error:
        raise CommandError(Exit.INVALID, str(error)) from None


def _reason(folder: Path, event: Event | None) -> str:
    """Why a replay may differ, as far as that is known."""
    first, _ = ends(folder) or (None, None)
    tool = first.data.get("tool") if first is not None else None
    version = (f"It was recorded by {tool}, this is {__version__}." if tool != __version__
               else f"It was recorded by this version, {__version__}.")
    why = _REASONS.get(event.ev) if event is not None else None
    return clean(f"{version} {f'Here {why}.' if why else ''}".strip())


def _print_sides(result: dict[str, Any]) -> None:
    for name in ("recorded", "replayed"):
        text = result[name] or "nothing"
        more = "… (--json has all of it)" if len(text) > _SHOWN else ""
        print(f"  {name}: {text[:_SHOWN]}{more}")


def _side(event: Event | None) -> str | None:
    return None if event is None else clean(event.line().decode())[:_LONGEST].rstrip("\n")
