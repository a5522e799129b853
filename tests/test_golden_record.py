"""Goldens are written on purpose only, what changes is shown, and none stays that nobody uses."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

TESTS = """\
def test_one(golden):
    golden("one", "1\\n2\\n")

def test_two(golden):
    golden("two", "2\\n")
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A folder with two tests, their goldens, and one that nobody uses."""
    folder = tmp_path / "tests" / "part"
    (folder / "goldens").mkdir(parents=True)
    (tmp_path / "pytest.ini").write_text("[pytest]\naddopts = -p no:cacheprovider\n")
    (folder / "test_part.py").write_text(TESTS)
    for name, text in (("one", "1\n2\n"), ("two", "2\n"), ("old", "0\n")):
        (folder / "goldens" / f"{name}.txt").write_text(text)
    return tmp_path


def run(project: Path, *argv: str, **env: str) -> tuple[int, str]:
    """Run pytest there in a process of its own; its exit code and what it printed."""
    here = {
        name: value
        for name, value in os.environ.items()
        if name != "CI" and not name.startswith("PYTEST")
    }
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "shared_plugin", "-p", "xdist.plugin", "-q", *argv],
        cwd=project,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env={
            **here,
            "PYTHONPATH": str(Path(__file__).parent),
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
            **env,
        },
    )
    return done.returncode, done.stdout + done.stderr


UNUSED = "tests/part/goldens/old.txt: no test asked for it"


@pytest.mark.parametrize("argv", [(), ("-n", "2"), ("tests/part/test_part.py",)], ids=str)
def test_an_unused_golden_fails(project: Path, argv: tuple[str, ...]) -> None:
    code, said = run(project, *argv)
    assert code == 1
    assert "2 passed" in said
    assert UNUSED in said
    assert "one.txt" not in said


@pytest.mark.parametrize(
    "argv",
    [("-k", "one"), ("tests/part/test_part.py::test_one",), ("-n", "2", "-k", "one")],
    ids=str,
)
def test_a_part_of_the_tests_says_nothing_of_the_rest(project: Path, argv: tuple[str, ...]) -> None:
    code, said = run(project, *argv)
    assert (code, "1 passed" in said, "unused" in said) == (0, True, False)


def test_a_file_of_the_folder_alone_says_nothing_of_the_rest(project: Path) -> None:
    (project / "tests/part/test_other.py").write_text("def test_three():\n    pass\n")
    code, said = run(project, "tests/part/test_part.py")
    assert (code, "unused" in said) == (0, False)


@pytest.mark.parametrize("argv", [(), ("-n", "2")], ids=str)
def test_what_is_written_is_shown(project: Path, argv: tuple[str, ...]) -> None:
    goldens = project / "tests/part/goldens"
    (goldens / "old.txt").unlink()
    (goldens / "one.txt").write_text("1\n3\n")
    code, said = run(project, "--update-goldens", *argv)
    assert code == 0
    assert "tests/part/goldens/one.txt:" in said
    assert [line for line in said.splitlines() if line in ("  -3", "  +2")] == ["  -3", "  +2"]
    assert "goldens: 1 written, 1 unchanged" in said
    assert (goldens / "one.txt").read_text() == "1\n2\n"


def test_nothing_is_written_where_ci_is_set(project: Path) -> None:
    golden = project / "tests/part/goldens/one.txt"
    golden.write_text("1\n3\n")
    code, said = run(project, "--update-goldens", CI="true")
    assert (code, golden.read_text()) == (4, "1\n3\n")
    assert "goldens are not written where CI is set" in said
    assert run(project)[0] == 1
    assert golden.read_text() == "1\n3\n"
