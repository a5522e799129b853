"""What a failure code is: the type of the table's rows."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from smoke_tui.outcomes import Outcome
from smoke_tui.structs import Struct

Group = Literal[
    "instructions",
    "shape",
    "model",
    "credential",
    "account",
    "edge",
    "service",
    "stream",
    "degrade",
    "proof",
    "network",
    "refresh",
    "login",
    "local",
    "unlisted",
    "answer",
]
"""The groups of codes, in the order of the table."""

Side = Literal[
    "us",
    "this machine",
    "this network",
    "the account",
    "the provider",
    "the stack",
    "the operator",
    "nobody",
]
"""Whose side a failure is on; "us" is this tool."""

Fallback = Literal["no", "automatic", "if-blank", "second"]
"""Whether the drift fallback is taken; "second": only after a second opinion."""

Retry = Literal["no", "once", "once-after-refresh"]
"""Whether the engine tries the step again by itself."""


class NextAction(StrEnum):
    """What the operator can do next; the front ends derive the offered keys from it."""

    LOG_IN = "log-in"
    RETRY = "retry"
    WAIT = "wait"
    COMPARE_CLIENT = "compare-client"
    READ_EVIDENCE = "read-evidence"
    CHOOSE_MODEL = "choose-model"
    CHANGE_SETTING = "change-setting"


class Code(Struct, frozen=True):
    """One way in which a step can end other than well.

    Attributes:
        what: What happened, as a sentence.
        remedy: What to do next, as sentences for people; nothing is derived from them.
        next_actions: The same as data, the likeliest first.
        unrehearsed: Why no scenario of the rehearsal ends with this code; empty where one does.
    """

    name: str
    group: Group
    outcome: Outcome
    side: Side
    what: str
    remedy: str
    next_actions: tuple[NextAction, ...]
    fallback: Fallback = "no"
    retry: Retry = "no"
    unrehearsed: str = ""
