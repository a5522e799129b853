"""`golden`: a scenario pack run twice, compared byte for byte with itself and its goldens."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, Final

from smoke_tui.cli.output import print_json
from smoke_tui.config.nearest import did_you_mean
from smoke_tui.config.settings import Settings, config_dir
from smoke_tui.errors import CommandError
from smoke_tui.judging.goldens.comparison import Comparison, Difference
from smoke_tui.judging.goldens.evaluation import Evaluation
from smoke_tui.outcomes import Exit, worst_exit
from smoke_tui.presentation.format import count
from smoke_tui.presentation.goldens import (
    comparison_row,
    difference_rows,
    scorecard_rows,
    summary,
    update_rows,
    visible,
)
from smoke_tui.presentation.marks import ascii_text
from smoke_tui.presentation.spans import Text, as_text
from smoke_tui.redaction import Vault, clean
from smoke_tui.world.goldens.folder import (
    PackFolder,
    available_packs,
    evaluate_pack,
    exit_of,
    find_pack,
    write_goldens,
)

SCHEMA: Final = "smoke-golden/1"


def golden(settings: Settings, *, pack: str | None, update: bool, json: bool) -> int:
    """Run a pack, or all that can be found.

    Raises:
        CommandError: there is none (5), or an update is refused or can't be written (4).
    """
    if update and _in_ci():
        raise CommandError(
            Exit.NOT_PROVABLE,
            "ci-refused: --update is for a person who looks at each difference, and CI is set",
        )
    packs = _packs(pack)
    results, exits = [], []
    out = _Output(quiet=json, ascii_only=settings.on("ascii"))
    for folder in packs:
        evaluation = evaluate_pack(folder)
        out.show(folder, evaluation)
        written: tuple[str, ...] = ()
        if update and evaluation.outdated:
            out.show_update(evaluation)
            written = write_goldens(folder, evaluation, evaluation.outdated)
            out.line("  written: " + ", ".join(written))
        code = _exit_after(evaluation, written)
        exits.append(code)
        results.append(_as_json(folder, evaluation, written, code))
    code = worst_exit(exits)
    if json:
        value: dict[str, Any] = {"schema": SCHEMA, "exit_code": int(code), "packs": results}
        print_json(Vault().redact_json(value))
    print(f"golden: {count(len(packs), 'pack')}: exit {int(code)}", file=sys.stderr)
    return code


def _in_ci() -> bool:
    # It brings much with it that a mere comparison does not need.
    from smoke_tui.session.configure import refuse_in_ci

    return refuse_in_ci()


def _packs(name: str | None) -> list[PackFolder]:
    here = Path.cwd()
    if name is None:
        packs = available_packs(cwd=here, config_dir=config_dir())
    else:
        folder = find_pack(name, cwd=here, config_dir=config_dir())
        packs = [] if folder is None else [folder]
    if not packs:
        hint = ""
        what = "no scenario pack was found" if name is None else f"no scenario pack {name!r}"
        if name is not None:
            every = available_packs(cwd=here, config_dir=config_dir())
            hint = did_you_mean(name, [pack.name for pack in every])
        raise CommandError(
            Exit.NOTHING,
            f"{what}: 0 checked{hint or ';'} a pack is a folder with challenge_pack.yaml, by its path or by "
            "its name in runbooks/goldens; `smoke-tui new NAME --from golden` makes one",
        )
    return packs


def _exit_after(evaluation: Evaluation, written: tuple[str, ...]) -> Exit:
    """After an update the goldens are what both runs made."""
    if written and set(written) == set(evaluation.outdated) and evaluation.repeatable:
        return Exit.OK if evaluation.passed else Exit.FAILED
    return exit_of(evaluation)


class _Output:
    """Lines on standard output; none where one JSON object goes there."""

    def __init__(self, *, quiet: bool, ascii_only: bool) -> None:
        self._quiet = quiet
        self._ascii = ascii_only
        # A pack may quote what it should not.
        self._vault = Vault()

    def line(self, text: str) -> None:
        if not self._quiet:
            safe = clean(self._vault.redact_text(text), keep_newlines=False)
            print(ascii_text(safe) if self._ascii else safe)

    def _row(self, indent: str, text: Text) -> None:
        self.line(indent + as_text(text))

    def show(self, folder: PackFolder, evaluation: Evaluation) -> None:
        self.line(f"{folder.name}  {folder.shown}")
        for comparison in evaluation.comparisons:
            self._row("  ", comparison_row(comparison))
            for text in difference_rows(comparison):
                self._row("      ", text)
        if evaluation.runs is not None:
            self.line("  scorecard, computed from the trace:")
            for text in scorecard_rows(evaluation.runs[0].scorecard):
                self._row("    ", text)
        for name in folder.others:
            self.line(f"  note: {name} is none of the eight files of a scenario: nothing reads it")
        self._row("  ", summary(evaluation))

    def show_update(self, evaluation: Evaluation) -> None:
        for name in evaluation.outdated:
            for text in update_rows(evaluation, name):
                self._row("  ", text)


def _as_json(
    folder: PackFolder, evaluation: Evaluation, written: tuple[str, ...], code: Exit
) -> dict[str, Any]:
    runs = evaluation.runs
    return {
        "pack": folder.name,
        "path": str(folder.path),
        "exit_code": int(code),
        "problem": evaluation.problem or None,
        "comparisons": [_comparison(comparison) for comparison in evaluation.comparisons],
        "scorecard": None if runs is None else runs[0].scorecard.value(),
        "written": list(written),
        "not_read": list(folder.others),
    }


def _comparison(comparison: Comparison) -> dict[str, Any]:
    return {
        "name": comparison.name,
        "file": comparison.file,
        "equal": comparison.equal,
        "problem": comparison.problem or None,
        "between_runs": _difference(comparison.between_runs),
        "to_golden": _difference(comparison.to_golden),
    }


def _difference(difference: Difference | None) -> dict[str, Any] | None:
    if difference is None:
        return None
    return {
        "offset": difference.offset,
        "line": difference.line,
        "place": difference.place or None,
        "want": visible(difference.want),
        "got": visible(difference.got),
    }
