"""What an answer says besides its code: which limit, until when, which field, which model."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final

from smoke_tui.codex.quota import active_limit, families, read_windows
from smoke_tui.redaction import clean

LONGEST: Final = 120
LATEST: Final = 1 << 34
FULL: Final = 100.0

_PARAM: Final = re.compile(
    r"unsupported parameter:?\s*['\"`]?([A-Za-z0-9_.\[\]-]{1,80})", re.IGNORECASE
)
_MODEL: Final = re.compile(
    r"(?:model not found[: ]+|\bmodel\s+|the\s+)['\"`]([\w./:-]{1,80})['\"`]"
    r"|model not found[: ]+([\w./:-]{1,80})",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class About:
    """The answer's own fields; each None where it does not say.

    `reached`: which limit, as the provider names it; `limit`: the family of the full window;
    `code`: the server's own code; `named`: one that nobody knows; `page`: what an intercepting page
    calls itself; `needs_version`: the client version from which on the model is served;
    `redirect`: the host that the answer redirects to; `asked_by`: who asked, where not this tool;
    `served_to`: the client version with which an earlier call of ours was served the model.
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

    def to_json(self) -> dict[str, Any]:
        return {name: value for name, value in asdict(self).items() if value is not None}


def first_of(envelopes: Iterable[Mapping[str, Any]], keys: tuple[str, ...]) -> Any:
    """The first of the keys that any envelope has."""
    for envelope in envelopes:
        for key in keys:
            if envelope.get(key) is not None:
                return envelope[key]
    return None


def about_of(
    headers: Sequence[tuple[str, str]],
    body: Any,
    envelopes: Sequence[Mapping[str, Any]],
    texts: Sequence[str],
    *,
    waits: bool,
    named: str | None,
    code: str | None = None,
    redirect: str | None = None,
) -> About:
    """Read what an answer says. `waits`: whether there is a window that waiting opens."""
    fields = {name.lower(): value for name, value in headers}
    reached = fields.get("x-codex-rate-limit-reached-type") or first_of(
        envelopes, ("rate_limit_reached_type", "x-codex-rate-limit-reached-type")
    )
    plan = first_of(envelopes, ("plan_type",)) or fields.get("x-codex-plan-type")
    full = _fullest(headers) if waits else None
    moment = _moment(first_of(envelopes, ("resets_at",))) if waits else None
    return About(
        reached=_word(reached),
        plan=_word(plan),
        limit=full[0] if full else None,
        window=full[1] if full else None,
        resets_at=moment if moment is not None else full[2] if full else None,
        param=_param(envelopes, texts),
        model=_model(texts),
        named=named,
        code=code,
        redirect=redirect,
    )


def _fullest(headers: Sequence[tuple[str, str]]) -> tuple[str | None, str, int | None] | None:
    """The full window that opens last: its family, how long it is, when it opens."""
    windows = read_windows(headers)
    if active_limit(headers) is None:
        windows = tuple(w for family in families(headers).values() for w in family)
    full = [w for w in windows if w.used_percent >= FULL]
    if not full:
        return None
    last = max(full, key=lambda w: (w.resets_at or "", w.window_minutes))
    return last.limit, last.name, _unix(last.resets_at)


def _unix(moment: str | None) -> int | None:
    return None if moment is None else int(datetime.fromisoformat(moment).timestamp())


def _moment(raw: Any) -> int | None:
    if isinstance(raw, str) and re.fullmatch(r"[0-9]{1,12}", raw):
        raw = int(raw)
    if isinstance(raw, bool) or not isinstance(raw, int | float):
        return None
    return int(raw) if 0 < raw < LATEST else None


def _word(raw: Any) -> str | None:
    return clean(raw.strip())[:LONGEST] or None if isinstance(raw, str) else None


def _param(envelopes: Sequence[Mapping[str, Any]], texts: Sequence[str]) -> str | None:
    raw = first_of(envelopes, ("param", "loc"))
    if isinstance(raw, list):
        raw = ".".join(str(part) for part in raw[:8] if isinstance(part, str | int))
    if isinstance(raw, str):
        return clean(raw)[:LONGEST] or None
    found = next(filter(None, map(_PARAM.search, texts)), None)
    return found.group(1).rstrip(".") if found else None


def _model(texts: Sequence[str]) -> str | None:
    found = next(filter(None, map(_MODEL.search, texts)), None)
    return next(filter(None, found.groups()), None) if found else None
