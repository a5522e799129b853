"""The table of lint codes, one finding, and the reporter that collects findings."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from enum import Enum
from functools import lru_cache
from typing import Final, Literal

from smoke_tui.structs import Struct

Severity = Literal["error", "warning"]
ERROR: Final = "error"
WARNING: Final = "warning"


class LintCode(Enum):
    """Every code: its number, severity, meaning and remedy."""

    # fmt: off
    UNREADABLE = ("RB001", ERROR, "the file can't be read", "Check the path and its rights.")
    LINK = ("RB002", ERROR, "the file is a link", "Give the path of the file itself.")
    NOT_A_FILE = ("RB003", ERROR, "this is no regular file", "Give the path of a Markdown file.")
    TOO_LARGE = ("RB004", ERROR, "the file is larger than 256 KiB", "Split the runbook.")
    NOT_UTF8 = ("RB005", ERROR, "the text is not UTF-8", "Save the file as UTF-8.")
    UNSEEN = ("RB006", ERROR, "a character that nobody sees and that can mislead a terminal",
              "Delete the character.")

    HIDDEN = ("RB007", ERROR,
        "what looks like a secret, or a placeholder of one",
        "Take it from a setting, the environment or a captured value; the record hides it here.")

    NO_FRONT = ("RB010", ERROR,
        "the runbook has no front matter",
        "Begin the file with a line '---', the keys schema, id and title, and a line '---'.")
    FRONT_OPEN = ("RB011", ERROR, "the front matter is never closed", "End it with a line '---'.")
    FRONT_LINE = ("RB012", ERROR, "a line of the front matter is no 'key: value'",
                  "Write one 'key: value' on each line, without indentation.")
    FRONT_KEY = ("RB013", ERROR, "an unknown key in the front matter", "Remove or rename the key.")
    FRONT_TWICE = ("RB014", ERROR, "a key given twice in the front matter", "Keep one of the two.")
    FRONT_MISSING = ("RB015", ERROR, "a required key of the front matter is missing", "Add it.")
    FRONT_VALUE = ("RB016", ERROR, "a value of the front matter is not accepted",
                   "Correct the value.")

    UNCLOSED = ("RB020", ERROR, "a code fence is never closed",
                "Close it with a line of the same marks; everything below counts as part of it.")
    MISPLACED = ("RB021", ERROR,
        "a step or run block where it can't take effect",
        "Move the block to the left margin, outside lists, quotes, HTML and indented code.")
    TWO_STEPS = ("RB022", ERROR, "two step blocks under one heading",
                 "Give the second step a level-2 heading of its own.")
    NO_HEADING = ("RB023", ERROR, "a block before the first level-2 heading",
                  "Put a level-2 heading (##) above it.")
    LONE_RUN = ("RB024", ERROR, "a run block under a heading without a step block",
                "Add a 'toml step' block, or make it a plain 'bash' example.")
    NO_STEPS = ("RB025", ERROR, "the runbook has no step", "Add a 'toml step' block under a ##.")
    MANY_STEPS = ("RB026", ERROR, "more than 100 steps", "Split the runbook.")
    BIG_BLOCK = ("RB027", ERROR, "a block is larger than 8 KiB",
                 "Move its content to a script that the block calls.")
    NEAR_INFO = ("RB028", ERROR,
        "a fence that is nearly a block of ours, and so would be an example that never runs",
        "Write 'toml step', 'bash run' or 'bash run shell', or only the language.")
    NO_PROSE = ("RB029", WARNING, "a step without prose",
                "Say what the step is for, so that a person can follow it without the tool.")

    TOML = ("RB030", ERROR, "the TOML of a step does not parse", "Correct the TOML.")
    TOML_LIMIT = ("RB031", ERROR,
        "the TOML of a step is nested too deeply or holds a number that is too long",
        "Simplify the block.")
    UNKNOWN_KEY = ("RB032", ERROR, "an unknown key", "Remove or rename the key.")
    OTHER_KIND = ("RB033", ERROR, "a field that belongs to another kind of step",
                  "Remove the field, or change the kind.")
    MISSING = ("RB034", ERROR, "a required key is missing", "Add the key.")
    VALUE = ("RB035", ERROR, "a value is not accepted", "Correct the value.")
    KIND = ("RB036", ERROR, "an unknown kind of step", "Choose one of the kinds.")
    TOGETHER = ("RB037", ERROR, "keys that exclude or demand each other",
                "Keep the ones that belong together.")
    CODE = ("RB038", ERROR, "a code that no result ever has",
            "Use a code of the table of outcomes.")
    RULE_PASS = ("RB039", ERROR, "a rule that declares a pass",
                 "Only met expectations pass a step; name expected-limitation, blocked or fail.")
    RULE_AIM = ("RB040", ERROR, "a rule needs an outcome or a goto, and not both",
                "Name an outcome with its why, or a goto.")
    RULE_WHY = ("RB041", ERROR, "a rule's outcome has no why", 'Add why = "…".')

    RUN_BLOCKS = ("RB050", ERROR, "the run blocks do not fit the kind of step",
                  "Add or remove 'bash run' blocks, or change the kind.")
    EMPTY_RUN = ("RB051", ERROR, "a run block holds no command", "Add a command, or remove it.")
    QUOTES = ("RB052", ERROR, "a command can't be split into words",
              "Close the quote on the same line.")
    NEEDS_SHELL = ("RB053", ERROR, "a command needs a shell, and is run without one",
                   "Quote the characters, or open the block with 'bash run shell'.")
    TEMPLATE = ("RB054", ERROR,
        "a template that is no plain name, or stands where it can't be filled in",
        "Write {{ name }}; there are no expressions.")
    TEMPLATE_NAME = ("RB055", ERROR, "a template names a value that no earlier step captures",
                     "Name a capture of an earlier step, or a setting.")
    TEMPLATE_SHELL = ("RB056", ERROR,
        "a template in a shell block would be read again by the shell",
        'Declare env = { NAME = "{{ … }}" } in the step, and use "$NAME" in the block.')
    SECRET_ARGUMENT = ("RB057", ERROR,
        "a secret on a command line can be seen by others, so the command would not be started",
        "Let the command read it from a file or a store of its own, or hand it over in a hand-over "
        "step.")
    SECRET_ADDRESS = ("RB084", ERROR, "a secret in an address leaves by whatever opens it",
                      "Hand it over in a hand-over step's fields, or in the body of a request.")
    VALUE_NOT_NEEDED = ("RB058", WARNING, "a step uses a value of a step that it does not need",
                        "Add the step that captures the value to needs.")
    TEMPLATE_IDLE = ("RB059", WARNING, "a template in a text where none is filled in",
                     "Write the text itself; templates are for commands, URLs and values.")

    TWICE = ("RB060", ERROR, "an id given twice", "Give each step an id of its own.")
    NEEDS_NOBODY = ("RB061", ERROR, "needs names no step", "Name an earlier step.")
    NEEDS_LATER = ("RB062", ERROR, "needs names a later step", "Move that step up, or drop it.")
    NEEDS_LOOP = ("RB063", ERROR, "steps need each other in a circle", "Drop one of the needs.")
    NEEDS_FALLBACK = ("RB064", ERROR, "needs names a fallback, which usually never runs",
                      "Name the step that the fallback helps.")
    GOTO_NOBODY = ("RB065", ERROR, "goto names no step", "Name a step with fallback = true.")
    GOTO_STEP = ("RB066", ERROR, "goto names a step that is no fallback",
                 "Set fallback = true there, or name a fallback.")
    ENDLESS = ("RB067", ERROR, "a walk through the runbook that need not end",
               "Break the circle of goto, or lower retry.max.")
    UNBOUNDED = ("RB068", ERROR, "a fallback without a bound", "Add retry = { max = 1 }.")
    RESTART = ("RB069", ERROR, "restart names no service", "Name a step of kind service.")
    RETRY_ALONE = ("RB070", ERROR, "retry in a step that is no fallback",
                   "Remove it, or set fallback = true.")
    UNREACHED = ("RB071", WARNING, "a fallback that no rule goes to",
                 "Add a rule with goto, or remove the fallback.")
    CAPTURE_TWICE = ("RB072", ERROR, "a captured name that is already taken",
                     "Choose another name.")
    SECRET_ENV = ("RB073", ERROR,
        "a secret in the environment of a command, which would not be started",
        'Let the command read it from a file or a store of its own; what is no secret is input = '
        '"text", or a capture without secret = true.')

    NO_CAP = ("RB080", ERROR, "a live step without a cap",
              'Add effects = "spends" and spend = { kind = "subscription", max_calls = 1 }.')
    NO_SPEND = ("RB081", ERROR,
        "a step that spends without a cap",
        'Add spend = { kind = "subscription", max_calls = 1 } or a metered one with max_usd.')
    IDLE_SPEND = ("RB082", ERROR, "a cap in a step that does not spend",
                  'Set effects = "spends", or remove spend.')
    IDLE_PROOF = ("RB083", WARNING, "proof on a kind of step that proves nothing",
                  "Remove proof, or move it to the step that proves.")
    OUTSIDE = ("RB085", ERROR, "a path that leads out of the project's folder",
               "Give a path relative to the project's folder, without '..'.")
    NO_ANSWER = ("RB086", ERROR, "a comparison in a step that has no answer",
                 "Move it to the step whose answer is to be compared.")
    JUDGE_SPEND = ("RB087", ERROR, "a judge's call in a step that does not spend",
        'Add effects = "spends" and spend = { kind = "subscription", max_calls = 2 }.')
    STAND_IN = ("RB089", ERROR, "a stand-in that does not fit the step",
                "Give status and body where the step has a url, exit and output where it runs "
                "commands.")
    STAND_IN_SECRET = ("RB090", ERROR, "a stand-in that spells a secret out",
        "Write {{ minted }} where the secret stands: each rehearsal makes one of its own.")
    NEVER_MET = ("RB091", ERROR, "an expectation that no result of this step can meet",
                 "Of commands expect exit, body_contains or json; of an address status, header, "
                 "body_contains or json.")
    JUDGE_CAP = ("RB088", WARNING, "a cap that leaves no call for the judge",
                 "Raise max_calls: the judge's call counts, too.")
    # fmt: on

    def __init__(self, code: str, severity: Severity, sentence: str, remedy: str) -> None:
        self.code = code
        self.severity = severity
        self.sentence = sentence
        self.remedy = remedy


class Diagnostic(Struct, frozen=True):
    """One finding; `line` and `col` count from 1.

    `valid` are the keys or values that would fit; `topic` is what explains it best.
    """

    path: str
    line: int
    col: int
    code: str
    message: str
    source_line: str
    severity: Severity
    remedy: str
    valid: tuple[str, ...] = ()
    topic: str = ""

    def __str__(self) -> str:
        # The form of a compiler's messages, which editors read.
        place = f"{self.path}:{self.line}:{self.col}"
        return f"{place}: {self.severity}: {self.code} {self.message}"


ABOUT_PROSE: Final = frozenset({LintCode.NO_PROSE.code})
"""Warnings about a runbook's prose, not about what is executed."""

