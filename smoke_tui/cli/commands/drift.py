"""`drift`: two recorded answers compared, and the class that a person gives the difference."""

from __future__ import annotations

from typing import Any, Final

from smoke_tui.cli.calibration_io import read_file
from smoke_tui.cli.drift_sides import Side, read_side, world_of
from smoke_tui.cli.drift_triage import Done, TriageOptions, perform, triage_from
from smoke_tui.cli.output import print_json
from smoke_tui.config.settings import Settings
from smoke_tui.errors import UsageError
from smoke_tui.judging.answers import Part, compare_answers
from smoke_tui.judging.calibration import OWN_SOURCES
from smoke_tui.judging.drift import DriftPair, RecordedAnswer, Threshold
from smoke_tui.judging.triage import threshold_from
from smoke_tui.outcomes import Exit
from smoke_tui.presentation.drift.plain import plain_text
from smoke_tui.presentation.drift.sentences import DRIFT_MARKS, result
from smoke_tui.presentation.report.drift_json import drift_value
from smoke_tui.redaction import Vault, clean

SCHEMA: Final = "smoke-drift/1"

_EXITS: Final = {False: Exit.OK, True: Exit.FAILED, None: Exit.NOT_PROVABLE}


class DriftOptions(TriageOptions, frozen=True, kw_only=True):
    """The options of `drift`, by their names on the command line."""

    baseline: str
    candidate: str
    threshold: str | None = None
    case: str | None = None
    every: bool = False
    json: bool = False


def drift(settings: Settings, options: DriftOptions) -> int:
    """Compare the candidate with the baseline: 0 same, 1 drifted, 4 undecided.

    Raises:
        UsageError: the arguments do not go together, or a class does not fit.
        CommandError: a side is not there (5) or unreadable (3), or a triage is refused (4, 7).
    """
    wanted = triage_from(options)
    if wanted is not None and wanted.triage == "false-positive" and options.threshold is not None:
        raise UsageError(
            "--class false-positive is about the case's own threshold: leave --threshold out"
        )
    vault = Vault()
    old = read_side(settings, options.baseline, vault)
    new = read_side(settings, options.candidate, vault)
    name = options.case or new.case or old.case or old.name
    nearest = _threshold(settings, options.threshold, name, old, new)
    compared = compare_answers(
        name,
        old.name,
        nearest,
        old.answer,
        new.answer,
        parts=_parts(old.answer, new.answer),
        autojunk=settings.on("drift-autojunk"),
    )
    pair = DriftPair(compared, old.answer, new.answer)
    code = _EXITS[compared.drifted]
    if not options.json:
        ascii_only = settings.on("ascii")
        text = plain_text(pair, every=options.every, more="--all shows all.", ascii_only=ascii_only)
        print(text, end="", flush=True)
    done = None if wanted is None else perform(settings, wanted, pair, old, new)
    if options.json:
        print_json(_result(pair, new, done, code))
    else:
        _print_triage(pair, done, code)
    return code


def _parts(old: RecordedAnswer, new: RecordedAnswer) -> tuple[Part, ...]:
    """What of two answers can be compared: a part that neither has is left out."""
    parts: list[Part] = []
    if old.text is not None or new.text is not None:
        parts.append("text")
    if old.tool_calls or new.tool_calls or not parts:
        parts.append("calls")
    return tuple(parts)


def _threshold(
    settings: Settings, option: str | None, case: str, old: Side, new: Side
) -> Threshold:
    """The nearest threshold: the option's, the log's, the session's, the case file's, the default."""
    file = read_file(settings, world_of(old, new))
    default = file.calibration.default
    if option is not None:
        try:
            return Threshold(threshold_from(option), "option", default, "--threshold")
        except ValueError as error:
            raise UsageError(f"--threshold: {error}") from None
    # Recorded with the default of then, the file's own is nearer.
    own = [
        side.threshold
        for side in (new, old)
        if side.threshold is not None and (side.case == case or side.file is not None)
    ]
    nearest = next((each for each in own if each.source in OWN_SOURCES), Threshold())
    return file.calibration.effective(case, nearest)


def _print_triage(pair: DriftPair, done: Done | None, code: Exit) -> None:
    if done is None:
        if pair.drift.drifted is not False:
            print(
                "Not triaged: --class expected|regression|false-positive --why TEXT gives it a class."
            )
    else:
        print(f"Class: {done.triage}")
        for line in done.lines:
            print(clean(line, keep_newlines=False))
        if done.ticket is not None:
            print(f"\n{clean(done.ticket)}", end="")
    print(f"drift: {DRIFT_MARKS[pair.drift.drifted].word}: exit {int(code)}")


def _result(pair: DriftPair, candidate: Side, done: Done | None, code: Exit) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "exit_code": int(code),
        "candidate": candidate.name,
        "word": DRIFT_MARKS[pair.drift.drifted].word,
        "summary": result(pair.drift),
        **drift_value(pair),
        "triage": None
        if done is None
        else {"class": done.triage, "done": list(done.lines), "ticket": done.ticket},
    }
