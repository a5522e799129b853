"""What a rehearsal does not let out, and what answers there in its place."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from smoke_tui.runbook import templates
from smoke_tui.runbook.model import Command, StandIn
from smoke_tui.runbook.rehearsing import Rehearsed, rehearsed_as
from smoke_tui.world.context import StepContext
from smoke_tui.world.resources import StepError

_NOWHERE: Final = "http://127.0.0.1:9"
_PROXIES: Final = ("http_proxy", "https_proxy", "all_proxy")
_LOOPBACK: Final = "localhost,127.0.0.1,::1"

REHEARSED_ENV: Final[Mapping[str, str]] = MappingProxyType(
    {
        "SMOKE_TUI_REHEARSAL": "1",
        **{spelled: _NOWHERE for name in _PROXIES for spelled in (name, name.upper())},
        **dict.fromkeys(("no_proxy", "NO_PROXY"), _LOOPBACK),
    }
)
"""Variables of commands that a rehearsal runs in the project: every proxy leads nowhere.

A program that heeds no proxy is not held back by them.
"""

_MINT: Final = 'minted-$(od -An -N12 -tx1 /dev/urandom | tr -d " \\n")'
_PRINT: Final = f'made={_MINT}; printf "%s\\n" "$1" | sed "s/$3/$made/g"; exit "$2"'
_MARK: Final = "@minted@"


def stand_in_of(ctx: StepContext) -> StandIn | None:
    """What answers in place of the product; None where the product itself does."""
    stand_in = ctx.step.fields.get("stand_in") if ctx.config.world == "rehearsed" else None
    return stand_in if isinstance(stand_in, StandIn) else None


def commands_of(ctx: StepContext) -> tuple[Command, ...]:
    """The step's commands, or the one that prints what the stand-in does."""
    stand_in = stand_in_of(ctx)
    if stand_in is None:
        return ctx.step.commands
    if stand_in.exit == 0 and templates.MINTED not in templates.names(stand_in.output):
        return (
            Command(("printf", "%s\\n", stand_in.output), False, ctx.step.line, "the stand-in"),
        )
    # A secret is made by the command itself, so that no record holds it.
    output = templates.fill(stand_in.output, {templates.MINTED: _MARK})
    argv = ("/bin/sh", "-c", _PRINT, "stand-in", output, str(stand_in.exit), _MARK)
    return (Command(argv, True, ctx.step.line, "the stand-in"),)


def note_closed(ctx: StepContext) -> None:
    """Say beside a failed command that a rehearsal gave it no network."""
    if ctx.config.in_own_folder and stand_in_of(ctx) is None:
        ctx.finding(
            "rehearsal-offline",
            "Commands of a rehearsal reach this machine alone: every proxy variable leads nowhere.",
            "If the command needs the network, declare a stand_in (smoke-tui explain stand_in).",
        )


def refuse_outward(ctx: StepContext) -> None:
    """In a rehearsal, refuse a step that reaches out and has no stand-in; note a stand-in.

    Raises:
        StepError: it reaches beyond this machine (`rehearsal-closed`).
    """
    step, config = ctx.step, ctx.config
    if config.world != "rehearsed":
        return
    match rehearsed_as(step, in_own_folder=config.in_own_folder):
        case Rehearsed.STOOD_IN:
            ctx.finding("stand-in", "Its stand-in answers here, not the product.")
        case Rehearsed.CLOSED:
            reach = (
                f'its commands were not run, because effects = "{step.effects}" reaches'
                if step.commands
                else f"{step.fields.get('url')} was not asked, because it is"
            )
            raise StepError(
                "rehearsal-closed",
                f"A rehearsal lets nothing out: {reach} beyond this machine. Declare a "
                "stand_in in the step, or run it live.",
            )
