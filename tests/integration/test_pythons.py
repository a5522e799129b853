"""The fast lane on the other versions of Python that are installed on this machine."""

from __future__ import annotations

import fcntl
import hashlib
import re
import shutil
import subprocess
from functools import cache
from pathlib import Path

import pytest

from tests.helpers.machine import CACHE, ENVIRONMENT, HOME
from tests.helpers.paths import ROOT
from tests.lanes import FAST_FOLDERS, LEAST_FAST, OTHER_PYTHONS, not_installed

LOCK = ROOT / "requirements-dev.lock"


@cache
def interpreter(version: str) -> str | None:
    """An interpreter of a version that runs; a shim of pyenv may be there without one behind it."""
    pyenv = Path(ENVIRONMENT.get("PYENV_ROOT") or HOME / ".pyenv")
    found = [
        shutil.which(f"python{version}"),
        *map(str, sorted(pyenv.glob(f"versions/{version}.*/bin/python{version}"))),
    ]
    for path in filter(None, found):
        asked = subprocess.run(
            [path, "-c", "import sys, venv, ensurepip; print(*sys.version_info[:2], sep='.')"],
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
            env=ENVIRONMENT,
            stdin=subprocess.DEVNULL,
        )
        if asked.stdout.strip() == version:
            return path
    return None


def environment_of(version: str, python: str) -> Path:
    """A virtual environment with what the lock file names, made once a machine and lock file."""
    name = f"python-{version}-{hashlib.sha256(LOCK.read_bytes()).hexdigest()[:16]}"
    place = CACHE / name
    place.parent.mkdir(parents=True, exist_ok=True)
    with (place.parent / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (place / "complete").exists():
            shutil.rmtree(place, ignore_errors=True)
            for command in (
                [python, "-m", "venv", str(place)],
                [
                    str(place / "bin/pip"),
                    "install",
                    "-q",
                    "--disable-pip-version-check",
                    "-r",
                    str(LOCK),
                ],
            ):
                done = subprocess.run(
                    command,
                    capture_output=True,
                    text=True,
                    check=False,
                    timeout=600,
                    env=ENVIRONMENT,
                    stdin=subprocess.DEVNULL,
                )
                assert done.returncode == 0, done.stdout + done.stderr
            (place / "complete").touch()
    return place / "bin/python"


@pytest.mark.parametrize("version", OTHER_PYTHONS)
def test_the_fast_lane_on_another_python(version: str) -> None:
    python = interpreter(version)
    if python is None:
        pytest.skip(not_installed(version))
    done = subprocess.run(
        [
            str(environment_of(version, python)),
            "-m",
            "pytest",
            "-q",
            "-m",
            "fast",
            "-p",
            "no:xdist",
            # Rules are the same on each version: every test runs, with few of its inputs. Left out
            # are inputs by the thousand, and what is about texts of the tree.
            "--ignore-glob=*/test_mutated_*.py",
            *(
                f"--ignore=tests/unit/{name}.py"
                for name in ("test_glossary", "test_import_circles")
            ),
            "--most-examples=5",
            "--most-parameters=2",
            *(f"tests/{folder}" for folder in sorted(FAST_FOLDERS)),
        ],
        cwd=ROOT,
        env={**ENVIRONMENT, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
        timeout=1200,
        stdin=subprocess.DEVNULL,
    )
    assert done.returncode == 0, done.stdout[-20_000:] + done.stderr
    passed = re.search(r"(\d+) passed", done.stdout)
    assert passed is not None
    assert int(passed[1]) >= LEAST_FAST
