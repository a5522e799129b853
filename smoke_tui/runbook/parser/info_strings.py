"""Info strings of fences: the roles of blocks, and misspelled ones.

A misspelling must not turn a command into an example that never runs: a near match is an error.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import Final

from smoke_tui.regex import regex

STEP: Final = "toml step"
RUN: Final = "bash run"
SHELL: Final = "bash run shell"
ROLES: Final = (STEP, RUN, SHELL)

_SHELLS: Final = (
    "bash", "sh", "zsh", "fish", "ksh", "dash", "ash", "csh", "tcsh", "shell", "console",
    "terminal", "shellsession", "shellscript", "session", "bat", "batch", "cmd", "powershell",
    "pwsh", "command", "cli",
)  # fmt: skip
_TABLES: Final = ("toml", "yaml", "yml", "json", "ini")
_VALUE: Final = regex(r"""=\s*(?:"[^"]*"|'[^']*'|[^\s}]*)""")
_WORD: Final = regex(r"[^\W_]+")
_MAX_LENGTH: Final = 400


@lru_cache(maxsize=2048)
def intended_role(info: str) -> str | None:
    """The role that the author of an info string intended; None for an example."""
    if info in ROLES:
        return info
    text = unicodedata.normalize("NFKC", info[:_MAX_LENGTH]).casefold()
    words = _WORD.findall(_VALUE.sub(" ", text))
    if not words:
        return None
    if _is_step(words):
        return STEP
    if _is_run(words):
        return SHELL if "shell" in words[1:] and len(words) > 2 else RUN
    return None


def _is_run(words: list[str]) -> bool:
    joined = "".join(words)
    if any(joined == shell + "run" or joined == "run" + shell for shell in _SHELLS):
        return True
    if joined.startswith(("bashrun", "shellrun")):
        return True
    runs = [word for word in words if _near(word, "run")]
    if not runs:
        return False
    if len(words) == 1:
        return words == ["run"]
    # An author who writes `run` after any language expects it to run.
    return (len(words) == 2 and words[1] == "run") or any(
        word not in runs[:1] and any(_near(word, shell) for shell in _SHELLS) for word in words
    )


def _is_step(words: list[str]) -> bool:
    joined = "".join(words)
    if joined in ("step", "tomlstep", "steptoml"):
        return True
    steps = [word for word in words if _near(word, "step")]
    return bool(steps) and any(
        word not in steps[:1] and any(_near(word, table) for table in _TABLES) for word in words
    )


def _near(word: str, expected: str) -> bool:
    """Whether two words differ by at most one letter added, removed, replaced or swapped.

    Words of two letters have to be equal.
    """
    if word == expected or (len(expected) > 2 and sorted(word) == sorted(expected)):
        return True
    long, short = len(word), len(expected)
    if abs(long - short) > 1 or short < 3 or (short < 4 and not _same_letters(word, expected)):
        return False
    if long == short:
        differences = [at for at in range(long) if word[at] != expected[at]]
        swapped = (
            len(differences) == 2
            and differences[1] == differences[0] + 1
            and word[differences[0]] == expected[differences[1]]
            and word[differences[1]] == expected[differences[0]]
        )
        return len(differences) == 1 or swapped
    shorter, longer = sorted((word, expected), key=len)
    return any(longer[:at] + longer[at + 1 :] == shorter for at in range(len(longer)))


def _same_letters(word: str, expected: str) -> bool:
    """Whether two short words share two letters, of which the first or last in place."""
    shared = sum(min(word.count(c), expected.count(c)) for c in set(expected))
    return shared >= 2 and (word[:1] == expected[:1] or word[-1:] == expected[-1:] or shared == 3)
