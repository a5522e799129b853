"""`handover`: the credential goes to a person or a page; from then on it is not ours."""

from __future__ import annotations

from smoke_tui.codex.bundle import Bundle
from smoke_tui.config.questions import Verb
from smoke_tui.steps.credential import session_bundle
from smoke_tui.world.context import StepContext
from smoke_tui.world.requests.operator import ClearOffer, OfferText, OpenPage, Question
from smoke_tui.world.resources import StepError
from smoke_tui.world.result import Result


async def handover(ctx: StepContext) -> Result:
    """Pass when every field was ticked off and the operator confirmed the runbook's text."""
    bundle = await session_bundle(ctx)
    page = ctx.step.fields.get("open")
    if page:
        problem = await ctx.perform(OpenPage(ctx.fill(page)))
        if problem:
            ctx.finding(
                "browser",
                f"The page was not opened: {problem}.",
                "Open it yourself; its address is in the briefing.",
            )
    offered = await ctx.perform(OfferText(_credential(ctx, bundle)))
    if offered.problem:
        raise StepError("not-configured", f"The credential can't be offered: {offered.problem}.")
    how = offered.how
    ctx.evidence("offered", {"how": how, "fields": len(ctx.step.fields.get("fields") or ())})
    try:
        words = await _filled_in(ctx, how)
    except StepError:
        await ctx.perform(ClearOffer())
        raise
    await ctx.perform(ClearOffer())
    ctx.evidence("confirmed", words or "yes")
    confirmation = f": {words.rstrip('.')}" if words else ""
    return Result(
        None,
        f"Handed over ({how.split(' ')[0]}), confirmed{confirmation}. The bundle is the "
        "organisation's now: it is not refreshed here any more, because two that "
        "refresh one login lock each other out.",
    )


async def _filled_in(ctx: StepContext, how: str) -> str:
    """Every field ticked off and the end confirmed; the operator's words.

    Raises:
        StepError: something was not done, or not seen (`operator-declined`).
    """
    for field in ctx.step.fields.get("fields") or ():
        value = ctx.fill(field["value"])
        answer = await ctx.ask(
            Question(
                "tick",
                f"{field['label']}: {field['value']}",
                {"label": field["label"], "value": value, "how": how},
            )
        )
        if answer.do != Verb.DONE:
            raise StepError(
                "operator-declined",
                f"{field['label']} was not done: {answer.words or 'no reason given'}",
            )
    # The page may hold it from here on, whatever the operator sees.
    ctx.resources.handed_over = True
    answer = await ctx.ask(
        Question("confirm", str(ctx.step.fields.get("confirm")), {"handover": True})
    )
    words = answer.words or ""
    if answer.do != Verb.YES:
        raise StepError("operator-declined", f"Not confirmed: {words or 'no reason given'}")
    return words


def _credential(ctx: StepContext, bundle: Bundle) -> object:
    """What the product wants: its own login's output, the whole bundle, or the template."""
    template = ctx.step.fields.get("credential")
    if template in (None, "bundle"):
        return bundle.whole if bundle.whole is not None else bundle.fields()
    return ctx.fill_all(template)
