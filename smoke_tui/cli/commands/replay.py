"""`replay`: recorded sessions decided again, offline: one, one step of one, or all of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from smoke_tui import __version__
from smoke_tui.cli.output import print_json
from smoke_tui.config.nearest import did_you_mean
from smoke_tui.config.settings import Settings
from smoke_tui.errors import CommandError, UsageError
from smoke_tui.files import StorageError
from smoke_tui.history.ends import ends
from smoke_tui.history.find import reading, sessions_root
from smoke_tui.history.index import session_folders
from smoke_tui.journal.decision_rules import RULES
from smoke_tui.journal.events.event import Event
from smoke_tui.journal.load import InvalidRecordError
from smoke_tui.outcomes import VERDICT_EXITS, Exit, Outcome, worst_exit
from smoke_tui.redaction import clean
from smoke_tui.replay.redecide import Difference
from smoke_tui.replay.run import NOT_BORNE_OUT, Rechecked, Redecided, recheck, redecide

_LONGEST: Final = 20_000
_SHOWN: Final = 300
_EXITS: Final = {
    "same": Exit.OK,
    "unreadable": Exit.INVALID,
    NOT_BORNE_OUT: Exit.NOT_PROVABLE,
    "by-other-rules": Exit.NOT_PROVABLE,
}
_REASONS: Final = {
    "rule.matched": "a rule is read otherwise",
    "branch.taken": "a rule is read otherwise",
    "try.finished": "the step judges its facts otherwise",
    "evidence": "the step reads its facts otherwise",
    "step.finished": "outcomes are worked out otherwise",
    "session.closed": "the verdict is worked out otherwise",
    "request": "the step asks for something else",
}


def replay(
    settings: Settings, *, session: str | None, step: str | None, every: bool, json: bool
) -> int:
    """`replay`."""
    if every:
        if session or step:
            raise UsageError("replay --all takes no session and no --step")
        return _all(settings, json=json)
    with reading(settings, session or "last") as folder:
        return _step(folder, step, json=json) if step else _whole(folder, json=json)


def _whole(folder: Path, *, json: bool) -> int:
    result: dict[str, Any] = {"schema": "smoke-replay/1", "session": folder.name}
    done = _recheck(folder)
    before = done.state.verdict
    result |= {"rules": done.rules, "rules_today": RULES}
    if done.divergence is not None:
        divergence = done.divergence
        result |= {
            "same": False,
            "event": divergence.seq,
            "why": clean(divergence.why),
            "reason": _reason(folder, divergence.got or divergence.expected),
            "recorded": _side(divergence.expected),
            "replayed": _side(divergence.got),
        }
        code = Exit.DIVERGENCE
    elif done.missing is not None:
        result |= {
            "same": False,
            "code": NOT_BORNE_OUT,
            "why": clean(done.missing),
            "recorded_verdict": before.value if before else None,
            "verdict": None,
        }
        code = Exit.NOT_PROVABLE
    else:
        same = done.verdict is before
        result |= {
            "same": same,
            "events": done.state.events,
            "recorded_verdict": before.value if before else None,
            "verdict": done.verdict.value if done.verdict else None,
        }
        code = Exit.OK if same or done.verdict is None else VERDICT_EXITS[done.verdict]
    if json:
        print_json(result)
    elif done.divergence is None and done.rules != RULES:
        _print_older(folder, done)
    elif result["same"]:
        print(
            f"replay {folder.name}: {result['events']} events, 0 differences, verdict "
            f"{result['verdict'] or 'incomplete'}"
        )
    else:
        print(f"replay {folder.name}: differs at event {result['event']}: {result['why']}")
        _print_sides(result)
        print(f"  {result['reason']}")
    return code


def _print_older(folder: Path, done: Rechecked) -> None:
    """Print the recorded verdict of a session of older rules beside the verdict of today's rules."""
    before = done.state.verdict.value if done.state.verdict else "incomplete"
    if done.missing is not None:
        print(
            clean(
                f"replay {folder.name}: {NOT_BORNE_OUT}: recorded verdict {before}. {done.missing}"
            )
        )
        return
    today = done.verdict.value if done.verdict else "incomplete"
    print(
        f"replay {folder.name}: {done.state.events} events, recorded by rules {done.rules} with "
        f"verdict {before}, decided again by rules {RULES}: {today}"
    )


