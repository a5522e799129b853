"""Results on standard output."""

from __future__ import annotations

import json
import sys
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
    for row in result["findings"]:
        where = f"{row['step']}: " if row["step"] else ""
        print(clean(f"{row['severity']}: {where}{row['code']}: {row['message']}"))
        if row["remedy"]:
            print(clean(f"  next: {row['remedy']}"))
    for step in result["steps"]:
        if result["verdict"] is None:
            break
        glyph = MARKS[step["outcome"]].glyph
        mark = ascii_text(glyph) if options.ascii else glyph
        code = f" {step['code']}" if step["code"] else ""
        tries = f", {step['tries']} tries" if step["tries"] > 1 else ""
        print(
            clean(
                f"{mark} {step['id']}: {step['outcome']}{code} "
                f"({step['seconds']:.1f} s{tries}) {step['summary']}"
            )
        )
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
