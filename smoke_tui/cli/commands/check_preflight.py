"""`--check` without `--live`: what can be known before anything is spent."""

from __future__ import annotations

from pathlib import Path

from smoke_tui.cli.check_options import CheckOptions, ResultOptions
from smoke_tui.cli.output import print_result
from smoke_tui.config.settings import Settings
from smoke_tui.history.find import sessions_root
from smoke_tui.history.freshness import MaxAge, freshness
from smoke_tui.journal.state import State
from smoke_tui.outcomes import Exit, worst_exit
from smoke_tui.presentation.live.preflight import Finding
from smoke_tui.presentation.report.check_result import check_object, finding
from smoke_tui.replay.run import verdict_borne_out
from smoke_tui.runbook import Runbook
from smoke_tui.session.configure import choose_steps, config_from
from smoke_tui.session.preflight import Findings, preflight
from smoke_tui.session.resolve import with_client
from smoke_tui.session.secret_options import read_secret_options
from smoke_tui.world.live.browser_clipboard import headless_io


def check_preflight(options: CheckOptions, settings: Settings, runbook: Runbook) -> int:
    """Check guards, commands, credential and provider without spending; returns the exit code."""
    secret_options = read_secret_options(settings, judged=False)
    config = with_client(config_from(settings, runbook, secret_options))
    config = choose_steps(config, runbook, options.only, options.start_from)
    findings = preflight(
        runbook, config, secret_options, headless_io(settings.state_dir), attended=False
    )
    result = options.result(settings)
    if options.max_age:
        _check_age(
            findings, sessions_root(settings), runbook, MaxAge.parse(options.max_age), result
        )
    code = worst_exit(findings.exits)
    rows = [finding(r.code, r.severity, r.step, r.message, r.remedy) for r in findings.rows]
    state = State(configs=[config])
    print_result(check_object(runbook, state, exit_code=code, verdict=None, findings=rows), result)
    return code


def _check_age(
    findings: Findings, sessions: Path, runbook: Runbook, age: MaxAge, options: ResultOptions
) -> None:
    """`--max-age`: the last recorded live verdict of the runbook has to be young enough."""
    result = freshness(
        sessions,
        runbook,
        age,
        redecide=verdict_borne_out,
        passes=lambda verdict: options.exit_of(verdict) is Exit.OK,
    )
    findings.rows += [
        Finding(row.code, row.severity, None, row.message, row.remedy) for row in result.findings
    ]
    findings.exits.append(
        options.exit_of(result.verdict) if result.verdict is not None else Exit.NOT_PROVABLE
    )
