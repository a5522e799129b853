"""Names in the code are the field's terms, and say what a value is."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import smoke_tui

ROOT: Final = Path(smoke_tui.__file__).parent

NOT_IN_A_NAME: Final = frozenset(
    {
        "arrival",
        "arrived",
        "hands",
        "holdings",
        "house",
        "inbox",
        "keeper",
        "said",
        "say",
        "says",
        "scene",
        "standing",
        "struck",
        "tell",
        "told",
        "usual",
        "weave",
        "worth",
    }
)
"""Words that no name holds; ARCHITECTURE.md and the code use the field's terms for them."""

NOT_A_NAME: Final = frozenset({"found", "given", "known", "looked", "one", "seen"})
"""Names that only say that a value is there."""


def names(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """Every name that a module binds, with its line."""
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name, ctx=ast.Store()) | ast.Attribute(attr=name, ctx=ast.Store()):
                yield name, node.lineno
            case ast.arg(arg=name):
                yield name, node.lineno
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                yield name, node.lineno
            case ast.ClassDef(name=name):
                yield name, node.lineno


def words(name: str) -> set[str]:
    return set(re.findall(r"[a-z]+", re.sub(r"([A-Z])", r"_\1", name).lower()))


def test_names_are_of_the_glossary() -> None:
    wrong = [
        f"{path.relative_to(ROOT)}:{line}: {name}"
        for path in sorted(ROOT.rglob("*.py"))
        for name, line in names(ast.parse(path.read_text(encoding="utf-8")))
        if name.strip("_") in NOT_A_NAME or words(name) & NOT_IN_A_NAME
    ]
    assert not wrong, "\n" + "\n".join(wrong)
