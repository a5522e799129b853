"""The one table of questions to the operator: how each is answered, by whom, what is at stake."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from smoke_tui.config.question_types import Answer, Choice, QuestionKind, Special, Verb

__all__ = [
    "KEYS",
    "LOGIN",
    "QUESTIONS",
    "RETRY",
    "Answer",
    "Choice",
    "QuestionKind",
    "Special",
    "Verb",
]

_AGAIN: Final = Choice("b", "another step", special="step")
RETRY: Final = Choice("r", "try it again", special="retry")
LOGIN: Final = Choice("i", "log in again", special="login")
_CANCEL: Final = Choice("x", "cancel the login", Verb.CANCEL, "may", "Why? (may be empty)")
_NO: Final = Choice("n", "don't", Verb.NO, "may", "Why not? (may be empty)")
_NONE: Final = Choice("x", "I have none", Verb.DECLINE, word="none")

_KINDS: Final = (
    QuestionKind(
        "begin",
        "whether to begin a step",
        (
            Choice("enter", "run it", Verb.RUN, letter="g"),
            Choice("a", "run all that follows", special="all"),
            Choice("w", "waive", Verb.WAIVE, "must", "Why is this step not done?", "reason"),
            RETRY,
            LOGIN,
            _AGAIN,
            Choice("f", "finish and see the report", special="finish"),
        ),
        (Verb.RUN, Verb.WAIVE, Verb.AGAIN, Verb.STOP),
        consent=True,
        rehearsed=Verb.RUN,
    ),
    QuestionKind(
        "spend",
        "whether to make a call that spends",
        (
            Choice("y", "make the call", Verb.YES),
            _NO,
        ),
        (Verb.YES, Verb.NO),
        consent=True,
        stakes="money",
        rehearsed=Verb.YES,
    ),
    QuestionKind(
        "commands",
        "whether to run the commands of a runbook that is new here",
        (
            Choice("y", "yes, run them", Verb.YES),
            Choice("n", "no", Verb.NO, "may", "Why not? (may be empty)"),
        ),
        (Verb.YES, Verb.NO),
        consent=True,
        stakes="commands",
    ),
    QuestionKind(
        "second-opinion",
        "whether to ask once more in the installed client's shape",
        (Choice("y", "ask the client's way", Verb.YES), _NO),
        (Verb.YES, Verb.NO),
        consent=True,
        stakes="money",
        rehearsed=Verb.NO,
    ),
    QuestionKind(
        "callback",
        "where a login's sign-in ended",
        (
            Choice("o", "open the page again", special="open"),
            Choice("u", "show the address", special="reveal", word="address"),
            Choice("y", "copy it", special="copy_address", word="copy"),
            Choice("p", "paste where it ended", special="paste"),
            Choice("h", "start again with the other host", Verb.OTHER_HOST, word="host"),
            Choice("m", "tell what the page says", Verb.PAGE, "must", "What does the page say?"),
            _CANCEL,
        ),
        (Verb.PASTE, Verb.PAGE, Verb.OTHER_HOST, Verb.CANCEL),
        elsewhere=True,
    ),
    QuestionKind(
        "device",
        "shows a code to type on another machine",
        (
            Choice("u", "show the code", special="device", word="code"),
            Choice("o", "open the page here", special="open"),
            _CANCEL,
        ),
        (Verb.CANCEL,),
        elsewhere=True,
    ),
    QuestionKind(
        "tick",
        "whether one field of a hand-over is filled in",
        (
            Choice("enter", "done", Verb.DONE, letter="d"),
            Choice("space", "done", Verb.DONE),
            Choice("y", "copy the credential", special="copy_credential", word="copy"),
            Choice("x", "can't be done", Verb.NO, "must", "What is in the way?"),
        ),
        (Verb.DONE, Verb.NO),
        answers_file="plain",
        rehearsed=Verb.DONE,
    ),
    QuestionKind(
        "confirm",
        "whether the operator saw what the runbook names",
        (
            Choice("y", "yes, I see it", Verb.YES, "may", "What does it say? (may be empty)"),
            Choice("n", "no", Verb.NO, "must", "What do you see instead?"),
        ),
        (Verb.YES, Verb.NO),
        answers_file="plain",
        stakes="proof",
    ),
    QuestionKind(
        "manual",
        "what the operator did and saw",
        (
            Choice("p", "pass", Verb.PASS, "may", "What did you see? (may be empty)"),
            Choice("f", "fail", Verb.FAIL, "must", "What did you see instead?"),
            Choice("b", "blocked", Verb.BLOCKED, "must", "What is in the way?"),
        ),
        (Verb.PASS, Verb.FAIL, Verb.BLOCKED),
        answers_file="plain",
        amendable=True,
        rehearsed=Verb.PASS,
    ),
    QuestionKind(
        "attest",
        "whether the operator saw the route of a turn",
        (
            Choice("y", "yes, I saw it", Verb.YES, "must", "What did you see, and where?"),
            Choice("n", "no", Verb.NO),
        ),
        (Verb.YES, Verb.NO),
        answers_file="plain",
        stakes="proof",
        amendable=True,
        rehearsed=Verb.NO,
    ),
    QuestionKind(
        "service",
        "whether a service may be used, was restarted, or is gone",
        (
            Choice("y", "yes", Verb.YES, "may", "Anything to add? (may be empty)"),
            Choice("n", "no", Verb.NO, "must", "Why not?"),
        ),
        (Verb.YES, Verb.NO),
        answers_file="plain",
    ),
    QuestionKind(
        "instructions",
        "which base instructions to take",
        (
            Choice("c", "take what the Codex CLI sends", Verb.CAPTURED),
            Choice("enter", "take them from a file", special="path", letter="f", word="file"),
            _NONE,
        ),
        (Verb.FILE, Verb.CAPTURED, Verb.DECLINE),
        answers_file="path",
    ),
    QuestionKind(
        "model",
        "which model to ask, where the named one is not listed or was refused",
        (
            Choice("enter", "choose another", special="model", letter="c", word="choose"),
            Choice("k", "call it all the same", Verb.KEEP),
        ),
        (Verb.USE, Verb.KEEP),
        answers_file="model",
    ),
    QuestionKind(
        "text",
        "a line of text",
        (Choice("enter", "give it", special="text", letter="g", word="give"), _NONE),
        (Verb.TEXT, Verb.DECLINE),
        rehearsed=Verb.TEXT,
    ),
    QuestionKind(
        "secret",
        "a secret text",
        (Choice("enter", "give it", special="secret", letter="g", word="give"), _NONE),
        (Verb.SECRET, Verb.DECLINE),
        rehearsed=Verb.SECRET,
    ),
    QuestionKind(
        "drift",
        "why an answer differs from the recorded one",
        (
            Choice("v", "see both texts", special="drift", word="both"),
            Choice("c", "expected: something was changed on purpose", Verb.EXPECTED),
            Choice(
                "r",
                "regression: the same prompt, a materially different answer",
                Verb.REGRESSION,
                "may",
                "What is worse now? (may be empty)",
            ),
            Choice(
                "f",
                "false positive: the same meaning in other words",
                Verb.FALSE_POSITIVE,
                "must",
                "Why do both mean the same?",
            ),
            Choice("l", "leave it without a class", Verb.LATER),
        ),
        (Verb.EXPECTED, Verb.REGRESSION, Verb.FALSE_POSITIVE, Verb.LATER),
        answers_file="verb",
        stakes="proof",
        rehearsed=Verb.LATER,
    ),
    QuestionKind(
        "drift-cause",
        "what was changed on purpose, where a drift is expected",
        (
            Choice("p", "the prompt", Verb.PROMPT),
            Choice("w", "the template", Verb.TEMPLATE, letter="t"),
            Choice("f", "a fixture", Verb.FIXTURE),
            Choice("m", "the model", Verb.MODEL),
            Choice("b", "none of them: choose the class again", Verb.NO, word="none"),
        ),
        (Verb.PROMPT, Verb.TEMPLATE, Verb.FIXTURE, Verb.MODEL, Verb.NO),
        answers_file="verb",
        rehearsed=Verb.PROMPT,
    ),
    QuestionKind(
        "drift-accept",
        "whether the new answer replaces the recorded one",
        (
            Choice("v", "see both texts", special="drift", word="both"),
            Choice("y", "yes, replace it", Verb.YES),
            Choice("b", "no: choose the class again", Verb.NO, word="no"),
        ),
        (Verb.YES, Verb.NO),
        answers_file="plain",
        stakes="proof",
        rehearsed=Verb.YES,
    ),
    QuestionKind(
        "drift-threshold",
        "which threshold a case has from its next try on",
        (
            Choice("v", "see both texts", special="drift", word="both"),
            Choice("u", "use the proposed one", Verb.YES, word="use"),
            Choice(
                "o", "another one", Verb.TEXT, "must", "Which, above 0 and at most 1?", word="other"
            ),
            Choice("b", "none: choose the class again", Verb.NO, word="none"),
        ),
        (Verb.YES, Verb.NO, Verb.TEXT),
        answers_file="verb",
        stakes="proof",
        rehearsed=Verb.YES,
    ),
    QuestionKind(
        "finish",
        "whether the session is done",
        (
            Choice("enter", "finish and see the report", Verb.FINISH, letter="f"),
            RETRY,
            LOGIN,
            _AGAIN,
        ),
        (Verb.FINISH, Verb.AGAIN),
        consent=True,
        rehearsed=Verb.FINISH,
    ),
)

QUESTIONS: Final[Mapping[str, QuestionKind]] = {kind.name: kind for kind in _KINDS}
"""Every kind of question, by name. No key of a question about a proof is a default."""

KEYS: Final = tuple(dict.fromkeys(c.key for kind in QUESTIONS.values() for c in kind.choices))
"""Every key that answers a question."""
