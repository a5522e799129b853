"""Looking scenarios up by name."""

from __future__ import annotations

import difflib
from typing import Final

from smoke_tui.rehearsal.scenarios.scenario import Scenario
from smoke_tui.rehearsal.scenarios.table import ROWS


class UnknownScenario(ValueError):
    """No scenario has this name; the message offers the nearest."""

    def __init__(self, name: str) -> None:
        near = difflib.get_close_matches(name, SCENARIOS, n=1)
        hint = f" Did you mean {near[0]!r}?" if near else ""
        super().__init__(f"There is no scenario {name!r}.{hint}")
        self.name = name


SCENARIOS: Final[dict[str, Scenario]] = {row.name: row for row in ROWS}


def find_scenario(name: str) -> Scenario:
    """The scenario of that name, or UnknownScenario."""
    try:
        return SCENARIOS[name]
    except KeyError:
        raise UnknownScenario(name) from None


def list_scenarios() -> list[tuple[str, str]]:
    """Every (name, sentence), in the order of the table."""
    return [(row.name, row.sentence) for row in ROWS]
