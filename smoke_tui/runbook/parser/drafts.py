"""Read one step's blocks into a draft: its checked values, and which are unreliable."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cached_property
from types import MappingProxyType
from typing import Any

from smoke_tui.regex import regex
from smoke_tui.runbook.kinds import KINDS, STEP_TABLES, Kind
from smoke_tui.runbook.lint.diagnostics import LintCode, Reporter, did_you_mean, show
from smoke_tui.runbook.model import Command, Step
from smoke_tui.runbook.parser.blocks import Fence, Section
from smoke_tui.runbook.parser.commands import read_commands
from smoke_tui.runbook.parser.info_strings import RUN, SHELL, STEP
from smoke_tui.runbook.schema.common_fields import COMMON
from smoke_tui.runbook.schema.context import Context, TemplateUse
from smoke_tui.runbook.schema.foreign_words import kind_hint
from smoke_tui.runbook.schema.positions import Path, Place, Positions
from smoke_tui.runbook.schema.tables import RUN as RUN_BLOCK
from smoke_tui.runbook.schema.tables import TableOf
from smoke_tui.structs import Struct, field

MAX_BLOCK = 8 * 1024
_ID = regex(r"""^[ \t]*id[ \t]*=[ \t]*["']([^"'\n]*)["']""", re.MULTILINE)
_AT = regex(r"\s*\(at (?:line (\d+), column (\d+)|end of document)\)\Z")


def ids_in(text: str) -> list[str]:
    """The ids in a text that can't be parsed as TOML."""
    return _ID.findall(text)


class Draft(Struct, dict=True):
    """A step with the values that could be read; `unread` if its TOML could not be read at all."""

    section: Section
    fence: Fence
    id: str | None
    unread: bool = False
    kind: Kind | None = None
    values: dict[str, Any] = field(default_factory=dict)
    broken: set[str] = field(default_factory=set)
    uses: list[TemplateUse] = field(default_factory=list)
    commands: tuple[Command, ...] = ()
    positions: Positions | None = None

    def place(self, path: Path, value: bool = False) -> Place:
        """Place of a key or its value in the file; of the nearest table if it is absent."""
        if self.positions is not None:
            for end in range(len(path), 0, -1):
                whole = end == len(path)
                first = self.positions.values if value and whole else self.positions.keys
                for places in (first, self.positions.keys, self.positions.values):
                    if path[:end] in places:
                        return self.fence.place(*places[path[:end]])
        return self.fence.line, 1

    def reliable(self, *names: str) -> bool:
        """Whether the values of these fields are what the author wrote."""
        return not self.unread and self.broken.isdisjoint(names)

    @cached_property
    def fields(self) -> Mapping[str, Any]:
        """The checked values, with the defaults of common fields."""
        defaults = {name: common.default for name, common in COMMON.items()}
        return defaults | {name: value for name, value in self.values.items() if value is not None}

    @property
    def effects(self) -> str:
        """What the step changes: its own value, else its kind's default."""
        value = self.values.get("effects")
        return str(value) if value else self.kind.effects if self.kind else "none"


def read_step(section: Section, reporter: Reporter) -> Draft:
    """Read the section's step block and run blocks; problems go to the reporter."""
    fence = section.having(STEP)[0]
    draft = Draft(section, fence, next(iter(ids_in(fence.content)), None))
    for block in section.having(STEP, RUN, SHELL):
        size = len(block.content.encode("utf-8"))
        if size > MAX_BLOCK:
            message = f"the block holds {size} bytes; at most {MAX_BLOCK} fit"
            reporter.add(LintCode.BIG_BLOCK, (block.line, 1), message)
            draft.unread = True
    if draft.unread or not fence.closed:
        draft.unread = True
        return draft
    try:
        _read_toml(draft, reporter)
    except (RecursionError, ValueError) as error:
        draft.unread = True
        cause = "nested too deeply" if isinstance(error, RecursionError) else "a number is too long"
        reporter.add(LintCode.TOML_LIMIT, (fence.line, 1), f"the TOML can't be read: {cause}")
    _read_runs(draft, reporter)
    return draft


