"""The markers of a test that name its tier: `@pytest.mark.integration`, `@pytest.mark.live_llm`."""

from __future__ import annotations

import ast
from collections.abc import Iterator

_Tests = ast.FunctionDef | ast.AsyncFunctionDef


def markers_of(source: str, test: str) -> frozenset[str] | None:
    """The names of a test's markers, with those of its class and module; None without the test.

    Args:
        source: The text of the test's file; one that can't be parsed has no test.
        test: `test_name` or `TestClass.test_name`; a parameter in brackets does not count.
    """
    try:
        module = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError):
        return None
    names = test.partition("[")[0].split(".")
    around: ast.Module | ast.ClassDef = module
    markers = set(_assigned(module))
    for name in names[:-1]:
        inner = next(
            (n for n in around.body if isinstance(n, ast.ClassDef) and n.name == name), None
        )
        if inner is None:
            return None
        markers |= {*_decorators(inner), *_assigned(inner)}
        around = inner
    function = next((n for n in around.body if isinstance(n, _Tests) and n.name == names[-1]), None)
    if function is None:
        return None
    return frozenset(markers | set(_decorators(function)))


def _decorators(node: ast.ClassDef | _Tests) -> Iterator[str]:
    for each in node.decorator_list:
        yield from _marker(each)


def _assigned(node: ast.Module | ast.ClassDef) -> Iterator[str]:
    for each in node.body:
        if isinstance(each, ast.Assign) and any(
            isinstance(target, ast.Name) and target.id == "pytestmark" for target in each.targets
        ):
            value = each.value
            for item in value.elts if isinstance(value, ast.List | ast.Tuple) else [value]:
                yield from _marker(item)


def _marker(node: ast.expr) -> Iterator[str]:
    name = node.func if isinstance(node, ast.Call) else node
    if (
        isinstance(name, ast.Attribute)
        and isinstance(name.value, ast.Attribute)
        and name.value.attr == "mark"
    ):
        yield name.attr
