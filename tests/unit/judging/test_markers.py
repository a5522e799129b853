"""The threshold of a test's marker, read from the test's text."""

from __future__ import annotations

import pytest

from smoke_tui.judging.markers import MarkerError, MarkerThreshold, marker_threshold

SOURCE = """\
import pytest

pytestmark = [pytest.mark.live_llm, pytest.mark.llm_drift_threshold(0.5)]


@pytest.mark.llm_drift_threshold(0.7)
async def test_creative_summarization():
    ...


def test_plain():
    ...


@pytest.mark.llm_drift_threshold(value=0.6)
class TestGroup:
    def test_inherits(self): ...

    @pytest.mark.parametrize("x", [1])
    @pytest.mark.llm_drift_threshold(1)
    def test_own(self, x): ...

    class TestInner:
        pytestmark = pytest.mark.llm_drift_threshold(0.65)

        def test_deep(self): ...
"""


@pytest.mark.parametrize(
    ("name", "value", "line"),
    [
        ("test_creative_summarization", 0.7, 6),
        ("test_creative_summarization[long-text]", 0.7, 6),
        ("test_plain", 0.5, 3),
        ("TestGroup::test_inherits", 0.6, 15),
        ("TestGroup::test_own[1]", 1.0, 20),
        ("TestGroup::TestInner::test_deep", 0.65, 24),
    ],
)
def test_the_nearest_marker_wins(name: str, value: float, line: int) -> None:
    assert marker_threshold(SOURCE, f"tests/x.py::{name}") == MarkerThreshold(value, line)


def test_without_a_marker_there_is_no_threshold() -> None:
    assert marker_threshold("def test_a(): ...", "tests/x.py::test_a") is None


@pytest.mark.parametrize("inside", ["if True:\n    ", "try:\n    ", "with open('x'):\n    "])
def test_a_test_inside_a_block_is_read(inside: str) -> None:
    source = f"{inside}@llm_drift_threshold(0.7)\n    def test_a(): ...\n"
    if inside.startswith("try"):
        source += "finally:\n    pass\n"
    assert marker_threshold(source, "tests/x.py::test_a") == MarkerThreshold(0.7, 2)


MARKED = "@pytest.mark.llm_drift_threshold{}\ndef test_a(): ...\n"


@pytest.mark.parametrize(
    ("source", "name", "problem"),
    [
        (MARKED.format("(LIMIT)"), "test_a", "tests/x.py:1: llm_drift_threshold(LIMIT) is no lit"),
        (MARKED.format("('0.7')"), "test_a", "x.py:1: llm_drift_threshold('0.7') is no literal"),
        (MARKED.format("(True)"), "test_a", "is no literal number"),
        (MARKED.format("(float('nan'))"), "test_a", "is no literal number"),
        (MARKED.format("(0.35 * 2)"), "test_a", "is no literal number"),
        (MARKED.format("(1e999)"), "test_a", "is not from 0 to 1"),
        (MARKED.format("(1.01)"), "test_a", "is not from 0 to 1"),
        (MARKED.format("(-0.1)"), "test_a", "is not from 0 to 1"),
        (MARKED.format("(**{})"), "test_a", "is no literal number"),
        (MARKED.format(""), "test_a", "needs one number"),
        (MARKED.format("()"), "test_a", "needs one number"),
        (MARKED.format("(0.7, 0.8)"), "test_a", "needs one number"),
        (
            "@llm_drift_threshold(0.7)\n@llm_drift_threshold(0.8)\ndef test_a(): ...\n",
            "test_a",
            "tests/x.py:2: llm_drift_threshold is given twice (first on line 1)",
        ),
        ("def test_b(): ...", "test_a", "tests/x.py has no function test_a"),
        ("def test_a(): ...", "TestC::test_a", "tests/x.py has no class TestC"),
        ("def test_a(): ...\ndef test_a(): ...", "test_a", "x.py:2: test_a is there twice"),
        ("def test_a(:", "test_a", "tests/x.py:1 can't be parsed"),
        ("\0", "test_a", "can't be parsed"),
        ("def test_a(): ...", "", "names no test"),
    ],
)
def test_what_can_not_be_read_for_certain_is_a_problem(
    source: str, name: str, problem: str
) -> None:
    with pytest.raises(MarkerError) as refused:
        marker_threshold(source, f"tests/x.py::{name}")
    assert problem in str(refused.value)
