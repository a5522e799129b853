"""Chromium for the tests of pages: found, or installed, never skipped."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.helpers.chromium import Chromium, Tab

NAMES = ("chromium", "chromium-browser", "google-chrome")
INSTALL = (("apt-get", "update"), ("apt-get", "install", "-y", "--no-install-recommends", NAMES[0]))


def find() -> str | None:
    return next((path for name in NAMES if (path := shutil.which(name))), None)


def install() -> str | None:
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        return None
    for command in INSTALL:
        subprocess.run(
            command,
            check=True,
            capture_output=True,
            timeout=600,
            env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
        )
    return find()


@pytest.fixture(scope="session", name="chromium")
def _chromium() -> str:
    """The path of a Chromium; no other worker looks while this one installs it."""
    with (Path(tempfile.gettempdir()) / "smoke-tui-tests-chromium.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        program = find() or install()
    assert program, f"the tests of pages need a browser: install one of {', '.join(NAMES)}"
    return program


@pytest.fixture
def tab(chromium: str) -> Iterator[Tab]:
    """The one tab of a browser that nobody used before."""
    # Not below tmp_path: the browser's socket allows for no long path.
    with (
        tempfile.TemporaryDirectory(prefix="browser-", ignore_cleanup_errors=True) as folder,
        Chromium(chromium, Path(folder)) as browser,
    ):
        yield browser.tab
