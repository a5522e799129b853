"""Lint recorded exchanges: what is no cassette, and what holds a secret.

It never counts as clean what it has not read: a broken file is a finding, and no file at all is no
pass. Files of other programs are held against the same rules.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Final

from smoke_tui.judging.cases import CaseError
from smoke_tui.outcomes import Exit, worst_exit
from smoke_tui.structs import Struct
from smoke_tui.world.cassettes import yaml_text
from smoke_tui.world.cassettes.cassette import CassetteError, parse_cassette
from smoke_tui.world.cassettes.secret_search import RANDOM, SECRET, Finding, SecretSearcher
from smoke_tui.world.cassettes.store import (
    SIDE_SUFFIXES,
    case_files_below,
    lint_files_below,
    may_be_cassette,
    path_of,
    read_case,
    read_text,
)
from smoke_tui.world.yaml_nodes import YamlTextError

INVALID: Final = "invalid"
MISSING: Final = "missing"


class LintLine(Struct, frozen=True):
    """One finding in one file: `path:line: code message`."""

    path: str
    line: int
    code: str
    message: str

    def text(self) -> str:
        """The finding as it is printed."""
        return f"{self.path}:{self.line}: {self.code} {self.message}"


class LintResult(Struct, frozen=True):
    """The findings of one pass, and how many cassettes were checked."""

    lines: tuple[LintLine, ...]
    checked: int

    @property
    def exit(self) -> Exit:
        """7 on a secret, 3 on a file that can't be read, 5 where there was none or a path is not there."""
        codes = {line.code for line in self.lines}
        return worst_exit(
            [
                *([Exit.SECRET] if SECRET in codes else []),
                *([Exit.INVALID] if INVALID in codes else []),
                *([Exit.NOTHING] if self.checked == 0 or MISSING in codes else []),
            ]
        )

    def summary(self) -> str:
        """The last line of the output."""
        if self.checked == 0 and not any(line.code == INVALID for line in self.lines):
            return "0 cassettes: nothing was checked"
        secrets = sum(line.code == SECRET for line in self.lines)
        invalid = sum(line.code == INVALID for line in self.lines)
        unsure = sum(line.code == RANDOM for line in self.lines)
        found_text = [f"{n} {what}" for n, what in (
            (secrets, "place(s) with a secret"), (invalid, "invalid file(s)"),
            (unsure, "random text(s) to look at"),
        ) if n]  # fmt: skip
        return f"{_cassettes(self.checked)} checked: {', '.join(found_text) or 'no secret'}"


def _cassettes(count: int) -> str:
    return f"{count} cassette" + ("" if count == 1 else "s")


class LintInput(Struct, frozen=True):
    """A file to check. `named`: it was named itself, so it has to be a cassette."""

    path: str
    text: str
    sensitive: frozenset[str] = frozenset()
    named: bool = False


def lint_texts(inputs: Iterable[LintInput]) -> LintResult:
    """Check texts, wherever they come from."""
    lines: list[LintLine] = []
    checked = 0
    for item in inputs:
        if item.path.endswith(SIDE_SUFFIXES):
            lines += _lint_side(item)
            continue
        if not may_be_cassette(Path(item.path), item.text, named=item.named):
            continue
        checked += 1
        lines += lint_text(item)
    return LintResult(tuple(lines), checked)


def lint_paths(paths: Iterable[Path]) -> LintResult:
    """Check files, and all YAML files below folders.

    Raises:
        OSError: a folder can't be read.
    """
    lines: list[LintLine] = []
    checked = 0
    for path in paths:
        if not path.exists():
            lines.append(LintLine(str(path), 1, MISSING, "there is no such file or folder"))
            continue
        for file in lint_files_below(path):
            result = _lint_file(file, named=not path.is_dir())
            checked += result.checked
            lines += result.lines
        lines += _broken_cases(path)
    return LintResult(tuple(lines), checked)


def _lint_file(file: Path, *, named: bool) -> LintResult:
    try:
        text = read_text(file)
    except CassetteError as error:
        if not may_be_cassette(file, "", named=named):
            return LintResult((), 0)
        return LintResult((LintLine(str(file), error.line, INVALID, error.problem),), 1)
    return lint_texts([LintInput(str(file), text, sensitive_names(file), named)])


def _lint_side(item: LintInput) -> list[LintLine]:
    """Secrets in a case file or change record; other files of these kinds are none of ours."""
    path = Path(item.path)
    if not ("smoke-case/" in item.text or path.name.endswith(".changes.jsonl")):
        return []
    searcher = SecretSearcher(item.sensitive)
    return [
        LintLine(item.path, number, finding.code, finding.message())
        for number, text in enumerate(item.text.splitlines(), 1)
        for finding in searcher.search_line(number, text, "the line")
    ]


def sensitive_names(file: Path) -> frozenset[str]:
    """The names that the case of a cassette declares; a broken case file is its own finding."""
    case_file = path_of(file).case_file
    try:
        return frozenset(read_case(case_file).sensitive) if case_file.is_file() else frozenset()
    except CaseError:
        return frozenset()


def _broken_cases(path: Path) -> list[LintLine]:
    """Case files that can't be read: what they declare as sensitive would be missed."""
    broken = []
    files = case_files_below(path) if path.is_dir() else [path_of(path).case_file]
    for file in files:
        if file.is_file():
            try:
                read_case(file)
            except CaseError as error:
                place = str(error).removeprefix(f"{file}:")
                number, _, rest = place.partition(": ")
                line = int(number) if number.isdigit() else 1
                broken.append(
                    LintLine(str(file), line, INVALID, rest if number.isdigit() else place.strip())
                )
    return broken


def lint_text(item: LintInput) -> list[LintLine]:
    """The findings of one cassette's text, by line; also of one that does not parse."""
    searcher = SecretSearcher(item.sensitive)
    findings: list[Finding] = list(searcher.search_line(1, Path(item.path).name, "the file's name"))
    lines: list[LintLine] = []
    try:
        parse_cassette(item.text, item.path)
    except CassetteError as error:
        lines.append(LintLine(item.path, error.line, INVALID, error.problem))
    try:
        tree = yaml_text.parse_tree(item.text)
        for scalar in yaml_text.scalars(tree) if tree is not None else ():
            findings += searcher.search(scalar)
    except YamlTextError:
        # What can't be parsed is still searched, line by line.
        tree = None
    places = {(finding.line, finding.kind) for finding in findings}
    kinds = {finding.kind for finding in findings if finding.code == SECRET}
    for number, text in enumerate(item.text.splitlines(), 1):
        if tree is not None and "#" not in text:
            continue
        comment = text if tree is None else text[text.index("#") :]
        for finding in searcher.search_line(number, comment, "the line"):
            if (number, finding.kind) not in places and (tree is None or finding.kind not in kinds):
                findings.append(finding)
    lines += [LintLine(item.path, f.line, f.code, f.message()) for f in findings]
    return sorted(dict.fromkeys(lines), key=lambda line: (line.line, line.code, line.message))
