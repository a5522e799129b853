"""Line and column of each key and value of a valid TOML text.

`tomllib` reports no positions, which a finding needs.
"""

from __future__ import annotations

import re
import tomllib

from smoke_tui.regex import regex

Path = tuple[str | int, ...]
Place = tuple[int, int]

_BARE = regex(r"[A-Za-z0-9_-]+")
_BASIC = regex(r'"(?:[^"\\\n]|\\.)*"')
_LITERAL = regex(r"'[^'\n]*'")
_LONG_BASIC = regex(r'"""(?:[^\\]|\\.)*?"""(?:"{0,2})', re.DOTALL)
_LONG_LITERAL = regex(r"'''.*?'''(?:'{0,2})", re.DOTALL)
_OTHER = regex(r"[^,\]}#\n]+")
_BLANK = regex(r"[ \t]*")
_SPACE = regex(r"(?:[ \t\r\n]|#[^\n]*)*")


class Positions:
    """Places of keys and values by path: line and column in the text, from 1."""

    def __init__(self, text: str) -> None:
        self.keys: dict[Path, Place] = {}
        self.values: dict[Path, Place] = {}
        self._text = text
        self._at = 0
        self._tables: dict[Path, int] = {}
        self._starts = [0]
        for match in re.finditer("\n", text):
            self._starts.append(match.end())
        self._line = 0
        self._read()

    def _place(self, at: int) -> Place:
        # The scanner only moves forward, so no search for the line is needed.
        while self._line + 1 < len(self._starts) and self._starts[self._line + 1] <= at:
            self._line += 1
        return self._line + 1, at - self._starts[self._line] + 1

    def _skip(self, pattern: re.Pattern[str]) -> str:
        match = pattern.match(self._text, self._at)
        if match is None:
            raise ValueError(f"not valid TOML at offset {self._at}")
        self._at = match.end()
        return match[0]

    def _take(self, token: str) -> bool:
        if self._text.startswith(token, self._at):
            self._at += len(token)
            return True
        return False

    def _read(self) -> None:
        root: Path = ()
        self._skip(_SPACE)
        while self._at < len(self._text):
            if self._take("[["):
                path, place = self._header("]]")
                count = self._tables.get(path, -1) + 1
                self._tables[path] = count
                root = (*path, count)
                self.keys[root] = place
            elif self._take("["):
                root, _ = self._header("]")
            else:
                self._pair(root)
            self._skip(_SPACE)

    def _header(self, end: str) -> tuple[Path, Place]:
        self._skip(_BLANK)
        place = self._place(self._at)
        path: Path = ()
        names = self._names()
        for index, (name, _) in enumerate(names):
            path = (*path, name)
            if index < len(names) - 1 and path in self._tables:
                path = (*path, self._tables[path])
        self._take(end)
        self.keys.setdefault(path, place)
        return path, place

    def _names(self) -> list[tuple[str, Place]]:
        names = []
        while True:
            self._skip(_BLANK)
            place = self._place(self._at)
            if self._text[self._at] in "\"'":
                quoted = self._skip(_BASIC if self._text[self._at] == '"' else _LITERAL)
                names.append((str(tomllib.loads(f"key = {quoted}")["key"]), place))
            else:
                names.append((self._skip(_BARE), place))
            self._skip(_BLANK)
            if not self._take("."):
                return names

    def _pair(self, root: Path) -> None:
        path = root
        for name, place in self._names():
            path = (*path, name)
            self.keys.setdefault(path, place)
        self._take("=")
        self._skip(_BLANK)
        self._value(path)

    def _value(self, path: Path) -> None:
        self.values[path] = self._place(self._at)
        if self._take("["):
            self._list(path)
        elif self._take("{"):
            self._inline(path)
        elif self._text.startswith('"""', self._at):
            self._skip(_LONG_BASIC)
        elif self._text.startswith("'''", self._at):
            self._skip(_LONG_LITERAL)
        elif self._text.startswith('"', self._at):
            self._skip(_BASIC)
        elif self._text.startswith("'", self._at):
            self._skip(_LITERAL)
        else:
            self._skip(_OTHER)

    def _list(self, path: Path) -> None:
        index = 0
        self._skip(_SPACE)
        while not self._take("]"):
            self._value((*path, index))
            index += 1
            self._skip(_SPACE)
            self._take(",")
            self._skip(_SPACE)

    def _inline(self, path: Path) -> None:
        self._skip(_SPACE)
        while not self._take("}"):
            self._pair(path)
            self._skip(_SPACE)
            self._take(",")
            self._skip(_SPACE)
