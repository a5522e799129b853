"""What should happen: a runbook and its steps, as plain frozen data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal

from smoke_tui.outcomes import Outcome
from smoke_tui.runbook.lint.diagnostics import Diagnostic


@dataclass(frozen=True)
class Command:
    """One command line of a run block; with ``shell``, a whole block for ``/bin/sh -c``."""

    argv: tuple[str, ...]
    shell: bool
    line: int
    text: str


@dataclass(frozen=True)
class Spend:
    """The cap of a step that spends: calls of a subscription, or US dollars."""

    kind: Literal["subscription", "metered"]
    max_calls: int | None
    max_usd: Decimal | None


@dataclass(frozen=True)
class Guard:
    """A condition looked at before the step; ``test`` is file, command, env or url."""

    test: str
    value: str
    why: str
    line: int


@dataclass(frozen=True)
class Condition:
    """One word of the match language with its value.

    ``json`` holds the path in ``value``, ``is`` or ``equals`` in ``test`` and what is
    wanted in ``operand``; every other word leaves these two empty.
    """

    word: str
    value: Any
    test: str = ""
    operand: Any = None


@dataclass(frozen=True)
class Match:
    """Conditions that must all hold, in the order they were written."""

    conditions: tuple[Condition, ...]
    line: int

    def get(self, word: str) -> Condition | None:
        """The condition of this word, if it was given."""
        return next((c for c in self.conditions if c.word == word), None)


@dataclass(frozen=True)
class Rule:
    """One ``[[on]]`` rule: an outcome with its reason, or the fallback to go to."""

    match: Match
    outcome: Outcome | None
    why: str | None
    goto: str | None
    line: int
    index: int


@dataclass(frozen=True)
class Capture:
    """A value kept for later steps, found by a JSON path or by a pattern with one group."""

    name: str
    json: str | None
    pattern: str | None
    type: Literal["text", "int", "json"] = "text"
    secret: bool = False


@dataclass(frozen=True)
class Ready:
    """How to see that a service is ready: one of an URL, a host:port, a line of output.

    ``status`` belongs to ``http``; ``timeout`` is in seconds.
    """

    http: str | None
    tcp: str | None
    line: str | None
    status: int = 200
    timeout: float | None = None


@dataclass(frozen=True)
class Step:
    """One step. ``prose`` is its Markdown without step and run blocks; ``timeout`` is seconds.

    ``fields`` holds every field of the step's kind, None where it was not given.
    """

    id: str
    kind: str
    title: str
    prose: str
    line: int
    fence_line: int
    commands: tuple[Command, ...] = ()
    proof: bool = False
    fallback: bool = False
    needs: tuple[str, ...] = ()
    effects: str = "none"
    spend: Spend | None = None
    timeout: float | None = None
    guards: tuple[Guard, ...] = ()
    expect: tuple[Match, ...] = ()
    rules: tuple[Rule, ...] = ()
    retry_max: int = 0
    restart: tuple[str, ...] = ()
    set_env: str | None = None
    env: Mapping[str, str] = field(default_factory=dict, hash=False)
    capture: tuple[Capture, ...] = ()
    fields: Mapping[str, Any] = field(default_factory=dict, hash=False)


@dataclass(frozen=True)
class Runbook:
    """A whole runbook; ``sha256`` is of ``text`` in UTF-8, byte for byte as it was read.

    ``warnings`` are what lint says of what was to run; they stand in result and report.
    """

    id: str
    title: str
    issue: str | None
    requires_origin: str | None
    budget_usd: Decimal | None
    model: str | None
    path: str
    text: str
    sha256: str
    steps: tuple[Step, ...]
    warnings: tuple[Diagnostic, ...] = field(default=(), compare=False)

    def step(self, step_id: str) -> Step:
        """The step with this id. Raises KeyError, naming the ids there are."""
        for step in self.steps:
            if step.id == step_id:
                return step
        known = ", ".join(step.id for step in self.steps)
        raise KeyError(f"no step '{step_id}' in runbook '{self.id}' (it has {known})")


def limit_of(step: Step) -> float | None:
    """The step's time limit in seconds: its own, or that of its readiness probe."""
    ready = step.fields.get("ready")
    return step.timeout or (ready.timeout if isinstance(ready, Ready) else None)
