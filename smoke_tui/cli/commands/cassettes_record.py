"""`cassettes record`: cases recorded or replayed as a session of its own."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from smoke_tui.cli.answers_file import Headless, Scripted
from smoke_tui.cli.cassette_options import REPLAY_ONLY, CassetteOptions
from smoke_tui.cli.check_options import ResultOptions
from smoke_tui.cli.session_run import run_headless
from smoke_tui.config.settings import Settings
from smoke_tui.errors import CommandError, UsageError
from smoke_tui.outcomes import Exit
from smoke_tui.runbook import Runbook, parse
from smoke_tui.session.configure import refuse_in_ci
from smoke_tui.session.prepare import new_request
from smoke_tui.session.rehearsed import rehearsal
from smoke_tui.structs import replace
from smoke_tui.world.cassettes.store import path_of

MAX_CALLS: Final = 100

_LOGIN: Final = """
## Log in

Get a credential bundle.

```toml step
id   = "oauth-login"
kind = "login"
```
"""
_BOOK: Final = """\
---
schema: smoke/1
id: cassettes-record
title: Record cases
---
{login}
## Record

Each call is asked for. What is recorded waits for its review: `smoke-tui cassettes diff`, then
`smoke-tui cassettes accept`.

```toml step
id          = "record"
kind        = "record"
pack        = {pack}
{cases}record_mode = "{mode}"
{spend}```
"""
_SPEND: Final = """\
needs       = ["oauth-login"]
effects     = "spends"
spend       = {{ kind = "subscription", max_calls = {calls} }}
"""


def record(settings: Settings, paths: Sequence[Path], options: CassetteOptions) -> int:
    """Replay, or record in the rehearsal; recording for real is a walk with a person.

    Raises:
        CommandError: recording for real is refused where CI is set, or without a terminal (4).
        UsageError: the paths are not below the project's folder.
    """
    runbook = record_runbook(settings, paths, options)
    result = ResultOptions.of(settings, json=options.json)
    if options.rehearse:
        with rehearsal(settings, None) as world:
            request = new_request(settings, runbook, world)
            config = replace(request.config, project=settings.project)
            request = replace(request, config=config, answerer=Scripted(world))
            return run_headless(request, result)
    if not options.needs_person:
        return run_headless(replace(new_request(settings, runbook), answerer=Headless({})), result)
    if refuse_in_ci():
        raise CommandError(
            Exit.NOT_PROVABLE,
            "ci-refused: recording is refused where CI is set; `--record-mode none` replays",
        )
    raise CommandError(
        Exit.NOT_PROVABLE,
        "needs-operator: each call is asked for, and here is no terminal to ask on; run it in one",
    )


def record_runbook(settings: Settings, paths: Sequence[Path], options: CassetteOptions) -> Runbook:
    """The runbook that records the cases of one folder, or the named ones.

    Raises:
        UsageError: a path is not below the project's folder, or the files are of several folders.
    """
    project = Path(settings.project).resolve()
    pack, names = _pack(paths)
    if not pack.resolve().is_relative_to(project):
        raise UsageError(f"{pack} is not below {project}; name the project with --project")
    cases = f"cases       = {json.dumps(names)}\n" if names else ""
    sends = options.record_mode != REPLAY_ONLY
    text = _BOOK.format(
        login=_LOGIN if sends else "",
        pack=json.dumps(str(pack.resolve().relative_to(project))),
        cases=cases,
        mode=options.record_mode,
        spend=_SPEND.format(calls=len(names) or MAX_CALLS) if sends else "",
    )
    parsed = parse(text, "cassettes-record.md")
    if parsed.runbook is None:
        raise UsageError(f"these paths can't be named in a runbook: {parsed.diagnostics[0]}")
    return parsed.runbook


def _pack(paths: Sequence[Path]) -> tuple[Path, list[str]]:
    """The folder of the cases, and their names where files were given."""
    if len(paths) == 1 and paths[0].is_dir():
        return paths[0], []
    folders = {path.parent for path in paths}
    if len(folders) > 1 or any(path.is_dir() for path in paths):
        raise UsageError("record takes one folder, or files of one folder")
    return folders.pop(), [path_of(path).accepted.stem for path in paths]
