"""What checking one table collects: problems and the uses of templates."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from smoke_tui.runbook.lint.diagnostics import LintCode
from smoke_tui.runbook.schema.positions import Path, Place
from smoke_tui.structs import Struct, field


class Bad:
    """The type of `BAD`."""

    def __repr__(self) -> str:
        return "BAD"


STEP_TOPIC: Final = "step"
"""The topic that explains a step's own keys."""

BAD: Final = Bad()
"""Replaces a refused value; its problem is already recorded."""


class TemplateUse(Struct, frozen=True):
    """A template in a step; `name` is None if it is malformed.

    `where` is command, shell, env, url, stand_in or value.
    """

    name: str | None
    raw: str
    place: Place
    where: str


class Problem(Struct, frozen=True):
    """One problem of a table; without a `remedy` that of its code holds."""

    code: LintCode
    place: Place
    message: str
    remedy: str | None = None
    valid: tuple[str, ...] = ()
    topic: str = ""


class Context(Struct):
    """Records problems in one table; `locate(path, value)` returns a path's line and column."""

    locate: Callable[[Path, bool], Place]
    problems: list[Problem] = field(default_factory=list)
    broken: set[str] = field(default_factory=set)
    uses: list[TemplateUse] = field(default_factory=list)

    def refuse(
        self,
        code: LintCode,
        at: Path,
        message: str,
        remedy: str | None = None,
        *,
        value: bool = False,
        valid: tuple[str, ...] = (),
    ) -> Bad:
        """Record a problem at a key, or with `value` at its value, which is then unusable.

        `valid` are the keys or values that would fit there.
        """
        self.problems.append(
            Problem(code, self.locate(at, value), message, remedy, valid, _topic(code, at))
        )
        self.suspect(at)
        return BAD

    def warn(self, code: LintCode, at: Path, message: str | None = None) -> None:
        """Record a problem that leaves the value usable."""
        self.problems.append(Problem(code, self.locate(at, True), message or code.sentence))

    def suspect(self, at: Path) -> None:
        """Mark a field as unreliable, so that checks over all steps skip it."""
        if at:
            self.broken.add(str(at[0]))

    def line(self, at: Path) -> int:
        """The line of a key."""
        return self.locate(at, False)[0]


def _topic(code: LintCode, at: Path) -> str:
    """What explains a problem: the step's own keys, or the field that it is in."""
    if code is LintCode.UNKNOWN_KEY and len(at) < 2:
        return STEP_TOPIC
    return str(at[0]) if at else ""


def spell(at: Path) -> str:
    """A path as text, with indexes from 1: `on.3.match`."""
    return ".".join(str(part + 1) if isinstance(part, int) else part for part in at)
