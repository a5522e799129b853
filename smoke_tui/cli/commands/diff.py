"""`diff`: two recorded sessions beside each other."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final

from smoke_tui.cli.calibration_io import read_file
from smoke_tui.cli.output import print_json
from smoke_tui.config.settings import Settings
from smoke_tui.errors import CommandError
from smoke_tui.files import StorageError
from smoke_tui.history.find import reading
from smoke_tui.journal.load import InvalidRecordError, load_state
from smoke_tui.journal.state import State
from smoke_tui.outcomes import Exit
from smoke_tui.presentation.format import count, moment
from smoke_tui.presentation.report.answer_rows import Judge
from smoke_tui.presentation.report.compare import Comparison, Row, Side, compare
from smoke_tui.presentation.report.export import stored_evidence
from smoke_tui.presentation.report.verdict_text import effective_verdict
from smoke_tui.redaction import clean
from smoke_tui.runbook import Runbook
from smoke_tui.structs import asdict

SCHEMA: Final = "smoke-diff/1"
_NAME: Final = 40
_VALUE: Final = 60
_ANSWER: Final = 400


def diff(settings: Settings, *, a: str, b: str, json: bool, every: bool = False) -> int:
    """Compare B with A; exit 1 where its outcomes are worse, else 0; `every`: equal rows, too.

    Raises:
        CommandError: there is no such session (5); one, or the calibration file, is damaged (3).
    """
    with ExitStack() as held:
        sides = []
        for name in (a, b):
            folder = held.enter_context(reading(settings, name))
            runbook, state = _read_session(folder)
            sides.append(Side(runbook, state, stored_evidence(folder)))
        old, new = sides
        calibration = read_file(settings, new.state.world).calibration
        judge = Judge(calibration, autojunk=settings.on("drift-autojunk"))
        comparison = compare(old, new, judge)
    code = Exit.FAILED if comparison.word == "worse" else Exit.OK
    if json:
        print_json(
            {
                "schema": SCHEMA,
                "exit_code": int(code),
                "word": comparison.word,
                "summary": comparison.summary,
                "notes": list(comparison.notes),
                "old": _side(old),
                "new": _side(new),
                "rows": [_row(row) for row in comparison.rows],
            }
        )
    else:
        _print_comparison(comparison, old, new, every=every)
    return code


def _read_session(folder: Path) -> tuple[Runbook, State]:
    """A recorded session.

    Raises:
        CommandError: it is damaged or can't be read (3).
    """
    try:
        _, runbook, state = load_state(folder)
    except (InvalidRecordError, StorageError) as error:
        raise CommandError(Exit.INVALID, str(error)) from None
    return runbook, state


def _row(row: Row) -> dict[str, Any]:
    """A row as JSON; the comparison of answers is in theirs alone."""
    values = asdict(row)
    drift = values.pop("drift")
    if drift is not None:
        values["drift"] = {key: drift[key] for key in ("case", "threshold", "text")}
        values["drift"]["tool_calls"] = drift["calls"]
    return values


def _side(side: Side) -> dict[str, Any]:
    return {
        "session": side.state.session,
        "world": side.state.world,
        "verdict": effective_verdict(side.runbook, side.state).value,
        "runbook": {"id": side.runbook.id, "sha256": side.runbook.sha256},
        "started": side.state.started or None,
        "finished": side.state.closed.time if side.state.closed else None,
    }


def _print_comparison(comparison: Comparison, old: Side, new: Side, *, every: bool) -> None:
    """Write the result first, then the rows that differ by their group, then how many are equal."""
    print(clean(f"diff: {comparison.summary}", keep_newlines=False))
    for letter, side in (("A", old), ("B", new)):
        print(clean(f"{letter} {_side_line(side)}", keep_newlines=False))
    for note in comparison.notes:
        print(clean(f"note: {note}"))
    shown = [row for row in comparison.rows if every or row.word != "same"]
    differing = sum(row.word != "same" for row in comparison.rows)
    group = ""
    for row in shown:
        if row.group != group:
            group = row.group
            print(f"{group}:")
        print(clean(_line(row), keep_newlines=False))
    print(_count_line(len(comparison.rows), differing, every=every))


def _side_line(side: Side) -> str:
    """A session with its world, verdict and time."""
    state = side.state
    verdict = effective_verdict(side.runbook, state).value
    return f"{state.session}  {state.world}  {verdict}  {moment(state.started)}"


def _count_line(rows: int, differing: int, *, every: bool) -> str:
    verb = "differs" if differing == 1 else "differ"
    more = "" if every or differing == rows else "; --all shows the equal ones, too"
    return f"{count(rows, 'row')}, {differing} {verb}{more}"


def _line(row: Row) -> str:
    most = _VALUE if row.drift is None else _ANSWER
    old, new = (_short(value, most) for value in (row.old, row.new))
    values = old if row.old == row.new else f"{old} → {new}"
    return f"  {row.word:<8} {row.name:<{_NAME}} {values}".rstrip()


def _short(value: str | None, most: int) -> str:
    if value is None:
        return "?"
    return value if len(value) <= most else f"{value[:most]}…"
