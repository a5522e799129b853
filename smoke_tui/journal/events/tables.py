"""Read and write a struct as a JSON table, by its fields' types.

The plan of a class is made once, from its annotations. Reading checks every key it knows and says
what is wrong with the first that does not fit; keys it does not know do no harm.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from types import UnionType
from typing import (
    Annotated,
    Any,
    Final,
    Literal,
    TypeVar,
    Union,
    get_args,
    get_origin,
    get_type_hints,
)

from smoke_tui.config.session_config import SessionConfig
from smoke_tui.journal.events.body import Body, Omitted
from smoke_tui.journal.events.json_values import (
    MismatchError,
    Note,
    Read,
    Write,
    choice,
    each_of,
    enumeration,
    read_at,
    scalar,
    scalars_of,
)
from smoke_tui.redaction.secret import Json
from smoke_tui.structs import Struct, defaults

T = TypeVar("T", bound=Struct)


_ABSENT: Final = object()


class Column(Struct, frozen=True):
    """One field of a class: how it is read and written, and its metadata."""

    name: str
    key: str
    read: Read
    write: Write
    scalars: frozenset[type]
    """The types of its values, where they are scalars and are read as they are."""
    default: Any
    required: bool
    always: bool
    rest: bool
    whole: bool
    flat: type[Struct] | None
    needs: tuple[str, ...]

    @property
    def plain(self) -> bool:
        """Whether its value stands under a key of its own."""
        return not (self.rest or self.whole or self.flat)


class Plan(Struct, frozen=True):
    """The columns of a class, its fixed keys, and the keys it knows and needs."""

    columns: tuple[Column, ...]
    tags: Mapping[str, str]
    tags_at: int
    known_keys: frozenset[str]
    required: frozenset[str]

    @property
    def plain(self) -> bool:
        """Whether each column has a key of its own."""
        return all(column.plain for column in self.columns)


class _Layout(Struct, frozen=True):
    """What follows from the keys of a table alone: most tables of a class have the same ones.

    `absent` are the values of columns without a key. `is_todays`: the keys are those that would be
    written, in that order.
    """

    present: tuple[Column, ...]
    absent: Mapping[str, Any]
    is_todays: bool


_MOST_LAYOUTS: Final = 4096
_LAYOUTS: Final[dict[tuple[type, tuple[str, ...]], _Layout | None]] = {}


def _layout_of(cls: type, keys: tuple[str, ...]) -> _Layout | None:
    """The layout of tables with these keys; None where their columns have to be read one by one."""
    try:
        return _LAYOUTS[cls, keys]
    except KeyError:
        layout = _layout(plan_of(cls), keys)
    if len(_LAYOUTS) < _MOST_LAYOUTS:
        _LAYOUTS[cls, keys] = layout
    return layout


def _layout(plan: Plan, keys: tuple[str, ...]) -> _Layout | None:
    if not plan.plain or not plan.required <= set(keys):
        return None
    present = tuple(column for column in plan.columns if column.key in keys)
    absent = [column for column in plan.columns if column.key not in keys]
    written = [column.key for column in present]
    tags_at = sum(column.key in keys for column in plan.columns[: plan.tags_at])
    written[tags_at:tags_at] = plan.tags
    is_todays = tuple(written) == keys and not any(column.always for column in absent)
    return _Layout(present, {column.name: column.default for column in absent}, is_todays)


def plan_of(cls: type[Struct]) -> Plan:
    """The plan of a class."""
    plan = _PLANS.get(cls)
    if plan is None:
        plan = _PLANS[cls] = _made(cls)
    return plan


_PLANS: Final[dict[type, Plan]] = {}


def _made(cls: type[Struct]) -> Plan:
    hints = get_type_hints(cls, localns={"Json": object}, include_extras=True)
    values = defaults(cls)
    # Settings are written whole, whatever their defaults.
    always = cls is SessionConfig
    columns = tuple(
        _column(name, hints[name], values.get(name, _ABSENT), always)
        for name in cls.__struct_fields__
    )
    tags: Mapping[str, str] = cls.tags if issubclass(cls, Body) else {}
    known_keys, required = set(tags), set(tags)
    for column in columns:
        if column.flat:
            inner = plan_of(column.flat)
            known_keys |= inner.known_keys
            required |= inner.required
        elif column.plain:
            known_keys.add(column.key)
            if column.required:
                required.add(column.key)
    at = cls.tags_at if issubclass(cls, Body) else 0
    return Plan(columns, tags, at, frozenset(known_keys), frozenset(required))


def _column(name: str, hint: Any, default: Any, always: bool) -> Column:
    meta: Mapping[str, Any] = {}
    if get_origin(hint) is Annotated:
        hint, meta = get_args(hint)
    read, write = _type(hint)
    return Column(
        name,
        meta.get("key", name),
        read,
        write,
        scalars_of(hint),
        default,
        default is _ABSENT or meta.get("required", False),
        always or default is _ABSENT or meta.get("always", False),
        meta.get("rest", False),
        meta.get("whole", False),
        hint if meta.get("flat") else None,
        meta.get("needs", ()),
    )


def read_table(cls: type[T], value: Any, note: Note = lambda: None) -> T:
    """A JSON table as an object of the class; `note` is called where its form is not today's.

    Raises:
        MismatchError: a key is missing, or its value is of another kind.
    """
    if not isinstance(value, Mapping):
        raise MismatchError("is no table")
    plan = plan_of(cls)
    if plan.columns and plan.columns[-1].whole:
        return _read_columns(cls, plan, value, lambda: None)[0]
    layout = _layout_of(cls, tuple(value))
    if layout is not None:
        if not layout.is_todays:
            note()
        return cls(**layout.absent, **_values(layout.present, value, note))
    made, keys = _read_columns(cls, plan, value, note)
    if keys != list(value):
        note()
    return made


def _values(columns: tuple[Column, ...], table: Mapping[str, Any], note: Note) -> dict[str, Any]:
    """The values of columns whose keys the table has."""
    values: dict[str, Any] = {}
    for column in columns:
        raw = table[column.key]
        item = raw if type(raw) in column.scalars else _item(column, raw, note)
        if not column.always and item == column.default:
            note()
        values[column.name] = item
    return values


def _item(column: Column, raw: Any, note: Note) -> Any:
    try:
        item = column.read(raw, note)
        for name in column.needs:
            if name not in raw:
                raise MismatchError("is missing", name)
    except MismatchError as wrong:
        wrong.path.insert(0, column.key)
        raise
    return item


def _read_columns(
    cls: type[T], plan: Plan, value: Mapping[str, Any], note: Note
) -> tuple[T, list[str]]:
    """The object, and the keys of the table in the order in which they would be written."""
    values: dict[str, Any] = {}
    keys: list[str] = []
    for at, column in enumerate(plan.columns):
        if at == plan.tags_at:
            keys += plan.tags
        if column.whole:
            values[column.name] = value
            keys = list(value)
        elif column.rest:
            rest = {key: item for key, item in value.items() if key not in plan.known_keys}
            values[column.name] = rest
            keys += rest
        elif column.flat:
            inner = plan_of(column.flat)
            values[column.name], more = _read_columns(column.flat, inner, value, note)
            keys += more
        else:
            raw = value.get(column.key, _ABSENT)
            if raw is _ABSENT:
                if column.required:
                    raise MismatchError("is missing", column.key)
                if column.always:
                    note()
                values[column.name] = column.default
                continue
            item = _item(column, raw, note)
            if not column.always and item == column.default:
                note()
            values[column.name] = item
            keys.append(column.key)
    if plan.tags_at >= len(plan.columns):
        keys += plan.tags
    return cls(**values), keys


def write_table(value: Any) -> dict[str, Json]:
    """A struct as a JSON table, its keys in the order of its fields."""
    plan = plan_of(type(value))
    table: dict[str, Json] = {}
    for at, column in enumerate(plan.columns):
        if at == plan.tags_at:
            table |= plan.tags
        item = getattr(value, column.name)
        if column.whole:
            return dict(item)
        if column.rest:
            table |= item
        elif column.flat:
            table |= write_table(item)
        elif column.always or item != column.default:
            table[column.key] = column.write(item)
    if plan.tags_at >= len(plan.columns):
        table |= plan.tags
    return table


# --- one type ---------------------------------------------------------------------------------


def _same(value: Any) -> Any:
    return value


def _anything(value: Any, note: Note) -> Any:
    return value


def _type(hint: Any) -> tuple[Read, Write]:
    """How values of a type are read and written.

    Raises:
        TypeError: no event may have a field of this type.
    """
    if hint is object:
        return _anything, _same
    if get_origin(hint) in (Union, UnionType):
        return _union([part for part in get_args(hint) if part is not Omitted])
    if hint in (str, int, float, bool, type(None)):
        return scalar((hint,)), _same
    if get_origin(hint) is Literal:
        return choice(get_args(hint)), _same
    if get_origin(hint) is tuple:
        return _list(get_args(hint))
    if get_origin(hint) in (Mapping, dict):
        return _mapping(get_args(hint)[1])
    if isinstance(hint, type) and issubclass(hint, Enum):
        return enumeration(hint), lambda value: value.value
    if isinstance(hint, type) and issubclass(hint, Struct):
        return lambda value, note: read_table(hint, value, note), write_table
    raise TypeError(f"no JSON form of {hint!r}")


def _union(parts: list[Any]) -> tuple[Read, Write]:
    scalars = tuple(part for part in parts if part in (str, int, float, bool, type(None)))
    others = [part for part in parts if part not in scalars]
    if not others:
        return scalar(scalars), _same
    (other,) = others
    inner_read, inner_write = _type(other)

    def read(value: Any, note: Note) -> Any:
        return None if value is None else inner_read(value, note)

    def write(value: Any) -> Any:
        return None if value is None else inner_write(value)

    return read, write


def _list(arguments: tuple[Any, ...]) -> tuple[Read, Write]:
    """`tuple[T, ...]`, or a tuple of fixed length, which is a list in JSON."""
    if arguments[-1] is Ellipsis:
        one_read, one_write = _type(arguments[0])
        return each_of(one_read), lambda value: [one_write(item) for item in value]
    parts = [_type(argument) for argument in arguments]

    def read(value: Any, note: Note) -> Any:
        if not isinstance(value, list):
            raise MismatchError("is no list")
        if len(value) != len(parts):
            raise MismatchError(f"is no list of {len(parts)}")
        return tuple(
            read_at(str(at), part[0], item, note)
            for at, (part, item) in enumerate(zip(parts, value, strict=True))
        )

    def write(value: Any) -> Any:
        return [part[1](item) for part, item in zip(parts, value, strict=True)]

    return read, write


def _mapping(hint: Any) -> tuple[Read, Write]:
    inner, write = _type(hint)

    def read(value: Any, note: Note) -> Any:
        if not isinstance(value, Mapping):
            raise MismatchError("is no table")
        return {key: read_at(key, inner, item, note) for key, item in value.items()}

    return read, lambda value: {key: write(item) for key, item in value.items()}
