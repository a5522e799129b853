"""The closed language of `expect` and `[[on]]`: its conditions, and the rules built of them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from smoke_tui.config.names import ORIGINS, STEP_ID
from smoke_tui.failure_codes.table import CODES
from smoke_tui.outcomes import Outcome
from smoke_tui.runbook.lint.diagnostics import LintCode
from smoke_tui.runbook.model import Condition, Match, Rule
from smoke_tui.runbook.schema.comparisons import TEXT_DRIFT, TOOL_CALLS
from smoke_tui.runbook.schema.context import BAD, Context, spell
from smoke_tui.runbook.schema.positions import Path
from smoke_tui.runbook.schema.scalars import JSON_PATH, JsonValue, Text, Whole
from smoke_tui.runbook.schema.tables import AtMostOne, Field, ListOf, MapOf, Requires, TableOf

ROUTES: Final = ("openai/subscription", "degraded")
IS_TESTS: Final = ("non-empty", "present", "absent")
STEP_ID_TEXT: Final = "an id (a small letter, then small letters, digits and -; 2 to 41 characters)"

CODE = Text("a code", choices=tuple(CODES), code=LintCode.CODE)


def _header(values: dict[str, Any], at: Path, context: Context) -> dict[str, str]:
    return {name.lower(): value for name, value in values.items()}


CONDITIONS: Mapping[str, Field] = MappingProxyType(
    {
        "code": Field(ListOf(CODE, bare=True, min_length=1), "The result's code is one of these"),
        "status": Field(Whole(100, 599), "The HTTP status"),
        "header": Field(
            MapOf(r"[A-Za-z0-9!#$&^_.+*'|~`%-]{1,80}", "a header name", Text(), _header),
            'Headers of the answer, by name: the exact value, or "*" for any',
        ),
        "body_contains": Field(
            ListOf(Text(), bare=True, min_length=1),
            "Texts that all occur in the answer or in what the commands printed, in any case",
        ),
        "json": Field(
            JSON_PATH,
            "A path into the JSON answer, or into what the commands printed (all of it, else the last "
            "line with an object); with is or equals",
        ),
        "is": Field(Text("a test", choices=IS_TESTS), "What the value at the json path is"),
        "equals": Field(JsonValue(scalar=True), "What the value at the json path equals"),
        "route": Field(Text("a route", choices=ROUTES), "Which way the answer came"),
        "exit": Field(
            Whole(-64, 255), "The exit status of the last command; negative for a signal"
        ),
        "text_drift": TEXT_DRIFT,
        "tool_calls": TOOL_CALLS,
        "behaves": Field(Text(literal=True), "What the answer has to do, for the judge"),
        "origin": Field(
            ListOf(Text("an origin", choices=ORIGINS), bare=True, min_length=1),
            "The origin that the operator declared is one of these",
        ),
    }
)


def _match(values: dict[str, Any], at: Path, context: Context) -> Match:
    conditions = []
    for word, value in values.items():
        if word == "json":
            test = "is" if "is" in values else "equals"
            conditions.append(Condition(word, value, test, values.get(test)))
        elif word == "body_contains":
            conditions.append(Condition(word, tuple(text.casefold() for text in value)))
        elif word not in ("is", "equals"):
            conditions.append(Condition(word, value))
    return Match(tuple(conditions), context.line(at))


MATCH: Final = TableOf(
    CONDITIONS,
    (
        AtMostOne(("is", "equals")),
        Requires("json", ("is", "equals")),
        Requires("is", ("json",)),
        Requires("equals", ("json",)),
    ),
    build=_match,
    given_only=True,
    nonempty=True,
)


def _rule(values: dict[str, Any], at: Path, context: Context) -> Any:
    outcome, goto, why = values["outcome"], values["goto"], values["why"]
    path_text = spell(at)
    if (outcome is None) == (goto is None):
        problem = "both an outcome and a goto" if outcome else "neither an outcome nor a goto"
        return context.refuse(LintCode.RULE_AIM, at, f"{path_text} names {problem}")
    if outcome is not None and why is None:
        return context.refuse(
            LintCode.RULE_WHY, at, f"{path_text}: the outcome '{outcome}' has no why"
        )
    if not isinstance(values["match"], Match):
        return BAD
    return Rule(
        match=values["match"],
        outcome=None if outcome is None else Outcome(outcome),
        why=why,
        goto=goto,
        line=context.line(at),
        index=int(at[-1]) + 1,
    )


RULE: Final = TableOf(
    {
        "match": Field(MATCH, "What the result has to look like", required=True),
        "outcome": Field(
            Text(
                "an outcome that a rule can give",
                choices=("fail", "blocked", "expected-limitation"),
                refused={"pass": (LintCode.RULE_PASS, "a rule can't declare a pass")},
            ),
            "What the result counts as",
        ),
        "why": Field(Text(), "The reason, for the report"),
        "goto": Field(Text(STEP_ID_TEXT, STEP_ID), "The fallback to take"),
    },
    build=_rule,
)

EXPECT: Final = ListOf(MATCH)
RULES: Final = ListOf(RULE)
