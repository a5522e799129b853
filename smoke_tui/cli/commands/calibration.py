"""`calibration`: the log of drift thresholds, and changes of the default or of a case's own."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from typing import Any, Final

from smoke_tui.cli.calibration_io import read_file, read_pairs, write_file
from smoke_tui.cli.output import print_json
from smoke_tui.config.settings import Settings
from smoke_tui.errors import UsageError
from smoke_tui.history.calibration import CalibrationFile, today
from smoke_tui.judging.calibration import (
    DEFAULT_TEST,
    Calibration,
    LogRow,
    ScoredPair,
    StoredPair,
    merged_pairs,
    scored,
)
from smoke_tui.judging.drift import ratio_text
from smoke_tui.judging.triage import threshold_from
from smoke_tui.judging.triggers import triggers
from smoke_tui.outcomes import Exit
from smoke_tui.presentation.calibration import (
    LOWERING,
    default_text,
    rescoring_rows,
    table,
    trigger_rows,
)
from smoke_tui.presentation.spans import as_text
from smoke_tui.redaction import Vault, clean
from smoke_tui.structs import asdict

SCHEMA: Final = "smoke-calibration-log/1"


def calibration(  # noqa: PLR0913
    settings: Settings,
    *,
    default: str | None,
    test: str | None,
    threshold: str | None,
    why: str | None,
    yes: bool,
    json: bool,
) -> int:
    """Print the log, or change a threshold; without --yes a change is only shown (4).

    Raises:
        UsageError: the arguments do not go together, or are no thresholds.
        CommandError: the file is damaged (3), changed meanwhile (4), or would hold a secret (7).
    """
    change = _change_of(default, test, threshold, why)
    file = read_file(settings)
    if change is None:
        if yes:
            raise UsageError("--yes goes with --default or --test: there is nothing to write")
        _show(settings, file, json=json)
        return Exit.OK
    pairs, problems = read_pairs(settings)
    changed = _changed(file.calibration, change, pairs)
    if yes:
        write_file(file, changed)
    code = Exit.OK if yes else Exit.NOT_PROVABLE
    if json:
        print_json(_result(file, changed, written=yes, code=code) | {"problems": problems})
    else:
        _print_change(file, changed, (*file.calibration.pairs, *pairs), written=yes)
        _narrate(problems)
    return code


def _change_of(
    default: str | None, test: str | None, threshold: str | None, why: str | None
) -> tuple[str, float, str] | None:
    """The test, its new threshold, and why; None where nothing is to be changed."""
    if default is None and test is None:
        if threshold is not None or why is not None:
            raise UsageError("--threshold and --why go with --test CASE, --why with --default, too")
        return None
    if default is not None and (test is not None or threshold is not None):
        raise UsageError("change the default or one test at a time: --default R, or --test CASE")
    value = default if default is not None else threshold
    if value is None:
        raise UsageError("--test CASE needs --threshold R, such as --threshold 0.80")
    if why is None or not why.strip():
        raise UsageError("--why TEXT is required: the log says why a threshold was changed")
    if test is not None and (not test.strip() or test == DEFAULT_TEST):
        raise UsageError(f"--test {test!r} is no test; change the default with --default R")
    try:
        new = threshold_from(value)
    except ValueError as error:
        raise UsageError(str(error)) from None
    return DEFAULT_TEST if test is None else test, new, Vault().redact_text(why.strip())


def _changed(
    calibration: Calibration, change: tuple[str, float, str], pairs: Sequence[StoredPair]
) -> Calibration:
    test, new, why = change
    old = calibration.current(test, pairs).value
    if new == old:
        name = "the default" if test == DEFAULT_TEST else test
        raise UsageError(f"the threshold of {name} is {ratio_text(old)} already")
    return calibration.with_threshold(LogRow(today(), test, old, new, why), pairs)


def _show(settings: Settings, file: CalibrationFile, *, json: bool) -> None:
    if json:
        pairs, problems = read_pairs(settings)
        merged = merged_pairs(file.calibration.pairs, pairs)
        rows = [_pair(pair) for pair in scored(merged, file.calibration)]
        result = _result(file, file.calibration, written=False, code=Exit.OK)
        print_json(result | {"pairs": rows, "problems": problems})
        return
    # The table alone is the result: it can be put into the runbook as it is.
    print(table(file.calibration), flush=True)
    stored = scored(file.calibration.pairs, file.calibration)
    _narrate(
        [
            f"default threshold: {default_text(file.calibration)}",
            *map(as_text, trigger_rows(file.calibration, stored)),
            *_rehearsed_note(settings, file),
        ]
    )


def _rehearsed_note(settings: Settings, file: CalibrationFile) -> Iterator[str]:
    """Where the log of rehearsals is, where there is one."""
    path = settings.rehearsed_calibration
    if path != file.path and path.exists():
        yield f"rehearsals keep a log of their own: --calibration {path}"


def _print_change(
    file: CalibrationFile, changed: Calibration, pairs: Sequence[StoredPair], *, written: bool
) -> None:
    row = changed.log[-1]
    name = "default" if row.test == DEFAULT_TEST else row.test
    print(clean(f"{name}: {ratio_text(row.old)} → {ratio_text(row.new)}", keep_newlines=False))
    if row.test == DEFAULT_TEST and row.new < row.old:
        print(f"warning: {LOWERING}")
    cases = sorted({pair.pair.drift.case for pair in pairs})
    if row.test not in (DEFAULT_TEST, *cases):
        near = get_close_matches(row.test, cases, 1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        note = f"note: no stored comparison is of {row.test!r}{hint}"
        print(clean(note, keep_newlines=False))
    assert changed.rescoring is not None
    for text in rescoring_rows(changed.rescoring, written=written):
        print(clean(as_text(text), keep_newlines=False))
    print(f"written to {file.path}" if written else "not written; --yes writes it")


def _narrate(lines: Sequence[str]) -> None:
    for line in lines:
        print(clean(line, keep_newlines=False), file=sys.stderr)


def _result(
    file: CalibrationFile, calibration: Calibration, *, written: bool, code: Exit
) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "exit_code": int(code),
        "file": str(file.path),
        "written": written,
        "default": calibration.default,
        "default_text": default_text(calibration),
        "log": [asdict(row) for row in calibration.log],
        "triggers": [asdict(trigger) for trigger in triggers(calibration)],
        "rescoring": None if calibration.rescoring is None else asdict(calibration.rescoring),
    }


def _pair(pair: ScoredPair) -> dict[str, Any]:
    drift = pair.drift
    return {
        "case": drift.case,
        "baseline": drift.baseline,
        "place": pair.stored.place,
        "date": pair.stored.date,
        "class": pair.stored.triage,
        "drifted": drift.drifted,
        "ratio": None if drift.text is None else drift.text.ratio,
        "threshold": drift.threshold.value,
        "calls_drifted": None if drift.calls is None else drift.calls.drifted,
    }
