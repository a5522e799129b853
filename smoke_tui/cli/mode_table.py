"""What the program does without a command: the app, the walk on lines, and `--check`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

from smoke_tui.cli import option_sets
from smoke_tui.cli.command import PLAIN, Argument, Command, arg

Mode = Literal["app", "plain", "check"]

_RUNBOOK: Final = arg(
    "target",
    nargs="?",
    metavar="RUNBOOK",
    help="a path, or the id of one in ./runbooks, your config folder or the shipped ones",
    takes="runbook",
)
_REHEARSE: Final = (
    arg(
        "--rehearse",
        action="store_true",
        help="against the embedded rehearsal: no account, nothing spent, nothing proven",
    ),
    arg(
        "--scenario",
        metavar="NAME",
        help="with --rehearse: what goes wrong; see `smoke-tui rehearse list`",
        takes="scenario",
    ),
)
_CHECK: Final = arg("--check", action="store_true", help="headless: look, run or verify")

_OF_CHECK: Final[tuple[Argument, ...]] = (
    arg(
        "target",
        nargs="?",
        metavar="RUNBOOK|SESSION",
        help="a path or an id of a runbook; or a recorded session: an id, a prefix, last, "
        "an archive",
        takes="runbook",
    ),
    _CHECK,
    *_REHEARSE,
    arg("--live", action="store_true", help="run it for real; the consent to spend"),
    arg("--resume", action="store_true", help="with a SESSION: go on with it"),
    arg("--answers", metavar="FILE", help="with --live: a TOML file of answers", takes="file"),
    arg("--only", metavar="STEP", help="this step alone", takes="step"),
    arg("--from", dest="start_from", metavar="STEP", help="from this step on", takes="step"),
    arg(
        "--max-age",
        metavar="AGE",
        help="the last live verdict has to be younger than this, such as 7d",
    ),
    arg("--junit", metavar="FILE", help="write JUnit XML there", takes="file"),
    arg("--report", metavar="FILE", help="write the report there", takes="file"),
    arg("--allow-limitation", action="store_true", help="expected-limitation exits 0"),
    arg("--strict", action="store_true", help="pass-with-waivers and pass-attested exit 4"),
    arg("--json", action="store_true", help="one JSON object on standard output"),
)

MODES: Final[Mapping[Mode, Command]] = {
    "app": Command(
        about="the app, or straight into a runbook",
        form="smoke-tui [RUNBOOK]",
        examples=(
            "smoke-tui --rehearse",
            "smoke-tui --rehearse --scenario instructions-drift openai-subscription",
            "smoke-tui --origin residential openai-subscription",
        ),
        group="walk",
        arguments=(_RUNBOOK, *_REHEARSE, PLAIN, _CHECK),
        settings=option_sets.ALL,
        exits="that of the last walk's verdict, 0 without one; 2 no terminal, 5 no such runbook",
    ),
    "plain": Command(
        about="the same walk, line by line",
        form="smoke-tui --plain [RUNBOOK]",
        examples=("smoke-tui --plain --rehearse", "smoke-tui resume --plain last"),
        group="walk",
        arguments=(_RUNBOOK, *_REHEARSE, PLAIN),
        settings=option_sets.SESSION,
        more="Answers are numbers, letters or words; `?` lists what else can be typed.",
        exits="that of the verdict: 0 pass, 1 fail, 4 not provable here; 2, 3, 5 it did not begin",
    ),
    "check": Command(
        about="headless: look, run, or verify",
        form="smoke-tui --check [RUNBOOK|SESSION]",
        examples=(
            "smoke-tui --check openai-subscription",
            "smoke-tui --check openai-subscription --rehearse --json",
            "smoke-tui --check openai-subscription --live --answers answers.toml",
            "smoke-tui --check last",
        ),
        group="walk",
        arguments=_OF_CHECK,
        settings=option_sets.SESSION,
        more="Of a runbook: what is missing before it can run; nothing is spent. With --rehearse or "
        "--live it is run. Of a session: its record is verified. Nothing prompts.",
    ),
}
