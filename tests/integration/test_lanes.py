"""The lanes of the suite: fixed and random seeds, the fast lane, and nothing skipped."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.helpers.machine import ENVIRONMENT
from tests.helpers.paths import ROOT, TESTS
from tests.lanes import FAST_FOLDERS, MAY_SKIP, OTHER_FOLDERS, OTHER_PYTHONS, not_installed


def run(
    *args: str, cwd: Path = ROOT, more: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    env = {**ENVIRONMENT, **(more or {})}
    if not more:
        env.pop("CI", None)
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:randomly", *args],
        cwd=cwd,
        env=env,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
        stdin=subprocess.DEVNULL,
    )


@pytest.fixture
def suite(tmp_path: Path) -> Path:
    """A suite of its own with this one's plug-in."""
    (tmp_path / "pyproject.toml").write_text(
        "[tool.pytest.ini_options]\n"
        f"pythonpath = [{str(ROOT)!r}]\n"
        'addopts = "-p no:cacheprovider -p tests.conftest"\n'
        'empty_parameter_set_mark = "fail_at_collect"\nxfail_strict = true\n'
    )
    return tmp_path


# --- the fast lane --------------------------------------------------------------------------


def test_every_folder_of_tests_is_in_the_fast_lane_or_meant_not_to_be() -> None:
    folders = {path.parent.relative_to(TESTS).parts[0] for path in TESTS.glob("*/**/test_*.py")}
    said = FAST_FOLDERS | OTHER_FOLDERS
    assert folders == said, f"put into one list of tests/lanes.py: {sorted(folders ^ said)}"
    assert not FAST_FOLDERS & OTHER_FOLDERS


def test_a_folder_decides_whether_its_tests_are_in_the_fast_lane() -> None:
    done = run("--collect-only", "-m", "fast", "tests/unit/world", "tests/integration/history")
    assert done.returncode == 0, done.stdout + done.stderr
    chosen = [line for line in done.stdout.splitlines() if "::" in line]
    assert {line.split("/")[1] for line in chosen} == FAST_FOLDERS


PARTS = re.compile(
    r"\b(?:Rehearsal|Chromium|Postgres|Terminal|SmokeApp)\b|\b(?:codex_cli|chromium):"
)


def test_no_test_of_the_fast_folders_uses_a_real_part() -> None:
    for folder in sorted(FAST_FOLDERS):
        for path in (TESTS / folder).rglob("*.py"):
            code = "\n".join(
                line
                for line in path.read_text(encoding="utf-8").splitlines()
                if re.match(r"\s*(?:from|import|def|async def)\b", line)
            )
            assert not PARTS.search(code), f"{path}: real parts are for another folder"


# --- seeds ----------------------------------------------------------------------------------

DRAWS = """
import sys
from hypothesis import given, strategies as st
{first}
DRAWN = []
@given(st.text(), st.integers())
def test_draws(text, number):
    DRAWN.append((text, number))
def test_shows():
    open({out!r}, "a").write(repr(DRAWN) + "\\n")
"""


def drawn(suite: Path, *args: str, first: str = "") -> str:
    out = suite / "drawn.txt"
    out.unlink(missing_ok=True)
    (suite / "test_draws.py").write_text(DRAWS.format(first=first, out=str(out)))
    done = run("-p", "no:xdist", *args, cwd=suite)
    assert done.returncode == 0, done.stdout + done.stderr
    return out.read_text()


def test_a_run_draws_what_the_one_before_it_drew(suite: Path) -> None:
    """Whatever is loaded: Hypothesis would draw from the constants of loaded modules, too."""
    (suite / "ours.py").write_text(
        "".join(f"A{n} = 'constant {n} of a module'\n" for n in range(2000))
    )
    once = drawn(suite)
    assert drawn(suite, first=f"sys.path.insert(0, {str(suite)!r})\nimport ours") == once
    assert "constant" not in once


def test_a_person_asks_for_a_random_seed_and_can_repeat_it(suite: Path) -> None:
    some, same, other = (drawn(suite, f"--seed={seed}") for seed in (7, 7, 8))
    assert some == same
    assert some != other


def test_all_workers_have_the_seed_that_was_drawn(suite: Path) -> None:
    (suite / "test_seed.py").write_text(
        "import os, pytest\nfrom tests import lanes\n"
        "@pytest.mark.parametrize('n', range(4))\n"
        "def test_seed(n, request):\n"
        "    seed = lanes.seed(request.config)\n"
        "    assert os.environ['PYTHONHASHSEED'] == str(seed)\n"
        f"    open({str(suite)!r} + f'/seen-{{n}}', 'w').write(str(seed))\n"
    )
    shown = run("--seed", "random", "-n", "2", cwd=suite)
    assert shown.returncode == 0, shown.stdout
    seeds = {(suite / f"seen-{n}").read_text() for n in range(4)}
    assert len(seeds) == 1
    seed = seeds.pop()
    assert f"seed {seed}; --seed {seed} runs it again" in shown.stdout


