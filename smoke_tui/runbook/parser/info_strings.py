"""Info strings of fences: which are ours, and which are meant to be and are not.

A slip in the word behind a fence must not turn a command into an example that never runs: what is
nearly one of ours is an error, wherever it stands.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

STEP: Final = "toml step"
RUN: Final = "bash run"
SHELL: Final = "bash run shell"
ROLES: Final = (STEP, RUN, SHELL)

_SHELLS: Final = (
    "bash",
    "sh",
    "zsh",
    "fish",
    "ksh",
    "dash",
    "ash",
    "csh",
    "tcsh",
    "shell",
    "console",
    "terminal",
    "shellsession",
    "shellscript",
    "session",
    "bat",
    "batch",
    "cmd",
    "powershell",
    "pwsh",
    "command",
    "cli",
)
_TABLES: Final = ("toml", "yaml", "yml", "json", "ini")
_VALUE: Final = re.compile(r"""=\s*(?:"[^"]*"|'[^']*'|[^\s}]*)""")
_WORD: Final = re.compile(r"[^\W_]+")
_LONGEST: Final = 400


@lru_cache(maxsize=2048)
def meant(info: str) -> str | None:
    """The role of ours that the author of an info string had in mind; None: an example."""
    if info in ROLES:
        return info
    text = unicodedata.normalize("NFKC", info[:_LONGEST]).casefold()
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
    # Any language that is said to run is one whose author expects that it does.
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


def _near(word: str, wanted: str) -> bool:
    """Whether a word is the wanted one with at most one slip: a letter more, less, other, swapped.

    Two letters are too few to tell a slip from another word.
    """
    if word == wanted or (len(wanted) > 2 and sorted(word) == sorted(wanted)):
        return True
    long, short = len(word), len(wanted)
    if abs(long - short) > 1 or short < 3 or (short < 4 and not _same_letters(word, wanted)):
        return False
    if long == short:
        wrong = [at for at in range(long) if word[at] != wanted[at]]
        swapped = (
            len(wrong) == 2
            and wrong[1] == wrong[0] + 1
            and word[wrong[0]] == wanted[wrong[1]]
            and word[wrong[1]] == wanted[wrong[0]]
        )
        return len(wrong) == 1 or swapped
    shorter, longer = sorted((word, wanted), key=len)
    return any(longer[:at] + longer[at + 1 :] == shorter for at in range(len(longer)))


def _same_letters(word: str, wanted: str) -> bool:
    """Of a short word: at least two of its letters are there, the first or the last in place."""
    shared = sum(min(word.count(c), wanted.count(c)) for c in set(wanted))
    return shared >= 2 and (word[:1] == wanted[:1] or word[-1:] == wanted[-1:] or shared == 3)
