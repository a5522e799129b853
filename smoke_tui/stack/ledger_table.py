"""The names of the ledger's table and columns. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from smoke_tui.runbook.identifiers import identifier, table_name
from smoke_tui.structs import Struct, replace

NAMED: Final = ("table", "time", "domain", "model", "cost", "credential", "provider", "response_id")
"""Names that a runbook's `ledger` table may set, besides `match`."""


class LedgerTable(Struct, frozen=True):
    """The table and its columns; the defaults are the product's own names.

    A column that is None is not read. Names are used exactly as written.
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
        """The columns that are read, by role."""
        names = {name: getattr(self, name) for name in self.__struct_fields__ if name != "table"}
        return {role: name for role, name in names.items() if name is not None}

    def with_names(self, names: Mapping[str, Any]) -> LedgerTable:
        """A copy with other names; None keeps a name."""
        return replace(self, **{k: v for k, v in names.items() if k in NAMED and v is not None})


ROLES: Final = tuple(name for name in NAMED if name != "table")
"""Roles of columns."""


def read_columns(pairs: Iterable[str]) -> dict[str, str]:
    """Columns by role from `role=name` pairs, the form of --ledger-columns.

    Raises:
        ValueError: a pair has no `=`, an unknown role, or an invalid name.
    """
    columns: dict[str, str] = {}
    for pair in pairs:
        role, separator, name = (part.strip() for part in pair.partition("="))
        if not separator or role not in ROLES:
            raise ValueError(
                f"{pair.strip()!r} is not one of {', '.join(f'{known_role}=COLUMN' for known_role in ROLES)}"
            )
        if role in columns:
            raise ValueError(f"{role} is given twice")
        try:
            columns[role] = identifier(name)
        except ValueError as error:
            raise ValueError(f"{pair.strip()!r}: {error}") from None
    return columns


def describe(
    runbook: Mapping[str, Any] | None, table: str | None, columns: Iterable[str]
) -> LedgerTable:
    """The ledger's names: the product's own, then the runbook's, then the configuration's.

    Raises:
        ValueError: the configuration has an invalid name.
    """
    names = LedgerTable().with_names(runbook or {})
    configured: dict[str, str] = read_columns(columns)
    if table is not None:
        configured["table"] = table_name(table)
    return names.with_names(configured)
