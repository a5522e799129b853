"""`stand_in`: what answers in a rehearsal, in place of the product."""

from __future__ import annotations

from typing import Any, Final

from smoke_tui.runbook.model import StandIn
from smoke_tui.runbook.schema.context import Context
from smoke_tui.runbook.schema.positions import Path
from smoke_tui.runbook.schema.scalars import Text, Whole
from smoke_tui.runbook.schema.tables import AtLeast, AtMostOne, Field, Requires, TableOf
from smoke_tui.runbook.templates import STAND_IN


def _command_stand_in(values: dict[str, Any], at: Path, context: Context) -> StandIn:
    return StandIn(values["exit"], values["output"])


def _check_stand_in(values: dict[str, Any], at: Path, context: Context) -> StandIn:
    return StandIn(
        values["exit"] or 0, values["output"] or "", values["status"], values["body"] or ""
    )


_OF_COMMANDS: Final = TableOf(
    {
        "exit": Field(Whole(0, 255), "The exit status", default=0),
        "output": Field(Text(template=STAND_IN, blank=True), "What is printed", default=""),
    },
    build=_command_stand_in,
)
_OF_CHECK: Final = TableOf(
    {
        "status": Field(Whole(100, 599), "The HTTP status, where the step has a url"),
        "body": Field(Text(template=STAND_IN, blank=True), "The body that comes with the status"),
        "exit": Field(Whole(0, 255), "The exit status, where the step runs commands"),
        "output": Field(Text(template=STAND_IN, blank=True), "What the commands print"),
    },
    (
        AtLeast(("status", "exit", "output")),
        AtMostOne(("status", "exit")),
        AtMostOne(("status", "output")),
        Requires("body", ("status",)),
    ),
    build=_check_stand_in,
)

_ABOUT: Final = "What answers in a rehearsal, in place of the product"
COMMAND_STAND_IN: Final = Field(_OF_COMMANDS, _ABOUT)
CHECK_STAND_IN: Final = Field(_OF_CHECK, _ABOUT)
