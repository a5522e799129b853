"""Settings and hooks of every test: own settings, seeds, lanes, goldens, the real Codex CLI."""

from __future__ import annotations

import itertools
import os
import re
import subprocess
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Protocol

import pytest
from syrupy.assertion import SnapshotAssertion

from tests import lanes
from tests.helpers.goldens import Golden
from tests.helpers.machine import CACHE, ENVIRONMENT


class Node(Protocol):
    """A worker of xdist, as its controller sees it; that library has no types."""

    config: pytest.Config
    workerinput: dict[str, object]


def pytest_addoption(parser: pytest.Parser) -> None:
    lanes.add_options(parser)


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("--snapshot-update") and os.environ.get("CI"):
        raise pytest.UsageError("goldens are not written where CI is set")
    if config.getoption("dist", "no") == "load":
        # Neighbours run in one worker, so that they share what they share; the others steal.
        config.option.dist = "worksteal"
    lanes.configure(config)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Node) -> None:
    """Tell a worker of xdist which seed this run has."""
    if (drawn := node.config.getoption("--seed")) is not None:
        node.workerinput[lanes.SEED_OF_RUN] = drawn


def pytest_report_header(config: pytest.Config) -> str | None:
    return lanes.header(config)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    lanes.mark(items)
    lanes.limit_examples(config, items)
    lanes.limit_parameters(config, items)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if line := lanes.header(terminalreporter.config):
        terminalreporter.write_line(line)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    return lanes.no_skip((yield))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    return lanes.no_skip((yield))


_FOLDERS = itertools.count()


@pytest.fixture
def tmp_path(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of the test's own.

    pytest's own fixture looks at every folder made before to number the next one: with thousands
    of tests, that takes longer than many a test.
    """
    name = re.sub(r"\W", "_", request.node.name)[:30]
    folder = tmp_path_factory.getbasetemp() / f"{name}-{next(_FOLDERS)}"
    folder.mkdir(mode=0o700)
    return folder


@pytest.fixture(autouse=True)
def _own_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Keep the developer's and CI's settings away from a test, and give it a folder to write to."""
    for name in list(os.environ):
        if name == "CI" or name.startswith(("SMOKE_TUI_", "TEXTUAL", "NO_COLOR")):
            monkeypatch.delenv(name)
    monkeypatch.delenv("XDG_STATE_HOME", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def golden(snapshot: SnapshotAssertion) -> Callable[[str, str], None]:
    """Compare a text with the committed one of that name, beside the test's own file."""
    goldens = snapshot.use_extension(Golden)

    def compare(name: str, text: str) -> None:
        assert text == goldens(name=name)

    return compare


@pytest.fixture(scope="session", name="codex_cli")
def _codex_cli() -> Callable[[str], Path]:
    """The real Codex CLI of a version, installed from npm once a machine; no npm is a failure."""

    def install(version: str) -> Path:
        prefix = CACHE / f"codex-{version}"
        program = prefix / "node_modules/.bin/codex"
        if not program.exists():
            prefix.mkdir(parents=True, exist_ok=True)
            subprocess.run(
                [
                    "npm",
                    "install",
                    "--no-audit",
                    "--no-fund",
                    "--prefix",
                    str(prefix),
                    f"@openai/codex@{version}",
                ],
                check=True,
                capture_output=True,
                timeout=300,
                env=ENVIRONMENT,
            )
        return program

    return install
