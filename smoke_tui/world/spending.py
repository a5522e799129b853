"""The part of a step's context that spends: prices, consent, reservations."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from smoke_tui.journal.stream import Fact
from smoke_tui.world.requests import Question, show
from smoke_tui.world.resources import StepEnd


class Paying:
    """What a step may do about money. `_check_caps` raises where a cap leaves no room."""

    _check_caps: Callable[[Any, str, str | None], None]

    if TYPE_CHECKING:

        async def _once(self, port: str, shown: Mapping[str, Any], raw: Any) -> Fact: ...

        async def ask(self, question: Question) -> Mapping[str, str]: ...

        def decide(self, ev: str, data: Mapping[str, Any]) -> int: ...

    async def price(self, model: str, counts: Mapping[str, int]) -> Mapping[str, Any]:
        """What tokens cost at API rates: `usd` as text or None, `source`, `problem`."""
        shown = {"model": model, **counts}
        return (await self._once("price", shown, (model, dict(counts)))).data

    async def spend(
        self,
        what: str,
        detail: Mapping[str, Any],
        *,
        kind: str = "subscription",
        worst_usd: str | None = None,
    ) -> None:
        """Before each call that spends: caps, consent, reservation.

        `worst_usd` is the most that a metered call can cost, None where that is not known.

        Raises:
            StepEnd: `over-budget`, `operator-declined` or `needs-operator`.
        """
        self._check_caps(self, kind, worst_usd)
        answer = await self.ask(Question("spend", what, detail))
        if answer.get("do") != "yes":
            raise StepEnd("operator-declined", answer.get("words") or "The call was not made.")
        self.reserve(detail, kind=kind, worst_usd=worst_usd)

    def may_spend(self, kind: str = "subscription", worst_usd: str | None = None) -> bool:
        """Whether the caps leave room for one more call."""
        try:
            self._check_caps(self, kind, worst_usd)
        except StepEnd:
            return False
        return True

    def reserve(
        self,
        detail: Mapping[str, Any],
        *,
        kind: str = "subscription",
        worst_usd: str | None = None,
    ) -> None:
        """Count one call that the operator has agreed to.

        Raises:
            StepEnd: a cap leaves no room for it (`over-budget`).
        """
        self._check_caps(self, kind, worst_usd)
        self.decide(
            "spend.reserved",
            {
                "calls": 1,
                "kind": kind,
                "worst_usd": worst_usd,
                **show(detail),
            },
        )
