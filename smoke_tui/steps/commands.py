"""What steps that start commands share: environment, following a child, captured values."""

from __future__ import annotations

import json
import re
from typing import Any

from smoke_tui.journal.events.decisions import Captured, ValueProvided
from smoke_tui.journal.events.facts import (
    ProcessExited,
    ProcessMissing,
    ProcessOutput,
    ProcessParsed,
)
from smoke_tui.journal.stream import Fact
from smoke_tui.redaction import Secret
from smoke_tui.runbook.json_path import dig, parse_path
from smoke_tui.runbook.model import Capture, Command
from smoke_tui.steps.stand_in import REHEARSED_ENV
from smoke_tui.structs import Struct
from smoke_tui.world.context import StepContext
from smoke_tui.world.conversation import Conversation
from smoke_tui.world.requests.processes import Spawn
from smoke_tui.world.resources import StepError
from smoke_tui.world.values import Sensitive, Text, show


def children_env(ctx: StepContext) -> tuple[tuple[str, Text], ...]:
    """What the step declares for its children, and the variables this session has set."""
    declared = [(name, ctx.fill(value)) for name, value in ctx.step.env.items()]
    closed = REHEARSED_ENV.items() if ctx.config.in_own_folder else ()
    return (*closed, *declared, *ctx.resources.variables.items())


def spawn_spec(ctx: StepContext, command: Command) -> Spawn:
    """A runbook's command as a child: no shell unless its block says so."""
    return Spawn(
        tuple(ctx.fill(part) for part in command.argv),
        ctx.config.project,
        env=children_env(ctx),
        path_prepend=ctx.config.path_prepend,
    )


class Ended(Struct):
    """A child that ended: its exit status, its standard output, secrets of a hidden one."""

    code: int
    text: str
    parsed: Fact | None


async def run_to_end(ctx: StepContext, child: Conversation) -> Ended:
    """Follow a child to its end.

    Raises:
        StepError: it could not be started (`command-missing`).
    """
    text: list[str] = []
    parsed = None
    while True:
        fact = await child.next()
        match fact.body:
            case ProcessMissing(problem):
                raise StepError("command-missing", problem)
            case ProcessOutput(source="out") as output:
                text.append(output.text)
            case ProcessParsed():
                parsed = fact
            case ProcessExited(code):
                return Ended(code, "".join(text), parsed)


def sensitive_of(captures: tuple[Capture, ...]) -> tuple[Sensitive, ...]:
    """The secret captures of a step, as leaves of its output's JSON."""
    return tuple(Sensitive(c.name, _path(c), c.name) for c in captures if c.secret)


def public_of(captures: tuple[Capture, ...]) -> tuple[tuple[str, ...], ...]:
    """The paths of a step's public captures: all that is kept of a hidden output."""
    return tuple(_path(c) for c in captures if not c.secret and not c.pattern)


def _path(capture: Capture) -> tuple[str, ...]:
    return tuple(str(part) for part in parse_path(capture.json or capture.name))


def take_captures(ctx: StepContext, ended: Ended) -> None:
    """Keep what the step captures for later steps: all of it, or nothing.

    Raises:
        StepError: a value is not there (`expectation-unmet`).
    """
    document = (
        ended.parsed.expect(ProcessParsed).document if ended.parsed else printed_json(ended.text)
    )
    secrets = ended.parsed.secrets if ended.parsed else {}
    captured = {
        capture.name: secrets.get(capture.name)
        if capture.secret
        else _find(capture, document, ended.text)
        for capture in ctx.step.capture
    }
    for capture in ctx.step.capture:
        if captured[capture.name] is None:
            raise _lacking(capture)
    for capture in ctx.step.capture:
        value = captured[capture.name]
        if isinstance(value, Secret):
            ctx.resources.secrets[capture.name] = value
            # A later program does not have it: it is gone with this one.
            ctx.decide(ValueProvided(capture.name))
        else:
            ctx.resources.values[capture.name] = value
        ctx.decide(Captured(capture.name, show(value)))


def _lacking(capture: Capture) -> StepError:
    where = f"JSON path {capture.json}" if capture.json else f"pattern {capture.pattern}"
    return StepError("expectation-unmet", f"The output holds no {capture.name} ({where}).")


def _find(capture: Capture, document: object, text: str) -> object:
    if capture.pattern:
        match = re.search(capture.pattern, text, re.MULTILINE)
        value: Any = match.group(1) if match else None
    else:
        value = dig(document, capture.json or capture.name)[1]
    if value is None or (isinstance(value, str) and not value.strip()):
        # An empty text names nothing that a later step could mean.
        return None
    if capture.type == "int":
        return int(value) if re.fullmatch(r"-?\d{1,18}", str(value)) else None
    return value if capture.type == "json" else str(value)


def printed_json(text: str) -> object:
    """The JSON that an output is as a whole, else the object on the last line that holds one."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return last_object(text)


def last_object(text: str) -> object:
    """The JSON object on the last line that holds one, or None."""
    for line in reversed(text.splitlines()):
        if line.lstrip().startswith("{"):
            try:
                return json.loads(line)
            except (ValueError, RecursionError):
                continue
    return None
