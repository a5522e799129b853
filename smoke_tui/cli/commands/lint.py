"""`lint`: all problems of runbooks in one pass."""

from __future__ import annotations

import sys
from pathlib import Path

from smoke_tui.cli.output import print_json
from smoke_tui.config.settings import Settings, config_dir
from smoke_tui.outcomes import Exit
from smoke_tui.redaction import Vault, clean
from smoke_tui.runbook import available, find, json_schema, load


def lint(settings: Settings, *, runbooks: list[str], schema: bool) -> int:
    """Lint the given runbooks, or all that can be found."""
    if schema:
        print_json(json_schema())
        return Exit.OK
    here = Path.cwd()
    missing = []
    paths = []
    for name in runbooks:
        path = find(name, cwd=here, config_dir=config_dir())
        if path is None:
            missing.append(name)
        else:
            paths.append(path)
    if not runbooks:
        paths = available(cwd=here, config_dir=config_dir())
    errors, vault = 0, Vault()
    for path in paths:
        for problem in load(path).diagnostics:
            errors += problem.severity == "error"
            # A message may quote a value; it leaves as any other text does.
            print(clean(vault.redact_text(str(problem))))
            if problem.source_line:
                print(clean(vault.redact_text(f"    {problem.source_line.rstrip()}")))
            if problem.remedy:
                print(clean(f"    next: {problem.remedy}"))
    for name in missing:
        print(f"smoke-tui: no runbook {name!r}", file=sys.stderr)
    print(f"lint: {len(paths)} runbook(s), {errors} error(s)", file=sys.stderr)
    if errors:
        return Exit.INVALID
    return Exit.NOTHING if missing or not paths else Exit.OK
