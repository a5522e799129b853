"""No module of the package imports itself by way of others, late and type-only imports included."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import smoke_tui

TYPE_ONLY = ("smoke_tui.world.resources", "smoke_tui.world.context")
"""A resource is stopped in a step's context, which holds the session's resources: for types only."""

ROOT = Path(smoke_tui.__file__).parent


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imported(tree: ast.Module) -> Iterator[str]:
    """Each name that a module imports, as far as it may be a module."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module is not None:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


def imports(sources: Mapping[str, str]) -> dict[str, set[str]]:
    """By module: the modules that it imports, packages by what their `__init__` holds."""
    graph: dict[str, set[str]] = {}
    for name, source in sources.items():
        targets = {
            full if full in sources else full.rpartition(".")[0]
            for full in imported(ast.parse(source))
        }
        graph[name] = {target for target in targets if target in sources and target != name}
    return graph


def circle(graph: Mapping[str, set[str]]) -> list[str]:
    """The modules of one circle; empty where there is none."""
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def test_no_module_is_in_a_circle() -> None:
    sources = {
        module_name(path): path.read_text("utf-8")
        for path in ROOT.rglob("*.py")
        if "rehearsal/stack/" not in path.as_posix()
    }
    assert len(sources) > 200
    graph = imports(sources)
    importer, target = TYPE_ONLY
    graph[importer].remove(target)
    assert circle(graph) == []


def test_a_late_and_a_type_only_import_are_found() -> None:
    sources = {
        "a": "def f():\n    from b import g\n",
        "b": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import a\n",
    }
    assert set(circle(imports(sources))) == {"a", "b"}
