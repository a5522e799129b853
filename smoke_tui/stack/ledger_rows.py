"""Evidence from the ledger's rows of a turn: all rows of its response have to agree."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from smoke_tui.stack.ledger_window import LedgerReading, has_text
from smoke_tui.stack.route_proof import (
    OUR_ROWS_LINE,
    Conclusion,
    EvidenceLine,
    credential_line,
    provider_line,
)

Row = Mapping[str, Any]


def ledger_lines(reading: LedgerReading | None, response_id: object = None) -> list[EvidenceLine]:
    """Evidence from the ledger's rows of a turn; `reading` None means that there is no ledger.

    If rows name responses, the answer has to name one too, and there has to be a row with exactly
    that one: the window may contain another turn of the organisation.
    """
    if reading is None:
        return [EvidenceLine("ledger", "not given", "nothing")]
    if reading.problem is not None:
        return [EvidenceLine("ledger", "could not be read", "nothing")]
    ours, platform = reading.ours, reading.platform
    own_rows = reading.of(response_id)
    text, conclusion = _rows_text(ours, reading.more), _conclusion(ours)
    if conclusion != "another route" and own_rows is None:
        text, conclusion = f"{text}, and the answer does not name its response", "unclear"
    elif conclusion != "another route" and ours and not own_rows:
        text, conclusion = f"{text}, none of this response", "missing"
    elif conclusion != "another route" and own_rows:
        conclusion = _conclusion(own_rows)
    lines = [
        EvidenceLine(OUR_ROWS_LINE, text, conclusion),
        EvidenceLine(
            "ledger: platform-tier rows",
            _rows_text(platform, reading.more),
            "another route" if platform else "nothing",
        ),
    ]
    if reading.elsewhere:
        lines.append(
            EvidenceLine(
                "ledger: rows of this response in another name",
                _rows_text(reading.elsewhere, reading.more),
                "unclear",
            )
        )
    if reading.before:
        lines.append(
            EvidenceLine(
                "ledger: rows from before the turn",
                _rows_text(reading.before, reading.more),
                "unclear",
            )
        )
    if reading.more:
        lines.append(EvidenceLine("ledger: rows that were not read", "there are more", "unclear"))
    return lines


def row_models(reading: LedgerReading | None, response_id: object) -> list[str]:
    """The distinct models in the rows of a response."""
    rows = reading.of(response_id) if reading is not None and reading.problem is None else None
    named = [row.get("model") for row in rows or ()]
    return list(dict.fromkeys(str(model) for model in named if has_text(model)))


def costs_money(reading: LedgerReading | None) -> Decimal:
    """The total cost in the organisation's rows, in US dollars."""
    amounts = [_amount(row.get("cost")) for row in reading.ours] if reading is not None else []
    return sum(amounts, Decimal(0))


def _amount(cost: object) -> Decimal:
    try:
        amount = Decimal(str(cost))
    except InvalidOperation:
        return Decimal(0)
    return amount if amount.is_finite() and amount > 0 else Decimal(0)


def _rows_text(rows: Sequence[Row], more: bool) -> str:
    """The number of rows, and their providers, models and credentials, as text."""
    if not rows:
        return "none"
    parts = []
    for name in ("provider", "model", "credential"):
        values = sorted({str(row[name]) for row in rows if row.get(name) is not None})
        parts += [f"{name} {' and '.join(values)}"] if values else []
    count = f"{'at least ' if more else ''}{len(rows)}"
    return f"{count} ({', '.join(parts)})" if parts else count


def _conclusion(rows: Sequence[Row]) -> Conclusion:
    """The conclusion from the organisation's rows: the worst of them."""
    if not rows:
        return "missing"
    credentials = [credential_line("", row.get("credential")).conclusion for row in rows]
    providers = [
        provider_line("", row.get("provider")).conclusion
        for row in rows
        if has_text(row.get("provider"))
    ]
    conclusions = {*credentials, *providers}
    for worst in ("another route", "unclear"):
        if worst in conclusions:
            return worst
    return "subscription" if set(credentials) == {"subscription"} else "nothing"
