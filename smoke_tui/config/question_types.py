"""The types of the table of questions: verbs, answers, choices, kinds of question."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from smoke_tui.structs import Struct


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


class Answer(Struct, frozen=True):
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
    "finish",
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


class Choice(Struct, frozen=True):
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


class QuestionKind(Struct, frozen=True):
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
