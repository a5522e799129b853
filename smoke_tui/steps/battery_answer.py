"""What the answer to one call of a battery is: a judge's text, or an error that counts apart."""

from __future__ import annotations

from typing import Final

from smoke_tui.codex.assessment import assess
from smoke_tui.codex.judge_answer import judge_answer
from smoke_tui.codex.quota import read_windows
from smoke_tui.journal.events.battery_facts import BatteryAnswered
from smoke_tui.journal.events.facts import HttpAnswered
from smoke_tui.world.requests.battery import ReadAnswer
from smoke_tui.world.requests.http import Exchange

REFUSED: Final = 400
_LONGEST: Final = 500


def answer_reader(model: str, *, subscription: bool) -> ReadAnswer:
    """The reader of a battery whose calls ask for one model."""

    def read(case: str, repeat: int, made: HttpAnswered, body: bytes) -> BatteryAnswered:
        exchange = Exchange(
            made.status, made.headers, body, made.chunks, made.ms, made.error, made.error_text,
            {}, None, 0,
        )  # fmt: skip
        assessed = assess(exchange, model=model, nonce=None, subscription=subscription)
        answer, reading, usage = judge_answer(assessed), assessed.reading, assessed.reading.usage
        error = assessed.code if answer is None else None
        return BatteryAnswered(
            case,
            repeat,
            answer.text if answer is not None else reading.text or reading.refusal,
            answer.status if answer is not None else _status_of(made),
            made.ms,
            error,
            assessed.summary[:_LONGEST] if error is not None else "",
            reading.model,
            reading.response_id,
            usage.input_tokens if usage is not None else None,
            usage.cached_input_tokens if usage is not None else None,
            usage.output_tokens if usage is not None else None,
            usage.reasoning_tokens if usage is not None else None,
            limits=tuple(read_windows(made.headers)),
        )

    return read


def _status_of(made: HttpAnswered) -> str:
    """Whether a call without an answer was refused, never sent, or may have been answered."""
    if made.status is None:
        return "no-answer" if made.error in ("timeout", "stalled", "cut") else "unsent"
    return "refused" if made.status >= REFUSED else "failed"
