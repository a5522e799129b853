"""A scenario run twice and compared: everything that is shown of it."""

from __future__ import annotations

from collections.abc import Mapping

from smoke_tui.judging.goldens.comparison import Comparison, changed_inputs, compare_runs
from smoke_tui.judging.goldens.fakes import UnexpectedToolCallError
from smoke_tui.judging.goldens.pack import ScenarioError, YamlReader, read_scenario
from smoke_tui.judging.goldens.run import ScenarioRun, run_scenario
from smoke_tui.judging.goldens.scenario import CHALLENGE_PACK, GENERATED_FILES
from smoke_tui.structs import Struct


class Evaluation(Struct, frozen=True):
    """The files of a scenario as they were read, both runs, and the comparisons."""

    inputs: Mapping[str, bytes]
    goldens: Mapping[str, bytes]
    runs: tuple[ScenarioRun, ScenarioRun] | None
    comparisons: tuple[Comparison, ...]
    problem: str = ""
    """Why the scenario can't be run, with file, line and key; then there are no runs."""

    @property
    def equal(self) -> bool:
        """Whether both runs and all goldens are the same bytes."""
        return self.runs is not None and all(comparison.equal for comparison in self.comparisons)

    @property
    def repeatable(self) -> bool:
        """Whether both runs made the same bytes."""
        return self.runs is not None and self.runs[0].files == self.runs[1].files

    @property
    def passed(self) -> bool:
        """Whether every check of the scorecard passed."""
        return self.runs is not None and self.runs[0].scorecard.passed

    @property
    def outdated(self) -> tuple[str, ...]:
        """The goldens that hold something else than a run makes, or are missing."""
        if self.runs is None:
            return ()
        made = self.runs[0].files
        return tuple(name for name in GENERATED_FILES if self.goldens.get(name) != made[name])


def evaluate(
    inputs: Mapping[str, bytes], goldens: Mapping[str, bytes], place: str, read_yaml: YamlReader
) -> Evaluation:
    """Run a scenario twice, each time from its bytes, and compare.

    Inputs that can't be run are compared, too: with what the golden of the trace says of them.
    """
    try:
        first, second = (run_scenario(read_scenario(inputs, place, read_yaml)) for _ in range(2))
    except (ScenarioError, UnexpectedToolCallError) as error:
        where = "" if isinstance(error, ScenarioError) else f"{place}/{CHALLENGE_PACK}: "
        changed = changed_inputs(inputs, goldens)
        comparisons = () if changed is None else (changed,)
        return Evaluation(inputs, goldens, None, comparisons, f"{where}{error}")
    return Evaluation(
        inputs, goldens, (first, second), compare_runs(first.files, second.files, goldens)
    )
