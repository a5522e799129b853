"""Preflight: what can be known before anything is spent, without a session."""

from __future__ import annotations

import shutil

from smoke_tui.codex.bundle import Bundle
from smoke_tui.codex.catalogue import (
    as_answer,
    catalogue_request,
    reach_failure,
    reach_request,
    read_catalogue,
)
from smoke_tui.codex.classify import classify
from smoke_tui.codex.instructions import read_instructions
from smoke_tui.codex.models import explain_unlisted, unfiltered
from smoke_tui.config.session_config import INSTRUCTIONS_VARIABLE, SessionConfig
from smoke_tui.failure_codes.table import CODES
from smoke_tui.outcomes import Exit, Outcome
from smoke_tui.presentation.live.preflight import GUARD, Finding
from smoke_tui.runbook import Runbook, Step
from smoke_tui.runbook.kinds import KINDS
from smoke_tui.session.probe import MakeContext, probe
from smoke_tui.session.secret_options import SecretOptions
from smoke_tui.steps.credential import given_bundle
from smoke_tui.steps.drift import groups_of
from smoke_tui.steps.drift_baseline import read_baselines
from smoke_tui.steps.guards import check_guards
from smoke_tui.structs import Struct, field
from smoke_tui.world.context import StepContext
from smoke_tui.world.live.browser_clipboard import OperatorIO
from smoke_tui.world.requests.machine import FindCommand, PathExists, ReadVariable
from smoke_tui.world.resources import StepError


class Findings(Struct):
    """The findings of a preflight, and the exit codes that they call for."""

    rows: list[Finding] = field(default_factory=list)
    exits: list[Exit] = field(default_factory=list)

    def code(self, code: str, step: str | None, message: str, remedy: str = "") -> None:
        """Add a problem with a failure code; its remedy is the code's, unless there is a better."""
        failure_code = CODES[code]
        self.rows.append(Finding(code, "error", step, message, remedy or failure_code.remedy))
        failed = failure_code.outcome is Outcome.FAIL
        self.exits.append(Exit.FAILED if failed else Exit.NOT_PROVABLE)

    def note(self, code: str, step: str | None, message: str) -> None:
        """Add a check that passed, or a fact about the setup."""
        self.rows.append(Finding(code, "info", step, message))


def preflight(
    runbook: Runbook,
    config: SessionConfig,
    secret_options: SecretOptions,
    operator_io: OperatorIO,
    *,
    attended: bool,
) -> Findings:
    """Check guards, commands, credential and provider without spending. Blocks.

    `attended`: an operator is there, who can log in where no credential was given.
    """
    findings = Findings()
    if config.codex is not None and config.installed_problem:
        findings.rows.append(
            Finding(
                "codex-cli",
                "warning",
                None,
                f"The Codex CLI named by --codex can't be used: {config.installed_problem}.",
                "Correct --codex, or leave it out.",
            )
        )

    async def everything(context: MakeContext) -> None:
        for step in runbook.steps:
            await _step(context(step), findings)
        ctx = context()
        await _instructions(ctx, runbook, findings)
        if any(KINDS[step.kind].uses_subscription for step in runbook.steps):
            login = next((s for s in runbook.steps if s.kind == "login"), None)
            bundle = await _credential(ctx, findings, login if attended else None)
            await _provider(ctx, bundle, runbook, findings)

    probe(config, secret_options, operator_io, everything)
    return findings


async def _instructions(ctx: StepContext, runbook: Runbook, findings: Findings) -> None:
    """Check that a call on the subscription finds base instructions."""
    step = next(filter(_needs_instructions, runbook.steps), None)
    if step is None:
        return
    if ctx.config.instructions_file:
        try:
            await read_instructions(ctx, ctx.config.instructions_file)
        except StepError as end:
            findings.code(end.code, step.id, end.summary)
        return
    variable = await ctx.perform(ReadVariable(INSTRUCTIONS_VARIABLE, "instructions", scrub=False))
    if (variable.is_set and not variable.blank) or ctx.config.installed_version is not None:
        return
    findings.code(
        "not-configured",
        step.id,
        "No base instructions were given, and no Codex CLI is installed to take them from.",
        f"Give --instructions FILE, set {INSTRUCTIONS_VARIABLE}, or install the Codex CLI.",
    )


def _needs_instructions(step: Step) -> bool:
    kind, paid = KINDS[step.kind], step.spend
    on_subscription = step.fields.get("credential", "subscription") == "subscription"
    by_subscription = paid is not None and paid.kind == "subscription" and on_subscription
    return kind.calls_model and step.kind != "turn" and by_subscription


async def _step(ctx: StepContext, findings: Findings) -> None:
    """Check the guards and commands of a step."""
    try:
        if all(guard.test != "url" for guard in ctx.step.guards):
            await check_guards(ctx)
    except StepError as end:
        findings.code(end.code, ctx.step.id, end.summary, _project_hint(ctx, end.code))
        return
    await _commands(ctx, ctx.step, findings)
    await _recorded_answers(ctx, findings)


def _project_hint(ctx: StepContext, code: str) -> str:
    """What to do about a guard of a file: it is looked for in the project."""
    if code != GUARD or all(guard.test != "file" for guard in ctx.step.guards):
        return ""
    return f"Do what the guard says; the project is {ctx.config.project} (--project)."


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


async def _credential(ctx: StepContext, findings: Findings, login: Step | None) -> Bundle | None:
    try:
        bundle = await given_bundle(ctx)
    except StepError as end:
        findings.rows.append(Finding(end.code, "error", None, end.summary, CODES[end.code].remedy))
        findings.exits.append(Exit.INVALID)
        return None
    if bundle is None and login is not None:
        findings.note("credential", login.id, "No credential was given; this step gets one.")
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
            Finding(
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
