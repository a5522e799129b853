"""`manual` and `prompt`: what only the operator can do, see or give."""

from __future__ import annotations

from smoke_tui.codex.instructions import read_instructions
from smoke_tui.config.questions import Verb
from smoke_tui.journal.events.decisions import VariableProvided
from smoke_tui.redaction import Secret
from smoke_tui.world.context import StepContext
from smoke_tui.world.requests.codex_cli import CaptureClient
from smoke_tui.world.requests.operator import Question
from smoke_tui.world.resources import StepError
from smoke_tui.world.result import Result
from smoke_tui.world.values import show_text

LITE = (
    "This model takes the Responses-Lite shape, where base instructions are not in the field "
    "that the variable sets: it can't help."
)
MANUAL_CODES = {"fail": "expectation-unmet", "blocked": "operator-declined"}


def question_of(ctx: StepContext) -> str:
    """What the operator is asked, with captured values filled in; a secret is not shown."""
    return show_text(ctx.fill(str(ctx.step.fields.get("ask") or ctx.step.title)))


async def manual(ctx: StepContext) -> Result:
    """Pass on the operator's word; what they say is in the record."""
    answer = await ctx.ask(Question("manual", question_of(ctx), {}))
    words = answer.words or ""
    done = answer.do
    if done == "pass":
        ctx.evidence("operator", words or "pass")
        return Result(None, f"The operator: {words or 'pass'}")
    raise StepError(
        MANUAL_CODES.get(done or "", "operator-declined"),
        f"The operator: {words or done or 'no answer'}",
    )


async def prompt(ctx: StepContext) -> Result:
    """Ask for a value; with `set_env` it becomes a variable of every later child and call."""
    kind = str(ctx.step.fields.get("input") or "text")
    if kind == "instructions":
        value = await _instructions(ctx)
    else:
        value = await _value(ctx, kind)
    if ctx.step.set_env:
        ctx.resources.variables[ctx.step.set_env] = value
        ctx.decide(VariableProvided(ctx.step.set_env, value.public))
        return Result(
            None,
            f"{ctx.step.set_env} is set for this session "
            f"({value.public.get('chars', '?')} characters).",
        )
    ctx.resources.secrets[ctx.step.id] = value
    return Result(None, "The value was given.")


async def _instructions(ctx: StepContext) -> Secret:
    captured, compared = await _captured(ctx)
    hints = []
    if captured is not None:
        hints.append(
            f"The installed Codex CLI sends {captured.public['chars']} characters, sha256 "
            f"{str(captured.public['sha256'])[:12]}…{compared}."
        )
    if ctx.resources.lite:
        ctx.finding("lite-variable", LITE, "Change the request's shape (--shape lite) instead.")
        hints.append(LITE)
    answer = await ctx.ask(
        Question(
            "instructions",
            " ".join([question_of(ctx), *hints]),
            {
                "variable": ctx.step.set_env,
                "captured": dict(captured.public) if captured is not None else None,
            },
        )
    )
    if answer.do == Verb.CAPTURED and captured is not None:
        ctx.evidence("instructions", {"source": "captured from the Codex CLI", **captured.public})
        return captured
    if answer.do != Verb.FILE or not answer.path:
        raise StepError("operator-declined", "No instructions were given.")
    text = await read_instructions(ctx, answer.path)
    ctx.evidence("instructions", {"source": "a file the operator chose", **text.public})
    return text


async def _captured(ctx: StepContext) -> tuple[Secret | None, str]:
    """The installed client's text, and how it differs from what was sent.

    A rehearsal leaves the real client alone.
    """
    if ctx.config.world == "rehearsed":
        return None, ""
    model = ctx.resources.model or ctx.config.model or ctx.config.runbook_model
    captured = await ctx.perform(
        CaptureClient(ctx.config.codex, model, ctx.resources.sent_instructions)
    )
    if captured.problem:
        ctx.finding(
            "no-capture",
            f"No text could be captured: {captured.problem}.",
            "Install the Codex CLI, or give a file.",
        )
    changes = captured.compared
    words = (
        ""
        if changes is None
        else (f" (+{changes.added} −{changes.removed} lines against what was sent)")
    )
    return captured.instructions, words


async def _value(ctx: StepContext, kind: str) -> Secret:
    secret = kind if kind == "secret" else "given-text"
    value = await ctx.ask_value(
        Question(
            "secret" if kind == "secret" else "text",
            question_of(ctx),
            {},
            secret=secret,
        )
    )
    if value is None:
        raise StepError("operator-declined", "Nothing was given.")
    return value
