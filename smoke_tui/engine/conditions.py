"""The conditions of `expect` and `[[on]]`: whether each holds, and the actual value where it does not."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, cast

from smoke_tui.journal.events.decisions import ExpectationsEvidence
from smoke_tui.journal.state import Try
from smoke_tui.redaction import clean
from smoke_tui.runbook.json_path import dig
from smoke_tui.runbook.model import Condition, Match
from smoke_tui.structs import Struct
from smoke_tui.world.result import Result

COMPARISONS: Final = "comparisons"
"""Under which name a result has what its comparisons with recorded answers came to.

Each row has `word` and `condition` (the condition), `expected`, `actual` and `drifted`.
"""

BEHAVIOURS: Final = "behaviours"
"""Under which name a result has what its judge said of the behaviours that were asked for.

Each row has `expected` (the condition's text), `met`, `actual` and `code`.
"""

UNDECIDED: Final = "drift-undecided"

MOST_SEEN: Final = 120
"""Characters of a value in a sentence."""

MOST_SENTENCE: Final = 600


class Unmet(Struct, frozen=True):
    """A condition that does not hold: what it expects, the actual value, and the code of that."""

    expected: str
    actual: str
    code: str = "expectation-unmet"


Test = Callable[[Condition, Result, str | None, str], bool]
"""Whether a condition holds of a result, its code, and the declared origin."""


def matches(match: Match, result: Result, code: str | None, origin: str) -> bool:
    """Whether every condition holds."""
    return all(_TESTS[c.word](c, result, code, origin) for c in match.conditions)


def unmet(expected: Sequence[Match], result: Result, origin: str) -> tuple[Unmet, ...]:
    """The conditions of a step's expectations that do not hold."""
    return tuple(
        _UNMET[c.word](c, result, origin)
        for match in expected
        for c in match.conditions
        if not _TESTS[c.word](c, result, None, origin)
    )


def unmet_text(conditions: Sequence[Unmet]) -> str:
    """What was expected and the actual values, in a sentence of bounded length."""
    text = ". ".join(
        f"Expected {condition.expected}; seen {condition.actual}" for condition in conditions
    )
    return text if len(text) <= MOST_SENTENCE else f"{text[:MOST_SENTENCE]}…"


def unmet_in(attempt: Try) -> str:
    """The same of a recorded try; empty where every expectation was met."""
    shown = next((e for e in attempt.evidence if isinstance(e, ExpectationsEvidence)), None)
    return unmet_text([Unmet(row[0], row[1]) for row in shown.unmet] if shown else [])


# --- whether a condition holds --------------------------------------------------------------


def _code(c: Condition, result: Result, code: str | None, origin: str) -> bool:
    return code in c.value


def _status(c: Condition, result: Result, code: str | None, origin: str) -> bool:
    return bool(result.observed.get("status") == c.value)


def _headers(result: Result) -> dict[str, list[str]]:
    values: dict[str, list[str]] = {}
    for name, value in result.observed.get("headers") or ():
        values.setdefault(str(name).lower(), []).append(str(value))
    return values


def _lacks(result: Result, name: str, wanted: str) -> bool:
    """Where a header is there twice, every one of them has to hold what is wanted."""
    values = _headers(result).get(name.lower(), [])
    return not values or (wanted != "*" and any(value != wanted for value in values))


def _header(c: Condition, result: Result, code: str | None, origin: str) -> bool:
    return not any(_lacks(result, name, wanted) for name, wanted in c.value.items())


def _body(c: Condition, result: Result, code: str | None, origin: str) -> bool:
    body = result.body.casefold()
    return all(part.casefold() in body for part in c.value)


def _document(result: Result) -> object:
    """The JSON that paths lead into; None where there is none."""
    if result.document is not None:
        return result.document
    value = result.observed.get("json")
    if value is None:
        try:
            value = json.loads(result.body)
        except (ValueError, RecursionError):
            return None
    return value


def _json(c: Condition, result: Result, code: str | None, origin: str) -> bool:
    value = _document(result)
    if value is None:
        # Of an answer that is no JSON nothing can be said, not even that something is absent.
        return False
    leaf = dig(value, c.value)[1]
    if c.test == "equals":
        return type(leaf) is type(c.operand) and bool(leaf == c.operand)
    return {
        "non-empty": leaf not in (None, "", [], {})
        and not (isinstance(leaf, str) and not leaf.strip()),
        "present": leaf is not None,
        "absent": leaf is None,
    }[c.operand]


def _comparison(c: Condition, result: Result) -> Mapping[str, Any] | None:
    """What a comparison with a recorded answer came to; None where none was made."""
    for row in result.observed.get(COMPARISONS) or ():
        if row.get("word") == c.word and row.get("condition") == c.value:
            return cast("Mapping[str, Any]", row)
    return None


def _compared(c: Condition, result: Result, code: str | None, origin: str) -> bool:
    row = _comparison(c, result)
    # What is undecided does not hold, nor does what was never compared.
    return row is not None and row.get("drifted") is False


def _behaviour(c: Condition, result: Result) -> Mapping[str, Any] | None:
    """What the judge said of a behaviour; None where none was asked."""
    rows = result.observed.get(BEHAVIOURS) or ()
    return next((row for row in rows if row.get("expected") == c.value), None)


def _behaves(c: Condition, result: Result, code: str | None, origin: str) -> bool:
    row = _behaviour(c, result)
    return row is not None and row.get("met") is True


def _equal_to(name: str) -> Test:
    def test(c: Condition, result: Result, code: str | None, origin: str) -> bool:
        return bool(result.observed.get(name) == c.value)

    return test


def _origin(c: Condition, result: Result, code: str | None, origin: str) -> bool:
    return origin in c.value


_TESTS: Final[Mapping[str, Test]] = {
    "code": _code,
    "status": _status,
    "header": _header,
    "body_contains": _body,
    "json": _json,
    "route": _equal_to("route"),
    "exit": _equal_to("exit"),
    "origin": _origin,
    "text_drift": _compared,
    "tool_calls": _compared,
    "behaves": _behaves,
}


# --- what was expected and the actual value -------------------------------------------------


def _quoted(value: object) -> str:
    """A value for a sentence: cleaned, on one line, its beginning and its end."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    flat = " ".join(clean(text).split())
    if len(flat) > MOST_SEEN:
        half = MOST_SEEN // 2
        flat = f"{flat[:half]} … {flat[-half:]}"
    return f'"{flat}"' if isinstance(value, str) else flat


def _any_of(values: Sequence[object]) -> str:
    return " or ".join(str(value) for value in values)


def _of_code(c: Condition, result: Result, origin: str) -> Unmet:
    return Unmet(f"the code {_any_of(c.value)}", "none")


def _of_status(c: Condition, result: Result, origin: str) -> Unmet:
    status = result.observed.get("status")
    return Unmet(f"status {c.value}", "no status" if status is None else f"{status}")


def _of_header(c: Condition, result: Result, origin: str) -> Unmet:
    headers = _headers(result)
    wanted, actual = [], []
    for name, value in c.value.items():
        if not _lacks(result, name, value):
            continue
        values = headers.get(name.lower(), [])
        wanted.append(f"header {name}" + ("" if value == "*" else f": {_quoted(value)}"))
        actual.append(" and ".join(_quoted(each) for each in values[:4]) or f"no {name}")
    return Unmet(" and ".join(wanted), ", ".join(actual))


def _of_body(c: Condition, result: Result, origin: str) -> Unmet:
    body = result.body.casefold()
    lacking = [_quoted(part) for part in c.value if part.casefold() not in body]
    return Unmet(
        f"body to contain {' and '.join(lacking)}",
        _quoted(result.body) if result.body.strip() else "an empty body",
    )


def _of_json(c: Condition, result: Result, origin: str) -> Unmet:
    wanted = (
        f"json {c.value} to equal {_quoted(c.operand)}"
        if c.test == "equals"
        else f"json {c.value} to be {c.operand}"
    )
    document = _document(result)
    if document is None:
        body = f": {_quoted(result.body)}" if result.body.strip() else ""
        return Unmet(wanted, f"no JSON{body}")
    there, leaf = dig(document, c.value)
    return Unmet(wanted, _quoted(leaf) if there else "nothing there")


def _of_origin(c: Condition, result: Result, origin: str) -> Unmet:
    return Unmet(f"origin {_any_of(c.value)}", f"{origin} declared")


def _of_comparison(code: str) -> Callable[[Condition, Result, str], Unmet]:
    def of_comparison(c: Condition, result: Result, origin: str) -> Unmet:
        row = _comparison(c, result)
        if row is None:
            return Unmet(f"an answer like {c.value['baseline']}", "none was compared", UNDECIDED)
        return Unmet(
            str(row["expected"]),
            str(row["actual"]),
            code if row["drifted"] is True else UNDECIDED,
        )

    return of_comparison


def _of_behaviour(c: Condition, result: Result, origin: str) -> Unmet:
    wanted = f"an answer that behaves so: {_quoted(c.value)}"
    row = _behaviour(c, result)
    if row is None:
        return Unmet(wanted, "no judge was asked", "judge-undecided")
    return Unmet(wanted, str(row["actual"]), str(row["code"]))


def _of_value(what: str) -> Callable[[Condition, Result, str], Unmet]:
    def of_value(c: Condition, result: Result, origin: str) -> Unmet:
        value = result.observed.get(c.word)
        wanted = c.value if isinstance(c.value, str | int) else _quoted(c.value)
        return Unmet(f"{what} {wanted}", "none" if value is None else f"{value}")

    return of_value


_UNMET: Final[Mapping[str, Callable[[Condition, Result, str], Unmet]]] = {
    "code": _of_code,
    "status": _of_status,
    "header": _of_header,
    "body_contains": _of_body,
    "json": _of_json,
    "route": _of_value("route"),
    "exit": _of_value("exit"),
    "origin": _of_origin,
    "text_drift": _of_comparison("text-drift"),
    "tool_calls": _of_comparison("tool-call-drift"),
    "behaves": _of_behaviour,
}