def test_property_tests_get_fewer_inputs_where_that_is_asked_for(suite: Path) -> None:
    body = DRAWS.replace("@given", "@settings(max_examples=50)\n@given").replace(
        "import given", "import given, settings"
    )
    (suite / "test_draws.py").write_text(body.format(first="", out=str(suite / "drawn.txt")))
    for most in (7, 90):
        done = run("-p", "no:xdist", f"--most-examples={most}", cwd=suite)
        assert done.returncode == 0, done.stdout + done.stderr
    few, all_of_them = map(ast.literal_eval, (suite / "drawn.txt").read_text().splitlines())
    assert (len(few), len(all_of_them)) == (7, 50)


def test_each_test_gets_fewer_parameters_where_that_is_asked_for(suite: Path) -> None:
    (suite / "test_some.py").write_text(
        "import pytest\n"
        "@pytest.mark.parametrize('n', range(7))\ndef test_many(n): pass\n"
        "@pytest.mark.parametrize('n', range(2))\ndef test_two(n): pass\n"
        "def test_one(): pass\n"
    )
    done = run("-p", "no:xdist", "--most-parameters=3", "--collect-only", cwd=suite)
    names = [line.partition("::")[2] for line in done.stdout.splitlines() if "::" in line]
    many = [f"test_many[{n}]" for n in (0, 3, 6)]
    assert names == [*many, "test_two[0]", "test_two[1]", "test_one"], done.stdout + done.stderr


def test_no_random_seed_where_ci_is_set(suite: Path) -> None:
    done = run("--seed", "random", cwd=suite, more={"CI": "1"})
    assert done.returncode == 4
    assert "where CI is set" in done.stderr


# --- nothing is skipped ---------------------------------------------------------------------


SKIPS = [
    "def test_it(): pytest.skip('no browser')\n",
    "pytest.skip('no browser', allow_module_level=True)\n",
    "nothing = pytest.importorskip('no_browser')\n",
    "@pytest.mark.skipif(True, reason='no browser')\ndef test_it(): pass\n",
    "@pytest.mark.xfail(reason='no browser')\ndef test_it(): assert False\n",
    "@pytest.mark.xfail(reason='no browser')\ndef test_it(): pass\n",
    "@pytest.fixture\ndef one(): pytest.skip('no browser')\ndef test_it(one): pass\n",
    "def test_it(): pytest.xfail('no browser')\n",
    "@pytest.mark.parametrize('browser', [])\ndef test_it(browser): pass\n",
]


@pytest.mark.parametrize("workers", [(), ("-n", "1")], ids=["alone", "xdist"])
def test_a_skip_is_a_failure(suite: Path, workers: tuple[str, ...]) -> None:
    for number, body in enumerate(SKIPS):
        (suite / f"test_{number}.py").write_text(f"import pytest\n{body}")
    done = run("--continue-on-collection-errors", *workers, cwd=suite)
    assert done.returncode == 1, done.stdout
    assert re.search(r"\d+ failed, \d+ errors? in", done.stdout), done.stdout
    for number in range(len(SKIPS)):
        assert re.search(rf"^(?:FAILED|ERROR) test_{number}\.py", done.stdout, re.MULTILINE), number


def test_a_skip_is_allowed_only_where_its_reason_holds(suite: Path) -> None:
    (suite / "test_one.py").write_text(
        "import pytest\nfrom tests import lanes\n"
        "lanes.MAY_SKIP.update({'it is so here': True, 'it is not so here': False})\n"
        "def test_allowed(): pytest.skip('it is so here')\n"
        "def test_not_here(): pytest.skip('it is not so here')\n"
    )
    done = run(cwd=suite)
    assert "1 failed, 1 skipped" in done.stdout
    assert "test_not_here did not run" in done.stdout


def test_the_reasons_to_skip_are_those_of_the_tests() -> None:
    used = {
        reason
        for path in TESTS.glob("*/**/test_*.py")
        for reason in re.findall(r'skipif\(.*reason="([^"]+)"', path.read_text("utf-8"))
    }
    assert used | {not_installed(version) for version in OTHER_PYTHONS} == set(MAY_SKIP)
