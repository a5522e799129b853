"""Read the front matter: `key: value` lines between two lines of `---`, values as text."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from smoke_tui.config.names import ORIGINS, STEP_ID
from smoke_tui.regex import regex
from smoke_tui.runbook.lint.diagnostics import LintCode, Reporter, did_you_mean, nearest
from smoke_tui.runbook.schema.context import BAD, Context
from smoke_tui.runbook.schema.match import STEP_ID_TEXT
from smoke_tui.runbook.schema.scalars import MONEY, Text
from smoke_tui.runbook.schema.tables import Field

SCHEMA = "smoke/1"
PROJECT: Final = "project"
STACK: Final = "stack"
FRONT_MATTER_TOPIC: Final = "front-matter"
_FENCE = "---"
_PAIR = regex(r"([A-Za-z_][A-Za-z0-9_-]*)[ \t]*:(?:[ \t]+(.*))?\Z")
_COMMENT = regex(r"(?:^|[ \t])#.*\Z")

FRONT_MATTER: Mapping[str, Field] = MappingProxyType(
    {
        "schema": Field(Text("a schema", choices=(SCHEMA,)), "always smoke/1", required=True),
        "id": Field(Text(STEP_ID_TEXT, STEP_ID), "the runbook's name", required=True),
        "title": Field(Text(), "what a person calls it", required=True),
        "issue": Field(Text(), "where the outcome is recorded"),
        "requires_origin": Field(
            Text("an origin", choices=("non-datacenter", *ORIGINS[:3])),
            "where it can be run from",
        ),
        "budget_usd": Field(MONEY, "the most US dollars for the whole of it"),
        "model": Field(Text(), "the model, where a step names none"),
        "rehearse_in": Field(
            Text("a place to rehearse in", choices=(PROJECT, STACK)),
            "where a rehearsal runs the commands: in the project's folder, or in the stand-in stack; "
            "the stack where a step uses a credential, calls a model or names {{ stack_url }}, else "
            "the project",
        ),
    }
)


def read_front_matter(lines: list[str], reporter: Reporter) -> tuple[dict[str, Any], int]:
    """The checked values, and the index of the first line after the front matter."""
    if not lines or lines[0].rstrip() != _FENCE:
        reporter.add(LintCode.NO_FRONT, (1, 1))
        return {}, 0
    end = next((n for n, line in enumerate(lines) if n and line.rstrip() == _FENCE), None)
    if end is None:
        reporter.add(LintCode.FRONT_OPEN, (1, 1))
        return {}, len(lines)
    pairs: dict[str, tuple[int, int, str]] = {}
    misspelled: set[str] = set()
    for index in range(1, end):
        _read_line(lines[index], index + 1, pairs, misspelled, reporter)
    return _check(pairs, misspelled, end + 1, reporter), end + 1


def _read_line(
    line: str,
    number: int,
    pairs: dict[str, tuple[int, int, str]],
    misspelled: set[str],
    reporter: Reporter,
) -> None:
    if not line.strip() or line.startswith("#"):
        return
    pair = _PAIR.match(line)
    if pair is None:
        reporter.add(LintCode.FRONT_LINE, (number, 1))
        return
    key, value = pair[1], (pair[2] or "").strip()
    if key in pairs:
        message = f"key '{key}' is given twice (first on line {pairs[key][0]})"
        reporter.add(LintCode.FRONT_TWICE, (number, 1), message)
    elif key not in FRONT_MATTER:
        message = f"unknown key '{key[:48]}' in the front matter{did_you_mean(key, FRONT_MATTER)}"
        reporter.add(
            LintCode.FRONT_KEY,
            (number, 1),
            message,
            valid=tuple(FRONT_MATTER),
            topic=FRONT_MATTER_TOPIC,
        )
        misspelled.add(nearest(key, FRONT_MATTER) or "")
    else:
        col = (pair.start(2) if pair[2] else len(line.rstrip())) + 1
        pairs[key] = (number, col, _unquote(value))


def _unquote(value: str) -> str:
    if len(value) >= 2 and value[0] == value[-1] and value[0] in "\"'":
        return value[1:-1]
    # Code hosts drop a comment after a blank and '#' too.
    return _COMMENT.sub("", value).strip()


def _check(
    pairs: dict[str, tuple[int, int, str]], misspelled: set[str], last: int, reporter: Reporter
) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for key, front_field in FRONT_MATTER.items():
        if key not in pairs:
            if front_field.required and key not in misspelled:
                message = f"'{key}' is missing in the front matter: {front_field.about}"
                reporter.add(LintCode.FRONT_MISSING, (last, 1), message)
            continue
        line, col, text = pairs[key]
        context = Context(lambda path, value, place=(line, col): place)  # type: ignore[misc]
        value = front_field.type.check(text, (key,), context)
        for problem in context.problems:
            reporter.add(LintCode.FRONT_VALUE, problem.place, problem.message, valid=problem.valid)
        if value is not BAD:
            values[key] = value
    return values
