"""The live `Ledger` port: reads the stack's table of usage, and can't do anything else to it.

A server's messages are never passed on: they may quote the address, and with it a password.
Faults are described in words of our own.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, Final, LiteralString, TypeVar, cast

from smoke_tui.extras import install_hint
from smoke_tui.world.live.ledger.problems import (
    CONNECT_SECONDS,
    STATEMENT_SECONDS,
    LedgerError,
    missing_column,
    missing_table,
    not_connected,
    not_read,
)
from smoke_tui.world.live.ledger.stand_in import read_stand_in

if TYPE_CHECKING:
    from psycopg import Cursor

T = TypeVar("T")

ROWS: Final = 200
"""The most rows of one answer."""

TOTAL_SECONDS: Final = 30.0
"""Until even a server that fell silent in the middle is given up."""

SILENT: Final = f"the ledger fell silent for {TOTAL_SECONDS:.0f} s"
"""The problem of such a server."""

_TEXT: Final = 200
_STAMP: Final = """'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'"""

_NOW: Final[LiteralString] = f"SELECT to_char(clock_timestamp() AT TIME ZONE 'UTC', {_STAMP})"
_THERE: Final[LiteralString] = """
    SELECT attname FROM pg_catalog.pg_attribute
    WHERE attrelid = to_regclass(%s) AND attnum > 0 AND NOT attisdropped ORDER BY attnum"""
_ROWS: Final[LiteralString] = f"""
    SELECT to_char({{time}}::timestamptz AT TIME ZONE 'UTC', {_STAMP}), {{texts}}
    FROM {{table}}
    WHERE {{time}}::timestamptz >= %(since)s::timestamptz
      AND ({{domain}} IS NULL OR btrim({{domain}}::text) = '' OR {{domain}}::text = %(match)s
           OR {{response}} = %(response)s::text)
    ORDER BY {{time}}::timestamptz DESC LIMIT {ROWS + 1}"""


async def ask(address: str | None, asked: Mapping[str, Any]) -> dict[str, Any]:
    """Ask the ledger on a thread of its own: who waits can stop waiting at any time.

    `asked` has op (now, rows), table, columns (role: name) and what the op needs: match, since and
    where it is known the response. The answer has problem, now, rows and more.
    """
    try:
        return await on_own_thread(lambda: read(address, asked))
    except TimeoutError:
        return _answer(problem=SILENT)


async def on_own_thread(work: Callable[[], T]) -> T:
    """The result of `work`, done on a thread that nobody waits for at the end of the program.

    Raises:
        TimeoutError: there was none within `TOTAL_SECONDS`.
    """
    loop = asyncio.get_running_loop()
    result: asyncio.Future[T] = loop.create_future()

    def settle(value: T | None, error: Exception | None) -> None:
        if result.done():
            return
        if error is not None:
            result.set_exception(error)
        else:
            result.set_result(cast("T", value))

    def run() -> None:
        value: T | None = None
        problem: Exception | None = None
        try:
            value = work()
        except Exception as error:
            problem = error
        try:
            loop.call_soon_threadsafe(settle, value, problem)
        except RuntimeError:
            # The loop has ended in the meantime; there is nobody left to hear it.
            return

    threading.Thread(target=run, name="ledger", daemon=True).start()
    async with asyncio.timeout(TOTAL_SECONDS):
        return await result


def read(address: str | None, asked: Mapping[str, Any]) -> dict[str, Any]:
    """As `ask`, on this thread."""
    try:
        if not address:
            raise LedgerError("its address was not handed in")
        if address.startswith(("http://", "https://")):
            return _answer(**read_stand_in(address, asked, ROWS))
        return _answer(**_read_postgresql(address, asked))
    except LedgerError as problem:
        return _answer(problem=str(problem))


def _answer(
    problem: str | None = None,
    now: str | None = None,
    rows: list[dict[str, Any]] | None = None,
    more: bool = False,
) -> dict[str, Any]:
    return {"problem": problem, "now": now, "rows": rows or [], "more": more}


def _read_postgresql(address: str, asked: Mapping[str, Any]) -> dict[str, Any]:
    with reading(address, asked) as cursor:
        return _ask_postgresql(cursor, asked)


@contextmanager
def reading(address: str, asked: Mapping[str, Any]) -> Iterator[Cursor[tuple[Any, ...]]]:
    """A cursor in a transaction that can only read, once the table has the columns of `asked`.

    Times without a zone are taken for UTC.

    Raises:
        LedgerError: there is no connection, no such table or column, or a question failed.
    """
    try:
        import psycopg
    except ImportError:
        raise LedgerError(
            "PostgreSQL is read through psycopg, which is not installed: " + install_hint("ledger")
        ) from None
    try:
        connection = psycopg.connect(
            address,
            connect_timeout=CONNECT_SECONDS,
            application_name="smoke-tui",
            autocommit=False,
            prepare_threshold=None,
        )
    except (psycopg.Error, OSError, ValueError) as error:
        raise LedgerError(not_connected(error)) from None
    try:
        connection.read_only = True
        cursor = connection.cursor()
        cursor.execute("SET LOCAL TIME ZONE 'UTC'")
        cursor.execute(f"SET LOCAL statement_timeout = {STATEMENT_SECONDS * 1000}")
        _check_columns(cursor, asked)
        yield cursor
    except psycopg.Error as error:
        raise LedgerError(not_read(error.sqlstate, asked)) from None
    finally:
        # Closing without a commit rolls back; a connection that broke has nothing to roll back.
        connection.close()


def _check_columns(cursor: Cursor[tuple[Any, ...]], asked: Mapping[str, Any]) -> None:
    """Refuse a table or a column that is not there.

    Raises:
        LedgerError: with the names that are there.
    """
    from psycopg import sql

    table = sql.Identifier(*str(asked["table"]).split("."))
    cursor.execute(_THERE, [table.as_string(cursor)])
    there = [str(name) for (name,) in cursor.fetchall()]
    if not there:
        raise LedgerError(missing_table(asked))
    for role, name in asked["columns"].items():
        if name not in there:
            raise LedgerError(missing_column(asked, role, name, there))


def _now(cursor: Cursor[tuple[Any, ...]]) -> str:
    """The ledger's own time, ISO 8601 UTC."""
    row = cursor.execute(_NOW).fetchone()
    assert row is not None
    return str(row[0])


