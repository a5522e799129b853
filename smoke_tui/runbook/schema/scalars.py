"""The shapes of single values: each checks, converts, and describes itself as JSON schema."""

from __future__ import annotations

import math
import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from smoke_tui.runbook import quantities, templates
from smoke_tui.runbook.json_path import PATH_PATTERN, parse_path
from smoke_tui.runbook.lint.diagnostics import LintCode, did_you_mean, show
from smoke_tui.runbook.schema.context import BAD, Bad, Context, Use, spell
from smoke_tui.runbook.schema.positions import Path

MAX_JSON_DEPTH = 32


class Shape(ABC):
    """One kind of value in a step's TOML."""

    @abstractmethod
    def check(self, value: object, at: Path, context: Context) -> Any:
        """The value as the model holds it, or BAD with the problem noted in the context."""

    @abstractmethod
    def schema(self) -> dict[str, Any]:
        """The JSON schema of the value as it is written."""

    def accepts(self, value: object) -> bool:
        """Whether the TOML type fits; how a shape of several forms chooses one."""
        return isinstance(value, str)


def refuse(
    context: Context, at: Path, value: object, wanted: str, rb: LintCode = LintCode.VALUE
) -> Bad:
    """Note that a value is not what the shape wants."""
    message = f"{spell(at)}: expected {wanted}, not {show(value)}"
    return context.refuse(rb, at, message, value=True)


def note_templates(text: str, at: Path, context: Context, where: str) -> None:
    """Register the templates of a text, for the check against what earlier steps capture."""
    place = context.locate(at, True)
    for found in templates.scan(text):
        context.uses.append(Use(found.name, found.raw, place, where))
        if found.name is None:
            context.suspect(at)


@dataclass(frozen=True)
class Text(Shape):
    """A text that is not blank; with ``pattern`` or ``choices`` a narrower one.

    ``template`` names where its templates are filled in (url, value, command);
    ``literal`` says that braces are the author's own business. ``refused`` gives single
    words a code and a sentence of their own.
    """

    says: str = "a text"
    pattern: str | None = None
    choices: Collection[str] | None = None
    rb: LintCode = LintCode.VALUE
    template: str | None = None
    literal: bool = False
    blank: bool = False
    refused: Mapping[str, tuple[LintCode, str]] = field(default_factory=dict)

    def check(self, value: object, at: Path, context: Context) -> Any:
        if not isinstance(value, str) or (not value.strip() and not self.blank):
            return refuse(context, at, value, self.says)
        if any((ord(c) < 32 and c not in "\n\t") or 0x7F <= ord(c) < 0xA0 for c in value):
            return refuse(context, at, value, f"{self.says} without control characters")
        if value in self.refused:
            rb, message = self.refused[value]
            return context.refuse(rb, at, f"{spell(at)}: {message}", value=True)
        if self.choices is not None and value not in self.choices:
            hint = did_you_mean(value, self.choices)
            listed = "" if len(self.choices) > 12 else f" ({', '.join(self.choices)})"
            message = f"{spell(at)}: {show(value)} is not {self.says}{listed}{hint}"
            return context.refuse(self.rb, at, message, value=True)
        if self.pattern is not None and not re.fullmatch(self.pattern.strip("^$"), value):
            return refuse(context, at, value, self.says)
        if self.template is not None:
            note_templates(value, at, context, self.template)
        elif not self.literal and templates.names(value):
            context.warn(
                LintCode.TEMPLATE_IDLE, at, f"{spell(at)}: {LintCode.TEMPLATE_IDLE.sentence}"
            )
        return value

    def schema(self) -> dict[str, Any]:
        if self.choices is not None:
            return {"type": "string", "enum": list(self.choices)}
        made: dict[str, Any] = {"type": "string"}
        if self.pattern is not None:
            made["pattern"] = self.pattern
        elif not self.blank:
            made["pattern"] = "\\S"
        return made


@dataclass(frozen=True)
class Converted(Shape):
    """A text that a function reads; its ValueError says what was expected."""

    parse: Callable[[str], Any]
    pattern: str | None = None
    template: str | None = None

    def check(self, value: object, at: Path, context: Context) -> Any:
        if not isinstance(value, str):
            return refuse(context, at, value, 'a text in quotes, such as "2m"')
        try:
            made = self.parse(value)
        except ValueError as wrong:
            message = f"{spell(at)}: {show(value)} is not accepted: {wrong}"
            return context.refuse(LintCode.VALUE, at, message, value=True)
        if self.template is not None:
            note_templates(value, at, context, self.template)
        return made

    def schema(self) -> dict[str, Any]:
        return {"type": "string", **({"pattern": self.pattern} if self.pattern else {})}


