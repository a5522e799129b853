"""What a live walk would miss on this machine is known without running anything."""

from __future__ import annotations

from pathlib import Path

import pytest

from smoke_tui.runbook import parse
from smoke_tui.session.missing_here import missing_here
from tests.helpers.engine_runs import FRONT

GUARDS = {
    "file": ("tools/run.sh", "tools"),
    "command": ("no-such-command --version", "sh -c true"),
    "env": ("NO_SUCH_VARIABLE_HERE", "PATH"),
}


def missing(test: str, value: str, project: Path) -> tuple[str, ...]:
    parsed = parse(
        f'{FRONT}\n## 1. Boot it\n\nDo it.\n\n```toml step\nid = "boot"\nkind = "manual"\nask = "?"\n'
        f'guards = [{{ {test} = "{value}", why = "It is needed" }}]\n```\n',
        "guards.md",
    )
    assert parsed.runbook is not None, parsed.diagnostics
    return missing_here(parsed.runbook, str(project))


@pytest.mark.parametrize("test", GUARDS)
def test_an_unmet_guard_is_named_with_its_step_and_reason(test: str, tmp_path: Path) -> None:
    (tmp_path / "tools").mkdir()
    absent, there = GUARDS[test]
    assert missing(test, absent, tmp_path) == (f"1 Boot it: It is needed ({test} {absent})",)
    assert missing(test, there, tmp_path) == ()


def test_an_address_is_not_looked_at(tmp_path: Path) -> None:
    assert missing("url", "http://127.0.0.1:1/", tmp_path) == ()
