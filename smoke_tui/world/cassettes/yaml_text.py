"""The YAML of cassettes to plain values with their lines, and back.

Only the tags that cassettes hold are understood.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from smoke_tui.errors import CommandError
from smoke_tui.extras import install_hint
from smoke_tui.outcomes import Exit
from smoke_tui.structs import Struct
from smoke_tui.world import yaml_nodes
from smoke_tui.world.yaml_nodes import TAG_PREFIX, NoYamlError, YamlTextError, line_of

if TYPE_CHECKING:
    from smoke_tui.world.yaml_nodes import Node

MAX_DEPTH: Final = 60
"""Levels of nesting; a cassette has about ten."""
MAX_VALUES: Final = 2_000_000
"""Values of one file: aliases of aliases could make any number out of a few lines."""

_TEXTS: Final = frozenset({"str", "python/str", "python/unicode", "timestamp"})
_LISTS: Final = frozenset({"seq", "python/tuple"})
_BYTES_IO: Final = "python/object/new:_io.BytesIO"
_ITER: Final = "python/object/apply:builtins.iter"


class Scalar(Struct, frozen=True):
    """One scalar with its place: the keys above it, its line, and whether it is itself a key."""

    path: tuple[str, ...]
    line: int
    value: str | bytes
    is_key: bool = False


def parse_tree(text: str) -> Node | None:
    """The node tree of one document; None of an empty one.

    Raises:
        YamlTextError: it is no YAML, or holds several documents.
        CommandError: PyYAML is not installed (4).
    """
    try:
        return yaml_nodes.parse_tree(text)
    except NoYamlError:
        raise _not_installed() from None


def _not_installed() -> CommandError:
    return CommandError(
        Exit.NOT_PROVABLE,
        "recorded exchanges need PyYAML, which is not installed here: " + install_hint("cassettes"),
    )


def lines_of_items(tree: Node, key: str) -> list[int]:
    """The line of a key of the outermost mapping, then those of the items of its list."""
    for name, value in tree.value if tree.id == "mapping" else ():
        if name.value == key:
            items = value.value if value.id == "sequence" else []
            return [line_of(name), *(line_of(item) for item in items)]
    return [1]


def plain(node: Node) -> Any:
    """The value of a node: dicts, lists, text, bytes, numbers, booleans, None.

    Raises:
        YamlTextError: a tag is none of a cassette's, a key is no text or there twice, or there is
            too much of it.
    """
    return _Reader().read(node, 0)


class _Reader:
    def __init__(self) -> None:
        self._values = 0

    def read(self, node: Node, depth: int) -> Any:
        self._values += 1
        if depth > MAX_DEPTH or self._values > MAX_VALUES:
            raise YamlTextError(line_of(node), "it is nested too deep, or repeats itself too often")
        tag = str(node.tag).removeprefix(TAG_PREFIX)
        if node.id == "mapping" and tag in (_BYTES_IO, _ITER):
            return _body_of(self._mapping(node, depth))
        if node.id == "mapping" and tag == "map":
            return self._mapping(node, depth)
        if node.id == "sequence" and tag in _LISTS:
            return [self.read(item, depth + 1) for item in node.value]
        if node.id == "scalar":
            return _scalar(node, tag)
        raise YamlTextError(line_of(node), f"the tag !!{tag} is none that a cassette holds")

    def _mapping(self, node: Node, depth: int) -> dict[str, Any]:
        result: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = self.read(key_node, depth + 1)
            if not isinstance(key, str | int):
                raise YamlTextError(line_of(key_node), "a key is no text")
            if str(key) in result:
                raise YamlTextError(line_of(key_node), f"the key `{key}` is there twice")
            result[str(key)] = self.read(value_node, depth + 1)
        return result


def _scalar(node: Node, tag: str) -> Any:
    text = str(node.value)
    if tag in _TEXTS:
        return text
    try:
        match tag:
            case "null":
                return None
            case "bool":
                return text.lower() in ("true", "yes", "on")
            case "int":
                return int(text.replace("_", ""), 0 if text[:2].lower() in ("0x", "0o") else 10)
            case "float":
                return float(text.replace("_", ""))
            case "binary":
                return base64.b64decode("".join(text.split()), validate=True)
    except (ValueError, binascii.Error):
        raise YamlTextError(line_of(node), f"no value of the tag !!{tag}") from None
    raise YamlTextError(line_of(node), f"the tag !!{tag} is none that a cassette holds")


def _body_of(mapping: dict[str, Any]) -> bytes:
    """The bytes of a file-like or iterated body, as older VCRs wrote it."""
    state = mapping.get("state") or mapping.get("args") or [b""]
    first = state[0] if isinstance(state, list) and state else b""
    parts = first if isinstance(first, list) else [first]
    return b"".join(p.encode() if isinstance(p, str) else p for p in parts if p is not None)


def scalars(node: Node) -> Iterator[Scalar]:
    """Every scalar of a tree, keys included, also those that `plain` would refuse; once each."""
    seen_nodes: set[int] = set()
    stack: list[tuple[Node, tuple[str, ...], bool]] = [(node, (), False)]
    while stack:
        current, path, is_key = stack.pop()
        if id(current) in seen_nodes:
            continue
        seen_nodes.add(id(current))
        if current.id == "scalar":
            yield Scalar(path, line_of(current), _searchable(current), is_key)
        elif current.id == "sequence":
            stack += [(item, path, False) for item in reversed(current.value)]
        elif current.id == "mapping":
            for key, value in reversed(current.value):
                name = str(key.value) if key.id == "scalar" else ""
                stack += [(value, (*path, name), False), (key, path, True)]


def _searchable(node: Node) -> str | bytes:
    if str(node.tag) == f"{TAG_PREFIX}binary":
        try:
            return base64.b64decode("".join(str(node.value).split()))
        except (ValueError, binascii.Error):
            return str(node.value)
    return str(node.value)


def render_yaml(value: Mapping[str, object]) -> str:
    """The text that VCR's own serializer makes of a value.

    Raises:
        CommandError: PyYAML is not installed (4).
    """
    try:
        return yaml_nodes.render_yaml(value)
    except NoYamlError:
        raise _not_installed() from None
