"""Refuses what names neither a runbook nor a session nor a command, with the nearest names."""

from __future__ import annotations

import difflib
from pathlib import Path

from smoke_tui.cli.command_table import COMMANDS
from smoke_tui.config.nearest import did_you_mean
from smoke_tui.config.runbook_files import available_ids, find
from smoke_tui.config.settings import Settings, config_dir, own_runbooks
from smoke_tui.errors import CommandError, UsageError
from smoke_tui.outcomes import Exit


def refuse_unknown_scenario(scenario: str) -> None:
    """Refuse a scenario that there is not.

    Raises:
        UsageError: there is none of that name.
    """
    from smoke_tui.rehearsal import list_scenarios

    names = [name for name, _ in list_scenarios()]
    if scenario not in names:
        hint = did_you_mean(scenario, names, quote="'")
        raise UsageError(
            f"--scenario: there is no scenario {scenario!r}{hint} (`smoke-tui rehearse list` "
            "shows all)"
        )


def refuse_unknown(target: str, settings: Settings, *, sessions: bool) -> None:
    """Refuse a word that names nothing, before anything heavier is loaded.

    `sessions`: a recorded session will do, too.

    Raises:
        CommandError: there is nothing of that name (5).
        UsageError: a prefix names several sessions.
    """
    here, folder = Path.cwd(), config_dir()
    if find(target, cwd=here, config_dir=folder) is not None:
        return
    if sessions:
        from smoke_tui.history.find import names_session

        if names_session(settings, target):
            return
    ids = available_ids(cwd=here, config_dir=folder)
    near = difflib.get_close_matches(target, [*COMMANDS, *ids], 3, 0.6)
    names = [
        f"the command `{name}`" if name in COMMANDS else f"the runbook {name}" for name in near
    ]
    hint = f"did you mean {' or '.join(names)}?" if names else f"runbooks here: {', '.join(ids)}"
    kinds = "no command, no runbook and no session" if sessions else "no command and no runbook"
    raise CommandError(
        Exit.NOTHING,
        f"{target!r} names {kinds} (no file of that name, no id in ./runbooks, {own_runbooks()} "
        f"or the shipped ones); {hint}",
    )
