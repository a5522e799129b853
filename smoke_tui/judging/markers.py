"""The threshold that a pytest marker gives a test: `@pytest.mark.llm_drift_threshold(0.7)`."""

from __future__ import annotations

import ast
import math
from collections.abc import Iterator, Sequence
from typing import Final

from smoke_tui.structs import Struct

MARKER: Final = "llm_drift_threshold"

_Function = ast.FunctionDef | ast.AsyncFunctionDef
_BLOCKS: Final = ("body", "orelse", "handlers", "finalbody")


class MarkerError(ValueError):
    """A marker or its test can't be read; the text names the file, the line and what to do."""


class MarkerThreshold(Struct, frozen=True):
    """The threshold of a test's nearest marker, and the line it stands on."""

    value: float
    line: int


def file_of(node_id: str) -> str:
    """The file of a test's node id."""
    return node_id.partition("::")[0]


def marker_threshold(source: str, node_id: str) -> MarkerThreshold | None:
    """The threshold of a test, nearest first: its own, its classes', its module's; None without.

    Args:
        source: The text of the test's file.
        node_id: Such as `tests/x.py::TestC::test_y[param]`; a parameter does not count.

    Raises:
        MarkerError: the file can't be parsed, the test is not in it, or a marker is given twice,
            without a literal number, or with one that is not from 0 to 1.
    """
    file, _, rest = node_id.partition("::")
    names = [part for part in rest.partition("[")[0].split("::") if part]
    if not names:
        raise MarkerError(f"{node_id} names no test; expected {file}::test_name")
    try:
        module = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError) as error:
        line = getattr(error, "lineno", None)
        raise MarkerError(f"{file}{f':{line}' if line else ''} can't be parsed: {error}") from None
    path = _path(module, names, node_id)
    for node in reversed(path):
        markers = list(_markers(node.decorator_list, file)) + list(_assigned(node, file))
        if markers:
            return _only(markers, file)
    markers = list(_assigned(module, file))
    return _only(markers, file) if markers else None


def _path(module: ast.Module, names: Sequence[str], node_id: str) -> list[ast.ClassDef | _Function]:
    """The classes around a test, and the test."""
    file = file_of(node_id)
    inside: ast.Module | ast.ClassDef = module
    path: list[ast.ClassDef | _Function] = []
    for at, name in enumerate(names):
        last = at == len(names) - 1
        kinds = (ast.FunctionDef, ast.AsyncFunctionDef) if last else (ast.ClassDef,)
        there = [
            each for each in _statements(inside) if isinstance(each, kinds) and each.name == name
        ]
        if not there:
            what = "function" if last else "class"
            raise MarkerError(f"{file} has no {what} {name}; the runbook names {node_id}")
        if len(there) > 1:
            lines = " and ".join(str(each.lineno) for each in there)
            raise MarkerError(f"{file}:{there[1].lineno}: {name} is there twice (lines {lines})")
        path.append(there[0])
        if isinstance(there[0], ast.ClassDef):
            inside = there[0]
    return path


def _statements(node: ast.AST) -> Iterator[ast.stmt]:
    """The statements of a module or class, those inside `if`, `try` and `with` too."""
    for block in _BLOCKS:
        for each in getattr(node, block, ()):
            if isinstance(each, ast.stmt):
                yield each
            if not isinstance(each, ast.ClassDef | _Function):
                yield from _statements(each)


def _assigned(node: ast.AST, file: str) -> Iterator[ast.expr]:
    """The markers in `pytestmark` of a module or class."""
    if isinstance(node, _Function):
        return
    for each in _statements(node):
        match each:
            case ast.Assign(targets=targets, value=value):
                pass
            case ast.AnnAssign(target=target, value=ast.expr() as value):
                targets = [target]
            case _:
                continue
        if any(isinstance(target, ast.Name) and target.id == "pytestmark" for target in targets):
            values = value.elts if isinstance(value, ast.List | ast.Tuple) else [value]
            yield from _markers(values, file)


def _markers(expressions: Sequence[ast.expr], file: str) -> Iterator[ast.expr]:
    """Those expressions that are this marker."""
    for each in expressions:
        name = each.func if isinstance(each, ast.Call) else each
        if (
            isinstance(name, ast.Attribute | ast.Name)
            and (name.attr if isinstance(name, ast.Attribute) else name.id) == MARKER
        ):
            yield each


def _only(markers: Sequence[ast.expr], file: str) -> MarkerThreshold:
    """The threshold of the one marker at a place."""
    first = markers[0]
    if len(markers) > 1:
        raise MarkerError(
            f"{file}:{markers[1].lineno}: {MARKER} is given twice (first on line {first.lineno})"
        )
    values = (
        [*first.args, *(keyword.value for keyword in first.keywords)]
        if isinstance(first, ast.Call)
        else []
    )
    place = f"{file}:{first.lineno}"
    if len(values) != 1:
        raise MarkerError(f"{place}: {MARKER} needs one number, such as {MARKER}(0.7)")
    try:
        value = ast.literal_eval(values[0])
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        value = None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise MarkerError(
            f"{place}: {MARKER}({ast.unparse(values[0])[:60]}) is no literal number; "
            "only a number that stands there can be read"
        )
    if not math.isfinite(value) or not 0 <= value <= 1:
        raise MarkerError(f"{place}: {MARKER}({value}) is not from 0 to 1")
    return MarkerThreshold(float(value), first.lineno)