def _step(folder: Path, step: str, *, json: bool) -> int:
    """One step: its own decisions count, whatever the others do."""
    older = _recheck(folder)
    if older.rules != RULES:
        return _step_of_older(folder, step, older, json=json)
    done = _redecide(folder)
    step_state = done.state.steps.get(step)
    if step_state is None or not step_state.tries:
        if done.another_way is not None:
            raise CommandError(Exit.DIVERGENCE, f"the step was not reached: {done.another_way}")
        hint = did_you_mean(step, done.state.steps)
        raise CommandError(Exit.NOTHING, f"--step {step!r} was never tried in {folder.name}{hint}")
    differences = [d for d in done.differences if d.step == step]
    first = differences[0] if differences else None
    result = {
        "schema": "smoke-replay/1",
        "session": folder.name,
        "step": step,
        "same": first is None,
        "tries": len(step_state.tries),
        "outcome": step_state.outcome.value if step_state.outcome else None,
        "code": step_state.code,
        "recorded": _side(first.recorded) if first else None,
        "replayed": _side(first.today) if first else None,
    }
    if json:
        print_json(result)
    else:
        outcome = f"{result['outcome'] or 'no outcome'} {result['code'] or ''}".rstrip()
        print(
            f"replay {folder.name} {step}: {_tries(len(step_state.tries))}, {outcome}, "
            f"{'0 differences' if first is None else 'differs'}"
        )
        if first is not None:
            _print_sides(result)
    return Exit.OK if first is None else Exit.DIVERGENCE


def _step_of_older(folder: Path, step: str, done: Rechecked, *, json: bool) -> int:
    """Print a step's recorded outcome under older rules beside its outcome under today's."""
    then, today = (
        state.steps.get(step) if state is not None else None for state in (done.state, done.today)
    )
    if then is None or not then.tries:
        raise CommandError(Exit.NOTHING, f"--step {step!r} was never tried in {folder.name}")
    if today is None or done.missing is not None:
        raise CommandError(Exit.NOT_PROVABLE, f"{NOT_BORNE_OUT}: {clean(str(done.missing))}")
    same = (then.outcome, then.code) == (today.outcome, today.code)
    sides = [
        f"{decision.outcome.value if decision.outcome else 'no outcome'} {decision.code or ''}".rstrip()
        for decision in (then, today)
    ]
    result = {
        "schema": "smoke-replay/1",
        "session": folder.name,
        "step": step,
        "same": same,
        "tries": len(then.tries),
        "outcome": today.outcome.value if today.outcome else None,
        "code": today.code,
        "recorded": sides[0],
        "replayed": sides[1],
        "rules": done.rules,
    }
    if json:
        print_json(result)
    else:
        print(
            f"replay {folder.name} {step}: {_tries(len(then.tries))}, {sides[0]} by rules "
            f"{done.rules}, {sides[1]} by rules {RULES}"
        )
    if same or today.outcome is None:
        return Exit.OK if same else Exit.NOT_PROVABLE
    return Exit.FAILED if today.outcome is Outcome.FAIL else Exit.NOT_PROVABLE


def _all(settings: Settings, *, json: bool) -> int:
    """Which verdicts of all recorded sessions would change today, and why."""
    rows = [_row(folder) for folder in session_folders(sessions_root(settings))]
    exits = [_EXITS.get(row["result"], Exit.DIVERGENCE) for row in rows]
    if json:
        print_json({"schema": "smoke-replay-all/1", "sessions": rows})
    for row in rows if not json else ():
        if row["result"] == "same":
            print(f"same        {row['session']}  {row['verdict'] or 'incomplete'}")
            continue
        print(
            f"{row['result']:<11} {row['session']}  {row['verdict'] or 'incomplete'} → "
            f"{row['today'] or '?'}: {row['why']}"
        )
    if not rows:
        raise CommandError(Exit.NOTHING, f"no sessions yet in {sessions_root(settings)}")
    if not json:
        changed = sum(row["result"] != "same" for row in rows)
        print(f"replay: {len(rows)} sessions, {changed} not the same")
    return worst_exit(exits)


