"""Field types of single values: each checks, converts and has a JSON schema."""

from __future__ import annotations

import math
import re
from abc import abstractmethod
from collections.abc import Callable, Collection, Mapping
from typing import Any

from smoke_tui.regex import regex
from smoke_tui.runbook import quantities, templates
from smoke_tui.runbook.json_path import PATH_PATTERN, parse_path
from smoke_tui.runbook.lint.diagnostics import LintCode, did_you_mean, show
from smoke_tui.runbook.schema.context import BAD, Bad, Context, TemplateUse, spell
from smoke_tui.runbook.schema.positions import Path
from smoke_tui.structs import AbstractStructMeta, Struct, field

MAX_JSON_DEPTH = 32
MAX_LISTED = 20
"""The most valid values that a finding lists."""


class FieldType(Struct, frozen=True, metaclass=AbstractStructMeta):
    """The type of a value in a step's TOML."""

    @abstractmethod
    def check(self, value: object, at: Path, context: Context) -> Any:
        """The converted value, or BAD with a problem recorded in the context."""

    @abstractmethod
    def schema(self) -> dict[str, Any]:
        """The JSON schema of the TOML value."""

    @abstractmethod
    def describe(self) -> str:
        """What the value is, for the reference of fields."""

    def accepts(self, value: object) -> bool:
        """Whether the TOML type fits; how `Either` chooses."""
        return isinstance(value, str)


def refuse(
    context: Context, at: Path, value: object, expected: str, code: LintCode = LintCode.VALUE
) -> Bad:
    """Record that a value is not what the field type expects."""
    message = f"{spell(at)}: expected {expected}, not {show(value)}"
    return context.refuse(code, at, message, value=True)


def note_templates(text: str, at: Path, context: Context, where: str) -> None:
    """Record the templates of a text, to check them against earlier steps' captures."""
    place = context.locate(at, True)
    for template in templates.scan(text):
        context.uses.append(TemplateUse(template.name, template.raw, place, where))
        if template.name is None:
            context.suspect(at)


class Text(FieldType, frozen=True):
    """A text that is not blank; with `pattern` or `choices` a narrower one.

    `template` says where its templates are filled in (url, value, env, command); in a `literal` text
    braces are ordinary characters. `refused` gives single values a code and a message of their own.
    """

    expected: str = "a text"
    pattern: str | None = None
    choices: Collection[str] | None = None
    code: LintCode = LintCode.VALUE
    template: str | None = None
    literal: bool = False
    blank: bool = False
    refused: Mapping[str, tuple[LintCode, str]] = field(default_factory=dict)

    def check(self, value: object, at: Path, context: Context) -> Any:
        """Accept a text that fits the pattern or the choices."""
        if not isinstance(value, str) or (not value.strip() and not self.blank):
            return refuse(context, at, value, self.expected)
        if any((ord(c) < 32 and c not in "\n\t") or 0x7F <= ord(c) < 0xA0 for c in value):
            return refuse(context, at, value, f"{self.expected} without control characters")
        if value in self.refused:
            code, message = self.refused[value]
            return context.refuse(code, at, f"{spell(at)}: {message}", value=True)
        if self.choices is not None and value not in self.choices:
            hint = did_you_mean(value, self.choices)
            message = f"{spell(at)}: {show(value)} is not {self.expected}{hint}"
            valid = () if len(self.choices) > MAX_LISTED else tuple(self.choices)
            return context.refuse(self.code, at, message, value=True, valid=valid)
        if self.pattern is not None and not re.fullmatch(self.pattern.strip("^$"), value):
            return refuse(context, at, value, self.expected)
        if self.template is not None:
            note_templates(value, at, context, self.template)
        elif not self.literal and templates.names(value):
            context.warn(
                LintCode.TEMPLATE_IDLE, at, f"{spell(at)}: {LintCode.TEMPLATE_IDLE.sentence}"
            )
        return value

    def schema(self) -> dict[str, Any]:
        """A JSON schema of a text."""
        if self.choices is not None:
            return {"type": "string", "enum": list(self.choices)}
        schema: dict[str, Any] = {"type": "string"}
        if self.pattern is not None:
            schema["pattern"] = self.pattern
        elif not self.blank:
            schema["pattern"] = "\\S"
        return schema

    def describe(self) -> str:
        """The choices, or what is expected."""
        if self.choices is None:
            return self.expected.partition(" (")[0]
        return self.expected if len(self.choices) > MAX_LISTED else " | ".join(self.choices)


