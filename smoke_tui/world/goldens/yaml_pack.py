"""Packs in YAML that is no JSON, with the lines of their values.

What JSON can't hold is refused, and so is what YAML readers understand differently.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from smoke_tui.extras import install_hint
from smoke_tui.judging.json_fields import Document, JsonShapeError, Path
from smoke_tui.regex import regex
from smoke_tui.world.yaml_nodes import TAG_PREFIX, NoYamlError, YamlTextError, line_of, parse_tree

if TYPE_CHECKING:
    from smoke_tui.world.yaml_nodes import Node

MAX_VALUES: Final = 20_000
"""Values of one pack: aliases of aliases could make any number out of a few lines."""
MAX_DEPTH: Final = 40

_WHOLE: Final = regex(r"-?(0|[1-9][0-9]*)")
_DECIMAL: Final = regex(r"-?(0|[1-9][0-9]*)\.[0-9]+([eE][+-]?[0-9]+)?")
"""Numbers as JSON has them; `012`, `1_000` and `.5` are other numbers to other readers."""


def read_yaml(text: str) -> Document:
    """Read a pack in YAML.

    Raises:
        JsonShapeError: it is no YAML, holds what JSON can't, or PyYAML is not installed.
    """
    try:
        node = parse_tree(text)
    except NoYamlError:
        raise JsonShapeError(
            1,
            "it is no JSON, and YAML takes PyYAML, which is not installed here: write the pack as "
            f"JSON (which is YAML as well), or install it: {install_hint('yaml')}",
        ) from None
    except YamlTextError as error:
        raise JsonShapeError(error.line, f"no YAML: {error}") from None
    if node is None:
        raise JsonShapeError(1, "it is empty")
    reader = _Reader()
    value = reader.read(node, ())
    return Document.of_value(value, reader.line_of)


class _Reader:
    """Reads nodes to plain values, and remembers where each stands."""

    def __init__(self) -> None:
        self._lines: dict[Path, int] = {}
        self._values = 0

    def line_of(self, path: Path) -> int:
        """The line of a value; of a missing one, the line of what lacks it."""
        while path not in self._lines and path:
            path = path[:-1]
        return self._lines.get(path, 1)

    def read(self, node: Node, path: Path) -> object:
        self._values += 1
        line = line_of(node)
        self._lines[path] = line
        if self._values > MAX_VALUES or len(path) > MAX_DEPTH:
            raise JsonShapeError(line, "it is nested too deep, or repeats itself too often")
        tag = str(node.tag).removeprefix(TAG_PREFIX)
        match node.id:
            case "mapping" if tag == "map":
                return self._mapping(node, path)
            case "sequence" if tag == "seq":
                return [self.read(item, (*path, at)) for at, item in enumerate(node.value)]
            case "scalar":
                return _scalar(str(node.value), tag, line)
        raise JsonShapeError(line, f"the tag !!{tag} has no value in JSON")

    def _mapping(self, node: Node, path: Path) -> Mapping[str, object]:
        result: dict[str, object] = {}
        for key_node, value_node in node.value:
            line = line_of(key_node)
            if key_node.id != "scalar" or key_node.tag != f"{TAG_PREFIX}str":
                raise JsonShapeError(line, f"a key is a text, got {key_node.value!r}; quote it")
            key = str(key_node.value)
            if key in result:
                raise JsonShapeError(line, f"{key}: this key stands twice in one object")
            result[key] = self.read(value_node, (*path, key))
        return result


def _scalar(text: str, tag: str, line: int) -> object:
    match tag:
        case "str" | "timestamp":
            return text
        case "null":
            return None
        case "bool" if text.lower() in ("true", "false"):
            return text.lower() == "true"
        case "int" if _WHOLE.fullmatch(text):
            return int(text)
        case "float" if _DECIMAL.fullmatch(text):
            return float(text)
        case "bool" | "int" | "float":
            raise JsonShapeError(
                line, f"{text!r} is read differently by different YAML readers; quote it"
            )
    raise JsonShapeError(line, f"the tag !!{tag} has no value in JSON")
