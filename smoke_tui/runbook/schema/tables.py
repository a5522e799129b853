"""Compound shapes: lists, tables of named fields, and the conditions between fields."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from smoke_tui.runbook.lint.diagnostics import LintCode, did_you_mean, nearest
from smoke_tui.runbook.schema.context import BAD, Bad, Context, spell
from smoke_tui.runbook.schema.positions import Path
from smoke_tui.runbook.schema.scalars import Shape, refuse

RUN = "a 'bash run' block"
"""Stands among the names of a condition for the step's run blocks."""


@dataclass(frozen=True)
class Field:
    """One key of a table. ``default`` is what the model holds where the key is absent."""

    shape: Shape
    about: str
    required: bool = False
    default: Any = None


def listed(names: Iterable[str], word: str = "or") -> str:
    """Names in a sentence: ``a, b or c``."""
    *most, last = names
    return f"{', '.join(most)} {word} {last}" if most else last


@dataclass(frozen=True)
class AtLeast:
    """One of these keys has to be there."""

    names: tuple[str, ...]

    def problem(self, present: Mapping[str, Any]) -> tuple[str | None, str] | None:
        if any(name in present for name in self.names):
            return None
        return None, f"{listed(self.names)} is missing"

    def schema(self) -> dict[str, Any]:
        return {} if RUN in self.names else {"anyOf": [{"required": [n]} for n in self.names]}


@dataclass(frozen=True)
class AtMostOne:
    """Only one of these keys can be there."""

    names: tuple[str, ...]

    def problem(self, present: Mapping[str, Any]) -> tuple[str | None, str] | None:
        given = [name for name in present if name in self.names]
        if len(given) < 2:
            return None
        at = next(name for name in reversed(given) if name != RUN)
        return at, f"{listed(given, 'and')} exclude each other: give one"

    def schema(self) -> dict[str, Any]:
        real = [name for name in self.names if name != RUN]
        pairs = [[a, b] for i, a in enumerate(real) for b in real[i + 1 :]]
        return {"not": {"anyOf": [{"required": pair} for pair in pairs]}} if pairs else {}


@dataclass(frozen=True)
class Demands:
    """Where one key is there (and not false), one of the others has to be there too."""

    name: str
    others: tuple[str, ...]

    def problem(self, present: Mapping[str, Any]) -> tuple[str | None, str] | None:
        if present.get(self.name, False) is False or any(o in present for o in self.others):
            return None
        return self.name, f"'{self.name}' demands {listed(self.others)}"

    def schema(self) -> dict[str, Any]:
        given = {"required": [self.name], "properties": {self.name: {"not": {"const": False}}}}
        return {"if": given, "then": {"anyOf": [{"required": [other]} for other in self.others]}}


Condition = AtLeast | AtMostOne | Demands


