"""Which goldens a run of the tests asked for, which it wrote, and which nobody uses any more."""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import Any, Final

import pytest

SHOWN_LINES: Final = 80
"""Of the difference of one golden."""


def difference(before: str, now: str) -> list[str]:
    """What became of a golden, as the lines of a unified diff, and how many more there are."""
    lines = list(
        difflib.unified_diff(before.splitlines(), now.splitlines(), "golden", "now", lineterm="")
    )
    more = len(lines) - SHOWN_LINES
    return [*lines[:SHOWN_LINES], *([f"({more} more lines of difference)"] if more > 0 else [])]


class GoldenRecord:
    """A plug-in, one in every process of a run.

    Under xdist each worker sees a part of the tests, and hands what it knows to the controller at
    its end. Only there, or where there are no workers, a golden can be called unused: when every
    test of its folder was collected and passed, and none of them asked for it.
    """

    NAME: Final = "smoke-tui-goldens"

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self.asked: set[str] = set()
        self._written: dict[str, list[str]] = {}
        self._same: set[str] = set()
        self._collected: set[str] = set()
        self._deselected: set[str] = set()
        self._passed: set[str] = set()
        self._unused: list[Path] = []
        self._part_is_lost = False

    def write(self, path: Path, text: str) -> None:
        """Write a golden as it is now, and remember what that changes."""
        before = path.read_text(encoding="utf-8") if path.is_file() else None
        if before == text:
            self._same.add(str(path))
            return
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
        self._written[str(path)] = (
            [f"new, {len(text.splitlines())} lines"] if before is None else difference(before, text)
        )

    # --- what was run ---------------------------------------------------------------------

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        self._collected |= {item.nodeid for item in session.items}

    def pytest_deselected(self, items: list[pytest.Item]) -> None:
        self._deselected |= {item.nodeid for item in items}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call" and report.passed:
            self._passed.add(report.nodeid)

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any, error: object) -> None:
        """A worker of xdist has ended: take over what it knows."""
        told = getattr(node, "workeroutput", {}).get(self.NAME)
        if told is None:
            self._part_is_lost = True
            return
        self.asked |= set(told["asked"])
        self._written |= told["written"]
        self._same |= set(told["same"])
        self._collected |= set(told["collected"])
        self._deselected |= set(told["deselected"])

    # --- the end --------------------------------------------------------------------------

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        output = getattr(self._config, "workeroutput", None)
        if output is not None:
            output[self.NAME] = {
                "asked": sorted(self.asked),
                "written": self._written,
                "same": sorted(self._same),
                "collected": sorted(self._collected),
                "deselected": sorted(self._deselected),
            }
            return
        self._unused = self._find_unused()
        if self._unused and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def _find_unused(self) -> list[Path]:
        if self._part_is_lost:
            return []
        folders = {self._file(test).parent for test in self._collected}
        return sorted(
            path
            for folder in folders
            if self._ran_whole(folder)
            for path in (folder / "goldens").rglob("*")
            if path.is_file() and str(path) not in self.asked
        )

    def _ran_whole(self, folder: Path) -> bool:
        """Whether every test of a folder passed; one that did not may have asked for a golden."""
        here = {test for test in self._collected if self._file(test).parent == folder}
        named = {
            Path(self._config.invocation_params.dir, arg.split("::")[0])
            for arg in self._config.args
            if "::" in arg
        }
        return (
            here <= self._passed
            and {self._file(test) for test in here} >= set(folder.glob("test_*.py"))
            and not any(self._file(test).parent == folder for test in self._deselected)
            and not any(path.resolve().parent == folder for path in named)
        )

    def _file(self, test: str) -> Path:
        return self._config.rootpath / test.split("::")[0]

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        tell = terminalreporter.write_line
        if self._config.getoption("--update-goldens"):
            terminalreporter.write_sep("=", "goldens")
            for name, lines in sorted(self._written.items()):
                tell(f"{self._shown(name)}:")
                for line in lines:
                    tell(f"  {line}")
            same = len(self._same - self._written.keys())
            tell(f"goldens: {len(self._written)} written, {same} unchanged")
        if self._unused:
            terminalreporter.write_sep("=", "unused goldens")
            for path in self._unused:
                tell(f"{self._shown(str(path))}: no test asked for it; remove it")

    def _shown(self, name: str) -> str:
        path = Path(name)
        root = self._config.rootpath
        return str(path.relative_to(root)) if path.is_relative_to(root) else name
