"""The commands about recorded sessions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from smoke_tui.cli.command import JSON, RECORD, SESSION, Command, arg
from smoke_tui.cli.option_sets import DRIFT, LEDGER

RECORD_COMMANDS: Final[Mapping[str, Command]] = {
    "sessions": Command(
        about="list recorded sessions, the newest first",
        examples=(
            "smoke-tui sessions --failed --since 7d",
            "smoke-tui sessions openai-subscription --last 5",
            "smoke-tui sessions --json",
        ),
        group="record",
        run="sessions:sessions",
        arguments=(
            arg(
                "runbook",
                nargs="?",
                metavar="RUNBOOK",
                help="only sessions of the runbook with this id",
                takes="runbook",
            ),
            arg(
                "--last",
                type=int,
                metavar="N",
                help="at most N; without it 20 in the table, all with --json",
            ),
            arg(
                "--since",
                metavar="WHEN",
                help="only those that began since then: an age (30m, 12h, 7d, 2w) or a date",
            ),
            arg("--failed", action="store_true", help="only those whose verdict is fail or error"),
            arg(
                "--incomplete",
                action="store_true",
                help="only those that `smoke-tui resume` can go on with",
            ),
            arg("--live", action="store_true", help="no rehearsals"),
            JSON,
        ),
        more="The verdict is the recorded one; `smoke-tui --check SESSION` decides it again.",
        exits="0 sessions were listed, 5 there is none",
    ),
    "report": Command(
        about="export a session's report",
        examples=(
            "smoke-tui report last -o report.md",
            "smoke-tui report last --format html -o report.html",
        ),
        group="record",
        run="report:report",
        arguments=(
            RECORD,
            arg(
                "--format",
                dest="kind",
                default="md",
                metavar="FORMAT",
                choices=("md", "json", "junit", "html"),
                help="md (default), json, junit or html",
            ),
            arg(
                "-o",
                "--output",
                metavar="FILE",
                help="where to; standard output without it",
                takes="file",
            ),
            arg(
                "--copy",
                action="store_true",
                help="send it to the terminal's clipboard, too (OSC 52)",
            ),
        ),
        exits="0 written, 3 damaged record, 5 no such session, 6 divergence, 7 a secret in it",
    ),
    "diff": Command(
        about="compare two sessions",
        examples=("smoke-tui diff 20261120T190211Z-7f3a last",),
        group="record",
        run="diff:diff",
        arguments=(
            arg(
                "a",
                metavar="A",
                help="the earlier one: an id, a prefix, or an archive",
                takes="session",
            ),
            arg(
                "b",
                metavar="B",
                help="the later one: an id, a prefix, last, or an archive",
                takes="session",
            ),
            arg("--all", dest="every", action="store_true", help="the equal rows, too"),
            JSON,
        ),
        settings=DRIFT,
        more="Compares outcomes, tries, failure codes, times, spend, quota, requests and answers.",
        exits="0 B is not worse, 1 an outcome of B is worse",
    ),
    "replay": Command(
        about="decide a recorded session again, offline",
        examples=("smoke-tui replay last --step live-call", "smoke-tui replay --all"),
        group="record",
        run="replay:replay",
        arguments=(
            arg(
                "session",
                nargs="?",
                metavar="SESSION",
                help="an id, a unique prefix of one, or last (the default)",
                takes="session",
            ),
            arg("--step", metavar="ID", help="only what this step decides", takes="step"),
            arg(
                "--all",
                dest="every",
                action="store_true",
                help="all recorded sessions: which verdicts would change, and why",
            ),
            JSON,
        ),
        exits="0 the same, 3 damaged record, 4 not recorded then, 6 a difference, both sides shown",
    ),
    "archive": Command(
        about="pack a session into one file",
        examples=("smoke-tui archive last -o session.smoke",),
        group="record",
        run="archive:archive",
        arguments=(
            SESSION,
            arg(
                "-o",
                "--output",
                metavar="FILE",
                required=True,
                help="where to (0600)",
                takes="file",
            ),
            JSON,
        ),
        more="Another machine can verify, replay and report it: `smoke-tui --check session.smoke`. "
        "It is scanned for secrets first.",
        exits="0 written, 3 damaged record, 5 no such session, 6 divergence, 7 a secret in it",
    ),
    "amend": Command(
        about="correct what the operator answered",
        examples=(
            "smoke-tui amend last --step see-chat --answer fail --why 'it was the other account'",
        ),
        group="record",
        run="amend:amend",
        arguments=(
            SESSION,
            arg("--step", required=True, metavar="ID", help="the step", takes="step"),
            arg(
                "--answer",
                required=True,
                choices=("pass", "fail", "blocked", "yes", "no"),
                help="of a manual step pass, fail or blocked; of an attested route yes or no",
            ),
            arg("--why", required=True, metavar="TEXT", help="why it is otherwise now"),
            JSON,
        ),
        more="The former answer stays in the record, with the new one, who gave it, and why.",
        exits="that of the verdict that follows: 0 pass, 1 fail, 4 not provable here",
    ),
    "spend": Command(
        about="what was spent: sessions, and the stack's ledger",
        examples=(
            "smoke-tui spend --since 7d",
            "smoke-tui spend --days 7 --ledger postgresql://reader@localhost/stack",
        ),
        group="record",
        run="spend:spend",
        arguments=(
            arg(
                "runbook",
                nargs="?",
                metavar="RUNBOOK",
                help="only its sessions; its table and columns of the ledger",
                takes="runbook",
            ),
            arg(
                "--since",
                metavar="WHEN",
                help="from then on: an age (12h, 7d, 2w) or a date; 7d without it",
            ),
            arg("--days", type=int, metavar="N", help="the same as --since Nd"),
            arg(
                "--tier",
                choices=("platform", "org"),
                default="platform",
                help="the ledger's rows without a customer's domain (platform, the default), or "
                "with one",
            ),
            arg(
                "--models",
                metavar="A,B",
                help="the ledger's models; all but fake* and replay* without it",
            ),
            arg(
                "--sql",
                dest="form",
                action="store_const",
                const="sql",
                default="text",
                help="only print the query to the ledger, for the table and the columns in force",
            ),
            arg(
                "--json",
                dest="form",
                action="store_const",
                const="json",
                default="text",
                help="one JSON object on standard output",
            ),
        ),
        settings=LEDGER,
        exits="0 printed, 4 the ledger can't be read",
    ),
}
