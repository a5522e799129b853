"""The helpers as another project uses them: imported alone, and as a plug-in of pytest."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from tests.helpers.machine import ENVIRONMENT
from tests.helpers.paths import ROOT

NOT_LOADED = {
    "asyncio",
    "authlib",
    "h11",
    "http.client",
    "httpx2",
    "markdown_it",
    "psycopg",
    "pytest",
    "rich",
    "socket",
    "ssl",
    "textual",
    "urllib.request",
}

LOADED = """
import json, sys
from smoke_tui.testing import FakeLLMProvider, LLMProvider
print(json.dumps(sorted(sys.modules)))
"""

TESTS = """
import asyncio

from smoke_tui.testing import CannedMissError, FakeLLMProvider, LLMCall
import pytest


def test_scan_diagnose(fake_llm):
    assert isinstance(fake_llm, FakeLLMProvider)
    answer = asyncio.run(
        fake_llm.complete("Why?", purpose="reasoning", content_class="OPERATIONS")
    )
    assert answer.text == "diagnosis=..."
    assert fake_llm.calls == (LLMCall("reasoning", "OPERATIONS", "Why?"),)


def test_every_test_has_its_own(fake_llm):
    assert fake_llm.calls == ()
    with pytest.raises(CannedMissError, match="PLATFORM"):
        asyncio.run(fake_llm.complete("Why?", purpose="scoring", content_class="PLATFROM"))
"""


def run(*argv: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *argv],
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env={**ENVIRONMENT, "PYTHONPATH": str(ROOT)},
    )


def test_importing_it_loads_nothing_heavy(tmp_path: Path) -> None:
    done = run("-c", LOADED, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    modules = set(json.loads(done.stdout))
    assert modules & NOT_LOADED == set()
    ours = {name for name in modules if name.startswith("smoke_tui.")}
    assert {name for name in ours if not name.startswith("smoke_tui.testing")} <= {
        "smoke_tui.regex",
        "smoke_tui.structs",
    }


def test_the_plugin_gives_the_fixture(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(TESTS)
    done = run("-m", "pytest", "-q", "-W", "error", "-p", "smoke_tui.testing", cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "2 passed" in done.stdout


JUDGED = """
import pytest
from smoke_tui.testing import BehavioralAssertionError, FakeLLMProvider


@pytest.fixture
def judge_llm():
    return FakeLLMProvider({("judge", "BEHAVIOR"): "FAIL: it is rude"})


def test_tone(asserter):
    with pytest.raises(BehavioralAssertionError, match="rude"):
        asserter.assert_behavioral_match("Hey you", "A polite greeting")
"""


def test_the_asserter_asks_the_projects_own_judge(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(JUDGED)
    (tmp_path / "test_none.py").write_text("def test_none(asserter): ...\n")
    done = run("-m", "pytest", "-q", "-W", "error", "-p", "smoke_tui.testing", cwd=tmp_path)
    assert "1 passed, 1 error" in done.stdout
    assert "define a fixture `judge_llm`" in done.stdout


def test_without_the_plugin_there_is_no_fixture(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(TESTS)
    done = run("-m", "pytest", "-q", cwd=tmp_path)
    assert "fixture 'fake_llm' not found" in done.stdout


def test_a_project_overrides_the_fixture(tmp_path: Path) -> None:
    (tmp_path / "canned.json").write_text('{"a": {"B": "own"}}')
    (tmp_path / "conftest.py").write_text(
        "import pytest\n"
        "from smoke_tui.testing import FakeLLMProvider\n"
        "@pytest.fixture\n"
        "def fake_llm():\n"
        "    return FakeLLMProvider.from_file('canned.json')\n"
    )
    (tmp_path / "test_it.py").write_text(
        "def test_own(fake_llm):\n    assert fake_llm.unused == (('a', 'B'),)\n"
    )
    done = run("-m", "pytest", "-q", "-p", "smoke_tui.testing", cwd=tmp_path)
    assert "1 passed" in done.stdout, done.stdout