@dataclass(frozen=True)
class TableOf(Shape):
    """A table with these keys and no others.

    ``elsewhere`` tells, of a key unknown here, which kinds of step know it. ``build`` makes
    the model's object of the checked values; ``given_only`` leaves absent keys out.
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
        if not isinstance(value, dict):
            return refuse(context, at, value, "a table")
        if self.nonempty and not value:
            return refuse(context, at, value, f"one of {listed(self.fields)}")
        before = len(context.problems)
        present: dict[str, Any] = dict.fromkeys(extra, True) | value
        made: dict[str, Any] = {}
        for key, inner in value.items():
            if key in self.fields:
                checked = self.fields[key].shape.check(inner, (*at, key), context)
                if not isinstance(checked, Bad):
                    made[key] = checked
            else:
                meant = self._unknown(key, at, context)
                if meant is not None:
                    present.setdefault(meant, True)
        for key, one in self.fields.items():
            if one.required and key not in present:
                message = f"'{key}' is missing{self._inside(at)}: {one.about}"
                context.refuse(LintCode.MISSING, at, message)
            if key not in value and not self.given_only:
                made[key] = one.default
        for condition in self.conditions:
            problem = condition.problem(present)
            if problem is not None:
                place = at if problem[0] is None else (*at, problem[0])
                context.refuse(LintCode.TOGETHER, place, problem[1] + self._inside(at))
        if at and len(context.problems) > before and self._refused(context, before):
            return BAD
        return made if self.build is None else self.build(made, at, context)

    @staticmethod
    def _refused(context: Context, before: int) -> bool:
        return any(rb.severity == "error" for rb, *_ in context.problems[before:])

    def _inside(self, at: Path) -> str:
        return f" in {spell(at)}" if at else f" in {self.name}" if self.name else ""

    def _unknown(self, key: str, at: Path, context: Context) -> str | None:
        owners = self.elsewhere.get(key)
        if owners:
            message = f"'{key}' belongs to {listed(owners)}, not{self._inside(at)}"
            context.refuse(LintCode.OTHER_KIND, (*at, key), message)
            return None
        hint = did_you_mean(key, self.fields)
        shown = key if key.isprintable() and len(key) <= 48 else ascii(key)[:48]
        message = f"unknown key '{shown}'{self._inside(at)}{hint}"
        context.refuse(LintCode.UNKNOWN_KEY, (*at, key), message)
        meant = nearest(key, self.fields)
        if meant is not None:
            context.suspect((*at, meant))
        return meant

    def schema(self) -> dict[str, Any]:
        properties = {}
        for key, one in self.fields.items():
            properties[key] = one.shape.schema() | {"description": one.about}
            if isinstance(one.default, str | int):
                properties[key]["default"] = one.default
        made: dict[str, Any] = {
            "type": "object",
            "properties": properties,
            "additionalProperties": False,
        }
        required = [key for key, one in self.fields.items() if one.required]
        if required:
            made["required"] = required
        if self.nonempty:
            made["minProperties"] = 1
        parts = [part for condition in self.conditions if (part := condition.schema())]
        return made | ({"allOf": parts} if parts else {})

    def accepts(self, value: object) -> bool:
        return isinstance(value, dict)


@dataclass(frozen=True)
class ListOf(Shape):
    """A list of values of one shape, as a tuple; with ``bare``, one value stands for its list."""

    item: Shape
    bare: bool = False
    least: int = 0

    def check(self, value: object, at: Path, context: Context) -> Any:
        if self.bare and not isinstance(value, list):
            one = self.item.check(value, at, context)
            return BAD if isinstance(one, Bad) else (one,)
        if not isinstance(value, list) or len(value) < self.least:
            return refuse(context, at, value, "a list with something in it")
        made = [self.item.check(one, (*at, index), context) for index, one in enumerate(value)]
        return tuple(one for one in made if not isinstance(one, Bad))

    def schema(self) -> dict[str, Any]:
        many: dict[str, Any] = {"type": "array", "items": self.item.schema()}
        if self.least:
            many["minItems"] = self.least
        return {"anyOf": [self.item.schema(), many]} if self.bare else many

    def accepts(self, value: object) -> bool:
        return isinstance(value, list)


@dataclass(frozen=True)
class MapOf(Shape):
    """A table whose keys the author chooses, within a pattern."""

    keys: str
    says: str
    item: Shape
    build: Callable[[dict[str, Any], Path, Context], Any] | None = None

    def check(self, value: object, at: Path, context: Context) -> Any:
        if not isinstance(value, dict):
            return refuse(context, at, value, "a table")
        made = {}
        for key, inner in value.items():
            if re.fullmatch(self.keys, key) is None:
                message = f"{spell(at)}: {ascii(key)[:48]} is not {self.says}"
                context.refuse(LintCode.VALUE, (*at, key), message)
            checked = self.item.check(inner, (*at, key), context)
            if not isinstance(checked, Bad):
                made[key] = checked
        return made if self.build is None else self.build(made, at, context)

    def schema(self) -> dict[str, Any]:
        return {
            "type": "object",
            "propertyNames": {"pattern": f"^{self.keys}$"},
            "additionalProperties": self.item.schema(),
        }

    def accepts(self, value: object) -> bool:
        return isinstance(value, dict)


@dataclass(frozen=True)
class Either(Shape):
    """One of several shapes, chosen by the type that was written."""

    shapes: tuple[Shape, ...]
    says: str

    def check(self, value: object, at: Path, context: Context) -> Any:
        for shape in self.shapes:
            if shape.accepts(value):
                return shape.check(value, at, context)
        return refuse(context, at, value, self.says)

    def schema(self) -> dict[str, Any]:
        return {"anyOf": [shape.schema() for shape in self.shapes]}
