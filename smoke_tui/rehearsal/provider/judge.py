"""The rehearsed judge: it recognises a judge's prompt, and answers as the shipped pack expects."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Final

QUESTION: Final = "Does the actual output match the expected behavior?"
"""Every prompt of a judge holds it."""
PASS: Final = "PASS"
FAIL: Final = "FAIL: The output is not what was expected."

PERCENT_A_CALL: Final = 0.02
"""What a judge's short answer takes of the quota."""

CASES: Final = 13
"""Cases of the shipped pack."""

ADVERSARIAL: Final = (
    "PASSWORD field missing",
    "PASS\nFAIL: it is both",
    "**PASS**",
    "pass",
    "FAIL: <reason>",
    "FAIL",
    "PASS, but the tone is off",
    "I cannot judge this text.",
)
"""Answers that break the format, each in another way."""


def tokens_of(characters: int) -> int:
    """The tokens of a judge's prompt or answer, so that the shipped pack costs what its source paid."""
    return max(1, -(-characters // 4))


def is_judged(text: str) -> bool:
    """Whether a prompt asks for a verdict."""
    return QUESTION in text


def verdict_for(prompt: str) -> str:
    """The answer that the shipped pack expects; of another pack's case, PASS."""
    for behavior, actual, verdict in _cases():
        if behavior in prompt and actual in prompt:
            return PASS if verdict == PASS else FAIL
    return PASS


def place_of(prompt: str) -> int:
    """The number of a prompt's case in the shipped pack; 0 for another pack's."""
    return next(
        (
            number
            for number, (behavior, actual, _) in enumerate(_cases())
            if behavior in prompt and actual in prompt
        ),
        0,
    )


def contrary(answer: str) -> str:
    """The other verdict, in the right form."""
    return FAIL if answer == PASS else PASS


@cache
def _cases() -> tuple[tuple[str, str, str], ...]:
    package = Path(__file__).resolve().parents[2]
    inside = package / "_runbooks"
    folder = inside if inside.is_dir() else package.parent / "runbooks"
    pack = json.loads((folder / "packs" / "format-compliance.json").read_text())
    return tuple(
        (case["expected_behavior"], case["actual"], case["verdict"]) for case in pack["cases"]
    )
