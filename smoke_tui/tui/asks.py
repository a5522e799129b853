"""The questions of the engine: which keys answer each kind, and what they send."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from smoke_tui.tui.scene import BAD, Scene

Words = Literal["none", "may", "must"]


@dataclass(frozen=True, slots=True)
class Choice:
    """One key of a question.

    `do` is sent as the answer; `words` says whether the operator is asked for theirs, in answer to
    `prompt`, under the name `field`. With `special` the screen does something of its own instead.
    """

    key: str
    label: str
    do: str = ""
    words: Words = "none"
    prompt: str = ""
    field: str = "words"
    special: str = ""

    @property
    def shown_key(self) -> str:
        return {"space": "space", "enter": "enter"}.get(self.key, self.key)


_AGAIN: Final = Choice("b", "another step", special="step")
_RETRY: Final = Choice("r", "try it again", special="retry")

ASKS: Final[Mapping[str, tuple[Choice, ...]]] = {
    "begin": (
        Choice("enter", "run it", "run"),
        Choice("a", "run all that follows", special="all"),
        Choice("w", "waive", "waive", "must", "Why is this step not done?", "reason"),
        _RETRY, _AGAIN,
    ),
    "spend": (
        Choice("enter", "look and decide", special="spend"),
        Choice("y", "make the call", special="spend"),
        Choice("n", "don't", "no", "may", "Why not? (may be empty)"),
    ),
    "callback": (
        Choice("o", "open the page again", special="open"),
        Choice("u", "show the address", special="reveal"),
        Choice("y", "copy it", special="copy_address"),
        Choice("p", "paste where it ended", special="paste"),
        Choice("h", "start again with the other host", "other-host"),
        Choice("m", "tell what the page says", "page", "must", "What does the page say?"),
        Choice("x", "cancel the login", "cancel", "may", "Why? (may be empty)"),
    ),
    "device": (
        Choice("u", "show the code", special="device"),
        Choice("o", "open the page here", special="open"),
        Choice("x", "cancel the login", "cancel", "may", "Why? (may be empty)"),
    ),
    "tick": (
        Choice("enter", "done", "done"),
        Choice("space", "done", "done"),
        Choice("y", "copy the credential", special="copy_credential"),
        Choice("x", "can't be done", "no", "must", "What is in the way?"),
    ),
    "confirm": (
        Choice("y", "yes, I see it", "yes", "may", "What does it say? (may be empty)"),
        Choice("n", "no", "no", "must", "What do you see instead?"),
    ),
    "instructions": (
        Choice("c", "take what the Codex CLI sends", "captured"),
        Choice("enter", "give a file", special="path"),
        Choice("x", "I have none", "decline"),
    ),
    "model": (
        Choice("enter", "choose another", special="model"),
        Choice("k", "keep it", "keep"),
    ),
    "text": (
        Choice("enter", "give it", special="text"),
        Choice("x", "I have none", "decline"),
    ),
    "secret": (
        Choice("enter", "give it", special="secret"),
        Choice("x", "I have none", "decline"),
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
        Choice("enter", "finish and see the report", "finish"),
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
