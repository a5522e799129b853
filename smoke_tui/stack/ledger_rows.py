"""What the ledger's rows say of a turn: every row of its response is read, and has to agree."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from smoke_tui.stack.ledger_window import LedgerReading, has_text
from smoke_tui.stack.route_proof import OUR_ROWS_LINE, Line, Says, credential_line, provider_line

Row = Mapping[str, Any]


def ledger_lines(reading: LedgerReading | None, response_id: object = None) -> list[Line]:
    """Evidence from the ledger's rows of the turn's window; None: there is no ledger.

    Where the rows name responses, the answer has to name one, too, and a row of exactly this one
    has to be there: another turn of the organisation may fall into the window.
    """
    if reading is None:
        return [Line("ledger", "not given", "nothing")]
    if reading.problem is not None:
        return [Line("ledger", "could not be read", "nothing")]
    ours, platform = reading.ours, reading.platform
    own = reading.of(response_id)
    seen, told = _rows(ours, reading.more), _told(ours)
    if told != "another route" and own is None:
        seen, told = f"{seen}, and the answer does not name its response", "unclear"
    elif told != "another route" and ours and not own:
        seen, told = f"{seen}, none of this response", "missing"
    elif told != "another route" and own:
        told = _told(own)
    lines = [
        Line(OUR_ROWS_LINE, seen, told),
        Line(
            "ledger: platform-tier rows",
            _rows(platform, reading.more),
            "another route" if platform else "nothing",
        ),
    ]
    if reading.elsewhere:
        lines.append(
            Line(
                "ledger: rows of this response in another name",
                _rows(reading.elsewhere, reading.more),
                "unclear",
            )
        )
    if reading.before:
        lines.append(
            Line(
                "ledger: rows from before the turn", _rows(reading.before, reading.more), "unclear"
            )
        )
    if reading.more:
        lines.append(Line("ledger: rows that were not read", "there are more", "unclear"))
    return lines


def row_models(reading: LedgerReading | None, response_id: object) -> list[str]:
    """The models that the rows of a response name, each once."""
    rows = reading.of(response_id) if reading is not None and reading.problem is None else None
    named = [row.get("model") for row in rows or ()]
    return list(dict.fromkeys(str(model) for model in named if has_text(model)))


def costs_money(reading: LedgerReading | None) -> Decimal:
    """What the organisation's rows cost together, as far as they say."""
    amounts = [_amount(row.get("cost")) for row in reading.ours] if reading is not None else []
    return sum(amounts, Decimal(0))


def _amount(cost: object) -> Decimal:
    try:
        amount = Decimal(str(cost))
    except InvalidOperation:
        return Decimal(0)
    return amount if amount.is_finite() and amount > 0 else Decimal(0)


def _rows(rows: Sequence[Row], more: bool) -> str:
    """How many rows, and what they say was used."""
    if not rows:
        return "none"
    words = []
    for name in ("provider", "model", "credential"):
        found = sorted({str(row[name]) for row in rows if row.get(name) is not None})
        words += [f"{name} {' and '.join(found)}"] if found else []
    count = f"{'at least ' if more else ''}{len(rows)}"
    return f"{count} ({', '.join(words)})" if words else count


def _told(rows: Sequence[Row]) -> Says:
    """What the organisation's rows say together: the worst of them counts."""
    if not rows:
        return "missing"
    credentials = [credential_line("", row.get("credential")).says for row in rows]
    providers = [
        provider_line("", row.get("provider")).says for row in rows if has_text(row.get("provider"))
    ]
    says = {*credentials, *providers}
    for worst in ("another route", "unclear"):
        if worst in says:
            return worst
    return "subscription" if set(credentials) == {"subscription"} else "nothing"