class Converted(FieldType, frozen=True):
    """A text converted by a function, whose ValueError states what is expected."""

    parse: Callable[[str], Any]
    pattern: str | None = None
    template: str | None = None
    expected: str = "a text"

    def check(self, value: object, at: Path, context: Context) -> Any:
        """Accept a text that the function can convert."""
        if not isinstance(value, str):
            return refuse(context, at, value, f"{self.expected}, in quotes")
        try:
            converted = self.parse(value)
        except ValueError as error:
            message = f"{spell(at)}: {show(value)} is not accepted: {error}"
            return context.refuse(LintCode.VALUE, at, message, value=True)
        if self.template is not None:
            note_templates(value, at, context, self.template)
        return converted

    def schema(self) -> dict[str, Any]:
        """A JSON schema of a text."""
        return {"type": "string", **({"pattern": self.pattern} if self.pattern else {})}

    def describe(self) -> str:
        """What is expected."""
        return self.expected


def _one_group(text: str) -> str:
    try:
        groups = re.compile(text).groups
    except (re.error, OverflowError, RecursionError) as error:
        raise ValueError(f"the pattern does not compile ({error})") from error
    if groups != 1:
        raise ValueError(f"the pattern needs exactly one group, the value; it has {groups}")
    return text


def _json_path(text: str) -> str:
    parse_path(text)
    return text


_STACK = r"\{\{ *stack_url *\}\}"
_URL = regex(rf"(?:https?://[^\s/@?#]+|{_STACK})(?:[/?#]\S*)?\Z")


def _url(text: str) -> str:
    # Blanks in a template belong to the notation, not to the URL.
    compact = re.sub(r"\{\{ *(.*?) *\}\}", r"{{\1}}", text)
    if _URL.match(compact) is None:
        raise ValueError(
            "an URL begins with http:// or https:// and a host, or with {{ stack_url }}, "
            "holds no blanks, and no name or password"
        )
    return text


DURATION = Converted(
    quantities.parse_duration, quantities.DURATION_PATTERN, expected='a duration, such as "2m"'
)
MONEY = Converted(
    quantities.parse_money, quantities.MONEY_PATTERN, expected='US dollars, such as "0.25"'
)
REGEX = Converted(_one_group, expected="a regular expression with one group")
JSON_PATH = Converted(_json_path, PATH_PATTERN, expected='a JSON path, such as "items[0].id"')
URL = Converted(
    _url, rf"^(https?://|{_STACK})", template="url", expected="an http or https address"
)


class Whole(FieldType, frozen=True):
    """A whole number between two bounds, both included."""

    low: int
    high: int

    def check(self, value: object, at: Path, context: Context) -> Any:
        """Accept a whole number within the bounds."""
        whole = isinstance(value, int) and not isinstance(value, bool)
        if whole and isinstance(value, int) and self.low <= value <= self.high:
            return value
        return refuse(context, at, value, f"a whole number from {self.low} to {self.high}")

    def schema(self) -> dict[str, Any]:
        """A JSON schema of a whole number."""
        return {"type": "integer", "minimum": self.low, "maximum": self.high}

    def describe(self) -> str:
        """The bounds."""
        return f"a whole number from {self.low} to {self.high}"

    def accepts(self, value: object) -> bool:
        """Whether the value is a whole number."""
        return isinstance(value, int) and not isinstance(value, bool)


class Flag(FieldType, frozen=True):
    """true or false."""

    def check(self, value: object, at: Path, context: Context) -> Any:
        """Accept a boolean."""
        return value if isinstance(value, bool) else refuse(context, at, value, "true or false")

    def schema(self) -> dict[str, Any]:
        """A JSON schema of a boolean."""
        return {"type": "boolean"}

    def describe(self) -> str:
        """Both values."""
        return "true or false"

    def accepts(self, value: object) -> bool:
        """Whether the value is a boolean."""
        return isinstance(value, bool)


class JsonValue(FieldType, frozen=True):
    """Any value that JSON can hold; templates in its texts are filled in."""

    scalar: bool = False
    template: str | None = None

    def check(self, value: object, at: Path, context: Context) -> Any:
        """Accept a JSON value."""
        if self.scalar and isinstance(value, dict | list):
            return refuse(context, at, value, "a text, a number, true or false")
        return value if self._check_tree(value, at, context, MAX_JSON_DEPTH) else BAD

    def _check_tree(self, value: object, at: Path, context: Context, depth: int) -> bool:
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
            expected = "what JSON can hold: texts, finite numbers, true, false, lists, tables"
            refuse(context, at, value, expected)
            return False
        valid_children = [
            self._check_tree(child, (*at, key), context, depth - 1)
            for key, child in children.items()
        ]
        return all(valid_children)

    def schema(self) -> dict[str, Any]:
        """A JSON schema of a JSON value."""
        types = ["string", "number", "boolean"]
        return {"type": types if self.scalar else [*types, "array", "object"]}

    def describe(self) -> str:
        """The kinds of value."""
        return "a text, a number, true or false" if self.scalar else "any value that JSON can hold"

    def accepts(self, value: object) -> bool:
        """Whether the value is a scalar, or may be a list or table."""
        return not self.scalar or not isinstance(value, dict | list)