def _row(folder: Path) -> dict[str, Any]:
    """One session under today's rules: same, changed, another-way or unreadable."""
    session = ends(folder)
    closed = session.closed if session is not None else None
    before = closed.verdict if closed is not None else None
    row: dict[str, Any] = {"session": folder.name, "verdict": before, "today": None, "why": None}
    try:
        older = recheck(folder)
        if older.rules != RULES:
            return row | _row_of_older(older)
        done = redecide(folder)
    except (InvalidRecordError, StorageError) as error:
        return row | {"result": "unreadable", "why": clean(str(error))}
    today = done.state.verdict.value if done.state.verdict else None
    if done.another_way is not None:
        return row | {"result": "another-way", "why": clean(done.another_way)}
    if today != before:
        return row | {"result": "changed", "today": today, "why": _first(done)}
    if done.differences:
        return row | {"result": "differs", "today": today, "why": _first(done)}
    return row | {"result": "same", "today": today}


def _row_of_older(done: Rechecked) -> dict[str, Any]:
    """A record of other rules: what it comes to today is no difference of a replay."""
    if done.missing is not None:
        return {"result": NOT_BORNE_OUT, "why": clean(done.missing)}
    today = done.verdict.value if done.verdict else None
    same = done.verdict is done.state.verdict
    return {
        "result": "same" if same else "by-other-rules",
        "today": today,
        "why": None if same else f"recorded by rules {done.rules}, decided by rules {RULES}",
    }


def _first(done: Redecided) -> str:
    if not done.differences:
        return "no decision differs"
    first = next((d for d in done.differences if _kind(d) != "evidence"), done.differences[0])
    event = first.today or first.recorded
    assert event is not None
    then, now = (
        getattr(e.body, "code", None) if e is not None else None
        for e in (first.recorded, first.today)
    )
    words = f" ({then or 'none'} → {now or 'none'})" if then != now else ""
    return clean(f"step {event.step}: {_REASONS.get(event.kind, event.kind)}{words}")


def _kind(difference: Difference) -> str | None:
    event = difference.today or difference.recorded
    return event.kind if event is not None else None


def _recheck(folder: Path) -> Rechecked:
    try:
        return recheck(folder)
    except (InvalidRecordError, StorageError) as error:
        raise CommandError(Exit.INVALID, str(error)) from None


def _redecide(folder: Path) -> Redecided:
    try:
        return redecide(folder)
    except (InvalidRecordError, StorageError) as error:
        raise CommandError(Exit.INVALID, str(error)) from None


def _reason(folder: Path, event: Event | None) -> str:
    """Why a replay may differ, as far as that is known."""
    session = ends(folder)
    tool = session.tool if session is not None else None
    version = (
        f"It was recorded by {tool}, this is {__version__}."
        if tool != __version__
        else f"It was recorded by this version, {__version__}."
    )
    why = _REASONS.get(event.kind) if event is not None else None
    return clean(f"{version} {f'Here {why}.' if why else ''}".strip())


def _print_sides(result: dict[str, Any]) -> None:
    for name in ("recorded", "replayed"):
        text = result[name] or "nothing"
        more = "… (--json has all of it)" if len(text) > _SHOWN else ""
        print(f"  {name}: {text[:_SHOWN]}{more}")


def _side(event: Event | None) -> str | None:
    return None if event is None else clean(event.line().decode())[:_LONGEST].rstrip("\n")


def _tries(number: int) -> str:
    return "1 try" if number == 1 else f"{number} tries"
