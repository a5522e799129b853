"""Compound field types: lists, tables of named fields, and conditions between fields."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, ClassVar

from smoke_tui.runbook.lint.diagnostics import LintCode, did_you_mean, nearest
from smoke_tui.runbook.schema.context import BAD, Bad, Context, spell
from smoke_tui.runbook.schema.foreign_words import FOREIGN_WORDS, elsewhere_hint
from smoke_tui.runbook.schema.positions import Path
from smoke_tui.runbook.schema.scalars import FieldType, refuse
from smoke_tui.structs import Struct, field

RUN = "a 'bash run' block"
"""Represents the step's run blocks among the names of a condition."""


RUN_REMEDY = (
    "Open the fence of the commands, above the step block, with 'bash run'; a fence with 'bash' alone "
    "is an example and never runs."
)


class Field(Struct, frozen=True):
    """One key of a table; `default` is the model's value if the key is absent."""

    type: FieldType
    about: str
    required: bool = False
    default: Any = None


def joined(names: Iterable[str], conjunction: str = "or") -> str:
    """Names as text: `a, b or c`."""
    *most, last = names
    return f"{', '.join(most)} {conjunction} {last}" if most else last


class AtLeast(Struct, frozen=True):
    """At least one of these keys is required."""

    names: tuple[str, ...]

    @property
    def remedy(self) -> str:
        """What to do where it is violated."""
        return RUN_REMEDY if RUN in self.names else f"Add {joined(self.names)}."

    def problem(self, present: Mapping[str, Any]) -> tuple[str | None, str] | None:
        """The key at fault (None: the table) and a message, if the condition is violated."""
        if any(name in present for name in self.names):
            return None
        return None, f"{joined(self.names)} is missing"

    def schema(self) -> dict[str, Any]:
        """The condition as JSON schema."""
        return {} if RUN in self.names else {"anyOf": [{"required": [n]} for n in self.names]}


class AtMostOne(Struct, frozen=True):
    """At most one of these keys is allowed."""

    names: tuple[str, ...]
    remedy: ClassVar[str] = "Keep one of them."

    def problem(self, present: Mapping[str, Any]) -> tuple[str | None, str] | None:
        """The key at fault (None: the table) and a message, if the condition is violated."""
        present_names = [name for name in present if name in self.names]
        if len(present_names) < 2:
            return None
        at = next(name for name in reversed(present_names) if name != RUN)
        return at, f"{joined(present_names, 'and')} exclude each other: give one"

    def schema(self) -> dict[str, Any]:
        """The condition as JSON schema."""
        fields = [name for name in self.names if name != RUN]
        pairs = [[a, b] for i, a in enumerate(fields) for b in fields[i + 1 :]]
        return {"not": {"anyOf": [{"required": pair} for pair in pairs]}} if pairs else {}


class Requires(Struct, frozen=True):
    """If one key is present and not false, one of the others is required."""

    name: str
    others: tuple[str, ...]

    @property
    def remedy(self) -> str:
        """What to do where it is violated."""
        return f"Add {joined(self.others)}, or remove '{self.name}'."

    def problem(self, present: Mapping[str, Any]) -> tuple[str | None, str] | None:
        """The key at fault (None: the table) and a message, if the condition is violated."""
        if present.get(self.name, False) is False or any(o in present for o in self.others):
            return None
        return self.name, f"'{self.name}' demands {joined(self.others)}"

    def schema(self) -> dict[str, Any]:
        """The condition as JSON schema."""
        condition = {"required": [self.name], "properties": {self.name: {"not": {"const": False}}}}
        return {
            "if": condition,
            "then": {"anyOf": [{"required": [other]} for other in self.others]},
        }


Condition = AtLeast | AtMostOne | Requires