def _ask_postgresql(cursor: Cursor[tuple[Any, ...]], asked: Mapping[str, Any]) -> dict[str, Any]:
    """One question inside a transaction that can only read."""
    from psycopg import sql

    if asked["op"] == "now":
        return {"now": _now(cursor)}
    columns: Mapping[str, str] = asked["columns"]
    table = sql.Identifier(*str(asked["table"]).split("."))
    names = {role: sql.Identifier(name) for role, name in columns.items()}
    others = [role for role in columns if role != "time"]
    casts: dict[str, LiteralString] = {"cost": "{}::numeric::text"}
    texts = sql.SQL(", ").join(
        sql.SQL(casts.get(role, f"left({{}}::text, {_TEXT})")).format(names[role])
        for role in others
    )
    response = (
        sql.SQL("{}::text").format(names["response_id"])
        if "response_id" in names
        else sql.SQL("NULL")
    )
    question = sql.SQL(_ROWS).format(
        table=table,
        time=names["time"],
        domain=names["domain"],
        texts=texts,
        response=response,
    )
    cursor.execute(
        question,
        {"since": asked["since"], "match": asked["match"], "response": asked.get("response")},
    )
    fetched = cursor.fetchall()
    now = _now(cursor)
    rows = [dict(zip(("time", *others), row, strict=True)) for row in fetched[:ROWS]]
    return {
        "now": now,
        "rows": [row | {"cost": money(row["cost"])} for row in rows],
        "more": len(fetched) > ROWS,
    }


def money(text: object) -> str | None:
    """A cost as a decimal string; None where it is none."""
    try:
        amount = Decimal(str(text))
    except InvalidOperation:
        return None
    return f"{amount:f}" if amount.is_finite() else None
