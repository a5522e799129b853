"""The strict grammar of a judge's answer: `PASS`, or `FAIL: ` with a reason; nothing else counts."""

from __future__ import annotations

import re
from typing import Final, Literal

from smoke_tui.regex import regex
from smoke_tui.structs import Struct

VerdictWord = Literal["PASS", "FAIL", "FORMAT VIOLATION"]

COMPLETED: Final = "completed"
"""The status of a response that came to its end."""

VIOLATION_TEXT: Final = "Format Non-compliance Detected"
"""The seed's words for an answer in any other form."""

VIOLATIONS: Final = {
    "incomplete-response": "the response did not come to its end",
    "empty": "the answer is empty",
    "leading-text": "something stands before the verdict",
    "verdict-in-other-form": "the verdict is written in another form",
    "text-after-pass": "something follows `PASS`",
    "no-reason": "`FAIL` gives no reason",
    "template-echo": "the reason is the template's own `<reason>`",
    "two-verdicts": "a second verdict stands in the answer",
    "no-verdict": "there is no verdict",
}
"""Each kind of violation, with what is wrong."""

_BLANKS: Final = " \t\r\n"
"""What may follow a verdict: ASCII alone; a no-break space or a NUL is content."""

_PASS: Final = "PASS"
_FAIL: Final = "FAIL: "
_ANYWHERE: Final = regex(r"\b(PASS|FAIL)", re.IGNORECASE)


class Verdict(Struct, frozen=True):
    """What a judge's answer comes to.

    Attributes:
        verdict: PASS, FAIL or FORMAT VIOLATION; a violation is neither of the others.
        reason: Of a FAIL, as it was written, without the blanks around it.
        exact: The answer is the verdict to the byte, without blanks after it.
        violation: The kind of a violation, of `VIOLATIONS`.
        raw: The answer, whole.
    """

    verdict: VerdictWord
    reason: str | None
    exact: bool
    violation: str | None
    raw: str


def parse_verdict(text: str, *, status: str = COMPLETED) -> Verdict:
    """Read a judge's answer, whole; `status` is that of the response.

    Nothing is normalised, cut out or guessed: a judge that answers in another form has broken its
    format, whatever it may have meant.
    """
    if status != COMPLETED:
        return _violation(text, "incomplete-response")
    body = text.rstrip(_BLANKS)
    if body == _PASS:
        return Verdict("PASS", None, text == _PASS, None, text)
    if not body.startswith(_FAIL):
        return _violation(text, _kind_of_other(text, body))
    reason = body[len(_FAIL) :].strip(_BLANKS)
    problem = _problem_of_reason(reason)
    if problem is not None:
        return _violation(text, problem)
    return Verdict("FAIL", reason, text == _FAIL + reason, None, text)


def _violation(text: str, kind: str) -> Verdict:
    return Verdict("FORMAT VIOLATION", None, False, kind, text)


def _problem_of_reason(reason: str) -> str | None:
    if reason == "<reason>":
        return "template-echo"
    if any(_is_verdict(line) for line in reason.splitlines()):
        return "two-verdicts"
    if not any(character.isalnum() for character in reason):
        return "no-reason"
    return None


def _is_verdict(line: str) -> bool:
    bare = line.strip()
    return bare == _PASS or bare.startswith("FAIL:")


def _kind_of_other(text: str, body: str) -> str:
    """What is wrong with an answer that begins with no verdict of the right form."""
    if not body.strip():
        return "empty"
    if sum(_is_verdict(line) for line in body.splitlines()) > 1:
        return "two-verdicts"
    if body.rstrip() in ("FAIL", "FAIL:"):
        return "no-reason"
    if body.startswith(_PASS) and not body[len(_PASS)].isalnum():
        return "text-after-pass"
    match = _ANYWHERE.search(text)
    if match is None:
        return "no-verdict"
    return "verdict-in-other-form" if match.start() == 0 else "leading-text"
