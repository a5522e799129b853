"""The questions of the engine: which keys answer each kind, and what they send."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final, Literal

from smoke_tui.failure_codes.code import NextAction
from smoke_tui.presentation.live.snapshot import BAD, Snapshot, next_actions
from smoke_tui.runbook.model import Step

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
_LOGIN: Final = Choice("i", "log in again", special="login")

ASKS: Final[Mapping[str, tuple[Choice, ...]]] = {
    "begin": (
        Choice("enter", "run it", "run", letter="g"),
        Choice("a", "run all that follows", special="all"),
        Choice("w", "waive", "waive", "must", "Why is this step not done?", "reason"),
        _RETRY,
        _LOGIN,
        _AGAIN,
    ),
    "spend": (
        Choice("enter", "look and decide", special="spend"),
        Choice("y", "make the call", special="spend", word="yes"),
        Choice("n", "don't", "no", "may", "Why not? (may be empty)"),
    ),
    "second-opinion": (
        Choice("y", "ask the client's way", "yes"),
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
        Choice("k", "call it all the same", "keep"),
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
        _RETRY,
        _LOGIN,
        _AGAIN,
    ),
}
"""By the words of `world.ports.QUESTIONS`. No key of a question that attests is a default."""

KEYS: Final = tuple(dict.fromkeys(c.key for choices in ASKS.values() for c in choices))


def choices(scene: Snapshot) -> tuple[Choice, ...]:
    """What can be pressed now to answer the question that is open."""
    question = scene.question
    if question is None or scene.leaving:
        return ()
    kind = question.data["kind"]
    found = [_worded(scene, c) for c in ASKS.get(kind, ()) if _open(scene, c)]
    if scene.failed is not None:
        # After a failure the likeliest next thing comes first.
        likely = _likely(scene)
        found.sort(key=lambda c: likely.index(c.special) if c.special in likely else len(likely))
    return tuple(found)


def _likely(scene: Snapshot) -> tuple[str, ...]:
    """Return the choices that the failure's code makes likely, the likeliest first."""
    if login_target(scene) is not None:
        return "login", "retry"
    actions = next_actions(scene)
    return ("retry",) if NextAction.RETRY in actions or not actions else ()


def _open(scene: Snapshot, choice: Choice) -> bool:
    if choice.special == "retry":
        return retry_target(scene) is not None
    if choice.special == "login":
        return login_target(scene) is not None
    if choice.special == "copy_credential":
        return scene.can_copy
    if choice.do == "waive":
        # What the session is for is not waived away.
        asked = scene.question
        return asked is None or not asked.data["data"].get("proof")
    if choice.do == "keep":
        # There may be no model that could be kept.
        question = scene.question
        return question is not None and question.data["data"].get("wanted") is not None
    if choice.do == "captured":
        question = scene.question
        return question is not None and question.data["data"].get("captured") is not None
    return True


def _worded(scene: Snapshot, choice: Choice) -> Choice:
    """The choice as it is told now: "it" has to be one thing only."""
    if choice.do == "run" and scene.failed is not None:
        return replace(choice, label="go on")
    target = retry_target(scene)
    if choice.special == "retry" and target is not None:
        step = scene.runbook.step(target)
        if step.kind == "login":
            return replace(choice, label=_LOGIN.label)
        if target != scene.shown.id or scene.next_step is not None:
            return replace(choice, label=f"try step {scene.number(step)} again")
    return choice


def retry_target(scene: Snapshot) -> str | None:
    """The step `r` would try again: the service that the shown one has lost; the shown one, where
    it has ended; else the one whose bad end still stands.
    """
    if scene.of(scene.shown).code == "service-died":
        dead = {r.name for r in scene.state.resources.values() if not r.alive}
        lost = next((s.id for s in scene.steps if s.kind == "service" and s.id in dead), None)
        if lost is not None:
            return lost
    if _ended(scene, scene.shown):
        return scene.shown.id
    standing = (step for step in scene.steps if scene.of(step).outcome in BAD)
    return next((step.id for step in standing if _ended(scene, step)), None)


def login_target(scene: Snapshot) -> str | None:
    """The login that a new try of the shown step wants first; None: it wants none."""
    step = scene.shown
    known = scene.of(step)
    if known.outcome not in BAD or NextAction.LOG_IN not in next_actions(scene):
        return None
    return next(
        (s.id for s in scene.steps if s.kind == "login" and s.id != step.id and _ended(scene, s)),
        None,
    )


def _ended(scene: Snapshot, step: Step) -> bool:
    known = scene.of(step)
    return (
        not step.fallback
        and known.outcome is not None
        and bool(known.tries or known.outcome in BAD)
    )
