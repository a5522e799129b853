"""What a judge is asked, and how the two texts are put into it."""

from __future__ import annotations

import hashlib
from typing import Final

from smoke_tui.regex import regex
from smoke_tui.structs import Struct

SYSTEM_PROMPT: Final = """\
You are a testing system. Your job is to determine if an actual output matches the expected behavior.

Important: You can only respond with EXACTLY:\x20
1. 'PASS' if it matches, or\x20
2. 'FAIL: <reason>' if it doesn't match.

Any other type of response will mean disaster which as a testing system, you are meant to prevent.

Be strict but consider semantic meaning rather than exact wording."""
"""llm-app-test's, verbatim (github.com/Shredmetal/llmtest, docs/reliability_testing/format_compliance.md)."""

HUMAN_PROMPT: Final = """
Expected Behavior: {expected_behavior}

Actual Output: {actual}

Does the actual output match the expected behavior? Remember, \
you will fail your task unless you respond EXACTLY\x20
with 'PASS' or 'FAIL: <reason>'."""
"""The same source's, verbatim."""

FIELDS: Final = ("expected_behavior", "actual")
_FIELD: Final = regex(r"\{(" + "|".join(FIELDS) + r")\}")


class JudgePrompts(Struct, frozen=True):
    """A judge's two prompts; the human one has `{expected_behavior}` and `{actual}`, once each."""

    system: str = SYSTEM_PROMPT
    human: str = HUMAN_PROMPT

    @property
    def sha256(self) -> str:
        """The hash of both, which names them in a report."""
        return hashlib.sha256(f"{self.system}\0{self.human}".encode()).hexdigest()

    def problem(self) -> str | None:
        """What is wrong with the templates; None where nothing is."""
        for field in FIELDS:
            count = sum(match[1] == field for match in _FIELD.finditer(self.human))
            if count != 1:
                return f"the human prompt holds {{{field}}} {count} times; it has to hold it once"
        return None if self.system.strip() else "the system prompt is empty"

    def filled(self, expected_behavior: str, actual: str) -> str:
        """The human prompt with both texts put in, in one pass: what they hold stays as it is."""
        values = {"expected_behavior": expected_behavior, "actual": actual}
        return _FIELD.sub(lambda match: values[match[1]], self.human)
