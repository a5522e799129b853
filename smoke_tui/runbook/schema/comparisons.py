"""Comparisons with a recorded answer in `expect` and `[[on]]`: their tables and field types."""

from __future__ import annotations

from pathlib import PurePosixPath, PureWindowsPath
from typing import Any, Final

from smoke_tui.runbook.lint.diagnostics import LintCode, show
from smoke_tui.runbook.schema.context import BAD, Context, spell
from smoke_tui.runbook.schema.positions import Path
from smoke_tui.runbook.schema.scalars import FieldType, Text, refuse
from smoke_tui.runbook.schema.tables import Field, TableOf

COMPARISONS: Final = ("text_drift", "tool_calls")
"""The conditions that compare with a recorded answer."""

_RATIO: Final = r"^(0(\.[0-9]+)?|1(\.0+)?)$"


class Ratio(FieldType, frozen=True):
    """A number from 0 to 1, or its decimal text."""

    def check(self, value: object, at: Path, context: Context) -> Any:
        """Accept a number from 0 to 1."""
        number = value
        if isinstance(value, str):
            try:
                number = float(value) if value[:1].isdigit() else None
            except ValueError:
                number = None
        if isinstance(number, bool) or not isinstance(number, int | float) or not 0 <= number <= 1:
            return refuse(context, at, value, "a number from 0 to 1, such as 0.7")
        return float(number)

    def schema(self) -> dict[str, Any]:
        """A JSON schema of a ratio."""
        number = {"type": "number", "minimum": 0, "maximum": 1}
        return {"anyOf": [number, {"type": "string", "pattern": _RATIO}]}

    def describe(self) -> str:
        """The bounds."""
        return "a number from 0 to 1"


class ProjectPath(FieldType, frozen=True):
    """A path below the project's folder; with `test` a test's node id, whose file is such a path."""

    test: bool = False

    def check(self, value: object, at: Path, context: Context) -> Any:
        """Accept a relative path that does not lead out of the folder."""
        expected = (
            "a test such as tests/x.py::test_y" if self.test else "a path such as baselines/x.txt"
        )
        checked = Text(expected).check(value, at, context)
        if checked is BAD or not isinstance(value, str):
            return BAD
        file, separator, name = value.partition("::") if self.test else (value, "", "")
        if self.test and not (separator and name and file.endswith(".py")):
            return refuse(context, at, value, expected)
        if not _is_below(file):
            message = f"{spell(at)}: {show(value)} is no path below the project's folder"
            return context.refuse(LintCode.OUTSIDE, at, message, value=True)
        return value

    def schema(self) -> dict[str, Any]:
        """A JSON schema of a path."""
        return {"type": "string", "pattern": "\\S"}

    def describe(self) -> str:
        """A path, or a test in it."""
        return "a test, as tests/x.py::test_y" if self.test else "a path below the project's folder"


def _is_below(path: str) -> bool:
    """Whether a path names something below the folder that it is relative to."""
    windows = PureWindowsPath(path)
    parts = PurePosixPath(path).parts
    return bool(
        parts
        and not path.startswith(("/", "~"))
        and not (windows.drive or windows.root)
        and "\\" not in path
        and ".." not in parts
        and "\n" not in path
        and not path.endswith("/")
    )


_BASELINE: Final = Field(
    ProjectPath(), "The recorded answer: a path below the project's folder", required=True
)
_CASE: Final = Field(
    Text("a name", literal=True), "Its name in the calibration log; else RUNBOOK/STEP"
)

TEXT_DRIFT: Final = Field(
    TableOf(
        {
            "baseline": _BASELINE,
            "threshold": Field(Ratio(), "The least ratio, from 0 to 1"),
            "test": Field(
                ProjectPath(test=True),
                "A test whose llm_drift_threshold is taken where no nearer threshold is",
            ),
            "case": _CASE,
        },
        given_only=True,
    ),
    "The answer's text is as close to a recorded one as the threshold asks",
)

TOOL_CALLS: Final = Field(
    TableOf({"baseline": _BASELINE, "case": _CASE}, given_only=True),
    "The answer's tool calls equal the recorded ones, names and arguments alike",
)
