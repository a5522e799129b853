"""A finding as text: its place and message, the source line with a mark under it, and help."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable
from typing import Final

from smoke_tui.regex import regex
from smoke_tui.runbook.lint.diagnostics import ERROR, Diagnostic

_TOKEN: Final = regex(r"\{\{[^}]*\}\}|\"(?:[^\"\\]|\\.)*\"|'[^']*'|`{3,}|[^\s=,\[\]{}:]+")
_TAB: Final = "    "
_WIDTH: Final = 100


def report(finding: Diagnostic) -> list[str]:
    """The lines that show one finding."""
    gutter = len(str(finding.line)) + 1
    edge = f"{'':{gutter}} "
    lines = [str(finding)]
    if finding.source_line.strip():
        lines.append(f"{finding.line:>{gutter}} | {_shown(finding.source_line)}")
        lines.append(f"{edge}| {_mark(finding.source_line, finding.col)}")
    if finding.valid:
        lines += _folded(f"{edge}= valid: ", finding.valid)
    lines.append(f"{edge}= help: {finding.remedy} (smoke-tui explain {finding.topic})")
    return lines


def totals(runbooks: int, findings: Iterable[Diagnostic]) -> str:
    """How many findings there are, errors and warnings apart."""
    severities = [finding.severity for finding in findings]
    errors = severities.count(ERROR)
    return ", ".join(
        f"{count} {noun if count == 1 else f'{noun}s'}"
        for count, noun in (
            (runbooks, "runbook"),
            (errors, "error"),
            (len(severities) - errors, "warning"),
        )
    )


def _shown(source: str) -> str:
    return source.rstrip().replace("\t", _TAB)


def _mark(source: str, col: int) -> str:
    """Marks under the key or value that begins at a column (from 1)."""
    token = _TOKEN.match(source, col - 1)
    width = len(token[0]) if token else 1
    return f"{' ' * len(source[: col - 1].replace(chr(9), _TAB))}{'^' * width}"


def _folded(head: str, names: tuple[str, ...]) -> list[str]:
    return textwrap.wrap(
        ", ".join(names),
        _WIDTH,
        initial_indent=head,
        subsequent_indent=" " * len(head),
        break_long_words=False,
        break_on_hyphens=False,
    )
