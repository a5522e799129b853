"""`lint`: all problems of runbooks in one pass."""

from __future__ import annotations

import sys
from pathlib import Path

from smoke_tui.cli.output import print_json
from smoke_tui.config.settings import Settings, config_dir
from smoke_tui.outcomes import Exit
from smoke_tui.redaction import Vault, clean
from smoke_tui.runbook import Diagnostic, available, find, json_schema, load
from smoke_tui.runbook.lint.excerpt import report, totals


def lint(settings: Settings, *, runbooks: list[str], schema: bool, topic: str | None = None) -> int:
    """Lint the given runbooks, or all that can be found."""
    if schema:
        print_json(json_schema())
        return Exit.OK
    if topic is not None:
        from smoke_tui.cli.commands.explain import explain

        return explain(settings, topic=topic)
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
    findings, vault = list[Diagnostic](), Vault()
    for path in paths:
        for finding in load(_shown(path, here)).diagnostics:
            findings.append(finding)
            for line in report(finding):
                # A message may quote a value; it leaves as any other text does.
                print(clean(vault.redact_text(line)))
    for name in missing:
        print(f"smoke-tui: no runbook {name!r}", file=sys.stderr)
    print(f"lint: {totals(len(paths), findings)}", file=sys.stderr)
    if any(finding.severity == "error" for finding in findings):
        return Exit.INVALID
    return Exit.NOTHING if missing or not paths else Exit.OK


def _shown(path: Path, here: Path) -> Path:
    """The path as an author would type it: relative below the current folder."""
    return path.relative_to(here) if path.is_relative_to(here) else path