LATER_ERRORS: Final = frozenset(
    {
        LintCode.NEAR_INFO,
        LintCode.HIDDEN,
        LintCode.SECRET_ARGUMENT,
        LintCode.SECRET_ENV,
        LintCode.SECRET_ADDRESS,
        LintCode.OUTSIDE,
        LintCode.NO_ANSWER,
        LintCode.JUDGE_SPEND,
        LintCode.NEVER_MET,
    }
)
"""Errors that were added after the first records: in a recorded runbook they are warnings."""


class Reporter:
    """Collects the findings of one file; `tolerated` codes count as warnings."""

    def __init__(
        self, path: str, lines: Sequence[str] = (), tolerated: frozenset[LintCode] = frozenset()
    ) -> None:
        self._path = path
        self._tolerated = tolerated
        self._lines = lines
        self._source_lines: dict[int, str] = {}
        self._findings: dict[tuple[int, int, str, str], Diagnostic] = {}

    def add(
        self,
        code: LintCode,
        place: tuple[int, int],
        message: str | None = None,
        remedy: str | None = None,
        valid: tuple[str, ...] = (),
        topic: str = "",
    ) -> None:
        """Record a finding at (line, column); message and remedy default to the code's own."""
        line, col = place
        message = message or code.sentence
        self._findings.setdefault(
            (line, col, code.code, message),
            Diagnostic(
                path=self._path,
                line=line,
                col=col,
                code=code.code,
                message=message,
                source_line=self._source(line),
                severity=WARNING if code in self._tolerated else code.severity,
                remedy=remedy or code.remedy,
                valid=valid,
                topic=topic or code.code,
            ),
        )

    def _source(self, line: int) -> str:
        if line not in self._source_lines:
            source = self._lines[line - 1] if 0 < line <= len(self._lines) else ""
            clean = "".join(c if c.isprintable() or c == "\t" else "\ufffd" for c in source)
            self._source_lines[line] = clean
        return self._source_lines[line]

    def all(self) -> tuple[Diagnostic, ...]:
        """Every finding, by place."""
        return tuple(self._findings[key] for key in sorted(self._findings))

    @property
    def failed(self) -> bool:
        """Whether any finding is an error."""
        return any(finding.severity == ERROR for finding in self._findings.values())


def nearest(word: str, candidates: Iterable[str]) -> str | None:
    """The candidate closest to a misspelled word, None if none is close."""
    return _nearest(word[:64], tuple(candidates))


@lru_cache(maxsize=1024)
def _nearest(word: str, candidates: tuple[str, ...]) -> str | None:
    close = difflib.get_close_matches(word, candidates, n=1, cutoff=0.6)
    return close[0] if close else None


def did_you_mean(word: str, candidates: Iterable[str]) -> str:
    """A suggestion for the end of a message, or an empty text."""
    close = nearest(word, candidates)
    return f"; did you mean '{close}'?" if close else ""


def show(value: object) -> str:
    """A value for a message: short, on one line, printable."""
    if isinstance(value, dict):
        return "a table"
    if isinstance(value, list | tuple):
        return "a list"
    if isinstance(value, bool):
        return str(value).lower()
    try:
        text = repr(value)
    except ValueError:  # Python refuses to write out an int of thousands of digits
        return "a very long number"
    return text if len(text) <= 48 else text[:45] + "…"
