"""Temporary folders of programs that were killed, and temporary folders that execute nothing."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from smoke_tui.temporary import TemporaryFolder, parent_for_programs
from tests.helpers.machine import ENVIRONMENT

HOLD = """
import sys
from pathlib import Path
from smoke_tui.temporary import TemporaryFolder
folder = TemporaryFolder("kind-", Path(sys.argv[1]))
(folder.path / "content").touch()
print(folder.path, flush=True)
sys.stdin.read()
"""


@pytest.fixture
def holder(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """A program that holds a folder until it is killed."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=ENVIRONMENT,
    ) as process:
        yield process
        process.kill()


def aged(path: Path) -> Path:
    """The folder, as if it had been made an hour ago."""
    os.utime(path, (path.stat().st_atime, path.stat().st_mtime - 3600))
    return path


def made_by(holder: subprocess.Popen[str]) -> Path:
    assert holder.stdout is not None
    return Path(holder.stdout.readline().strip())


def test_a_killed_program_leaves_nothing(holder: subprocess.Popen[str], tmp_path: Path) -> None:
    left = aged(made_by(holder))
    with TemporaryFolder("kind-", tmp_path):
        assert (left / "content").exists(), "its program still lives"
    holder.kill()
    holder.wait()
    with TemporaryFolder("other-", tmp_path):
        assert left.exists(), "it is of another kind"
    with TemporaryFolder("kind-", tmp_path) as mine:
        assert list(tmp_path.iterdir()) == [mine]
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_just_made_is_left_alone(tmp_path: Path) -> None:
    young = tmp_path / "kind-young"
    young.mkdir()
    with TemporaryFolder("kind-", tmp_path):
        assert young.exists()


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "kept").mkdir()
    (tmp_path / "kind-link").symlink_to(aged(tmp_path / "kept"))
    with TemporaryFolder("kind-", tmp_path):
        assert (tmp_path / "kept").exists()


def test_removing_twice_is_no_error(tmp_path: Path) -> None:
    folder = TemporaryFolder("kind-", tmp_path)
    folder.remove()
    folder.remove()
    assert not folder.path.exists()


NOEXEC = """
import os, sys
real = os.statvfs
class Flags:
    def __init__(self, info, flag): self.f_flag = info.f_flag | flag
def statvfs(path):
    return Flags(real(path), os.ST_NOEXEC if str(path) in sys.argv[1:] else 0)
os.statvfs = statvfs
from pathlib import Path
from smoke_tui.temporary import parent_for_programs
try:
    print(parent_for_programs([Path(sys.argv[1]) / "cache"]))
except OSError as error:
    print(error.strerror)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux names the mount's option")
def test_a_temporary_folder_that_executes_nothing_is_passed_over(tmp_path: Path) -> None:
    def chosen(*noexec: str) -> str:
        done = subprocess.run(
            [sys.executable, "-c", NOEXEC, str(tmp_path), *noexec],
            env={**ENVIRONMENT, "TMPDIR": str(tmp_path)},
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout.strip()

    assert chosen() == "/var/tmp"
    assert chosen("/var/tmp") == str(tmp_path / "cache")
    refused = chosen("/var/tmp", str(tmp_path / "cache"))
    assert f"{tmp_path}, /var/tmp, {tmp_path / 'cache'} (mounted noexec); set TMPDIR" in refused


def test_the_systems_own_folder_comes_first(tmp_path: Path) -> None:
    assert parent_for_programs([tmp_path]) != tmp_path
