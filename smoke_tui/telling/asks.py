"""The questions of the engine: which keys answer each kind, and what they send."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from smoke_tui.telling.scene import BAD, Scene

Words = Literal["none", "may", "must"]


@dataclass(frozen=True, slots=True)
class Choice:
    """One way to answer a question.

    `do` is sent as the answer; `words` says whether the operator is asked for theirs, in answer to
    `prompt`, under the name `field`. With `special` the front does something of its own instead.
    Where lines are typed and not keys, `letter` stands for a key that is none, and `word` for
    `do`.
    """

    key: str
    label: str
    do: str = ""
    words: Words = "none"
    prompt: str = ""
    field: str = "words"
    special: str = ""
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


_AGAIN: Final = Choice("b", "another step", special="step")
_RETRY: Final = Choice("r", "try it again", special="retry")

ASKS: Final[Mapping[str, tuple[Choice, ...]]] = {
    "begin": (
        Choice("enter", "run it", "run", letter="g"),
        Choice("a", "run all that follows", special="all"),
        Choice("w", "waive", "waive", "must", "Why is this step not done?", "reason"),
        _RETRY, _AGAIN,
    ),
    "spend": (
        Choice("enter", "look and decide", special="spend"),
        Choice("y", "make the call", special="spend", word="yes"),
        Choice("n", "don't", "no", "may", "Why not? (may be empty)"),
    ),
    "callback": (
        Choice("o", "open the page again", special="open"),
        Choice("u", "show the address", special="reveal", word="address"),
        Choice("y", "copy it", special="copy_address", word="copy"),
        Choice("p", "paste where it ended", special="paste"),
        Choice("h", "start again with the other host", "other-host", word="host"),
        Choice("m", "tell what the page says", "page", "must", "What does the page say?"),
        Choice("x", "cancel the login", "cancel", "may", "Why? (may be empty)"),
    ),
    "device": (
        Choice("u", "show the code", special="device", word="code"),
        Choice("o", "open the page here", special="open"),
        Choice("x", "cancel the login", "cancel", "may", "Why? (may be empty)"),
    ),
    "tick": (
        Choice("enter", "done", "done", letter="d"),
        Choice("space", "done", "done"),
        Choice("y", "copy the credential", special="copy_credential", word="copy"),
        Choice("x", "can't be done", "no", "must", "What is in the way?"),
    ),
    "confirm": (
        Choice("y", "yes, I see it", "yes", "may", "What does it say? (may be empty)"),
        Choice("n", "no", "no", "must", "What do you see instead?"),
    ),
    "commands": (
        Choice("y", "yes, run them", "yes"),
        Choice("n", "no", "no", "may", "Why not? (may be empty)"),
    ),
    "service": (
        Choice("y", "yes", "yes", "may", "Anything to add? (may be empty)"),
        Choice("n", "no", "no", "must", "Why not?"),
    ),
    "instructions": (
        Choice("c", "take what the Codex CLI sends", "captured"),
        Choice("enter", "give a file", special="path", letter="f", word="file"),
        Choice("x", "I have none", "decline", word="none"),
    ),
    "model": (
        Choice("enter", "choose another", special="model", letter="c", word="choose"),
        Choice("k", "keep it", "keep"),
    ),
    "text": (
        Choice("enter", "give it", special="text", letter="g", word="give"),
        Choice("x", "I have none", "decline", word="none"),
    ),
    "secret": (
        Choice("enter", "give it", special="secret", letter="g", word="give"),
        Choice("x", "I have none", "decline", word="none"),
    ),
    "manual": (
        Choice("p", "pass", "pass", "may", "What did you see? (may be empty)"),
        Choice("f", "fail", "fail", "must", "What did you see instead?"),
        Choice("b", "blocked", "blocked", "must", "What is in the way?"),
    ),
    "attest": (
        Choice("y", "yes, I saw it", "yes", "must", "What did you see, and where?"),
        Choice("n", "no", "no"),
    ),
    "finish": (
        Choice("enter", "finish and see the report", "finish", letter="f"),
        _RETRY, _AGAIN,
    ),
}
"""By the words of `world.ports.QUESTIONS`. No key of a question that attests is a default."""

KEYS: Final = tuple(dict.fromkeys(c.key for choices in ASKS.values() for c in choices))


def choices(scene: Scene) -> tuple[Choice, ...]:
    """What can be pressed now to answer the question that is open."""
    question = scene.question
    if question is None or scene.leaving:
        return ()
    kind = question.data["kind"]
    found = [c for c in ASKS.get(kind, ()) if _open(scene, c)]
    if scene.failed is not None:
        # After a failure the likeliest next thing comes first.
        found.sort(key=lambda c: c.special != "retry")
    return tuple(found)


def _open(scene: Scene, choice: Choice) -> bool:
    if choice.special == "retry":
        return retry_target(scene) is not None
    if choice.special == "copy_credential":
        return scene.can_copy
    if choice.do == "captured":
        question = scene.question
        return question is not None and question.data["data"].get("captured") is not None
    return True


def retry_target(scene: Scene) -> str | None:
    """The step `r` would try again: the shown one, where it has ended."""
    step = scene.shown
    known = scene.of(step)
    if step.fallback or known.outcome is None or not (known.tries or known.outcome in BAD):
        return None
    return step.id
