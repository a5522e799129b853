"""Words of other tools that authors try as keys, and where a runbook says the same."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import Final

_RUN_BLOCK: Final = "write commands into a fenced `bash run` block above the step block"

FOREIGN_WORDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        **dict.fromkeys(
            ("stdout", "stderr", "output", "contains", "text", "matches", "body"),
            "body_contains",
        ),
        **dict.fromkeys(("url", "address", "endpoint"), "http"),
        "port": "tcp",
        **dict.fromkeys(("exit_code", "returncode", "rc"), "exit"),
        **dict.fromkeys(("depends_on", "depends", "requires", "after", "dependencies"), "needs"),
        **dict.fromkeys(("if", "when", "unless", "precondition", "preconditions"), "guards"),
        **dict.fromkeys(("environment", "variables", "vars"), "env"),
        **dict.fromkeys(("assert", "asserts", "checks", "verify"), "expect"),
        **dict.fromkeys(("cost", "cap", "budget", "limit"), "spend"),
        **dict.fromkeys(("outputs", "register", "save", "extract"), "capture"),
        **dict.fromkeys(("type", "uses"), "kind"),
        **dict.fromkeys(("question", "message", "instruction"), "ask"),
        **dict.fromkeys(("mock", "stub", "fake", "rehearsal"), "stand_in"),
        **dict.fromkeys(("command", "commands", "cmd", "run", "script", "shell"), _RUN_BLOCK),
        **dict.fromkeys(("name", "title"), "the level-2 heading is the step's title"),
        **dict.fromkeys(
            ("description", "notes", "about", "doc"), "write prose under the step's heading"
        ),
    }
)
"""A word, and the key that means it here, or what to write instead."""


FOREIGN_KINDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        **dict.fromkeys(("confirm", "approval", "ask", "human", "pause", "todo"), "manual"),
        **dict.fromkeys(("shell", "exec", "command", "bash", "script", "task"), "run"),
        **dict.fromkeys(("http", "get", "request", "url", "test", "assert"), "check"),
        **dict.fromkeys(("input", "secret", "question"), "prompt"),
        **dict.fromkeys(("server", "daemon", "background"), "service"),
        **dict.fromkeys(("auth", "oauth"), "login"),
        **dict.fromkeys(("llm", "model", "completion"), "call"),
    }
)
"""A kind of step of another tool, and the kind that does the same here."""


def kind_hint(word: str) -> str:
    """Which kind another tool's kind is here, for the end of a message; else an empty text."""
    kind = FOREIGN_KINDS.get(word.lower())
    return f"; here that is '{kind}'" if kind else ""


def elsewhere_hint(word: str, keys: Collection[str]) -> str:
    """What a word of another tool is called here, for the end of a message; else an empty text."""
    meant = FOREIGN_WORDS.get(word.replace("-", "_").lower(), "")
    if meant in keys:
        return f"; here that is '{meant}'"
    return f"; {meant}" if " " in meant and "id" in keys else ""
