"""The stack's ledger of usage: how its table and columns are called. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, Final

from smoke_tui.runbook.identifiers import identifier, table_name

NAMED: Final = ("table", "time", "domain", "model", "cost", "credential", "provider", "response_id")
"""What a runbook's `ledger` table may name beside `match`."""


@dataclass(frozen=True, slots=True)
class LedgerTable:
    """The table and its columns; the defaults are the product's own names.

    A column that is None is not looked at. Names are taken exactly as written.
    """

    table: str = "core.llm_usage"
    time: str = "recorded_at"
    domain: str = "domain_id"
    model: str = "model"
    cost: str = "cost_estimate"
    credential: str | None = None
    provider: str | None = None
    response_id: str | None = None

    @property
    def columns(self) -> dict[str, str]:
        """The columns that are looked at, by what they hold."""
        names = {one.name: getattr(self, one.name) for one in fields(self) if one.name != "table"}
        return {role: name for role, name in names.items() if name is not None}

    def with_names(self, given: Mapping[str, Any]) -> LedgerTable:
        """The same with other names; None leaves a name as it is."""
        return replace(self, **{k: v for k, v in given.items() if k in NAMED and v is not None})


ROLES: Final = tuple(one for one in NAMED if one != "table")
"""What a column can hold."""


def read_columns(pairs: Iterable[str]) -> dict[str, str]:
    """Columns from `role=name` pairs, as --ledger-columns gives them.

    Raises:
        ValueError: a pair has no `=`, an unknown role, or no plain name.
    """
    columns: dict[str, str] = {}
    for pair in pairs:
        role, mark, name = (part.strip() for part in pair.partition("="))
        if not mark or role not in ROLES:
            raise ValueError(
                f"{pair.strip()!r} is not one of {', '.join(f'{known}=COLUMN' for known in ROLES)}"
            )
        if role in columns:
            raise ValueError(f"{role} is given twice")
        try:
            columns[role] = identifier(name)
        except ValueError as wrong:
            raise ValueError(f"{pair.strip()!r}: {wrong}") from None
    return columns


def describe(
    runbook: Mapping[str, Any] | None, table: str | None, columns: Iterable[str]
) -> LedgerTable:
    """The ledger's names: the product's own, then the runbook's, then the configuration's.

    Raises:
        ValueError: the configuration names something that is no plain name.
    """
    told = LedgerTable().with_names(runbook or {})
    over: dict[str, str] = read_columns(columns)
    if table is not None:
        over["table"] = table_name(table)
    return told.with_names(over)
