"""What reading one table collects: problems, and the templates that were seen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from smoke_tui.runbook.lint.diagnostics import LintCode
from smoke_tui.runbook.schema.positions import Path, Place


class Bad:
    """The type of ``BAD``."""

    def __repr__(self) -> str:
        return "BAD"


BAD: Final = Bad()
"""Stands for a value that was refused; the problem is already noted."""


@dataclass(frozen=True)
class Use:
    """A template at a place; ``where`` is command, shell, url or value.

    ``name`` is None where malformed.
    """

    name: str | None
    raw: str
    place: Place
    where: str


@dataclass
class Context:
    """Notes problems at the paths of one table; ``locate`` turns a path into line and column."""

    locate: Callable[[Path, bool], Place]
    problems: list[tuple[LintCode, Place, str, str | None]] = field(default_factory=list)
    broken: set[str] = field(default_factory=set)
    uses: list[Use] = field(default_factory=list)

    def refuse(
        self,
        rb: LintCode,
        at: Path,
        message: str,
        remedy: str | None = None,
        *,
        value: bool = False,
    ) -> Bad:
        """Note a problem at a key, or with ``value`` at its value."""
        self.problems.append((rb, self.locate(at, value), message, remedy))
        self.suspect(at)
        return BAD

    def warn(self, rb: LintCode, at: Path, message: str | None = None) -> None:
        """Note a problem that leaves the value as it is."""
        self.problems.append((rb, self.locate(at, True), message or rb.sentence, None))

    def suspect(self, at: Path) -> None:
        """Remember that the field can't be relied on, so that one mistake stays one finding."""
        if at:
            self.broken.add(str(at[0]))

    def line(self, at: Path) -> int:
        """The line of a key."""
        return self.locate(at, False)[0]


def spell(at: Path) -> str:
    """A path as a person writes it: ``on.3.match``, counted from 1."""
    return ".".join(str(part + 1) if isinstance(part, int) else part for part in at)
