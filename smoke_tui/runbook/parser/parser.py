"""Parse a runbook: file to text, text to blocks, blocks to steps; then lint all steps."""

from __future__ import annotations

import errno
import hashlib
import os
from collections.abc import Callable
from typing import Any, Final

from smoke_tui.files import NotRegularError, open_plain
from smoke_tui.regex import regex
from smoke_tui.runbook.lint.diagnostics import ABOUT_PROSE, Diagnostic, LintCode, Reporter
from smoke_tui.runbook.lint.hidden_secrets import HiddenText, hidden_in_step, hidden_in_text
from smoke_tui.runbook.lint.rules import Drafts, lint
from smoke_tui.runbook.model import Runbook
from smoke_tui.runbook.parser.blocks import Document, Section, read_blocks
from smoke_tui.runbook.parser.drafts import Draft, finish, ids_in, read_step
from smoke_tui.runbook.parser.frontmatter import read_front_matter
from smoke_tui.runbook.parser.info_strings import RUN, SHELL, STEP
from smoke_tui.structs import Struct, replace

MAX_FILE: Final = 256 * 1024

# Control characters and bidirectional overrides.
_INVISIBLE = regex("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


class Parsed(Struct, frozen=True):
    """The runbook (None if there is an error) and every finding, by place."""

    runbook: Runbook | None
    diagnostics: tuple[Diagnostic, ...]


def load(path: str | os.PathLike[str]) -> Parsed:
    """Read a runbook file. Never raises: what can't be read is a finding.

    Links and anything but regular files are refused without being followed or waited for.
    """
    name = os.fspath(path)
    try:
        handle = open_plain(name)
    except NotRegularError:
        return _refused(name, LintCode.NOT_A_FILE)
    except (OSError, ValueError) as error:
        link = isinstance(error, OSError) and error.errno in (errno.ELOOP, errno.EMLINK)
        reason = error.strerror if isinstance(error, OSError) and error.strerror else "bad name"
        return _refused(
            name, LintCode.LINK if link else LintCode.UNREADABLE, None if link else reason
        )
    try:
        with os.fdopen(handle, "rb") as file:
            data = file.read(MAX_FILE + 1)
    except OSError as error:
        return _refused(name, LintCode.UNREADABLE, error.strerror)
    return parse(data, name)


def _refused(path: str, code: LintCode, reason: str | None = None) -> Parsed:
    reporter = Reporter(path)
    reporter.add(code, (1, 1), f"{code.sentence}: {reason}" if reason else None)
    return Parsed(None, reporter.all())


def parse(text: str | bytes, path: str, tolerated: frozenset[LintCode] = frozenset()) -> Parsed:
    """Parse a runbook's text; `path` is only named in findings. Never raises.

    `tolerated` errors count as warnings; `LintCode.HIDDEN` among them is not checked at all.
    """
    data = text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")
    if len(data) > MAX_FILE:
        return _refused(path, LintCode.TOO_LARGE)
    try:
        whole = data.decode("utf-8")
    except UnicodeDecodeError as error:
        return _not_utf8(path, data, error)
    lines = whole.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    hidden = [] if LintCode.HIDDEN in tolerated else hidden_in_text(whole)
    reporter = Reporter(path, _without(lines, hidden), tolerated)
    for number, line in enumerate(lines, start=1):
        invisible = _INVISIBLE.search(line)
        if invisible is not None:
            message = f"the character U+{ord(invisible[0]):04X} can't be seen, and can mislead"
            reporter.add(LintCode.UNSEEN, (number, invisible.start() + 1), message)
    front, first = read_front_matter(lines, reporter)
    document = read_blocks(lines, first)
    drafts = _read_sections(document, reporter)
    if not drafts and 0 < first < len(lines) and not _has_intended_steps(document):
        reporter.add(LintCode.NO_STEPS, (len(lines), 1))
    lint(Drafts(drafts, frozenset(_unread_ids(document))), reporter)
    lines_with_errors = {finding.line for finding in reporter.all() if finding.severity == "error"}
    for place in hidden:
        # A line with an error already gets no second one.
        if place.line not in lines_with_errors:
            reporter.add(
                LintCode.HIDDEN,
                (place.line, place.col),
                f"the line holds {place.what}",
            )
    if reporter.failed:
        return Parsed(None, reporter.all())
    warnings = tuple(finding for finding in reporter.all() if finding.code not in ABOUT_PROSE)
    runbook = replace(_runbook(front, drafts, path, whole, data), warnings=warnings)
    for step in runbook.steps if LintCode.HIDDEN not in tolerated else ():
        for place in hidden_in_step(step):
            reporter.add(
                LintCode.HIDDEN,
                (place.line, place.col),
                f"the step '{step.id}' holds {place.what}",
            )
    return Parsed(None if reporter.failed else runbook, reporter.all())


def _without(lines: list[str], hidden: list[HiddenText]) -> list[str]:
    """The lines as they may be shown: empty where something is hidden."""
    hidden_lines = {place.line for place in hidden}
    return ["" if number in hidden_lines else line for number, line in enumerate(lines, 1)]


def _not_utf8(path: str, data: bytes, error: UnicodeDecodeError) -> Parsed:
    before = data[: error.start]
    reporter = Reporter(path)
    line = before.count(b"\n") + 1
    col = len(before[before.rfind(b"\n") + 1 :].decode("utf-8", "replace")) + 1
    message = f"the byte 0x{data[error.start]:02X} is not UTF-8"
    reporter.add(LintCode.NOT_UTF8, (line, col), message)
    return Parsed(None, reporter.all())


def _read_sections(document: Document, reporter: Reporter) -> list[Draft]:
    for fence in document.fences():
        if not fence.closed:
            message = "the code fence opened here is never closed"
            reporter.add(LintCode.UNCLOSED, (fence.line, 1), message)
        if fence.role is not None and not fence.top:
            message = f"a '{fence.role}' block inside a list or quote is not part of a step"
            reporter.add(LintCode.MISPLACED, (fence.line, 1), message)
        elif fence.role is None and fence.intended_role is not None:
            message = f"'{fence.info[:48]}' is an example; did you mean '{fence.intended_role}'?"
            reporter.add(LintCode.NEAR_INFO, (fence.line, 1), message)
    for line, _ in document.hidden:
        message = "a block inside HTML or indented code is not part of a step"
        reporter.add(LintCode.MISPLACED, (line, 1), message)
    for fence in document.early:
        if fence.top and fence.role is not None:
            message = f"a '{fence.role}' block before the first level-2 heading"
            reporter.add(LintCode.NO_HEADING, (fence.line, 1), message)
    return [draft for s in document.sections if (draft := _read_section(s, reporter)) is not None]


def _read_section(section: Section, reporter: Reporter) -> Draft | None:
    steps = section.having(STEP)
    for duplicate in steps[1:]:
        message = f"a second step block under this heading (first on line {steps[0].line})"
        reporter.add(LintCode.TWO_STEPS, (duplicate.line, 1), message)
    if steps:
        return read_step(section, reporter)
    # A misspelled step block, or one inside an open fence, is reported already.
    reported = any(fence.intended_role == STEP or not fence.closed for fence in section.fences)
    for run in section.having(RUN, SHELL):
        if not reported:
            reporter.add(LintCode.LONE_RUN, (run.line, 1))
    return None


def _has_intended_steps(document: Document) -> bool:
    """Whether a block was intended as a step, though none could be read as one."""
    return bool(document.hidden) or any(f.intended_role or not f.closed for f in document.fences())


def _unread_ids(document: Document) -> set[str]:
    """Ids in blocks that were intended as steps; references to them are not reported."""
    ids: set[str] = set()
    for _, text in document.hidden:
        ids.update(ids_in(text))
    for fences in (document.early, *(section.fences for section in document.sections)):
        step_fence = next((f for f in fences if f.top and f.role == STEP), None)
        if fences is document.early:
            step_fence = None
        for fence in fences:
            if not fence.closed or (fence.intended_role == STEP and fence is not step_fence):
                ids.update(ids_in(fence.content))
    return ids


def _runbook(
    front: dict[str, Any], drafts: list[Draft], path: str, text: str, data: bytes
) -> Runbook:
    get: Callable[[str], Any] = front.get
    return Runbook(
        id=front["id"],
        title=front["title"],
        issue=get("issue"),
        requires_origin=get("requires_origin"),
        budget_usd=get("budget_usd"),
        model=get("model"),
        rehearse_in=get("rehearse_in"),
        path=path,
        text=text,
        sha256=hashlib.sha256(data).hexdigest(),
        steps=tuple(finish(draft) for draft in drafts),
    )
