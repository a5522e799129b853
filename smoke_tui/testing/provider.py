"""What a test asks a model's provider for, and what it answers with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Final, Literal, Protocol, runtime_checkable

from smoke_tui.structs import Struct, field

ProviderKind = Literal["fake", "replay", "live"]
"""Whose answers they are: canned, recorded, or a model's own of now."""

SpendKind = Literal["fake", "replay", "rehearsal", "subscription"]
"""What pays for a call; all but the last cost exactly nothing and are never counted as spend."""

FREE: Final = Decimal(0)
"""The cost of a call that reached no provider."""


class LLMProviderError(Exception):
    """A provider has no answer; the text says to which request, why, and what to do."""


class LLMCallFailedError(LLMProviderError):
    """A call came to no answer; `code` is the failure's code, such as `usage-limit-reached`.

    `partial` is the text of a response that began and has no good end, as far as it came, or its
    refusal; None where the call failed otherwise.
    """

    def __init__(self, code: str, summary: str, source: str, partial: str | None = None) -> None:
        super().__init__(f"{source}: {summary.rstrip('.')} ({code})")
        self.code = code
        self.partial = partial


class LLMCall(Struct, frozen=True):
    """One request as it was made, for assertions."""

    purpose: str
    content_class: str
    prompt: str
    instructions: str = ""

    @property
    def key(self) -> tuple[str, str]:
        """The pair that canned answers go by."""
        return self.purpose, self.content_class


class LLMToolCall(Struct, frozen=True):
    """A call of a tool that the model asks for; arguments that are no JSON object are a text."""

    name: str
    arguments: Mapping[str, object] | str = field(default_factory=dict)


class LLMUsage(Struct, frozen=True):
    """Tokens and cost of one call.

    `cost_usd` is what was billed for it by the token: exactly 0; a subscription pays by its quota.

    Raises:
        ValueError: what reached no provider is to have cost something.
    """

    kind: SpendKind
    input_tokens: int = 0
    cached_input_tokens: int = 0
    output_tokens: int = 0
    reasoning_tokens: int = 0
    cost_usd: Decimal = FREE

    def __post_init__(self) -> None:
        if not self.live and self.cost_usd != FREE:
            raise ValueError(f"a {self.kind} costs nothing, not {self.cost_usd}")

    @property
    def live(self) -> bool:
        """Whether a provider was called; only such usage may be counted as spend."""
        return self.kind == "subscription"


class LLMAnswer(Struct, frozen=True):
    """The answer to one call; `pieces` are its text as it was streamed."""

    text: str
    model: str
    usage: LLMUsage
    tool_calls: tuple[LLMToolCall, ...] = ()
    pieces: tuple[str, ...] = ()


@runtime_checkable
class LLMProvider(Protocol):
    """A source of a model's answers: fake, replaying or live."""

    @property
    def kind(self) -> ProviderKind:
        """Whose answers it gives."""

    @property
    def live(self) -> bool:
        """Whether a call reaches a provider, and may cost something."""

    @property
    def calls(self) -> tuple[LLMCall, ...]:
        """What was asked, in order; requests without an answer as well."""

    async def complete(
        self,
        prompt: str,
        *,
        purpose: str,
        content_class: str,
        instructions: str = "",
        on_text: Callable[[str], None] | None = None,
    ) -> LLMAnswer:
        """Ask for one answer.

        Args:
            prompt: What is asked.
            purpose: What the answer is for, such as `scoring`.
            content_class: What the prompt is about, such as `PLATFORM`.
            instructions: The system's text; empty for the provider's own.
            on_text: Receives each piece of the text as it is streamed.

        Raises:
            LLMProviderError: there is no answer.
        """
