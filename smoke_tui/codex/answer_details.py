"""Details of a response besides its code: which limit, until when, which field, which model."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final

from smoke_tui.codex.quota import active_limit, read_windows, windows_by_family
from smoke_tui.redaction import clean
from smoke_tui.regex import regex
from smoke_tui.structs import Struct, asdict

MAX_LENGTH: Final = 120
MAX_TIME: Final = 1 << 34
FULL_PERCENT: Final = 100.0

_PARAM: Final = regex(r"unsupported parameter:?\s*['\"`]?([A-Za-z0-9_.\[\]-]{1,80})", re.IGNORECASE)
_MODEL: Final = regex(
    r"(?:model not found[: ]+|\bmodel\s+|the\s+)['\"`]([\w./:-]{1,80})['\"`]"
    r"|model not found[: ]+([\w./:-]{1,80})",
    re.IGNORECASE,
)


class AnswerDetails(Struct, frozen=True):
    """Details of a response, each None if it has none.

    `reached` is the provider's name of the limit; `limit` the family of the full window; `code` the
    server's own code; `named` an unknown code; `page` the title of an intercepting page;
    `needs_version` the client version from which on the model is served; `redirect` the host of a
    redirect; `asked_by` who sent the request if not this tool; `served_to` the client version of an
    earlier call for which the model was served.
    """

    reached: str | None = None
    plan: str | None = None
    limit: str | None = None
    window: str | None = None
    resets_at: int | None = None
    param: str | None = None
    model: str | None = None
    named: str | None = None
    page: str | None = None
    needs_version: str | None = None
    code: str | None = None
    redirect: str | None = None
    asked_by: str | None = None
    served_to: str | None = None

    def to_json(self) -> dict[str, str | int]:
        """The details that are set."""
        return {name: value for name, value in asdict(self).items() if value is not None}


def first_of(envelopes: Iterable[Mapping[str, object]], keys: tuple[str, ...]) -> object:
    """The value of the first key that any envelope has."""
    for envelope in envelopes:
        for key in keys:
            if envelope.get(key) is not None:
                return envelope[key]
    return None


def read_details(
    headers: Sequence[tuple[str, str]],
    envelopes: Sequence[Mapping[str, object]],
    texts: Sequence[str],
    *,
    waits: bool,
    named: str | None,
    code: str | None = None,
) -> AnswerDetails:
    """Read the details of a response; `waits` is whether waiting opens the quota window."""
    fields = {name.lower(): value for name, value in headers}
    reached = fields.get("x-codex-rate-limit-reached-type") or first_of(
        envelopes, ("rate_limit_reached_type", "x-codex-rate-limit-reached-type")
    )
    plan = first_of(envelopes, ("plan_type",)) or fields.get("x-codex-plan-type")
    full = _fullest(headers) if waits else None
    moment = _moment(first_of(envelopes, ("resets_at",))) if waits else None
    return AnswerDetails(
        reached=_short_text(reached),
        plan=_short_text(plan),
        limit=full[0] if full else None,
        window=full[1] if full else None,
        resets_at=moment if moment is not None else full[2] if full else None,
        param=_param(envelopes, texts),
        model=_model(texts),
        named=named,
        code=code,
    )


def _fullest(headers: Sequence[tuple[str, str]]) -> tuple[str | None, str, int | None] | None:
    """The full window that opens last: its family, its name, its reset time."""
    windows = read_windows(headers)
    if active_limit(headers) is None:
        windows = tuple(w for family in windows_by_family(headers).values() for w in family)
    full = [w for w in windows if w.used_percent >= FULL_PERCENT]
    if not full:
        return None
    last = max(full, key=lambda w: (w.resets_at or "", w.window_minutes))
    return last.limit, last.name, _unix(last.resets_at)


def _unix(moment: str | None) -> int | None:
    return None if moment is None else int(datetime.fromisoformat(moment).timestamp())


def _moment(raw: object) -> int | None:
    if isinstance(raw, str) and re.fullmatch(r"[0-9]{1,12}", raw):
        raw = int(raw)
    if isinstance(raw, bool) or not isinstance(raw, int | float):
        return None
    return int(raw) if 0 < raw < MAX_TIME else None


def _short_text(raw: object) -> str | None:
    return clean(raw.strip())[:MAX_LENGTH] or None if isinstance(raw, str) else None


def _param(envelopes: Sequence[Mapping[str, object]], texts: Sequence[str]) -> str | None:
    raw = first_of(envelopes, ("param", "loc"))
    if isinstance(raw, list):
        raw = ".".join(str(part) for part in raw[:8] if isinstance(part, str | int))
    if isinstance(raw, str):
        return clean(raw)[:MAX_LENGTH] or None
    match = next(filter(None, map(_PARAM.search, texts)), None)
    return match.group(1).rstrip(".") if match else None


def _model(texts: Sequence[str]) -> str | None:
    match = next(filter(None, map(_MODEL.search, texts)), None)
    return next(filter(None, match.groups()), None) if match else None
