"""The model of a runbook and its steps, as frozen data."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Literal

from smoke_tui.outcomes import Outcome
from smoke_tui.runbook.lint.diagnostics import Diagnostic
from smoke_tui.structs import Struct, field


class Command(Struct, frozen=True):
    """One command line of a run block; with `shell`, a whole block for `/bin/sh -c`."""

    argv: tuple[str, ...]
    shell: bool
    line: int
    text: str


class Spend(Struct, frozen=True):
    """The cap of a step that spends: calls of a subscription, or US dollars."""

    kind: Literal["subscription", "metered"]
    max_calls: int | None
    max_usd: Decimal | None


class Guard(Struct, frozen=True):
    """A condition checked before the step; `test` is file, command, env or url."""

    test: str
    value: str
    why: str
    line: int


class Condition(Struct, frozen=True):
    """One condition of a match; `word` is its key.

    For `json`, `value` is the path, `test` is `is` or `equals`, and `operand` the expected value;
    all other conditions leave `test` and `operand` empty.
    """

    word: str
    value: Any
    test: str = ""
    operand: Any = None


class Match(Struct, frozen=True):
    """Conditions that must all hold, in the order they were written."""

    conditions: tuple[Condition, ...]
    line: int

    def get(self, word: str) -> Condition | None:
        """The condition with this word, if there is one."""
        return next((c for c in self.conditions if c.word == word), None)


class Rule(Struct, frozen=True):
    """One `[[on]]` rule: an outcome with its reason, or the fallback to go to."""

    match: Match
    outcome: Outcome | None
    why: str | None
    goto: str | None
    line: int
    index: int


class Capture(Struct, frozen=True):
    """A value kept for later steps, located by a JSON path or a pattern with one group."""

    name: str
    json: str | None
    pattern: str | None
    type: Literal["text", "int", "json"] = "text"
    secret: bool = False


class Ready(Struct, frozen=True):
    """A service's readiness probe: one of a URL, a host:port, a line of output.

    `status` belongs to `http`; `timeout` is in seconds.
    """

    http: str | None
    tcp: str | None
    line: str | None
    status: int = 200
    timeout: float | None = None


class StandIn(Struct, frozen=True):
    """What answers in a rehearsal in place of the product: of commands, or of an address."""

    exit: int = 0
    output: str = ""
    status: int | None = None
    body: str = ""


class Step(Struct, frozen=True):
    """One step. `prose` is its Markdown without step and run blocks; `timeout` is seconds.

    `fields` holds every field of the step's kind, None where it is absent.
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
    env: Mapping[str, str] = field(default_factory=dict)
    capture: tuple[Capture, ...] = ()
    fields: Mapping[str, Any] = field(default_factory=dict)


class Runbook(Struct, frozen=True):
    """A whole runbook; `sha256` is that of the file's bytes, of which `text` is the decoded form.

    `warnings` are lint's findings about what is executed; result and report show them.
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
    rehearse_in: str | None = None
    warnings: tuple[Diagnostic, ...] = ()

    def step(self, step_id: str) -> Step:
        """The step with this id.

        Raises:
            KeyError: there is none; the message names the ids.
        """
        for step in self.steps:
            if step.id == step_id:
                return step
        ids = ", ".join(step.id for step in self.steps)
        raise KeyError(f"no step '{step_id}' in runbook '{self.id}' (it has {ids})")


def limit_of(step: Step) -> float | None:
    """The step's time limit in seconds: its own, or that of its readiness probe."""
    ready = step.fields.get("ready")
    return step.timeout or (ready.timeout if isinstance(ready, Ready) else None)
