"""The changed files of a working tree, and which of them can have caused a drift. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import PurePosixPath
from typing import Final

from smoke_tui.judging.triage import Cause
from smoke_tui.regex import regex

GIT_STATUS: Final = ("git", "status", "--porcelain", "--untracked-files=all")
"""The command whose output `changed_paths` reads, in the project's folder."""

_PARTS: Final[dict[Cause, re.Pattern[str]]] = {
    "prompt": regex(r"prompt|instruction|persona"),
    "template": regex(r"templat|\.(j2|jinja2?|tmpl|tpl|hbs|mustache|liquid)$"),
    "fixture": regex(r"fixture|cassette|conftest|testdata|test_data|seed|sample|golden"),
    "model": regex(
        r"model|llm|provider|config|settings|pyproject\.toml|\.env|\.(toml|ya?ml|ini|cfg)$"
    ),
}
"""What the path of a file that can be each cause holds, in lower case."""

_RUNBOOK_CAUSES: Final[frozenset[Cause]] = frozenset({"prompt", "template", "model"})
"""The causes that a runbook itself can be: it holds the prompt and names the model."""

_RENAMED: Final = regex(r' -> ("(?:[^"\\]|\\.)*"|[^ "]+)$')
"""The new name of a renamed file; one with a space in it is quoted."""

_ESCAPES: Final = {"a": 7, "b": 8, "t": 9, "n": 10, "v": 11, "f": 12, "r": 13, '"': 34, "\\": 92}


def changed_paths(porcelain: str) -> tuple[str, ...]:
    """The changed files in the output of `GIT_STATUS`, sorted; of a renamed file its new name."""
    paths: set[str] = set()
    for line in porcelain.split("\n"):
        if len(line) < 4 or line[2] != " " or line.startswith("!!"):
            continue
        shown = line[3:]
        renamed = _RENAMED.search(shown) if set(line[:2]) & set("RC") else None
        paths.add(_unquoted(renamed[1] if renamed else shown))
    return tuple(sorted(paths))


def fitting_changes(
    cause: Cause,
    changed: Iterable[str],
    *,
    baseline: str = "",
    runbook: str = "",
    named: str = "",
) -> tuple[str, ...]:
    """The changed files that can be a cause, sorted.

    The baseline itself is none. The runbook, which holds the prompt and names the model, fits by
    that. `named` is the file of which the operator states that it is the cause: then it alone is
    looked for among the changed ones, whatever its name.
    """
    candidates = sorted(set(changed) - {baseline})
    if named:
        return tuple(path for path in candidates if path == str(PurePosixPath(named)))
    return tuple(
        path
        for path in candidates
        if _PARTS[cause].search(path.lower()) or (path == runbook and cause in _RUNBOOK_CAUSES)
    )


def _unquoted(shown: str) -> str:
    """A path as git shows it: unusual characters as C escapes of their UTF-8 bytes."""
    if not (len(shown) > 1 and shown.startswith('"') and shown.endswith('"')):
        return shown
    content = bytearray()
    rest = shown[1:-1]
    while rest:
        if rest[0] != "\\":
            content += rest[0].encode("utf-8", "surrogateescape")
            rest = rest[1:]
        elif octal := re.match(r"\\([0-7]{3})", rest):
            content.append(int(octal[1], 8) & 0xFF)
            rest = rest[4:]
        else:
            content.append(_ESCAPES.get(rest[1:2], ord("?")))
            rest = rest[2:]
    return content.decode("utf-8", "replace")
