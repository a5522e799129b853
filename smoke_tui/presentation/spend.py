"""The cost of a session, or of a day, in a few words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from smoke_tui.journal.money import known_usd, metered
from smoke_tui.journal.spend import QuotaUse, Spend, Totals, spend_of
from smoke_tui.journal.state import State, Try
from smoke_tui.presentation.format import count, excerpt, one_line, window_name

if TYPE_CHECKING:
    from smoke_tui.presentation.live.snapshot import Snapshot


def spent(snapshot: Snapshot) -> str:
    """Calls made out of those allowed, and how many have an unknown cost."""
    totals = spend_of(snapshot.state)
    caps = [s.spend.max_calls for s in snapshot.steps if s.spend is not None]
    most = "" if not caps or None in caps else f" of {sum(c for c in caps if c is not None)}"
    unknown = f" ({totals.unknown_calls} unknown)" if totals.unknown_calls else ""
    return f"calls {totals.calls}{most}{unknown}"


def quota(state: State) -> str:
    """The subscription's quota windows, as far as an answer reported them."""
    parts = []
    for window in spend_of(state).limits or ():
        name = window_name(window.window_minutes).replace(" ", "")
        of = f" {one_line(window.limit, 30)}" if window.limit else ""
        parts.append(f"{name}{of} {window.used_percent_after:g}%")
    return "quota " + " ".join(parts) if parts else "quota ?"


def limits_text(state: State) -> str:
    """Used shares of the quota windows before and after the session."""
    parts = [
        f"{window_name(window.window_minutes)} window{_of_limit(window)} "
        f"{window.used_percent_before:g}% → "
        f"{window.used_percent_after:g}%"
        for window in spend_of(state).limits or ()
    ]
    return f" ({'; '.join(parts)})" if parts else ""


def _of_limit(window: QuotaUse) -> str:
    """The limit that a window belongs to, unless it is the general one."""
    return f" of {excerpt(window.limit, 60)}" if window.limit else ""


def spend_text(state: State) -> str:
    """The session's spend as one phrase; an unknown is never a zero."""
    totals = spend_of(state)
    if not totals.calls:
        return "nothing"
    text = (
        f"{count(totals.calls, 'call')}, {totals.input_tokens:,} tokens in / "
        f"{totals.output_tokens:,} out"
    )
    if totals.unknown_calls:
        text = f"at least {text} ({count(totals.unknown_calls, 'call')} unknown)"
    tries = [t for step in state.steps.values() for t in step.tries if t.calls]
    return f"{text}; {_money(tries)}{_equivalent(tries, totals)}"


def short_spend(totals: Spend) -> str:
    """A session's spend in a few characters, for a table; an unknown is never a zero."""
    if not totals.calls:
        return ""
    text = count(totals.calls, "call")
    if totals.usd_metered not in (None, "0"):
        text += f", ${totals.usd_metered}"
    elif totals.usd_metered is None:
        text += ", price unknown"
    return f"{text} ({totals.unknown_calls} unknown)" if totals.unknown_calls else text


def _money(tries: list[Try]) -> str:
    billed = list(filter(metered, tries))
    if not billed:
        return "no money metered, subscription quota"
    usd, unpriced = known_usd(billed)
    if unpriced == len(billed):
        return "billed by the token, price unknown"
    least = f"at least ${usd} ({unpriced} unpriced)" if unpriced else f"${usd}"
    return f"billed by the token: {least}"


def _equivalent(tries: list[Try], totals: Spend) -> str:
    """The price of a subscription's tokens at API rates, labelled as not billed."""
    usd = totals.usd_api_equivalent
    if usd is None or all(map(metered, tries)):
        return ""
    source = next(
        (t.usage.price_source for t in tries if t.usage and isinstance(t.usage.price_source, str)),
        "an unknown table",
    )
    return f" (≈ ${usd} at API rates of {source}, not billed)"


# --- days -----------------------------------------------------------------------------------


def totals_text(totals: Totals) -> str:
    """The spend of several sessions as one phrase; an unknown is never a zero."""
    if not totals.calls:
        return "nothing"
    text = f"{totals.input_tokens:,} tokens in / {totals.output_tokens:,} out"
    if totals.unknown_calls:
        text = f"at least {text} ({count(totals.unknown_calls, 'call')} unknown)"
    return f"{count(totals.calls, 'call')}, {text}, {metered_text(totals)} metered"


def metered_text(totals: Totals) -> str:
    """What was billed by the token."""
    money = f"${totals.usd_at_least}"
    if totals.unpriced_calls:
        return f"at least {money} ({count(totals.unpriced_calls, 'call')} unknown)"
    return money


def subscription_text(totals: Totals, windows: Sequence[QuotaUse]) -> str:
    """What a subscription paid for: no money, but a share of its quota as it was last seen."""
    parts = [
        f"{window_name(window.window_minutes)} window{_of_limit(window)} "
        f"{window.used_percent_after:g} %"
        for window in windows
    ]
    last_quota = f"quota last seen: {', '.join(parts)}" if parts else "quota not seen"
    return f"{count(totals.subscription_calls, 'call')} on a subscription: no money metered; {last_quota}"


def cost_text(usd: str | None, unknown_rows: int) -> str:
    """The cost of a day's rows of a ledger; None: no row has one."""
    if usd is None:
        return f"unknown ({count(unknown_rows, 'row')} without a cost)"
    if unknown_rows:
        return f"at least ${usd} ({count(unknown_rows, 'row')} without a cost)"
    return f"${usd}"