class TableOf(FieldType, frozen=True):
    """A table with these keys and no others.

    `elsewhere` names the kinds of step that have a key unknown here. `build` makes the model object
    from the checked values; with `given_only` absent keys get no default.
    """

    fields: Mapping[str, Field]
    conditions: tuple[Condition, ...] = ()
    build: Callable[[dict[str, Any], Path, Context], Any] | None = None
    given_only: bool = False
    nonempty: bool = False
    elsewhere: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    name: str = ""

    def check(
        self, value: object, at: Path, context: Context, *, extra: tuple[str, ...] = ()
    ) -> Any:
        """Check every key and the conditions; `extra` names keys that count as present."""
        if not isinstance(value, dict):
            return refuse(context, at, value, "a table")
        if self.nonempty and not value:
            return refuse(context, at, value, f"one of {joined(self.fields)}")
        first_problem = len(context.problems)
        present: dict[str, Any] = dict.fromkeys(extra, True) | value
        values: dict[str, Any] = {}
        for key, inner in value.items():
            if key in self.fields:
                checked = self.fields[key].type.check(inner, (*at, key), context)
                if not isinstance(checked, Bad):
                    values[key] = checked
            else:
                meant = self._unknown(key, at, context)
                if meant is not None:
                    present.setdefault(meant, True)
        for key, field_ in self.fields.items():
            if field_.required and key not in present:
                message = f"'{key}' is missing{self._inside(at)}: {field_.about}"
                context.refuse(LintCode.MISSING, at, message)
            if key not in value and not self.given_only:
                values[key] = field_.default
        for condition in self.conditions:
            problem = condition.problem(present)
            if problem is not None:
                place = at if problem[0] is None else (*at, problem[0])
                message = problem[1] + self._inside(at)
                context.refuse(LintCode.TOGETHER, place, message, condition.remedy)
        if at and len(context.problems) > first_problem and self._refused(context, first_problem):
            return BAD
        return values if self.build is None else self.build(values, at, context)

    @staticmethod
    def _refused(context: Context, first_problem: int) -> bool:
        return any(each.code.severity == "error" for each in context.problems[first_problem:])

    def _inside(self, at: Path) -> str:
        return f" in {spell(at)}" if at else f" in {self.name}" if self.name else ""

    def _unknown(self, key: str, at: Path, context: Context) -> str | None:
        owners = self.elsewhere.get(key)
        if owners:
            message = f"'{key}' belongs to {joined(owners)}, not{self._inside(at)}"
            context.refuse(LintCode.OTHER_KIND, (*at, key), message)
            return None
        foreign = FOREIGN_WORDS.get(key.replace("-", "_").lower(), "")
        hint = did_you_mean(key, self.fields) or elsewhere_hint(key, self.fields)
        printable = key if key.isprintable() and len(key) <= 48 else ascii(key)[:48]
        message = f"unknown key '{printable}'{self._inside(at)}{hint}"
        valid = tuple(sorted(self.fields))
        context.refuse(LintCode.UNKNOWN_KEY, (*at, key), message, valid=valid)
        meant = nearest(key, self.fields) or (foreign if foreign in self.fields else None)
        if meant is not None:
            context.suspect((*at, meant))
        return meant

    def schema(self) -> dict[str, Any]:
        """A JSON schema of an object."""
        properties = {}
        for key, field_ in self.fields.items():
            properties[key] = field_.type.schema() | {"description": field_.about}
            if isinstance(field_.default, str | int):
                properties[key]["default"] = field_.default
        schema: dict[str, Any] = {
            "type": "object",
            "properties": properties,
            "additionalProperties": False,
        }
        required = [key for key, field_ in self.fields.items() if field_.required]
        if required:
            schema["required"] = required
        if self.nonempty:
            schema["minProperties"] = 1
        parts = [part for condition in self.conditions if (part := condition.schema())]
        return schema | ({"allOf": parts} if parts else {})

    def describe(self) -> str:
        """A table; its keys are described one by one."""
        return "a table"

    def accepts(self, value: object) -> bool:
        """Whether the value is a table."""
        return isinstance(value, dict)


class ListOf(FieldType, frozen=True):
    """A list of values of one type, as a tuple; with `bare`, a single value is a list of one."""

    item: FieldType
    bare: bool = False
    min_length: int = 0

    def check(self, value: object, at: Path, context: Context) -> Any:
        """Check every item; refused items are left out."""
        if self.bare and not isinstance(value, list):
            item = self.item.check(value, at, context)
            return BAD if isinstance(item, Bad) else (item,)
        if not isinstance(value, list) or len(value) < self.min_length:
            shape = "[{ … }]" if isinstance(self.item, TableOf) else "[…]"
            return refuse(context, at, value, f"a list with something in it, {shape}")
        items = [self.item.check(item, (*at, index), context) for index, item in enumerate(value)]
        return tuple(item for item in items if not isinstance(item, Bad))

    def schema(self) -> dict[str, Any]:
        """A JSON schema of an array."""
        array: dict[str, Any] = {"type": "array", "items": self.item.schema()}
        if self.min_length:
            array["minItems"] = self.min_length
        return {"anyOf": [self.item.schema(), array]} if self.bare else array

    def describe(self) -> str:
        """The item, and whether it may stand alone."""
        item = self.item.describe()
        return f"{item}; or a list" if self.bare else f"a list, each {item}"

    def accepts(self, value: object) -> bool:
        """Whether the value is a list."""
        return isinstance(value, list)


class MapOf(FieldType, frozen=True):
    """A table whose keys the author chooses, within a pattern."""

    keys: str
    expected: str
    item: FieldType
    build: Callable[[dict[str, Any], Path, Context], Any] | None = None

    def check(self, value: object, at: Path, context: Context) -> Any:
        """Check every key against the pattern and every value."""
        if not isinstance(value, dict):
            return refuse(context, at, value, "a table")
        values = {}
        for key, inner in value.items():
            if re.fullmatch(self.keys, key) is None:
                message = f"{spell(at)}: {ascii(key)[:48]} is not {self.expected}"
                context.refuse(LintCode.VALUE, (*at, key), message)
            checked = self.item.check(inner, (*at, key), context)
            if not isinstance(checked, Bad):
                values[key] = checked
        return values if self.build is None else self.build(values, at, context)

    def schema(self) -> dict[str, Any]:
        """A JSON schema of an object with free keys."""
        return {
            "type": "object",
            "propertyNames": {"pattern": f"^{self.keys}$"},
            "additionalProperties": self.item.schema(),
        }

    def describe(self) -> str:
        """The value under each key of the author's."""
        return f"a table: by name, each {self.item.describe()}"

    def accepts(self, value: object) -> bool:
        """Whether the value is a table."""
        return isinstance(value, dict)


class Either(FieldType, frozen=True):
    """One of several field types, chosen by the type of the TOML value."""

    types: tuple[FieldType, ...]
    expected: str

    def check(self, value: object, at: Path, context: Context) -> Any:
        """Check with the first type that accepts the value."""
        for field_type in self.types:
            if field_type.accepts(value):
                return field_type.check(value, at, context)
        return refuse(context, at, value, self.expected)

    def schema(self) -> dict[str, Any]:
        """A JSON schema with `anyOf`."""
        return {"anyOf": [field_type.schema() for field_type in self.types]}

    def describe(self) -> str:
        """What is expected."""
        return self.expected
