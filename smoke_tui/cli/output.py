"""Results on standard output."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from typing import Any

from smoke_tui.cli.check_options import ResultOptions
from smoke_tui.presentation.format import count
from smoke_tui.presentation.marks import MARKS, ascii_text
from smoke_tui.redaction import clean, inert_json


def print_json(value: object) -> None:
    """One JSON object on standard output; in ASCII where that takes nothing else."""
    text = inert_json(json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False))
    try:
        text.encode(sys.stdout.encoding or "utf-8")
    except (UnicodeEncodeError, LookupError):
        # The stream's own escapes would be no JSON.
        text = json.dumps(value, indent=2, allow_nan=False)
    print(text)


def print_result(result: dict[str, Any], options: ResultOptions) -> None:
    """A `smoke-check/1` result as JSON, or as text."""
    if options.json:
        print_json(result)
        return
    if result["world"] == "rehearsed":
        print("REHEARSAL: nothing was proven.")
    findings = _each_once(result["findings"])
    # What failed stands last, where it is read first.
    for row in findings:
        if row["severity"] != "error":
            _print_finding(row, None)
    if result["verdict"] is not None:
        for step in result["steps"]:
            print(clean(_step_line(step, ascii_only=options.ascii)))
    steps = {step["id"]: step for step in result["steps"]}
    for row in findings:
        if row["severity"] == "error":
            _print_finding(row, steps.get(row["step"]))
    if result["session"]:
        print(f"session {result['session']}")
    print(f"check: {_conclusion(result)}: exit {int(result['exit_code'])}")


def _conclusion(result: dict[str, Any]) -> str:
    """The verdict; of a look that ran nothing, what it has shown and what it has not."""
    if result["verdict"]:
        return str(result["verdict"])
    errors = sum(row["severity"] == "error" for row in result["findings"])
    state = f"not ready, {count(errors, 'problem')}" if errors else "nothing is missing"
    return f"{state}; no step was run, nothing was spent or proven"


def _each_once(findings: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Findings without repetitions: a step that is tried again makes the same ones."""
    return list({(row["step"], row["code"], row["message"]): row for row in findings}.values())


def _print_finding(row: dict[str, Any], step: dict[str, Any] | None) -> None:
    """A finding; that of a failed step with what was expected, and its last lines of output."""
    where = f"{row['step']}: " if row["step"] else ""
    print(clean(f"{row['severity']}: {where}{row['code']}: {row['message']}"))
    for line in _failure_lines(step, row["message"]) if step is not None else ():
        print(clean(f"  {line}"))
    if row["remedy"]:
        print(clean(f"  next: {row['remedy']}"))


def _step_line(step: dict[str, Any], *, ascii_only: bool) -> str:
    """A step's mark, outcome, code, times and summary."""
    glyph = MARKS[step["outcome"]].glyph
    mark = ascii_text(glyph) if ascii_only else glyph
    code = f" {step['code']}" if step["code"] else ""
    tries = f", {step['tries']} tries" if step["tries"] > 1 else ""
    waiting = step.get("waiting_seconds", 0.0)
    waited = f", {waiting:.1f} s waited" if waiting >= 0.05 else ""
    times = f"({step['seconds']:.1f} s{waited}{tries})"
    return f"{mark} {step['id']}: {step['outcome']}{code} {times} {step['summary']}".rstrip()


def _failure_lines(step: dict[str, Any], message: str) -> Iterator[str]:
    """What a failed step was expected to show, what was seen, and its last lines of output."""
    for each in step.get("expected", ()):
        line = f" (runbook line {each['line']})" if each["line"] is not None else ""
        yield f"expected: {each['expected']}{line}"
        if each["actual"] != message:
            yield f"    seen: {each['actual']}"
    output = step.get("output")
    if output is not None:
        yield f"{output['head']}:"
        yield from (f"  | {line}" for line in output["lines"])
