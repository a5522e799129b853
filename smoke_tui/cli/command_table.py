"""The commands of the program: what each does, its arguments, its settings, and what runs it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from smoke_tui.cli import option_sets
from smoke_tui.cli.answer_commands import ANSWER_COMMANDS
from smoke_tui.cli.command import JSON, PLAIN, SESSION, Command, arg
from smoke_tui.cli.record_commands import RECORD_COMMANDS

__all__ = ["COMMANDS", "SHELLS"]

SHELLS: Final = ("bash", "zsh", "fish")

COMMANDS: Final[Mapping[str, Command]] = {
    "login": Command(
        about="log in and write a credential file (a bundle)",
        examples=(
            "smoke-tui login --out bundle.json",
            "smoke-tui login --device --out bundle.json",
        ),
        group="walk",
        run="login:login",
        arguments=(
            arg("--device", action="store_true", help="by a code, typed on any machine"),
            arg(
                "--paste",
                action="store_true",
                help="no callback: paste the address the sign-in ends at",
            ),
            arg("--out", metavar="FILE", help="write the bundle there (0600)", takes="file"),
            arg("--rehearse", action="store_true", help="against the embedded rehearsal"),
        ),
        settings=(*option_sets.LOGIN, "origin", "ledger"),
        more="Prints a summary without the tokens; writes them only where --out says so.",
        exits="0 logged in, 1 or 4 by the failure, 2 --out can't be written",
    ),
    "resume": Command(
        about="go on with an incomplete session",
        examples=("smoke-tui resume", "smoke-tui resume --plain 20261121"),
        group="walk",
        run="resume:resume",
        arguments=(
            arg(
                "session",
                nargs="?",
                metavar="SESSION",
                help="an id, a unique prefix of one, or last; the newest incomplete one without it",
                takes="session",
            ),
            PLAIN,
        ),
        settings=option_sets.RESUMED_APP,
        more="Without a terminal: `smoke-tui --check SESSION --resume`.",
    ),
    "rerun": Command(
        about="do one step again, as a new try in its session",
        examples=("smoke-tui rerun last --step live-call",),
        group="walk",
        run="resume:rerun",
        arguments=(
            SESSION,
            arg("--step", required=True, metavar="ID", help="the step", takes="step"),
            PLAIN,
            arg("--live", action="store_true", help="headless, with the consent to spend"),
            arg(
                "--answers",
                metavar="FILE",
                help="with --live: a TOML file of answers",
                takes="file",
            ),
            JSON,
        ),
        settings=option_sets.RESUMED_APP,
        more="In a terminal you are asked before a call is made; --live is the consent without one.",
    ),
    **RECORD_COMMANDS,
    "new": Command(
        about="write a runbook of your own that passes in a rehearsal",
        examples=(
            "smoke-tui new printer-page",
            "smoke-tui new my-subscription --from openai-subscription",
            "smoke-tui new parcel_delay --from golden",
        ),
        group="runbook",
        run="new:new",
        arguments=(
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
                takes="runbook",
            ),
        ),
    ),
    "lint": Command(
        about="all problems of runbooks in one pass",
        examples=("smoke-tui lint runbooks/*.md",),
        group="runbook",
        run="lint:lint",
        arguments=(
            arg(
                "runbooks",
                nargs="*",
                metavar="RUNBOOK",
                help="paths or ids; all that can be found without it",
                takes="runbook",
            ),
            arg("--schema", action="store_true", help="print a JSON schema for editors"),
            arg(
                "--explain",
                dest="topic",
                metavar="CODE",
                help="what a code means, as `smoke-tui explain`",
            ),
        ),
        exits="0 no error, 3 an error, 5 no runbook",
    ),
    "explain": Command(
        about="what a code, a key or a kind of step means",
        examples=("smoke-tui explain instructions-drift", "smoke-tui explain expect"),
        group="runbook",
        run="explain:explain",
        arguments=(
            arg(
                "topic",
                nargs="?",
                metavar="NAME",
                help="RB032, run, expect, spend, stand_in, instructions-drift; all without it",
                takes="code",
            ),
        ),
    ),
    "rehearse": Command(
        about="the rehearsal's servers alone, or its scenarios",
        examples=("smoke-tui rehearse list", "smoke-tui rehearse serve instructions-drift"),
        group="runbook",
        run="rehearse:rehearse",
        arguments=(
            arg(
                "what",
                choices=("serve", "list"),
                metavar="serve|list",
                help="serve until stopped, or list the scenarios",
            ),
            arg(
                "scenario",
                nargs="?",
                metavar="SCENARIO",
                help="what goes wrong; nothing without it",
                of=("serve",),
                takes="scenario",
            ),
            arg(
                "--port",
                type=int,
                default=0,
                metavar="N",
                help="port; any free one without it",
                of=("serve",),
            ),
            arg(
                "--tls",
                action="store_true",
                help="listen over HTTPS too; the line names the authority to trust",
                of=("serve",),
            ),
            arg(
                "--json",
                action="store_true",
                help="one JSON object on standard output",
                of=("list",),
            ),
        ),
        settings_by_word=(("serve", ("ledger",)),),
        more="To walk a runbook in the rehearsal: `smoke-tui --rehearse --scenario NAME RUNBOOK`.",
    ),
    **ANSWER_COMMANDS,
    "doctor": Command(
        about="this machine and the settings",
        examples=("smoke-tui doctor",),
        group="machine",
        run="doctor:doctor",
        arguments=(
            arg(
                "--stop-leftovers",
                action="store_true",
                help="stop what sessions that broke off have left running",
            ),
            JSON,
        ),
        settings=option_sets.ALL,
        exits="0 no problem, 4 a problem, each with what to do",
    ),
    "instructions": Command(
        about="the base instructions that the Codex CLI sends",
        examples=(
            "smoke-tui instructions capture --model gpt-5.5 --out base.txt",
            "smoke-tui instructions diff",
        ),
        group="machine",
        run="codex_client:instructions",
        arguments=(
            arg(
                "what",
                choices=("capture", "show", "diff"),
                metavar="capture|show|diff",
                help="keep the text, print it, or compare it with --instructions or the last one",
            ),
            arg(
                "--catalogue",
                action="store_true",
                help="the catalogue's own text, with --bundle and --model; it is not rendered",
            ),
            arg(
                "--out",
                metavar="FILE",
                help="where to keep the text; the state folder without it",
                of=("capture", "show"),
                takes="file",
            ),
            JSON,
        ),
        settings_by_word=(
            ("capture", (*option_sets.CLIENT, "bundle")),
            ("show", (*option_sets.CLIENT, "bundle")),
            ("diff", (*option_sets.CLIENT, "bundle", "instructions")),
        ),
        more="The installed Codex CLI is run in an empty home, and reaches nothing but this machine.",
        exits="0 done (diff: the same), 1 diff: another text, 4 no Codex CLI, 5 nothing captured yet",
    ),
    "wire": Command(
        about="our request beside the Codex CLI's own",
        examples=("smoke-tui wire --model gpt-5.5 --shape developer",),
        group="machine",
        run="codex_client:wire",
        arguments=(JSON,),
        settings=(*option_sets.CLIENT, "shape", "instructions"),
        more="Compares field by field: missing, added, moved, changed.",
        exits="0 every difference is a known one, 1 one is not, 4 no Codex CLI",
    ),
    "redact": Command(
        about="a filter that removes secrets",
        examples=("some-command 2>&1 | smoke-tui redact",),
        group="machine",
        run="redact:redact",
        arguments=(
            arg(
                "--secrets",
                metavar="FILE",
                help="a JSON list of secret values to remove beside those it detects",
                takes="file",
            ),
        ),
        more="Copies standard input to standard output.",
    ),
    "completion": Command(
        about="a completion script for your shell",
        examples=(
            "smoke-tui completion bash > ~/.local/share/bash-completion/completions/smoke-tui",
            'smoke-tui completion zsh > "${fpath[1]}/_smoke-tui"',
            "smoke-tui completion fish > ~/.config/fish/completions/smoke-tui.fish",
        ),
        group="machine",
        run="completion:completion",
        arguments=(
            arg("shell", choices=SHELLS, metavar="bash|zsh|fish", help="the shell it is for"),
        ),
        more="Try it in this shell alone: `source <(smoke-tui completion bash)`.",
    ),
    "help": Command(
        about="help on a command or a topic",
        examples=("smoke-tui help sessions", "smoke-tui help cassettes accept"),
        group="machine",
        run="help:help_command",
        arguments=(
            arg(
                "topics",
                nargs="*",
                metavar="COMMAND|TOPIC",
                help="a command and its first word; or app, plain, check, commands, settings, "
                "exit-codes",
                takes="command",
            ),
        ),
    ),
}
