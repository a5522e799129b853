"""`--check` without `--live`: what can be known before anything is spent."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from smoke_tui.cli.check_options import CheckOptions, ResultOptions
from smoke_tui.cli.output import print_result
from smoke_tui.codex.bundle import Bundle
from smoke_tui.codex.catalogue import (
    as_answer,
    catalogue_request,
    reach_failure,
    reach_request,
    read_catalogue,
)
from smoke_tui.codex.classify import classify
from smoke_tui.codex.models import explain_unlisted, unfiltered
from smoke_tui.config.session_config import SessionConfig
from smoke_tui.config.settings import Settings
from smoke_tui.failure_codes.table import CODES
from smoke_tui.history.find import sessions_root
from smoke_tui.history.freshness import MaxAge, freshness
from smoke_tui.journal.state import State
from smoke_tui.outcomes import Exit, Outcome, worst_exit
from smoke_tui.presentation.report.check_result import check_object, finding
from smoke_tui.replay.run import verdict_borne_out
from smoke_tui.runbook import Runbook, Step
from smoke_tui.runbook.kinds import KINDS
from smoke_tui.session.configure import choose_steps, config_from
from smoke_tui.session.probe import MakeContext, probe
from smoke_tui.session.resolve import with_client
from smoke_tui.session.secret_options import read_secret_options
from smoke_tui.steps.credential import given_bundle
from smoke_tui.steps.drift import groups_of
from smoke_tui.steps.drift_baseline import read_baselines
from smoke_tui.steps.guards import check_guards
from smoke_tui.world.context import StepContext
from smoke_tui.world.live.browser_clipboard import headless_io
from smoke_tui.world.requests.machine import FindCommand, PathExists
from smoke_tui.world.resources import StepError


@dataclass(slots=True)
class Findings:
    """The findings of a preflight as report rows, and the exit codes that they call for."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    exits: list[Exit] = field(default_factory=list)

    def code(self, code: str, step: str | None, message: str) -> None:
        """Add a problem with a failure code."""
        failure_code = CODES[code]
        self.rows.append(finding(code, "error", step, message, failure_code.remedy))
        failed = failure_code.outcome is Outcome.FAIL
        self.exits.append(Exit.FAILED if failed else Exit.NOT_PROVABLE)

    def note(self, code: str, step: str | None, message: str) -> None:
        """Add a row of severity info: a check that passed, or a fact about the setup."""
        self.rows.append(finding(code, "info", step, message, ""))


def preflight(options: CheckOptions, settings: Settings, runbook: Runbook) -> int:
    """Check guards, commands, credential and provider without spending; returns the exit code."""
    secret_options = read_secret_options(settings, judged=False)
    config = with_client(config_from(settings, runbook, secret_options))
    config = choose_steps(config, runbook, options.only, options.start_from)
    findings = Findings()
    if config.codex is not None and config.installed_problem:
        findings.rows.append(
            finding(
                "codex-cli",
                "warning",
                None,
                f"The Codex CLI named by --codex can't be used: {config.installed_problem}.",
                "Mend --codex, or leave it out.",
            )
        )

    async def everything(context: MakeContext) -> None:
        for step in runbook.steps:
            await _step(context(step), findings)
        if any(KINDS[step.kind].uses_subscription for step in runbook.steps):
            ctx = context()
            bundle = await _credential(ctx, findings)
            await _provider(ctx, bundle, runbook, findings)

    probe(config, secret_options, headless_io(settings.state_dir), everything)
    result = options.result(settings)
    if options.max_age:
        _check_age(
            findings, sessions_root(settings), runbook, MaxAge.parse(options.max_age), result
        )
    code = worst_exit(findings.exits)
    state = State(configs=[config])
    print_result(
        check_object(runbook, state, exit_code=code, verdict=None, findings=findings.rows), result
    )
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
        finding(row.code, row.severity, None, row.message, row.remedy) for row in result.findings
    ]
    findings.exits.append(
        options.exit_of(result.verdict) if result.verdict is not None else Exit.NOT_PROVABLE
    )


