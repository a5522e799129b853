"""The fields that every step may have, and the model objects built from them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from smoke_tui.config.names import STEP_ID
from smoke_tui.runbook import templates
from smoke_tui.runbook.lint.diagnostics import LintCode
from smoke_tui.runbook.model import Capture, Guard, Ready, Spend
from smoke_tui.runbook.parser.shell_words import argv
from smoke_tui.runbook.schema.context import Context
from smoke_tui.runbook.schema.match import EXPECT, RULES, STEP_ID_TEXT
from smoke_tui.runbook.schema.positions import Path
from smoke_tui.runbook.schema.scalars import (
    DURATION,
    JSON_PATH,
    MONEY,
    REGEX,
    URL,
    Converted,
    Flag,
    Text,
    Whole,
)
from smoke_tui.runbook.schema.tables import AtLeast, AtMostOne, Field, ListOf, MapOf, TableOf

EFFECTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "none": "changes nothing",
        "local": "changes things on this machine",
        "remote": "changes something elsewhere: asked for first, never run again by itself, and in a "
        "rehearsal answered by the step's stand_in",
        "spends": "uses up money or quota: asked for before each call, counted, and held to the cap "
        "in spend; in a rehearsal answered by the step's stand_in",
    }
)
"""What a step can change, each with its meaning."""
ENV_NAME: Final = r"^[A-Za-z_][A-Za-z0-9_]*$"
ENV_NAME_TEXT: Final = "the name of an environment variable"
SPEND_KINDS: Final = ("subscription", "metered")
MAX_RETRY: Final = 5


def _command(text: str) -> str:
    argv(text)
    return text


COMMAND: Final = Converted(_command, template="command", expected="a command line")
IDS: Final = ListOf(Text(STEP_ID_TEXT, STEP_ID))


def _spend(values: dict[str, Any], at: Path, context: Context) -> Any:
    kind, calls, usd = values["kind"], values["max_calls"], values["max_usd"]
    name, cap = {"subscription": ("max_calls", calls), "metered": ("max_usd", usd)}[kind]
    if cap is None:
        return context.refuse(LintCode.TOGETHER, at, f"a {kind} spend needs {name} as its cap")
    return Spend(kind, calls, usd)


def _guard(values: dict[str, Any], at: Path, context: Context) -> Guard:
    test = next(name for name in GUARD_TESTS if name in values)
    return Guard(test, values[test], values["why"], context.line(at))


def _captures(values: dict[str, Any], at: Path, context: Context) -> tuple[Capture, ...]:
    for name in values:
        if name in templates.RESERVED:
            context.refuse(
                LintCode.CAPTURE_TWICE, (*at, name), f"'{name}' is the name of a setting"
            )
    return tuple(Capture(name, **fields) for name, fields in values.items())


def _ready(values: dict[str, Any], at: Path, context: Context) -> Any:
    if values["status"] is not None and values["http"] is None:
        return context.refuse(LintCode.TOGETHER, (*at, "status"), "'status' demands http in ready")
    return Ready(**values | {"status": values["status"] or 200})


GUARD_TESTS: Final = ("file", "command", "env", "url")
GUARD: Final = TableOf(
    {
        "file": Field(Text("a path"), "A file that has to be there, in the project"),
        "command": Field(COMMAND, "A read-only command that has to end with 0"),
        "env": Field(Text(ENV_NAME_TEXT, ENV_NAME), "A variable that has to be set"),
        "url": Field(URL, "An address that has to answer"),
        "why": Field(Text(), "What the guard saves the operator from", required=True),
    },
    (AtLeast(GUARD_TESTS), AtMostOne(GUARD_TESTS)),
    build=_guard,
    given_only=True,
)

SPEND: Final = TableOf(
    {
        "kind": Field(Text("a kind of spend", choices=SPEND_KINDS), "What is used", required=True),
        "max_calls": Field(Whole(1, 100_000), "The most calls"),
        "max_usd": Field(MONEY, "The most US dollars, as text"),
    },
    (AtLeast(("max_calls", "max_usd")),),
    build=_spend,
)

CAPTURE: Final = TableOf(
    {
        "json": Field(JSON_PATH, "Where the value stands in the JSON result"),
        "pattern": Field(REGEX, "A regular expression; its one group is the value"),
        "type": Field(
            Text("a type", choices=("text", "int", "json")), "What it is read as", default="text"
        ),
        "secret": Field(Flag(), "Hide the output, keep the value in the vault", default=False),
    },
    (AtLeast(("json", "pattern")), AtMostOne(("json", "pattern"))),
)

READY: Final = TableOf(
    {
        "http": Field(URL, "An address that answers with the status"),
        "tcp": Field(
            Text("host:port", r"^[A-Za-z0-9.:\[\]-]+:[0-9]{1,5}$"), "A port that takes connections"
        ),
        "line": Field(Text(literal=True), "A text that occurs in a line of the output"),
        "status": Field(Whole(100, 599), "The status that means ready; 200 where not given"),
        "timeout": Field(DURATION, "How long readiness may take"),
    },
    (AtLeast(("http", "tcp", "line")), AtMostOne(("http", "tcp", "line"))),
    build=_ready,
)

COMMON: Mapping[str, Field] = MappingProxyType(
    {
        "id": Field(Text(STEP_ID_TEXT, STEP_ID), "The step's name, unique", required=True),
        "kind": Field(Text(), "What kind of step this is", required=True),
        "needs": Field(IDS, "Steps that must have passed or been waived", default=()),
        "effects": Field(Text("an effect", choices=tuple(EFFECTS)), "What the step changes"),
        "spend": Field(SPEND, "The cap of a step that spends"),
        "timeout": Field(DURATION, "How long a try may take"),
        "proof": Field(Flag(), "The session is for this step; it can't be waived", default=False),
        "fallback": Field(Flag(), "Runs only when a rule goes to it", default=False),
        "guards": Field(ListOf(GUARD), "What has to hold before the step", default=()),
        "expect": Field(EXPECT, "What a pass has to show", default=()),
        "on": Field(RULES, "What other results count as; the first match wins", default=()),
        "capture": Field(
            MapOf(templates.NAME_PATTERN, "a name for a value", CAPTURE, _captures),
            "Values kept for later steps, by name",
            default=(),
        ),
        "retry": Field(
            TableOf({"max": Field(Whole(1, MAX_RETRY), "How often", required=True)}),
            "A fallback goes back to the step that called it, at most so often per caller",
        ),
        "restart": Field(IDS, "Services to start again if they run", default=()),
        "set_env": Field(
            Text(ENV_NAME_TEXT, ENV_NAME), "The variable that takes the step's answer"
        ),
        "env": Field(
            MapOf(r"[A-Za-z_][A-Za-z0-9_]*", ENV_NAME_TEXT, Text(template="env", blank=True)),
            "Variables for the step's commands; no secrets",
            default={},
        ),
    }
)
