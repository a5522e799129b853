"""YAML texts as node trees, and values as YAML texts; the one module that imports yaml.

PyYAML is an optional part. Nothing is constructed from tags: who reads a tree decides what its
nodes mean.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import ModuleType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from yaml.nodes import MappingNode, ScalarNode, SequenceNode

    Node = ScalarNode | SequenceNode | MappingNode

TAG_PREFIX: Final = "tag:yaml.org,2002:"
"""What stands before the short name of YAML's own tags."""


class YamlTextError(ValueError):
    """A text can't be read as YAML; `line` counts from 1."""

    def __init__(self, line: int, text: str) -> None:
        super().__init__(text)
        self.line = line


class NoYamlError(Exception):
    """PyYAML is not installed."""


def parse_tree(text: str) -> Node | None:
    """The node tree of one document; None of an empty one.

    Raises:
        YamlTextError: it is no YAML, or holds several documents.
        NoYamlError: PyYAML is not installed.
    """
    library = _library()
    loader = getattr(library, "CSafeLoader", library.SafeLoader)
    try:
        node: Node | None = library.compose(text, Loader=loader)
    except library.YAMLError as error:
        mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
        problem = getattr(error, "problem", None) or getattr(error, "reason", None) or "no YAML"
        raise YamlTextError(mark.line + 1 if mark else 1, str(problem)) from None
    except (RecursionError, ValueError):
        raise YamlTextError(1, "it is nested too deep, or holds what no text may hold") from None
    return node


def line_of(node: Node) -> int:
    """The line on which a node starts, counted from 1."""
    return int(node.start_mark.line) + 1


def render_yaml(value: Mapping[str, object]) -> str:
    """The text that VCR's own serializer makes of a value.

    Raises:
        NoYamlError: PyYAML is not installed.
    """
    library = _library()
    dumper = getattr(library, "CSafeDumper", library.SafeDumper)
    text: str = library.dump(value, Dumper=dumper)
    return text


def _library() -> ModuleType:
    """PyYAML, imported when it is first needed."""
    try:
        import yaml
    except ImportError:
        raise NoYamlError from None
    return yaml
