"""Prices of tokens at a provider's public API rates, from the maintained table of genai-prices.

Loaded only when a price is asked for: the package is an extra and takes a third of a second.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from smoke_tui.extras import install_hint
from smoke_tui.journal.events.machine_facts import Priced
from smoke_tui.world.ports import PortAnswer
from smoke_tui.world.requests.machine import LookUpPrice


class LivePrices:
    """Looks prices up on a thread, since the table takes long to load."""

    async def look_up(self, request: LookUpPrice) -> PortAnswer:
        """What tokens cost at a model's public rates."""
        return PortAnswer(await asyncio.to_thread(price, request.model, request.counts))


def price(model: str, counts: Mapping[str, int]) -> Priced:
    """What these tokens cost.

    Reasoning tokens are inside the output tokens; cached ones inside the input tokens.
    """
    try:
        from genai_prices import Usage, __version__, calc_price
    except ImportError:
        problem = f"no price table is installed ({install_hint('prices')})"
        return Priced(None, None, problem)
    source = f"genai-prices {__version__}"
    usage = Usage(
        input_tokens=counts.get("input_tokens", 0),
        output_tokens=counts.get("output_tokens", 0),
        cache_read_tokens=min(counts.get("cached_input_tokens", 0), counts.get("input_tokens", 0)),
    )
    try:
        calculation = calc_price(usage, model_ref=model, provider_id="openai")
    except LookupError:
        return Priced(None, source, f"{source} has no price for {model}")
    return Priced(format(calculation.total_price.normalize(), "f"), source, None)
