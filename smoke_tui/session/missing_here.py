"""What a runbook's live walk would miss on this machine, as far as a look at files can tell."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from smoke_tui.presentation.live.snapshot import name_of
from smoke_tui.runbook.model import Guard, Runbook
from smoke_tui.runbook.parser.commands import command_of


def missing_here(runbook: Runbook, project: str) -> tuple[str, ...]:
    """The steps whose guards are not met here, each with its reason; `project` is the folder.

    Runs nothing and reaches nothing: a guard of an address is not looked at, of a command only
    whether there is one.
    """
    walk = [step for step in runbook.steps if not step.fallback]
    return tuple(
        f"{number} {name_of(step)}: {guard.why} ({guard.test} {guard.value})"
        for number, step in enumerate(walk, 1)
        for guard in step.guards
        if not _is_met(guard, project)
    )


def _is_met(guard: Guard, project: str) -> bool:
    match guard.test:
        case "file":
            return (Path(project) / guard.value).exists()
        case "env":
            return guard.value in os.environ
        case "command":
            name = command_of(guard.value, guard.line).argv[0]
            return (
                (Path(project) / name).exists() if "/" in name else shutil.which(name) is not None
            )
        case _:
            return True
