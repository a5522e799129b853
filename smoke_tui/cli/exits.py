"""The exit code of a verdict, with what the options make of it."""

from __future__ import annotations

import argparse

from smoke_tui.outcomes import VERDICT_EXITS, Exit, Verdict


def exit_of(verdict: Verdict, options: argparse.Namespace) -> Exit:
    """As the outcomes page says, `--strict` and `--allow-limitation` considered."""
    if verdict is Verdict.EXPECTED_LIMITATION and options.allow_limitation:
        return Exit.OK
    if options.strict and verdict in (Verdict.PASS_WITH_WAIVERS, Verdict.PASS_ATTESTED):
        return Exit.NOT_PROVABLE
    return VERDICT_EXITS[verdict]
