"""The rehearsal's light ledger: a page of the stand-in stack, on loopback."""

from __future__ import annotations

import http.client
import json
from collections import defaultdict
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

from smoke_tui.world.daily_cost import DailyCost, DayCost
from smoke_tui.world.live.ledger.problems import CONNECT_SECONDS, LedgerError, missing_column

_BYTES: Final = 4 * 1024 * 1024


def read_stand_in(address: str, asked: Mapping[str, Any], limit: int) -> dict[str, Any]:
    """The answer to a question, as PostgreSQL would give it.

    Raises:
        LedgerError: nobody answers, or not with rows, or not with these columns.
    """
    columns = asked["columns"]
    query = {"org_id": asked["match"], "since": asked["since"]}
    now, raw = _page(address, {name: value for name, value in query.items() if value})
    if asked["op"] == "now":
        return {"now": now}
    rows = [_row(raw_row, asked) for raw_row in raw]
    rows.sort(key=lambda row: str(row["time"]), reverse=True)
    return {
        "now": now,
        "rows": [{role: row[role] for role in columns} for row in rows[:limit]],
        "more": len(rows) > limit,
    }


def read_stand_in_days(address: str, question: DailyCost) -> tuple[DayCost, ...]:
    """The answer to the question of cost by day, as PostgreSQL would give it.

    Raises:
        LedgerError: nobody answers, or not with rows, or not with these columns.
    """
    asked = {"table": question.table, "columns": question.columns}
    since = (datetime.now(UTC) - timedelta(days=question.days)).isoformat()
    _, raw = _page(address, {"since": since.replace("+00:00", "Z")})
    days: dict[str, list[str | None]] = defaultdict(list)
    for row in (_row(raw_row, asked) for raw_row in raw):
        if question.counts(row["domain"], row["model"], row.get("provider")):
            days[str(row["time"])[:10]].append(row["cost"])
    return tuple(_day(day, days[day]) for day in sorted(days, reverse=True))


def _day(day: str, costs: list[str | None]) -> DayCost:
    amounts = [Decimal(cost) for cost in costs if cost is not None]
    return DayCost(
        day, f"{sum(amounts, Decimal(0)):f}" if amounts else None, len(costs) - len(amounts)
    )


def _page(address: str, query: Mapping[str, str]) -> tuple[str, list[object]]:
    """The time of the page, and its rows.

    Raises:
        LedgerError: nobody answers, or not with rows.
    """
    document = _get(address, query)
    now, raw = document.get("now"), document.get("rows")
    if not isinstance(now, str) or not isinstance(raw, list):
        raise LedgerError("the stand-in's answer has no rows")
    return now, raw


def _get(address: str, query: Mapping[str, str]) -> Mapping[str, Any]:
    parts = urlsplit(address)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(str(parts.hostname), parts.port, timeout=CONNECT_SECONDS)
    try:
        connection.request("GET", f"{parts.path}?{urlencode(query)}")
        response = connection.getresponse()
        content, status = response.read(_BYTES), response.status
        document = json.loads(content) if status == 200 else None
    except (OSError, http.client.HTTPException, ValueError, RecursionError) as error:
        raise LedgerError(f"the stand-in gave no answer ({type(error).__name__})") from None
    finally:
        connection.close()
    if not isinstance(document, dict):
        raise LedgerError(f"the stand-in answered {status} without rows")
    return document


def _row(raw: object, asked: Mapping[str, Any]) -> dict[str, str | None]:
    if not isinstance(raw, dict):
        raise LedgerError("the stand-in's answer has no rows")
    for role, name in asked["columns"].items():
        if name not in raw:
            raise LedgerError(missing_column(asked, role, name, sorted(raw)))
    return {
        role: None if raw[name] is None else str(raw[name])
        for role, name in asked["columns"].items()
    }
