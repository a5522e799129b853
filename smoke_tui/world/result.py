"""What a try of a step came to, as behaviours return it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Result:
    """What a try of a step came to; without a code, expectations decide.

    `observed` is the record's view: status, headers, route, exit, model and the like, plus
    `fresh` (whether the credential was fresh), `delay` (seconds the answer asks to wait) and
    `attested`. `body` is the text that expectations and rules may look into; it is evidence
    already and is not recorded twice. `error`: our own tool broke.
    """

    code: str | None
    summary: str
    observed: Mapping[str, Any] = field(default_factory=dict)
    body: str = ""
    error: bool = False
