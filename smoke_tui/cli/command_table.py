"""The commands of the program: what each does, an example, its arguments, and what runs it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from smoke_tui.config.names import RECORD_MODES


@dataclass(frozen=True, slots=True)
class Command:
    """One command: what it does, a worked example, its own arguments, and what runs it.

    `run` is "module:function" in `cli.commands`, so that a command loads only what it needs. The
    function takes the settings, and the arguments by their names.
    """

    about: str
    example: str
    run: str
    arguments: tuple[tuple[tuple[str, ...], Mapping[str, object]], ...] = ()


def _arg(*names: str, **how: object) -> tuple[tuple[str, ...], Mapping[str, object]]:
    return names, how


JSON: Final = _arg("--json", action="store_true", help="one JSON object on standard output")


SESSION: Final = _arg("session", metavar="SESSION", help="an id, a unique prefix of one, or last")


RECORD: Final = _arg(
    "session", metavar="SESSION", help="an id, a unique prefix of one, last, or an archive"
)


PLAIN: Final = _arg(
    "--plain",
    action="store_true",
    help="line by line, for terminals and readers that the app does not serve",
)


COMMANDS: Final[Mapping[str, Command]] = {
    "sessions": Command(
        "lists recorded sessions", "smoke-tui sessions --json", "sessions:sessions", (JSON,)
    ),
    "report": Command(
        "exports a session's report",
        "smoke-tui report last -o report.md",
        "report:report",
        (
            RECORD,
            _arg(
                "--format",
                dest="kind",
                default="md",
                metavar="FORMAT",
                help="md (default), json, junit or html",
            ),
            _arg("-o", "--output", metavar="FILE", help="where to; standard output without it"),
            _arg(
                "--copy",
                action="store_true",
                help="send it to the terminal's clipboard, too (OSC 52)",
            ),
        ),
    ),
    "diff": Command(
        "compares session B with session A: outcomes, tries, codes, times, spend, quota, wire, "
        "answers; exit 1 where B's outcomes are worse",
        "smoke-tui diff 20261120T190211Z-7f3a last",
        "diff:diff",
        (
            _arg("a", metavar="A", help="the earlier one: an id, a prefix, or an archive"),
            _arg("b", metavar="B", help="the later one: an id, a prefix, last, or an archive"),
            JSON,
        ),
    ),
    "drift": Command(
        "compares two recorded answers: text by ratio, tool calls by structure; with --class it "
        "gives the drift a class; exit 0 same, 1 drifted, 4 undecided",
        "smoke-tui drift baselines/hello.json last:live-call",
        "drift:drift",
        (
            _arg("baseline", metavar="BASELINE", help="a file, or SESSION:STEP (last:live-call)"),
            _arg("candidate", metavar="CANDIDATE", help="a file, or SESSION:STEP"),
            _arg("--threshold", metavar="R", help="the least ratio of equal texts, this time"),
            _arg("--case", metavar="NAME", help="its name in the calibration log"),
            _arg("--all", dest="every", action="store_true", help="every difference, in full"),
            _arg(
                "--class",
                dest="triage",
                metavar="CLASS",
                help="expected, regression or false-positive; with --why",
            ),
            _arg("--why", metavar="TEXT", help="why it is of that class"),
            _arg(
                "--changed",
                metavar="WHAT",
                help="expected: which of prompt, template, fixture, model was changed on purpose",
            ),
            _arg("--path", metavar="FILE", help="expected: the changed file that is the cause"),
            _arg(
                "--insist",
                action="store_true",
                help="expected: replace BASELINE although no changed file fits",
            ),
            _arg(
                "--new-threshold",
                metavar="R",
                help="false-positive: the case's threshold; without it just under the ratio",
            ),
            _arg("--ticket", metavar="FILE", help="regression: write the ticket's draft there"),
            JSON,
        ),
    ),
    "calibration": Command(
        "the log of drift thresholds as the runbook's table; with --default or --test shows what "
        "a change flips, and writes it with --yes",
        "smoke-tui calibration --default 0.90 --why 'a regression passed at 0.87'",
        "calibration:calibration",
        (
            _arg("--default", metavar="R", help="the new default threshold"),
            _arg("--test", metavar="CASE", help="the case whose threshold changes"),
            _arg("--threshold", metavar="R", help="with --test: its new threshold"),
            _arg("--why", metavar="TEXT", help="the reason, for the log"),
            _arg("--yes", action="store_true", help="write it; without it nothing is written"),
            JSON,
        ),
    ),
    "archive": Command(
        "a session as one file that another machine can verify and replay, scanned for secrets",
        "smoke-tui archive last -o session.smoke",
        "archive:archive",
        (
            SESSION,
            _arg("-o", "--output", metavar="FILE", required=True, help="where to (0600)"),
            JSON,
        ),
    ),
    "replay": Command(
        "runs a recorded session again, offline, against its recorded answers with today's rules",
        "smoke-tui replay last --step live-call",
        "replay:replay",
        (
            _arg(
                "session",
                nargs="?",
                metavar="SESSION",
                help="an id, a unique prefix of one, or last (which is what it takes without one)",
            ),
            _arg("--step", metavar="ID", help="only what this step decides"),
            _arg(
                "--all",
                dest="every",
                action="store_true",
                help="all recorded sessions: which verdicts would change, and why",
            ),
            JSON,
        ),
    ),
    "resume": Command(
        "goes on with an unfinished session, in the app or line by line",
        "smoke-tui resume last",
        "resume:resume",
        (_arg("session", nargs="?", default="last", metavar="SESSION"), PLAIN),
    ),
    "rerun": Command(
        "does one step again for real, as a new try in the same session; the app asks before it "
        "spends, --live is the consent without it",
        "smoke-tui rerun last --step live-call",
        "resume:rerun",
        (
            SESSION,
            _arg("--step", required=True, metavar="ID", help="the step"),
            PLAIN,
            _arg("--live", action="store_true", help="headless, with the consent to spend"),
            _arg("--answers", metavar="FILE", help="with --live: a TOML of answers"),
            JSON,
        ),
    ),
    "amend": Command(
        "says otherwise what the operator said of a step; the old word, the new one, who and why "
        "stay in the record",
        "smoke-tui amend last --step see-chat --answer fail --why 'it was the other account'",
        "amend:amend",
        (
            SESSION,
            _arg("--step", required=True, metavar="ID", help="the step"),
            _arg(
                "--answer",
                required=True,
                choices=("pass", "fail", "blocked", "yes", "no"),
                help="of a manual step pass, fail or blocked; of an attested route yes or no",
            ),
            _arg("--why", required=True, metavar="TEXT", help="why it is otherwise now"),
            JSON,
        ),
    ),
    "login": Command(
        "only the login; prints a masked summary",
        "smoke-tui login --out bundle.json",
        "login:login",
        (
            _arg("--device", action="store_true", help="by a code, typed on any machine"),
            _arg(
                "--paste",
                action="store_true",
                help="no callback: paste the address the sign-in ends at",
            ),
            _arg("--out", metavar="FILE", help="write the bundle there (0600)"),
            _arg("--rehearse", action="store_true", help="against the embedded rehearsal"),
        ),
    ),
    "instructions": Command(
        "the base instructions the installed Codex CLI sends today, captured on loopback",
        "smoke-tui instructions capture --model gpt-5.5",
        "codex_client:instructions",
        (
            _arg("what", choices=("capture", "show", "diff"), metavar="capture|show|diff"),
            _arg(
                "--catalogue",
                action="store_true",
                help="the catalogue's own text, with --bundle and --model; it is not rendered",
            ),
            _arg(
                "--out", metavar="FILE", help="where to keep the text; the state folder without it"
            ),
            JSON,
        ),
    ),
    "wire": Command(
        "our request beside the installed Codex CLI's own, field by field",
        "smoke-tui wire --model gpt-5.5 --shape developer",
        "codex_client:wire",
        (JSON,),
    ),
    "lint": Command(
        "all problems of runbooks in one pass",
        "smoke-tui lint runbooks/*.md",
        "lint:lint",
        (
            _arg("runbooks", nargs="*", metavar="RUNBOOK"),
            _arg("--schema", action="store_true", help="print a JSON schema for editors"),
        ),
    ),
    "cassettes": Command(
        "recorded exchanges: what they hold, what is secret in them, their review, a pre-push hook",
        "smoke-tui cassettes lint tests/core/llm/cassettes",
        "cassettes:cassettes",
        (
            _arg(
                "what",
                choices=("lint", "list", "show", "diff", "accept", "record", "install-hook"),
                metavar="lint|list|show|diff|accept|record|install-hook",
            ),
            _arg("paths", nargs="*", metavar="PATH", help="a file or folder; . without it"),
            _arg(
                "--pre-push",
                metavar="REMOTE",
                help="lint: what a push to it would publish, as git's pre-push hook is given it",
            ),
            _arg(
                "--record-mode",
                default="none",
                choices=RECORD_MODES,
                metavar="MODE",
                help="record: none (replays only, the default), once, new_episodes, all or rewrite",
            ),
            _arg("--rehearse", action="store_true", help="record: against the embedded rehearsal"),
            _arg(
                "--class",
                dest="triage",
                choices=("expected", "regression", "false-positive"),
                help="accept: what the difference is; a regression keeps the former recording",
            ),
            _arg(
                "--cause",
                choices=("prompt", "template", "fixture", "model"),
                help="accept --class expected: what was changed on purpose",
            ),
            _arg(
                "--named",
                metavar="FILE",
                help="accept --class expected: the changed file, where its name does not show it",
            ),
            _arg("--reason", metavar="TEXT", help="accept: why; it stands in the change record"),
            _arg(
                "--threshold",
                metavar="R",
                help="accept --class false-positive: the new one; just under the ratio without it",
            ),
            _arg(
                "--count",
                type=int,
                metavar="N",
                help="accept: how many recordings, confirmed; needed for more than 5",
            ),
            JSON,
        ),
    ),
    "spend": Command(
        "what recorded sessions spent, and what the stack's own ledger says",
        "smoke-tui spend --days 7 --ledger postgresql://reader@localhost/stack --models grok-4.3",
        "spend:spend",
        (
            _arg(
                "runbook",
                nargs="?",
                metavar="RUNBOOK",
                help="only its sessions, and its names for the ledger's table and columns",
            ),
            _arg("--days", type=int, default=7, metavar="N", help="how far to look back; 7"),
            _arg(
                "--tier",
                choices=("platform", "org"),
                default="platform",
                help="the ledger's rows without a domain, or with one; platform",
            ),
            _arg(
                "--models",
                metavar="A,B",
                help="the ledger's models; all but fake* and replay* without it",
            ),
            _arg(
                "--sql",
                dest="form",
                action="store_const",
                const="sql",
                default="text",
                help="only print the query to the ledger, for the table and the columns in force",
            ),
            _arg(
                "--json",
                dest="form",
                action="store_const",
                const="json",
                default="text",
                help="one JSON object on standard output",
            ),
        ),
    ),
    "redact": Command(
        "filter: standard input to standard output with every secret removed",
        "some-command 2>&1 | smoke-tui redact",
        "redact:redact",
        (_arg("--secrets", metavar="FILE", help="a JSON list of known secret values"),),
    ),
    "doctor": Command(
        "this machine, and where each setting came from",
        "smoke-tui doctor",
        "doctor:doctor",
        (
            _arg(
                "--stop-leftovers",
                action="store_true",
                help="stop what sessions that broke off have left running",
            ),
            JSON,
        ),
    ),
    "rehearse": Command(
        "the rehearsal's servers alone, or the list of its scenarios",
        "smoke-tui rehearse serve happy",
        "rehearse:rehearse",
        (
            _arg("what", choices=("serve", "list"), metavar="serve|list"),
            _arg("scenario", nargs="?", metavar="SCENARIO"),
            _arg("--port", type=int, default=0, metavar="N", help="port; any free one without it"),
            _arg(
                "--tls",
                action="store_true",
                help="listen over HTTPS too; the line names the authority to trust",
            ),
            JSON,
        ),
    ),
}