def _one_group(text: str) -> str:
    try:
        groups = re.compile(text).groups
    except (re.error, OverflowError, RecursionError) as wrong:
        raise ValueError(f"the pattern does not compile ({wrong})") from wrong
    if groups != 1:
        raise ValueError(f"the pattern needs exactly one group, the value; it has {groups}")
    return text


def _share(text: str) -> Decimal:
    share = quantities.parse_money(text)
    if share > 1:
        raise ValueError("a ratio is a decimal text between 0 and 1")
    return share


def _json_path(text: str) -> str:
    parse_path(text)
    return text


_STACK = r"\{\{ *stack_url *\}\}"
_URL = re.compile(rf"(?:https?://[^\s/@?#]+|{_STACK})(?:[/?#]\S*)?\Z")


def _url(text: str) -> str:
    # A template's blanks are part of the notation, not of the URL.
    packed = re.sub(r"\{\{ *(.*?) *\}\}", r"{{\1}}", text)
    if _URL.match(packed) is None:
        raise ValueError(
            "an URL begins with http:// or https:// and a host, or with {{ stack_url }}, "
            "holds no blanks, and no name or password"
        )
    return text


DURATION = Converted(quantities.parse_duration, quantities.DURATION_PATTERN)
MONEY = Converted(quantities.parse_money, quantities.MONEY_PATTERN)
RATIO = Converted(_share, r"^(0(\.[0-9]+)?|1(\.0+)?)$")
REGEX = Converted(_one_group)
JSON_PATH = Converted(_json_path, PATH_PATTERN)
URL = Converted(_url, rf"^(https?://|{_STACK})", template="url")


@dataclass(frozen=True)
class Whole(Shape):
    """A whole number between two bounds, both included."""

    low: int
    high: int

    def check(self, value: object, at: Path, context: Context) -> Any:
        whole = isinstance(value, int) and not isinstance(value, bool)
        if whole and isinstance(value, int) and self.low <= value <= self.high:
            return value
        return refuse(context, at, value, f"a whole number from {self.low} to {self.high}")

    def schema(self) -> dict[str, Any]:
        return {"type": "integer", "minimum": self.low, "maximum": self.high}

    def accepts(self, value: object) -> bool:
        return isinstance(value, int) and not isinstance(value, bool)


@dataclass(frozen=True)
class Flag(Shape):
    """true or false."""

    def check(self, value: object, at: Path, context: Context) -> Any:
        return value if isinstance(value, bool) else refuse(context, at, value, "true or false")

    def schema(self) -> dict[str, Any]:
        return {"type": "boolean"}

    def accepts(self, value: object) -> bool:
        return isinstance(value, bool)


@dataclass(frozen=True)
class JsonValue(Shape):
    """Any value that JSON can hold; templates in its texts are filled in."""

    scalar: bool = False
    template: str | None = None

    def check(self, value: object, at: Path, context: Context) -> Any:
        if self.scalar and isinstance(value, dict | list):
            return refuse(context, at, value, "a text, a number, true or false")
        return value if self._holds(value, at, context, MAX_JSON_DEPTH) else BAD

    def _holds(self, value: object, at: Path, context: Context, depth: int) -> bool:
        if depth == 0:
            refuse(context, at, value, f"at most {MAX_JSON_DEPTH} levels")
            return False
        children: Mapping[str | int, object] = {}
        if isinstance(value, dict):
            children = value
        elif isinstance(value, list):
            children = dict(enumerate(value))
        elif isinstance(value, str):
            if self.template is not None:
                note_templates(value, at, context, self.template)
        elif not isinstance(value, bool | int | float) or not math.isfinite(value):
            wanted = "what JSON can hold: texts, finite numbers, true, false, lists, tables"
            refuse(context, at, value, wanted)
            return False
        held = [
            self._holds(child, (*at, key), context, depth - 1) for key, child in children.items()
        ]
        return all(held)

    def schema(self) -> dict[str, Any]:
        types = ["string", "number", "boolean"]
        return {"type": types if self.scalar else [*types, "array", "object"]}

    def accepts(self, value: object) -> bool:
        return not self.scalar or not isinstance(value, dict | list)
