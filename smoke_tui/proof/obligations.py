"""What a pass has to show: obligations, their witnesses, and the status that follows.

A table of requirements names what has to be shown; reading a response yields the witnesses of each.
`evaluate` turns witnesses into a status: one witness against is a contradiction; without one that
holds, the obligation is missing.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, Literal, get_args

from smoke_tui.structs import Struct

Stance = Literal["holds", "against", "nothing"]
Status = Literal["holds", "missing", "contradicted"]

EVIDENCE: Final = "obligations"
"""Key of a try's obligations in its evidence."""

_MAX_VALUE: Final = 160
_MAX_WITNESSES: Final = 3


def value_text(value: object) -> str:
    """A JSON value as text: text unchanged, anything else as JSON."""
    if isinstance(value, str):
        return value
    try:
        return json.dumps(value, ensure_ascii=False)
    except (ValueError, RecursionError):
        return "a value that can't be shown"


class Witness(Struct, frozen=True):
    """One place where a fact can be read: its source, its value, and what that implies."""

    source: str
    value: str
    stance: Stance = "nothing"

    def __str__(self) -> str:
        return f"{self.value or '(empty)'} ({self.source})"


class Obligation(Struct, frozen=True):
    """Something a pass has to show; `code` and `summary` are set if it is not shown."""

    name: str
    status: Status
    witnesses: tuple[Witness, ...]
    code: str | None = None
    summary: str = ""

    def to_json(self) -> dict[str, object]:
        """The obligation as evidence in the journal."""
        return {
            "name": self.name,
            "standing": self.status,
            "code": self.code,
            "witnesses": [
                {"source": w.source, "value": w.value, "says": w.stance} for w in self.witnesses
            ],
        }


class Requirement(Struct, frozen=True):
    """A row of a table of obligations.

    `missing` is the code if no witness shows it; None means that a lack of contradiction is enough.
    In texts, `{against}` and `{holds}` are replaced by the witnesses of each stance.
    """

    name: str
    missing: str | None
    contradicted: str
    missing_text: str = ""
    contradicted_text: str = "{against}"


def evaluate(
    requirement: Requirement,
    witnesses: Iterable[Witness],
    *,
    code: str | None = None,
    text: str | None = None,
) -> Obligation:
    """The obligation that the witnesses result in; `code` and `text` override the requirement's."""
    shortened = tuple(map(_shortened, witnesses))
    stances = {witness.stance for witness in shortened}
    if "against" in stances:
        summary = requirement.contradicted_text if text is None else text
        return Obligation(
            requirement.name,
            "contradicted",
            shortened,
            code or requirement.contradicted,
            _fill(summary, shortened),
        )
    if requirement.missing is None or "holds" in stances:
        return Obligation(requirement.name, "holds", shortened)
    summary = requirement.missing_text if text is None else text
    return Obligation(
        requirement.name,
        "missing",
        shortened,
        code or requirement.missing,
        _fill(summary, shortened),
    )


def first_unmet(obligations: Sequence[Obligation]) -> Obligation | None:
    """The first obligation that is not shown; the table's order is the priority of codes."""
    return next((obligation for obligation in obligations if obligation.status != "holds"), None)


def shorten(text: str) -> str:
    """A witness's value on one line of at most 160 characters."""
    line = " ".join(text.split())
    return line if len(line) <= _MAX_VALUE else f"{line[: _MAX_VALUE - 1]}…"


def _shortened(witness: Witness) -> Witness:
    value = shorten(witness.value)
    return witness if value == witness.value else Witness(witness.source, value, witness.stance)


def _fill(text: str, witnesses: Sequence[Witness]) -> str:
    return text.replace("{against}", _side(witnesses, "against")).replace(
        "{holds}", _side(witnesses, "holds")
    )


def _side(witnesses: Sequence[Witness], stance: Stance) -> str:
    texts = [str(w) for w in witnesses if w.stance == stance]
    more = f" and {len(texts) - _MAX_WITNESSES} more" if len(texts) > _MAX_WITNESSES else ""
    return (", ".join(texts[:_MAX_WITNESSES]) + more) or "nothing"


def read_obligations(value: object) -> Iterator[Obligation]:
    """The obligations in a journal's evidence; skips what can't be read, never raises."""
    for raw in value if isinstance(value, list) else ():
        if not isinstance(raw, Mapping) or raw.get("standing") not in get_args(Status):
            continue
        code = raw.get("code")
        witnesses = raw.get("witnesses")
        yield Obligation(
            str(raw.get("name")),
            raw["standing"],
            tuple(_witnesses(witnesses if isinstance(witnesses, list) else [])),
            code if isinstance(code, str) else None,
        )


def _witnesses(raw: Sequence[object]) -> Iterator[Witness]:
    for item in raw:
        if isinstance(item, Mapping):
            yield Witness(
                str(item.get("source")),
                str(item.get("value")),
                _STANCES.get(str(item.get("says")), "nothing"),
            )


_STANCES: Final[Mapping[str, Stance]] = {"holds": "holds", "against": "against"}
