"""Find the base instructions of a call: the first source that has some."""

from __future__ import annotations

from smoke_tui.codex.request_shapes import LITE_HEADER
from smoke_tui.config.session_config import INSTRUCTIONS_VARIABLE
from smoke_tui.redaction import Secret
from smoke_tui.world.context import StepContext
from smoke_tui.world.requests.codex_cli import CaptureClient, ClientCapture
from smoke_tui.world.requests.machine import ReadSecretFile, ReadVariable
from smoke_tui.world.resources import StepError


async def instructions_for(ctx: StepContext, model: str, shape: str) -> Secret:
    """The base instructions, as a secret whose public parts are its length and sha256.

    The order: a variable set by a fallback of this session, --instructions, the variable of the
    environment, a capture of the installed client. The report names the source, never the text.

    Raises:
        StepError: there is none (`not-configured`), before anything is spent.
    """
    chosen = ctx.resources.variables.get(INSTRUCTIONS_VARIABLE)
    source = f"the variable {INSTRUCTIONS_VARIABLE}, set in this session"
    if chosen is None and ctx.config.instructions_file:
        source = "--instructions"
        chosen = await read_instructions(ctx, ctx.config.instructions_file)
    if chosen is None:
        source = f"the variable {INSTRUCTIONS_VARIABLE}"
        variable = await ctx.perform(
            ReadVariable(INSTRUCTIONS_VARIABLE, "instructions", scrub=False)
        )
        if variable.value is not None and not variable.blank:
            chosen = variable.value
            _note_repairs(ctx, chosen, INSTRUCTIONS_VARIABLE)
    problem = ""
    if chosen is None:
        captured = await ctx.perform(CaptureClient(ctx.config.codex, model))
        chosen = captured.instructions
        source = f"captured from the Codex CLI {captured.version}"
        problem = str(captured.problem)
        _compare_shapes(ctx, captured, shape)
    if chosen is None:
        raise StepError(
            "not-configured",
            f"No base instructions: give --instructions FILE, set {INSTRUCTIONS_VARIABLE}, or "
            f"install the Codex CLI ({problem}).",
        )
    ctx.evidence("instructions", {"source": source, **chosen.public})
    ctx.resources.sent_instructions = chosen
    return chosen


def _compare_shapes(ctx: StepContext, capture: ClientCapture, shape: str) -> None:
    """Note where the installed client sends the model another shape than this call has."""
    sent = capture.request
    if sent is None or not ctx.config.resolved:
        return
    lite = any(name.lower() == LITE_HEADER for name, _ in sent.headers)
    theirs = "lite" if lite else "classic" if sent.place == "instructions" else "developer"
    if theirs != shape:
        ctx.finding(
            "client-shape",
            f"The installed Codex CLI {capture.version} sends "
            f"{sent.model} in the shape {theirs}; this call is "
            f"{shape}.",
            "`smoke-tui wire` shows every difference.",
        )


async def read_instructions(ctx: StepContext, path: str) -> Secret:
    """The instructions in a file.

    Raises:
        StepError: it can't be read, or is blank (`not-configured`).
    """
    read = await ctx.perform(ReadSecretFile(path, "instructions", scrub=False))
    text = read.value
    if text is None:
        raise StepError("not-configured", f"The instructions can't be read: {read.problem}.")
    if not text.public["chars"] or text.public.get("blank"):
        raise StepError("not-configured", f"The instructions in {path} are blank.")
    _note_repairs(ctx, text, path)
    return text


def _note_repairs(ctx: StepContext, text: Secret, source: str) -> None:
    """Note what an editor added to the text, which is sent without it."""
    mended = text.public.get("mended")
    if isinstance(mended, list):
        ctx.finding(
            "instructions-mended",
            f"The instructions ({source}) were corrected: {'; '.join(map(str, mended))}.",
            "Save them as plain UTF-8, or the product sends what this call did not.",
        )
