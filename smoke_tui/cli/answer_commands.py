"""The commands that say what an answer is: compared, calibrated, recorded, judged, pinned."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from smoke_tui.cli.command import JSON, Command, arg
from smoke_tui.cli.option_sets import BATTERY, DRIFT, RECORDING, REVIEW
from smoke_tui.config.names import RECORD_MODES

ANSWER_COMMANDS: Final[Mapping[str, Command]] = {
    "drift": Command(
        about="compare two recorded answers",
        examples=("smoke-tui drift baselines/hello.json last:live-call",),
        group="answer",
        run="drift:drift",
        options="DriftOptions",
        arguments=(
            arg(
                "baseline",
                metavar="BASELINE",
                help="a file, or SESSION:STEP (last:live-call)",
                takes="file",
            ),
            arg("candidate", metavar="CANDIDATE", help="a file, or SESSION:STEP", takes="file"),
            arg("--threshold", metavar="R", help="the least ratio of equal texts, this time"),
            arg("--case", metavar="NAME", help="its name in the calibration log"),
            arg("--all", dest="every", action="store_true", help="every difference, in full"),
            arg(
                "--class",
                dest="triage",
                metavar="CLASS",
                choices=("expected", "regression", "false-positive"),
                help="expected, regression or false-positive; with --why",
            ),
            arg("--why", metavar="TEXT", help="why it is of that class"),
            arg(
                "--changed",
                metavar="WHAT",
                choices=("prompt", "template", "fixture", "model"),
                help="expected: which of prompt, template, fixture, model was changed on purpose",
            ),
            arg(
                "--path",
                metavar="FILE",
                help="expected: the changed file that is the cause",
                takes="file",
            ),
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
            arg(
                "--ticket",
                metavar="FILE",
                help="regression: write the ticket's draft there",
                takes="file",
            ),
            JSON,
        ),
        settings=DRIFT,
        more="Text by ratio, tool calls by structure. With --class and --why it gives the drift a class.",
        exits="0 same, 1 drifted, 4 undecided",
    ),
    "calibration": Command(
        about="the log of drift thresholds",
        examples=("smoke-tui calibration --default 0.90 --why 'a regression passed at 0.87'",),
        group="answer",
        run="calibration:calibration",
        arguments=(
            arg("--default", metavar="R", help="the new default threshold"),
            arg("--test", metavar="CASE", help="the case whose threshold changes"),
            arg("--threshold", metavar="R", help="with --test: its new threshold"),
            arg("--why", metavar="TEXT", help="the reason, for the log"),
            arg("--yes", action="store_true", help="write it; without it nothing is written"),
            JSON,
        ),
        settings=("calibration",),
        more="Prints the log as a table. With --default or --test it shows what a change would flip.",
        exits="0 printed or written, 4 a change was shown, not written",
    ),
    "battery": Command(
        about="judge each case of a pack N times",
        examples=("smoke-tui battery format-compliance --rehearse --repeat 10",),
        group="answer",
        run="battery:battery",
        options="BatteryOptions",
        arguments=(
            arg(
                "pack",
                metavar="PACK",
                help="a file, or the id of a pack (format-compliance)",
                takes="pack",
            ),
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
            arg(
                "--scenario",
                metavar="NAME",
                help="with --rehearse: what goes wrong; see `smoke-tui rehearse list`",
                takes="scenario",
            ),
            arg(
                "--credential",
                default="subscription",
                choices=("subscription", "api-key"),
                help="what live calls are paid with",
            ),
            arg("--budget", metavar="USD", help="the most that an API key's calls may cost"),
            arg("--stop-at", metavar="PERCENT", help="of any window of the quota, such as 60%"),
            arg(
                "--resume",
                metavar="SESSION",
                help="make the missing calls of a session alone",
                takes="session",
            ),
            JSON,
        ),
        settings=BATTERY,
        more="A session of its own, which counts the answers in the right format and the right verdicts.",
        exits="0 all conform, 1 a violation or a wrong verdict, 4 answers are missing",
    ),
    "cassettes": Command(
        about="recorded exchanges: lint, review, record",
        examples=(
            "smoke-tui cassettes lint tests/core/llm/cassettes",
            "smoke-tui cassettes accept greeting.yaml --class expected --cause prompt",
        ),
        group="answer",
        run="cassettes:cassettes",
        options="CassetteOptions",
        arguments=(
            arg(
                "what",
                choices=("lint", "list", "show", "diff", "accept", "record", "install-hook"),
                metavar="lint|list|show|diff|accept|record|install-hook",
                help="look for secrets, list, print, review, accept, record, or write a git hook",
            ),
            arg(
                "paths",
                nargs="*",
                metavar="PATH",
                help="a file or folder; . without it",
                takes="file",
            ),
            arg(
                "--pre-push",
                metavar="REMOTE",
                help="what a push to it would publish, as git's pre-push hook is given it",
                of=("lint",),
            ),
            arg(
                "--record-mode",
                default="none",
                choices=RECORD_MODES,
                metavar="MODE",
                help="none (replays only, the default), once, new_episodes, all or rewrite",
                of=("record",),
            ),
            arg(
                "--rehearse",
                action="store_true",
                help="against the embedded rehearsal",
                of=("record",),
            ),
            arg(
                "--class",
                dest="triage",
                choices=("expected", "regression", "false-positive"),
                help="what the difference is; a regression keeps the former recording",
                of=("accept",),
            ),
            arg(
                "--cause",
                choices=("prompt", "template", "fixture", "model"),
                help="with --class expected: what was changed on purpose",
                of=("accept",),
            ),
            arg(
                "--named",
                metavar="FILE",
                help="with --class expected: the changed file, where its name does not show it",
                of=("accept",),
            ),
            arg(
                "--reason",
                metavar="TEXT",
                help="why; it stands in the change record",
                of=("accept",),
            ),
            arg(
                "--threshold",
                metavar="R",
                help="with --class false-positive: the new one; just under the ratio without it",
                of=("accept",),
            ),
            arg(
                "--count",
                type=int,
                metavar="N",
                help="how many recordings, confirmed; needed for more than 5",
                of=("accept",),
            ),
            arg(
                "--json",
                action="store_true",
                help="one JSON object on standard output",
                of=("lint", "list", "diff", "accept", "record"),
            ),
        ),
        settings_by_word=(("diff", REVIEW), ("accept", REVIEW), ("record", RECORDING)),
        more="Recordings in the format of VCR and pytest-recording.",
        exits="0 fine, 3 unreadable, 4 not done, 5 nothing to check, 7 a secret",
    ),
    "golden": Command(
        about="run a scenario pack twice, compare with its goldens",
        examples=("smoke-tui golden support_billing", "smoke-tui golden parcel_delay --update"),
        group="answer",
        run="golden:golden",
        arguments=(
            arg(
                "pack",
                nargs="?",
                metavar="PACK",
                help="a folder, or a name in runbooks/goldens; all that can be found without it",
                takes="folder",
            ),
            arg(
                "--update",
                action="store_true",
                help="show each difference, then write the generated files; refused where CI is set",
            ),
            JSON,
        ),
        more="The runs are compared with each other and with the goldens, byte for byte.",
        exits="0 equal, 1 a check of the scorecard failed, 6 a difference",
    ),
}