async def _step(ctx: StepContext, findings: Findings) -> None:
    """Check the guards and commands of a step."""
    try:
        if all(guard.test != "url" for guard in ctx.step.guards):
            await check_guards(ctx)
    except StepError as end:
        findings.code(end.code, ctx.step.id, end.summary)
        return
    await _commands(ctx, ctx.step, findings)
    await _recorded_answers(ctx, findings)


async def _recorded_answers(ctx: StepContext, findings: Findings) -> None:
    """Check that what a step's answer is to be compared with can be read."""
    for group in groups_of(ctx.step):
        try:
            baseline = await read_baselines(ctx, group.first, group.parts, group.line)
        except StepError as end:
            findings.code(end.code, ctx.step.id, end.summary)
        else:
            findings.note("recorded-answer", ctx.step.id, f"{baseline.path} can be compared with.")


async def _commands(ctx: StepContext, step: Step, findings: Findings) -> None:
    for command in step.commands:
        name = command.argv[0]
        there = (
            await ctx.perform(PathExists(name))
            if "/" in name
            else await ctx.perform(FindCommand(name))
        )
        if not there and not (name.startswith("/") and shutil.which(name)):
            findings.code(
                "command-missing", step.id, f"`{name}` was not found (runbook line {command.line})."
            )


async def _credential(ctx: StepContext, findings: Findings) -> Bundle | None:
    try:
        bundle = await given_bundle(ctx)
    except StepError as end:
        findings.rows.append(finding(end.code, "error", None, end.summary, CODES[end.code].remedy))
        findings.exits.append(Exit.INVALID)
        return None
    if bundle is None:
        findings.code("not-configured", None, "No credential was given (--bundle).")
        return None
    shape = bundle.summary()
    findings.note(
        "credential",
        None,
        f"Bundle from {bundle.source}: account id "
        f"{shape['account id']}, expires {shape['expires']}.",
    )
    if bundle.expires_at is not None and not bundle.fresh(ctx.now):
        findings.rows.append(
            finding(
                "token-expired",
                "error",
                None,
                f"The access token expired at {bundle.expires_at}.",
                CODES["token-expired"].remedy,
            )
        )
        findings.exits.append(Exit.NOT_PROVABLE)
    return bundle


async def _provider(
    ctx: StepContext, bundle: Bundle | None, runbook: Runbook, findings: Findings
) -> None:
    """Check that the provider answers, and that it lists the models."""
    config = ctx.config
    exchange = await ctx.perform(reach_request(config))
    failure = reach_failure(exchange)
    if failure is not None:
        findings.code(failure.code, None, f"{config.codex_url}: {failure.message}")
        return
    findings.note("reachable", None, f"{config.codex_url} answers (405 without a credential).")
    if bundle is None:
        return
    listing = await ctx.perform(catalogue_request(config, bundle))
    models = read_catalogue(listing)
    if models is None:
        refused = classify(as_answer(listing))
        findings.code(refused.code, None, f"The catalogue: {refused.text or refused.by}")
        return
    version = config.client_version
    usable = [model for model in models if model.served_to(version)]
    if config.unlisted:
        return
    for wanted in _wanted(config, runbook):
        if any(model.slug == wanted for model in usable):
            continue
        listed = any(model.slug == wanted for model in models)
        reason, remedy = explain_unlisted(
            wanted, version, models if listed else await unfiltered(ctx, bundle), usable
        )
        findings.code("model-unlisted", None, f"{reason} {remedy}")


def _wanted(config: SessionConfig, runbook: Runbook) -> list[str]:
    """The models that calls and turns would name, each once."""
    named = [
        config.model or step.fields.get("model") or runbook.model
        for step in runbook.steps
        if KINDS[step.kind].proves_route and step.fields.get("credential") != "api-key"
    ]
    return list(dict.fromkeys(str(model) for model in named if model))
