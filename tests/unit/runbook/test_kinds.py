"""The table of step kinds is complete, and what follows it as well."""

from __future__ import annotations

import pytest

from smoke_tui.failure_codes.table import CODES
from smoke_tui.runbook.kinds import KINDS, STEP_TABLES, Kind
from smoke_tui.steps import BEHAVIOURS

ALL = pytest.mark.parametrize("kind", KINDS.values(), ids=list(KINDS))


def test_every_kind_has_a_behaviour_and_a_table_of_fields() -> None:
    assert set(BEHAVIOURS) == set(KINDS) == set(STEP_TABLES)


@ALL
def test_a_row_is_complete(kind: Kind) -> None:
    assert kind.about.endswith(".")
    assert set(kind.fields) <= set(STEP_TABLES[kind.name].fields)
    assert kind.timeout_code in CODES
    assert kind.commands[0] <= kind.commands[1]


@ALL
def test_what_spends_calls_a_model_and_what_proves_spends(kind: Kind) -> None:
    assert not kind.proves_route or (kind.calls_model and kind.uses_subscription and kind.proves)
    assert not kind.calls_model or kind.live or kind.live_when is not None