def _read_toml(draft: Draft, reporter: Reporter) -> None:
    fence = draft.fence
    try:
        data = tomllib.loads(fence.content)
    except tomllib.TOMLDecodeError as error:
        draft.unread = True
        reporter.add(LintCode.TOML, toml_place(str(error), fence), toml_message(str(error)))
        return
    draft.positions = Positions(fence.content)
    context = Context(draft.place)
    raw_id, raw_kind = data.get("id"), data.get("kind")
    draft.id = raw_id if isinstance(raw_id, str) else draft.id
    draft.kind = KINDS.get(raw_kind) if isinstance(raw_kind, str) else None
    if draft.kind is not None:
        runs = any(block.intended_role in (RUN, SHELL) for block in draft.section.fences)
        extra = (RUN_BLOCK,) if runs else ()
        draft.values = STEP_TABLES[draft.kind.name].check(data, (), context, extra=extra)
    else:
        _read_without_kind(draft, data, context)
    draft.broken = context.broken
    draft.uses = context.uses
    for problem in context.problems:
        reporter.add(
            problem.code,
            problem.place,
            problem.message,
            problem.remedy,
            problem.valid,
            problem.topic,
        )


def _read_without_kind(draft: Draft, data: dict[str, Any], context: Context) -> None:
    # Without a kind only the common fields can be checked.
    kind_fields = {name for kind in KINDS.values() for name in kind.fields}
    common = {key: value for key, value in data.items() if key in COMMON or key not in kind_fields}
    draft.values = TableOf(COMMON, name="a step").check(common, (), context)
    context.suspect(("kind",))
    if isinstance(data.get("kind"), str):
        kind = data["kind"]
        message = f"unknown kind {show(kind)}{did_you_mean(kind, KINDS) or kind_hint(kind)}"
        context.refuse(LintCode.KIND, ("kind",), message, value=True, valid=tuple(KINDS))


def _read_runs(draft: Draft, reporter: Reporter) -> None:
    blocks = draft.section.having(RUN, SHELL)
    for block in blocks:
        if not block.closed:
            draft.broken.add(RUN_BLOCK)
            continue
        commands, uses = read_commands(block, reporter)
        draft.commands += commands
        draft.uses += uses
        if not commands:
            draft.broken.add(RUN_BLOCK)
    if draft.kind is None or not draft.reliable(RUN_BLOCK):
        return
    least, most = draft.kind.commands
    if not blocks or least <= len(draft.commands) <= most:
        return
    allowed = {0: "no run block", 1: "exactly one command" if least else "at most one command"}
    expected = allowed.get(most, f"at most {most} commands")
    message = f"a '{draft.kind.name}' step has {expected}; here are {len(draft.commands)}"
    reporter.add(LintCode.RUN_BLOCKS, (blocks[-1 if most else 0].line, 1), message)


def toml_place(text: str, fence: Fence) -> Place:
    """Place in the file of a `tomllib` message; the fence's last line for its end."""
    match = _AT.search(text)
    if match is None or match[1] is None:
        return fence.last, 1
    return fence.place(int(match[1]), int(match[2]))


def toml_message(text: str) -> str:
    """A `tomllib` message without its place, which is relative to the block."""
    message = _AT.sub("", text)
    return f"the TOML does not parse: {message[:1].lower()}{message[1:]}"


def finish(draft: Draft) -> Step:
    """The step of a draft without errors."""
    assert draft.kind is not None
    kind_fields = {
        name: draft.values.get(name) if name in draft.values else kind_field.default
        for name, kind_field in draft.kind.fields.items()
    }
    retry = draft.fields["retry"]
    return Step(
        id=draft.values["id"],
        kind=draft.kind.name,
        title=draft.section.title,
        prose=draft.section.prose,
        line=draft.section.line,
        fence_line=draft.fence.line,
        commands=draft.commands,
        proof=draft.fields["proof"],
        fallback=draft.fields["fallback"],
        needs=draft.fields["needs"],
        effects=draft.effects,
        spend=draft.fields["spend"],
        timeout=draft.fields["timeout"],
        guards=draft.fields["guards"],
        expect=draft.fields["expect"],
        rules=draft.fields["on"],
        retry_max=retry["max"] if retry else 0,
        restart=draft.fields["restart"],
        set_env=draft.fields["set_env"],
        env=MappingProxyType(dict(draft.fields["env"])),
        capture=draft.fields["capture"],
        fields=MappingProxyType(kind_fields),
    )
