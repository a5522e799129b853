"""The commands that say what an answer is: compared, calibrated, recorded, judged, pinned."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from smoke_tui.cli.command import JSON, Command, arg
from smoke_tui.config.names import RECORD_MODES

ANSWER_COMMANDS: Final[Mapping[str, Command]] = {
    "drift": Command(
        "compares two recorded answers: text by ratio, tool calls by structure; with --class it "
        "gives the drift a class; exit 0 same, 1 drifted, 4 undecided",
        "smoke-tui drift baselines/hello.json last:live-call",
        "drift:drift",
        (
            arg("baseline", metavar="BASELINE", help="a file, or SESSION:STEP (last:live-call)"),
            arg("candidate", metavar="CANDIDATE", help="a file, or SESSION:STEP"),
            arg("--threshold", metavar="R", help="the least ratio of equal texts, this time"),
            arg("--case", metavar="NAME", help="its name in the calibration log"),
            arg("--all", dest="every", action="store_true", help="every difference, in full"),
            arg(
                "--class",
                dest="triage",
                metavar="CLASS",
                help="expected, regression or false-positive; with --why",
            ),
            arg("--why", metavar="TEXT", help="why it is of that class"),
            arg(
                "--changed",
                metavar="WHAT",
                help="expected: which of prompt, template, fixture, model was changed on purpose",
            ),
            arg("--path", metavar="FILE", help="expected: the changed file that is the cause"),
            arg(
                "--insist",
                action="store_true",
                help="expected: replace BASELINE although no changed file fits",
            ),
            arg(
                "--new-threshold",
                metavar="R",
                help="false-positive: the case's threshold; without it just under the ratio",
            ),
            arg("--ticket", metavar="FILE", help="regression: write the ticket's draft there"),
            JSON,
        ),
    ),
    "calibration": Command(
        "the log of drift thresholds as the runbook's table; with --default or --test shows what "
        "a change flips, and writes it with --yes",
        "smoke-tui calibration --default 0.90 --why 'a regression passed at 0.87'",
        "calibration:calibration",
        (
            arg("--default", metavar="R", help="the new default threshold"),
            arg("--test", metavar="CASE", help="the case whose threshold changes"),
            arg("--threshold", metavar="R", help="with --test: its new threshold"),
            arg("--why", metavar="TEXT", help="the reason, for the log"),
            arg("--yes", action="store_true", help="write it; without it nothing is written"),
            JSON,
        ),
    ),
    "battery": Command(
        "a battery: each case of a pack judged N times, in the format or not; a session of its own; "
        "exit 1 on a violation or a wrong verdict, 4 where answers are missing",
        "smoke-tui battery format-compliance --rehearse --repeat 10",
        "battery:battery",
        (
            arg("pack", metavar="PACK", help="a file, or the id of a pack (format-compliance)"),
            arg("--lint", action="store_true", help="check the pack alone; exit 3 on a problem"),
            arg("--repeat", type=int, default=1, metavar="N", help="how often each case is asked"),
            arg("--concurrency", type=int, default=4, metavar="C", help="calls at once, 1 to 64"),
            arg(
                "--provider",
                default="fake",
                choices=("fake", "replay", "live"),
                help="who answers; fake (the default) sends nothing",
            ),
            arg("--live", action="store_true", help="the consent to spend, with --provider live"),
            arg("--rehearse", action="store_true", help="live calls to the embedded rehearsal"),
            arg("--scenario", metavar="NAME", help="of the rehearsal"),
            arg(
                "--credential",
                default="subscription",
                choices=("subscription", "api-key"),
                help="what live calls are paid with",
            ),
            arg("--budget", metavar="USD", help="the most that an API key's calls may cost"),
            arg("--stop-at", metavar="PERCENT", help="of any window of the quota, such as 60%%"),
            arg("--resume", metavar="SESSION", help="make the missing calls of a session alone"),
            JSON,
        ),
    ),
    "cassettes": Command(
        "recorded exchanges: what they hold, what is secret in them, their review, a pre-push hook",
        "smoke-tui cassettes lint tests/core/llm/cassettes",
        "cassettes:cassettes",
        (
            arg(
                "what",
                choices=("lint", "list", "show", "diff", "accept", "record", "install-hook"),
                metavar="lint|list|show|diff|accept|record|install-hook",
            ),
            arg("paths", nargs="*", metavar="PATH", help="a file or folder; . without it"),
            arg(
                "--pre-push",
                metavar="REMOTE",
                help="lint: what a push to it would publish, as git's pre-push hook is given it",
            ),
            arg(
                "--record-mode",
                default="none",
                choices=RECORD_MODES,
                metavar="MODE",
                help="record: none (replays only, the default), once, new_episodes, all or rewrite",
            ),
            arg("--rehearse", action="store_true", help="record: against the embedded rehearsal"),
            arg(
                "--class",
                dest="triage",
                choices=("expected", "regression", "false-positive"),
                help="accept: what the difference is; a regression keeps the former recording",
            ),
            arg(
                "--cause",
                choices=("prompt", "template", "fixture", "model"),
                help="accept --class expected: what was changed on purpose",
            ),
            arg(
                "--named",
                metavar="FILE",
                help="accept --class expected: the changed file, where its name does not show it",
            ),
            arg("--reason", metavar="TEXT", help="accept: why; it stands in the change record"),
            arg(
                "--threshold",
                metavar="R",
                help="accept --class false-positive: the new one; just under the ratio without it",
            ),
            arg(
                "--count",
                type=int,
                metavar="N",
                help="accept: how many recordings, confirmed; needed for more than 5",
            ),
            JSON,
        ),
    ),
    "golden": Command(
        "a scenario pack run twice: the runs compared with each other and with the goldens, byte "
        "for byte; exit 6 on a difference, 1 where a check of the scorecard fails",
        "smoke-tui golden support_billing",
        "golden:golden",
        (
            arg(
                "pack",
                nargs="?",
                metavar="PACK",
                help="a folder, or a name in runbooks/goldens; all that can be found without it",
            ),
            arg(
                "--update",
                action="store_true",
                help="show each difference, then write the generated files; refused where CI is set",
            ),
            JSON,
        ),
    ),
}
