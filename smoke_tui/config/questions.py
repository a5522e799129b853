"""The one table of questions to the operator: how each is answered, by whom, what is at stake."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Literal


class Verb(StrEnum):
    """What an answer does; the word that is recorded."""

    RUN = "run"
    WAIVE = "waive"
    AGAIN = "again"
    STOP = "stop"
    YES = "yes"
    NO = "no"
    OTHER_HOST = "other-host"
    PAGE = "page"
    PASTE = "paste"
    CANCEL = "cancel"
    DONE = "done"
    CAPTURED = "captured"
    FILE = "file"
    DECLINE = "decline"
    USE = "use"
    KEEP = "keep"
    TEXT = "text"
    SECRET = "secret"
    PASS = "pass"
    FAIL = "fail"
    BLOCKED = "blocked"
    FINISH = "finish"
    EXPECTED = "expected"
    REGRESSION = "regression"
    FALSE_POSITIVE = "false-positive"
    LATER = "later"
    PROMPT = "prompt"
    TEMPLATE = "template"
    FIXTURE = "fixture"
    MODEL = "model"
    ABSENT = "absent"
    """Nobody is there to answer."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The operator's answer to a question.

    Attributes:
        do: A word of `Verb`; a record may hold another.
        words: The operator's comment.
        reason: Why a step is waived.
        path: The file that is given.
        step: The step to be run again.
        model: The model to be asked.
        by: Who answered: operator, consent, script, ...
    """

    do: str = ""
    words: str | None = None
    reason: str | None = None
    path: str | None = None
    step: str | None = None
    model: str | None = None
    by: str | None = None


Special = Literal[
    "",
    "all",
    "retry",
    "login",
    "step",
    "spend",
    "open",
    "reveal",
    "copy_address",
    "paste",
    "device",
    "copy_credential",
    "path",
    "model",
    "text",
    "secret",
    "drift",
]
"""What a front end does for a choice that has no answer of its own."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One way to answer a question in a front end.

    Attributes:
        key: The key that chooses it.
        do: The answer's word; None where `special` names what the front end does instead.
        words: Whether the operator may or must add words of their own, in answer to `prompt`;
            they are the answer's `field`.
        letter: What is typed instead of `key` where lines are read, not keys.
        word: What can be typed instead of `do`.
    """

    key: str
    label: str
    do: Verb | None = None
    words: Literal["none", "may", "must"] = "none"
    prompt: str = ""
    field: Literal["words", "reason"] = "words"
    special: Special = ""
    letter: str = ""
    word: str = ""

    @property
    def typed(self) -> str:
        """The letter to be typed; empty where only a key does it."""
        return self.letter or (self.key if len(self.key) == 1 else "")

    @property
    def name(self) -> str:
        """The word to be typed."""
        return self.word or self.do or self.special

    def answer(self, words: str = "") -> Answer:
        """Return the answer of this choice, with the operator's words where it takes any.

        Raises:
            ValueError: The choice is no answer of its own.
        """
        if self.do is None:
            raise ValueError(f"{self.label}: no answer")
        if self.words == "none":
            return Answer(self.do)
        return Answer(self.do, **{self.field: words})


@dataclass(frozen=True, slots=True)
class QuestionKind:
    """One kind of question.

    Attributes:
        about: What is asked.
        choices: How a front end answers it, in the order of the keys.
        verbs: The words of its answers. Where a plain text answers it, the first agrees, the
            second refuses, and the last is the verb of a sentence that does neither.
        consent: The options of a run without an operator answer it with the first of `verbs`.
        answers_file: What an answers file gives for it: a plain text, a path, a model, one of
            `verbs` (any other text is the words of `text`, where that is one); empty where it
            cannot answer it.
        elsewhere: Something else than the operator may answer it, such as a browser.
        stakes: What an answer decides; then one that was typed for another question is not taken.
        amendable: The answer decides the step's outcome, so it can be amended.
        rehearsed: The rehearsed operator's answer; None where it depends on the question.
    """

    name: str
    about: str
    choices: tuple[Choice, ...]
    verbs: tuple[Verb, ...]
    consent: bool = False
    answers_file: Literal["", "plain", "path", "model", "verb"] = ""
    elsewhere: bool = False
    stakes: Literal["", "money", "proof", "commands"] = ""
    amendable: bool = False
    rehearsed: Verb | None = None


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
        ),
        (Verb.RUN, Verb.WAIVE, Verb.AGAIN, Verb.STOP),
        consent=True,
        rehearsed=Verb.RUN,
    ),
    QuestionKind(
        "spend",
        "whether to make a call that spends",
        (
            Choice("enter", "look and decide", special="spend"),
            Choice("y", "make the call", special="spend", word="yes"),
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
            Choice("enter", "give a file", special="path", letter="f", word="file"),
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
    ),
    QuestionKind(
        "secret",
        "a secret text",
        (Choice("enter", "give it", special="secret", letter="g", word="give"), _NONE),
        (Verb.SECRET, Verb.DECLINE),
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
