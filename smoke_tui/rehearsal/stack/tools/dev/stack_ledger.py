"""The usage ledger in the rehearsal's PostgreSQL; psycopg is imported only for it."""

from __future__ import annotations

import sys
from typing import Any

COLUMNS = (
    "recorded_at",
    "domain_id",
    "org_id",
    "provider",
    "model",
    "credential",
    "response_id",
    "cost_estimate",
    "input_tokens",
    "output_tokens",
)
QUESTION = (
    f"INSERT INTO core.llm_usage ({', '.join(COLUMNS)}) "
    f"VALUES ({', '.join(f'%({name})s' for name in COLUMNS)})"
)


def write(dsn: str | None, row: dict[str, Any]) -> None:
    """Insert a row; without a DSN do nothing."""
    if not dsn:
        return
    import psycopg

    try:
        with psycopg.connect(dsn, connect_timeout=5) as connection:
            connection.execute(QUESTION, {name: row.get(name) for name in COLUMNS})
    except psycopg.Error as error:
        print(
            f"error: the ledger took no row ({type(error).__name__})", file=sys.stderr, flush=True
        )
