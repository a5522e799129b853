"""The commands of the program: what each does, an example, its arguments, and what runs it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from smoke_tui.cli.answer_commands import ANSWER_COMMANDS
from smoke_tui.cli.command import JSON, PLAIN, RECORD, SESSION, Command, arg

__all__ = ["COMMANDS", "PLAIN"]

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
            arg(
                "--format",
                dest="kind",
                default="md",
                metavar="FORMAT",
                help="md (default), json, junit or html",
            ),
            arg("-o", "--output", metavar="FILE", help="where to; standard output without it"),
            arg(
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
            arg("a", metavar="A", help="the earlier one: an id, a prefix, or an archive"),
            arg("b", metavar="B", help="the later one: an id, a prefix, last, or an archive"),
            JSON,
        ),
    ),
    "drift": ANSWER_COMMANDS["drift"],
    "calibration": ANSWER_COMMANDS["calibration"],
    "archive": Command(
        "a session as one file that another machine can verify and replay, scanned for secrets",
        "smoke-tui archive last -o session.smoke",
        "archive:archive",
        (
            SESSION,
            arg("-o", "--output", metavar="FILE", required=True, help="where to (0600)"),
            JSON,
        ),
    ),
    "replay": Command(
        "runs a recorded session again, offline, against its recorded answers with today's rules",
        "smoke-tui replay last --step live-call",
        "replay:replay",
        (
            arg(
                "session",
                nargs="?",
                metavar="SESSION",
                help="an id, a unique prefix of one, or last (which is what it takes without one)",
            ),
            arg("--step", metavar="ID", help="only what this step decides"),
            arg(
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
        (arg("session", nargs="?", default="last", metavar="SESSION"), PLAIN),
    ),
    "rerun": Command(
        "does one step again for real, as a new try in the same session; the app asks before it "
        "spends, --live is the consent without it",
        "smoke-tui rerun last --step live-call",
        "resume:rerun",
        (
            SESSION,
            arg("--step", required=True, metavar="ID", help="the step"),
            PLAIN,
            arg("--live", action="store_true", help="headless, with the consent to spend"),
            arg("--answers", metavar="FILE", help="with --live: a TOML of answers"),
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
            arg("--step", required=True, metavar="ID", help="the step"),
            arg(
                "--answer",
                required=True,
                choices=("pass", "fail", "blocked", "yes", "no"),
                help="of a manual step pass, fail or blocked; of an attested route yes or no",
            ),
            arg("--why", required=True, metavar="TEXT", help="why it is otherwise now"),
            JSON,
        ),
    ),
    "login": Command(
        "only the login; prints a masked summary",
        "smoke-tui login --out bundle.json",
        "login:login",
        (
            arg("--device", action="store_true", help="by a code, typed on any machine"),
            arg(
                "--paste",
                action="store_true",
                help="no callback: paste the address the sign-in ends at",
            ),
            arg("--out", metavar="FILE", help="write the bundle there (0600)"),
            arg("--rehearse", action="store_true", help="against the embedded rehearsal"),
        ),
    ),
    "instructions": Command(
        "the base instructions the installed Codex CLI sends today, captured on loopback",
        "smoke-tui instructions capture --model gpt-5.5",
        "codex_client:instructions",
        (
            arg("what", choices=("capture", "show", "diff"), metavar="capture|show|diff"),
            arg(
                "--catalogue",
                action="store_true",
                help="the catalogue's own text, with --bundle and --model; it is not rendered",
            ),
            arg(
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
            arg("runbooks", nargs="*", metavar="RUNBOOK"),
            arg("--schema", action="store_true", help="print a JSON schema for editors"),
            arg("--explain", dest="topic", metavar="CODE", help="what a code means, as `explain`"),
        ),
    ),
    "explain": Command(
        "what a lint code, a key, a kind of step or a failure code means",
        "smoke-tui explain expect",
        "explain:explain",
        (
            arg(
                "topic",
                nargs="?",
                metavar="NAME",
                help="RB032, run, expect, spend, stand_in, instructions-drift; all without it",
            ),
        ),
    ),
    "battery": ANSWER_COMMANDS["battery"],
    "cassettes": ANSWER_COMMANDS["cassettes"],
    "golden": ANSWER_COMMANDS["golden"],
    "new": Command(
        "a runbook of your own that passes in a rehearsal, or a copy of another",
        "smoke-tui new printer-page",
        "new:new",
        (
            arg(
                "name",
                nargs="?",
                metavar="NAME",
                help="its id, for runbooks/NAME.md, or a path; lists the templates without it",
            ),
            arg(
                "--from",
                dest="template",
                metavar="TEMPLATE",
                help="runbook (default), golden (a scenario with fakes), or a runbook to copy",
            ),
        ),
    ),
    "spend": Command(
        "what recorded sessions spent, and what the stack's own ledger says",
        "smoke-tui spend --days 7 --ledger postgresql://reader@localhost/stack --models grok-4.3",
        "spend:spend",
        (
            arg(
                "runbook",
                nargs="?",
                metavar="RUNBOOK",
                help="only its sessions, and its names for the ledger's table and columns",
            ),
            arg("--days", type=int, default=7, metavar="N", help="how far to look back; 7"),
            arg(
                "--tier",
                choices=("platform", "org"),
                default="platform",
                help="the ledger's rows without a domain, or with one; platform",
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
    ),
    "redact": Command(
        "filter: standard input to standard output with every secret removed",
        "some-command 2>&1 | smoke-tui redact",
        "redact:redact",
        (arg("--secrets", metavar="FILE", help="a JSON list of known secret values"),),
    ),
    "doctor": Command(
        "this machine, and where each setting came from",
        "smoke-tui doctor",
        "doctor:doctor",
        (
            arg(
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
            arg("what", choices=("serve", "list"), metavar="serve|list"),
            arg("scenario", nargs="?", metavar="SCENARIO"),
            arg("--port", type=int, default=0, metavar="N", help="port; any free one without it"),
            arg(
                "--tls",
                action="store_true",
                help="listen over HTTPS too; the line names the authority to trust",
            ),
            JSON,
        ),
    ),
}
