"""What can be wrong with a ledger, in our own words; nothing here quotes a server or an address."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

CONNECT_SECONDS: Final = 5
STATEMENT_SECONDS: Final = 5
_COLUMNS_SHOWN: Final = 40


class LedgerError(Exception):
    """The ledger can't be read; the text says why, and never holds a part of its address."""


_MARKS: Final[tuple[tuple[tuple[str, ...], str], ...]] = (
    (("timeout", "timed out"), f"it did not answer within {CONNECT_SECONDS} s"),
    (("password", "authentication", "pg_hba", "role"), "it refused the user or the password"),
    (("refused", "no such file", "unreachable"), "nothing listens at its address"),
    (("resolve", "translate host", "name or service", "getaddrinfo"), "its host is not known"),
    (("starting up", "too many", "remaining connection"), "it takes no connection just now"),
    (("ssl", "tls", "certificate"), "no secure connection was made"),
    (("database",), "it has no database of that name"),
    (
        ("invalid", "missing", "extra", "null"),
        "its address can't be read; write postgresql://user@host:port/database",
    ),
)
"""Words of a client's message, and what they mean; the first that fits."""

_STATES: Final[Mapping[str, str]] = {
    "57014": f"the question took longer than {STATEMENT_SECONDS} s",
    "25006": "reading {table} would have changed something, which is not allowed to it",
    "42501": "the user may not read {table}",
}
_TYPES: Final = ("22", "42846", "42883", "42804")
_TYPES_SAY: Final = (
    "a column of {table} has another type than it needs: {time} has to hold "
    "times and {cost} numbers"
)


def not_connected(error: BaseException) -> str:
    """Why there is no connection, from a client's message, without repeating it."""
    message = str(error).lower()
    for marks, meaning in _MARKS:
        if any(mark in message for mark in marks):
            return meaning
    return f"no connection was made ({type(error).__name__})"


def not_read(state: str | None, asked: Mapping[str, Any]) -> str:
    """Why a question failed, by its SQLSTATE."""
    if state is None:
        return "the connection broke off"
    sentence = _STATES.get(state)
    if sentence is None and state.startswith(_TYPES):
        sentence = _TYPES_SAY
    if sentence is None:
        return f"it refused the question (SQLSTATE {state})"
    return sentence.format(table=asked["table"], **asked["columns"])


def missing_table(asked: Mapping[str, Any]) -> str:
    """There is no such table, or none that the user can see."""
    return (
        f"there is no table {asked['table']}; name it in the runbook's [ledger] or with "
        "--ledger-table"
    )


def missing_column(asked: Mapping[str, Any], role: str, name: str, there: Sequence[str]) -> str:
    """There is no such column; those that are there are named."""
    more = f" and {len(there) - _COLUMNS_SHOWN} more" if len(there) > _COLUMNS_SHOWN else ""
    return (
        f"the table {asked['table']} has no column {name} for the {role}; it has "
        f"{', '.join(there[:_COLUMNS_SHOWN])}{more}; name it in the runbook's [ledger] or "
        f"with --ledger-columns {role}=…"
    )
