"""Wheel and source distribution: what they hold, and that they work elsewhere."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from email.parser import Parser
from pathlib import Path

import pytest

from tests.helpers.machine import ENVIRONMENT
from tests.helpers.paths import ROOT


def run(*argv: str | Path, cwd: Path, timeout: float = 180) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        argv,
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
        timeout=timeout,
        stdin=subprocess.DEVNULL,
        env={k: v for k, v in ENVIRONMENT.items() if k != "PYTHONPATH"},
    )


def build(folder: Path, into: Path, target: str) -> Path:
    """Build one target by hatchling itself, as pip does, without another index."""
    done = run(sys.executable, "-m", "hatchling", "build", "-t", target, "-d", into, cwd=folder)
    assert done.returncode == 0, done.stderr
    (built,) = into.glob("*.whl" if target == "wheel" else "*.tar.gz")
    return built


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The unpacked source distribution."""
    folder = tmp_path_factory.mktemp("source")
    with tarfile.open(build(ROOT, folder, "sdist")) as archive:
        archive.extractall(folder, filter="data")
    (unpacked,) = (path for path in folder.iterdir() if path.is_dir())
    return unpacked


@pytest.fixture(scope="module")
def wheel(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from the source distribution, as an index's users get it."""
    return build(source, tmp_path_factory.mktemp("wheel"), "wheel")


def tracked() -> set[str]:
    done = run("git", "ls-files", "--cached", "--others", "--exclude-standard", cwd=ROOT)
    return {name for name in done.stdout.splitlines() if (ROOT / name).is_file()}


def test_the_source_holds_what_a_checkout_holds(source: Path) -> None:
    held = {str(path.relative_to(source)) for path in source.rglob("*") if path.is_file()}
    if not (ROOT / ".git").exists():
        pytest.fail("this test compares with a checkout, and runs in one only")
    assert held - {"PKG-INFO"} == tracked()


def test_the_wheel_runs_the_main_job_in_a_bare_environment(wheel: Path, tmp_path: Path) -> None:
    """Nothing but what the lock file for running names, and another folder than the checkout."""
    made = run(sys.executable, "-m", "venv", tmp_path / "bare", cwd=tmp_path)
    assert made.returncode == 0, made.stderr
    pip = (tmp_path / "bare/bin/pip", "install", "-q", "--disable-pip-version-check")
    locked = run(*pip, "-r", ROOT / "requirements.lock", cwd=tmp_path, timeout=600)
    assert locked.returncode == 0, locked.stderr
    # With its declared requirements, so that the lock file is held to meet them.
    installed = run(*pip, "--no-index", wheel, cwd=tmp_path)
    assert installed.returncode == 0, installed.stderr
    program = tmp_path / "bare/bin/smoke-tui"
    state = ("--state-dir", tmp_path / "state")
    done = run(program, "--check", "openai-subscription", "--rehearse", *state, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "check: pass: exit 0" in done.stdout
    compared = run(program, "golden", "support_billing", cwd=tmp_path)
    assert compared.returncode == 0, compared.stderr
    assert "smoke_tui/_runbooks/goldens/support_billing" in compared.stdout
    # What the bare environment lacks is said with a command that works in it.
    doctor = run(program, "doctor", *state, cwd=tmp_path)
    assert "next: Where you need it: bare/bin/" in doctor.stdout
    assert "-m pip install 'genai-prices>=" in doctor.stdout


def test_the_wheel_has_types_runbooks_and_stand_ins(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        metadata = next(name for name in names if name.endswith("/METADATA"))
        described = Parser().parsestr(archive.read(metadata).decode())
    assert {
        "smoke_tui/py.typed",
        "smoke_tui/FORMAT.md",
        "smoke_tui/_runbooks/openai-subscription.md",
        "smoke_tui/rehearsal/stack/tools/dev/start.sh",
    } <= names
    classifiers = described.get_all("Classifier") or []
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert set(classifiers) == set(declared["classifiers"])
    assert "Operating System :: POSIX :: Linux" in classifiers
    # An index shows the description outside the checkout, where no relative path leads anywhere.
    description = described.get_payload()
    assert isinstance(description, str)
    assert "](tests/" not in description


def test_the_suite_runs_in_the_source(source: Path) -> None:
    """A part of it that reads the package's own files; the fast lane is the same code."""
    done = run(
        sys.executable, "-m", "pytest", "-q", "-p", "no:xdist", "tests/unit/test_format_page.py",
        "tests/unit/test_extras.py", "tests/unit/test_glossary.py", cwd=source,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
    shutil.rmtree(source / "tests" / "unit" / "__pycache__", ignore_errors=True)


ON_WINDOWS = """
import runpy, sys
sys.platform = "win32"
for name in ("fcntl", "pwd", "grp", "resource", "termios", "tty", "pty"):
    sys.modules[name] = None
runpy.run_module("smoke_tui", run_name="__main__")
"""


def test_windows_is_refused_in_one_sentence() -> None:
    done = run(sys.executable, "-c", ON_WINDOWS, cwd=ROOT)
    assert (done.returncode, done.stdout) == (4, "")
    assert done.stderr.startswith("smoke-tui: Windows is not supported; use Linux, macOS, or WSL")
    assert done.stderr.count("\n") == 1
