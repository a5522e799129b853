"""Scenarios of the local side: the stack, its scripts, and the operator."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from smoke_tui.config.questions import Answer, Verb
from smoke_tui.rehearsal.scenarios.scenario import Scenario, StackMode

_OURS: Final = "constructed: this side of the wire is the rehearsal's own"


def _stack(name: str, sentence: str, mode: StackMode, basis: str = _OURS) -> Scenario:
    return Scenario(name, sentence, basis, stack=mode)


def _operator(
    name: str, sentence: str, answers: Mapping[str, Answer], *, opens_pages: bool = True
) -> Scenario:
    return Scenario(name, sentence, _OURS, operator=answers, opens_pages=opens_pages)


LOCAL_ROWS: Final = (
    # The authoring turn alone
    _stack(
        "degraded-route",
        "Only the authoring turn: the stack answers from a platform API key instead.",
        "platform-key",
        "openclaw#90269",
    ),
    _stack(
        "degraded-route-header",
        "Only the authoring turn: the stack claims the subscription, but passes on a header that "
        "only an API key's answer has.",
        "organization-header",
    ),
    _stack(
        "degraded-route-own-key",
        "Only the authoring turn: behind the operator's back, the organisation's credential was "
        "replaced by an API key.",
        "own-key",
    ),
    _stack(
        "degraded-model-swapped",
        "Only the authoring turn: behind the operator's back, the organisation was pointed at "
        "another model.",
        "other-model",
    ),
    _stack(
        "route-unproven",
        "Only the authoring turn: the stack says nothing of the route it took.",
        "unproven",
    ),
    _stack(
        "route-unproven-canned",
        "Only the authoring turn: a cached answer repeats the nonce, and nobody was asked.",
        "canned",
    ),
    _stack(
        "route-unproven-claimed",
        "Only the authoring turn: a cached answer claims the subscription's route, and the ledger "
        "knows nothing of it.",
        "claimed",
    ),
    _stack(
        "expectation-unmet-page",
        "Only the authoring turn: the stack answers 200 with the page of its own sign-in.",
        "login-page",
    ),
    # The stack and its scripts
    _stack("not-ready", "The stack starts and never becomes ready.", "never-ready"),
    _stack("service-died", "The stack dies when the credential is saved.", "dies"),
    _stack(
        "operator-declined-saved",
        "The stack saves the credential, but its page says that it could not.",
        "save-error",
    ),
    _stack(
        "command-timeout",
        "The seeding command never ends; lasts as long as the step's own limit.",
        "seed-hangs",
    ),
    _stack("command-failed", "The seeding command fails.", "seed-fails"),
    _stack(
        "command-failed-half-way",
        "The seeding command creates the organisation, says so, and then fails.",
        "seed-half-way",
    ),
    _stack(
        "expectation-unmet",
        "The seeding command succeeds without a word of what it created.",
        "seed-mute",
    ),
    _stack(
        "expectation-unmet-field",
        "The seeding command succeeds, but does not name the world.",
        "seed-lacks-world",
    ),
    # The operator
    _operator(
        "login-cancelled",
        "The operator cancels the login instead of signing in.",
        {"callback": Answer(Verb.CANCEL)},
        opens_pages=False,
    ),
    _operator(
        "login-timeout",
        "Nobody signs in; lasts as long as the login's own limit.",
        {},
        opens_pages=False,
    ),
    _operator(
        "operator-declined",
        "The operator does not agree to spend.",
        {"spend": Answer(Verb.NO)},
    ),
)
