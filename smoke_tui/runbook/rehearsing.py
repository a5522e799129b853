"""What a rehearsal does with a runbook: where its commands run, and what it does not let out."""

from __future__ import annotations

from enum import Enum
from typing import Final
from urllib.parse import urlsplit

from smoke_tui.config.session_config import LOOPBACK
from smoke_tui.runbook.kinds import KINDS, Kind
from smoke_tui.runbook.model import Runbook, StandIn, Step
from smoke_tui.runbook.parser.frontmatter import STACK

OUTWARD: Final = ("remote", "spends")
"""Effects that reach beyond this machine."""


class Rehearsed(Enum):
    """What a rehearsal does with a step; label and text say it to a person."""

    AS_IT_IS = ("Runs", "as live, on this machine")
    STOOD_IN = ("Stand-in", "answers in this rehearsal, not the product")
    CLOSED = ("Closed", "not done in a rehearsal: it reaches out and declares no stand-in")

    def __init__(self, label: str, text: str) -> None:
        self.label = label
        self.text = text


def rehearses_with_stack(runbook: Runbook) -> bool:
    """Whether a rehearsal runs a runbook's commands in the stand-in stack, not in the project.

    Without a word of the runbook's own: where it names the stack, or a step uses a credential or
    calls a model.
    """
    if runbook.rehearse_in is not None:
        return runbook.rehearse_in == STACK
    return "stack_url" in runbook.text or any(_needs_stack(KINDS[s.kind]) for s in runbook.steps)


def _needs_stack(kind: Kind) -> bool:
    return kind.takes_credential or kind.uses_subscription or kind.calls_model


def rehearsed_as(step: Step, *, in_own_folder: bool) -> Rehearsed:
    """What a rehearsal does with a step; `in_own_folder` where it runs in the project."""
    if isinstance(step.fields.get("stand_in"), StandIn):
        return Rehearsed.STOOD_IN
    if in_own_folder and step.commands and step.effects in OUTWARD:
        return Rehearsed.CLOSED
    url = step.fields.get("url") if step.kind == "check" else None
    return Rehearsed.CLOSED if url is not None and _is_outside(str(url)) else Rehearsed.AS_IT_IS


def _is_outside(url: str) -> bool:
    """Whether an address is outside this machine; one whose host is filled in is not known yet."""
    if "{{" in url.removeprefix("http://").removeprefix("https://").partition("/")[0]:
        return False
    return urlsplit(url).hostname not in LOOPBACK
