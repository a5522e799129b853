"""The fake provider: canned answers by purpose and content class; it costs nothing."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from difflib import SequenceMatcher
from typing import ClassVar, Final, Literal

from smoke_tui.testing.canned import CannedAnswer, Key, check_table, read_canned
from smoke_tui.testing.provider import LLMAnswer, LLMCall, LLMProviderError, LLMUsage

MODEL: Final = "fake"
"""The model that fake answers name; ledgers of usage leave such rows out of spend."""

_NEAREST: Final = 3


class CannedMissError(LLMProviderError, LookupError):
    """No canned answer has the pair that was asked for; `nearest` are the most similar pairs."""

    def __init__(self, key: Key, nearest: tuple[Key, ...], source: str) -> None:
        keys = ", ".join(map(str, nearest)) or "none, the table is empty"
        super().__init__(f"no canned answer for {key} in {source}; the nearest keys are: {keys}")
        self.key = key
        self.nearest = nearest


class FakeLLMProvider:
    """Answers from a table by (purpose, content class); a miss is an error, never a default.

    Example:
        >>> fake = FakeLLMProvider(canned={("scoring", "PLATFORM"): "score=8.5; reasoning=..."})

    Raises:
        CannedTableError: the table is invalid.
    """

    kind: ClassVar[Literal["fake"]] = "fake"
    live: ClassVar[bool] = False

    def __init__(self, canned: Mapping[Key, str | CannedAnswer]) -> None:
        self._table = check_table(canned)
        self._source = "the table of the fake provider"
        self._calls: list[LLMCall] = []

    @classmethod
    def from_file(cls, path: str | os.PathLike[str]) -> FakeLLMProvider:
        """A provider with the answers of a JSON file, as `read_canned` describes it.

        Raises:
            CannedTableError: the file can't be read or is invalid.
        """
        provider = cls(read_canned(path))
        provider._source = os.fspath(path)
        return provider

    @property
    def calls(self) -> tuple[LLMCall, ...]:
        """What was asked, in order; misses as well."""
        return tuple(self._calls)

    @property
    def unused(self) -> tuple[Key, ...]:
        """The pairs of the table that nobody has asked for yet."""
        asked = {call.key for call in self._calls}
        return tuple(key for key in self._table if key not in asked)

    async def complete(
        self,
        prompt: str,
        *,
        purpose: str,
        content_class: str,
        instructions: str = "",
        on_text: Callable[[str], None] | None = None,
    ) -> LLMAnswer:
        """The canned answer of the pair, at no cost.

        Raises:
            CannedMissError: the table has none.
        """
        call = LLMCall(purpose, content_class, prompt, instructions)
        self._calls.append(call)
        canned = self._table.get(call.key)
        if canned is None:
            raise CannedMissError(call.key, self._nearest(call.key), self._source)
        pieces = canned.streamed()
        if on_text is not None:
            for piece in pieces:
                on_text(piece)
        return LLMAnswer(canned.text, MODEL, LLMUsage("fake"), canned.tool_calls, pieces)

    def _nearest(self, key: Key) -> tuple[Key, ...]:
        """The most similar pairs of the table, the nearest first."""

        def distance(other: Key) -> tuple[float, Key]:
            ratios = (
                SequenceMatcher(None, wanted.casefold(), part.casefold()).ratio()
                for wanted, part in zip(key, other, strict=True)
            )
            return -sum(ratios), other

        return tuple(sorted(self._table, key=distance)[:_NEAREST])
