"""What a pass has to show, as data: obligations, the witnesses of each, and what they decide.

A table of duties names what has to be shown; reading an answer gives the witnesses of each duty.
`settle` is the one place where witnesses become a standing: one that speaks against is a
contradiction, whatever the others say; without one that holds, the duty is missing.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, get_args

Says = Literal["holds", "against", "nothing"]
Standing = Literal["holds", "missing", "contradicted"]

EVIDENCE: Final = "obligations"
"""Under which name a try's obligations stand among its evidence."""

_LONGEST: Final = 160
_SHOWN_SIDES: Final = 3


def value_text(value: Any) -> str:
    """A JSON value as a witness shows it: text as it is, anything else as JSON."""
    if isinstance(value, str):
        return value
    try:
        return json.dumps(value, ensure_ascii=False)
    except (ValueError, RecursionError):
        return "a value that can't be shown"


@dataclass(frozen=True, slots=True)
class Witness:
    """One place where a fact can be read: where, what stands there, and what that says."""

    source: str
    value: str
    says: Says = "nothing"

    def __str__(self) -> str:
        return f"{self.value or '(empty)'} ({self.source})"


@dataclass(frozen=True, slots=True)
class Obligation:
    """Something a pass has to show. `code` and `summary` are set where it is not shown."""

    name: str
    standing: Standing
    witnesses: tuple[Witness, ...]
    code: str | None = None
    summary: str = ""

    def to_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "standing": self.standing,
            "code": self.code,
            "witnesses": [
                {"source": w.source, "value": w.value, "says": w.says} for w in self.witnesses
            ],
        }


@dataclass(frozen=True, slots=True)
class Duty:
    """A row of a table of obligations.

    `missing` is the code where no witness shows it; None: it is enough that none contradicts.
    Texts may hold `{against}` and `{holds}`, which become the witnesses of each side.
    """

    name: str
    missing: str | None
    contradicted: str
    missing_text: str = ""
    contradicted_text: str = "{against}"


def settle(
    duty: Duty, witnesses: Iterable[Witness], *, code: str | None = None, text: str | None = None
) -> Obligation:
    """What the witnesses of a duty come to; `code` and `text` replace those of its row."""
    heard = tuple(Witness(w.source, shorten(w.value), w.says) for w in witnesses)
    if any(w.says == "against" for w in heard):
        told = duty.contradicted_text if text is None else text
        return Obligation(
            duty.name, "contradicted", heard, code or duty.contradicted, _fill(told, heard)
        )
    if duty.missing is None or any(w.says == "holds" for w in heard):
        return Obligation(duty.name, "holds", heard)
    told = duty.missing_text if text is None else text
    return Obligation(duty.name, "missing", heard, code or duty.missing, _fill(told, heard))


def first_unmet(obligations: Sequence[Obligation]) -> Obligation | None:
    """The first obligation that is not shown; the order of a table is the order of its codes."""
    return next((one for one in obligations if one.standing != "holds"), None)


def shorten(text: str) -> str:
    """A witness's value on one line of bounded length."""
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"


def _fill(text: str, witnesses: Sequence[Witness]) -> str:
    return text.replace("{against}", _side(witnesses, "against")).replace(
        "{holds}", _side(witnesses, "holds")
    )


def _side(witnesses: Sequence[Witness], says: Says) -> str:
    found = [str(w) for w in witnesses if w.says == says]
    more = f" and {len(found) - _SHOWN_SIDES} more" if len(found) > _SHOWN_SIDES else ""
    return (", ".join(found[:_SHOWN_SIDES]) + more) or "nothing"


def read_obligations(value: Any) -> Iterator[Obligation]:
    """The obligations of a record, as far as they can be read; never raises."""
    for raw in value if isinstance(value, list) else ():
        if not isinstance(raw, Mapping) or raw.get("standing") not in get_args(Standing):
            continue
        code = raw.get("code")
        witnesses = raw.get("witnesses")
        yield Obligation(
            str(raw.get("name")),
            raw["standing"],
            tuple(_witnesses(witnesses if isinstance(witnesses, list) else [])),
            code if isinstance(code, str) else None,
        )


def _witnesses(raw: Sequence[Any]) -> Iterator[Witness]:
    for one in raw:
        if isinstance(one, Mapping):
            yield Witness(
                str(one.get("source")),
                str(one.get("value")),
                _SAYS.get(str(one.get("says")), "nothing"),
            )


_SAYS: Final[Mapping[str, Says]] = {"holds": "holds", "against": "against"}
