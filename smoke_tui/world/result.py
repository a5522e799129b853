"""What a try of a step came to, as behaviours return it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from smoke_tui.structs import Struct, field

_LONGEST: Final = 300


class Result(Struct, frozen=True):
    """What a try of a step came to; without a code, expectations decide.

    `observed` is the record's view: status, headers, route, exit, model and the like, plus
    `fresh` (whether the credential was fresh), `delay` (seconds the answer asks to wait) and
    `attested`. `body` is the text that expectations and rules may look into; it is evidence
    already and is not recorded twice. `document` is the JSON that their paths lead into, where it
    is another than the body's or `observed["json"]`. `answer` is what holds the model's answer with
    its tool calls, where that is more than the body; `answer_text` is its text, where it can't be
    read there. `error`: our own tool broke.
    """

    code: str | None
    summary: str
    observed: Mapping[str, Any] = field(default_factory=dict)
    body: str = ""
    error: bool = False
    document: Any = None
    answer: str = ""
    answer_text: str | None = None


def words_of(error: Exception) -> str:
    """An exception in a line; a long one by its name alone.

    Cut, it could end in part of a secret, which is known only whole.
    """
    text = f"{type(error).__name__}: {error}"
    return text if len(text) <= _LONGEST else f"{type(error).__name__}; its words are in the trace"
