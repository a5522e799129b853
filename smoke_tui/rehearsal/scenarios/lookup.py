"""Look up scenarios by name."""

from __future__ import annotations

import difflib
from typing import Final

from smoke_tui.rehearsal.scenarios.scenario import Scenario
from smoke_tui.rehearsal.scenarios.table import ROWS


class UnknownScenarioError(ValueError):
    """No scenario has this name; the message suggests the nearest."""

    def __init__(self, name: str) -> None:
        near = difflib.get_close_matches(name, SCENARIOS, n=1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        super().__init__(f"there is no scenario {name!r}{hint}")
        self.name = name


SCENARIOS: Final[dict[str, Scenario]] = {row.name: row for row in ROWS}


def find_scenario(name: str) -> Scenario:
    """The scenario of a name.

    Raises:
        UnknownScenarioError: there is none.
    """
    try:
        return SCENARIOS[name]
    except KeyError:
        raise UnknownScenarioError(name) from None


def list_scenarios() -> list[tuple[str, str]]:
    """(name, sentence) of every scenario, in the table's order."""
    return [(row.name, row.sentence) for row in ROWS]
