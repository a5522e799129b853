"""A second opinion: after a refusal, the same prompt once more in the installed client's shape.

It says whose side the refusal is on, and never makes a step pass.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from smoke_tui.codex.assessment import Assessment, assess
from smoke_tui.codex.bundle import Bundle
from smoke_tui.codex.quota import read_windows
from smoke_tui.codex.request_diff import TRANSPORT_HEADERS, Difference, compare
from smoke_tui.codex.stream import StreamReader
from smoke_tui.config.names import INSTALLED
from smoke_tui.config.questions import Verb
from smoke_tui.failure_codes.table import CODES
from smoke_tui.journal.money import COUNTS
from smoke_tui.steps.call_composition import Composition, Model, asked_text, installed_call
from smoke_tui.steps.cost import may_spend, reserve, settle
from smoke_tui.structs import Struct, asdict
from smoke_tui.world.context import StepContext
from smoke_tui.world.request_outline import items_of, outline
from smoke_tui.world.requests.http import Exchange
from smoke_tui.world.requests.operator import Question
from smoke_tui.world.resources import StepError
from smoke_tui.world.values import show_text

QUESTION: Final = "second-opinion"
GROUPS: Final = ("instructions", "shape", "model")
SINGLE: Final = ("request-refused",)
BEFORE_A_CALL: Final = ("model-unlisted",)
"""Refusals that another shape could change: groups of codes, and codes of their own."""


class Opinion(Struct, frozen=True):
    """The conclusion from the second answer.

    `result` is accepted, refused-alike, refused-otherwise or unclear.
    """

    result: str
    message: str
    remedy: str


async def second_opinion(
    ctx: StepContext, bundle: Bundle, ours: Composition, assessment: Assessment, prompt: str
) -> Opinion | None:
    """Offer the same prompt in the installed client's shape, and record what came of it.

    None where there is no second answer.
    """
    if not _applies(ctx, ours, assessment):
        return None
    if ctx.config.installed_version is None:
        if ctx.config.second_opinion:
            ctx.finding(
                "no-second-opinion",
                f"No second opinion: {ctx.config.installed_problem}.",
                "Install the Codex CLI, or name it with --codex.",
            )
        return None
    if not may_spend(ctx):
        ctx.finding(
            "no-second-opinion",
            "No second opinion: the step's cap leaves no call for it.",
            "Raise max_calls in the runbook.",
        )
        return None
    if not await _agreed(ctx, ours, assessment):
        return None
    with ctx.result_known():
        return await _asked_again(ctx, bundle, ours, assessment, prompt)


async def _asked_again(
    ctx: StepContext, bundle: Bundle, ours: Composition, assessment: Assessment, prompt: str
) -> Opinion | None:
    """Make the second call, and record what it says."""
    model = Model(
        ours.model,
        str(ours.about.get("model_from", "")),
        None,
        INSTALLED,
        "installed, for a second opinion",
    )
    try:
        theirs = await installed_call(ctx, bundle, model, prompt, ours.nonce)
        reserve(
            ctx,
            {
                "model": theirs.model,
                "host": theirs.request.url,
                "shape": INSTALLED,
                "second_opinion": True,
            },
        )
    except StepError as end:
        ctx.finding("no-second-opinion", f"No second opinion: {end.summary}")
        return None
    reader = StreamReader()

    def watch(piece: bytes) -> bool:
        reader.feed(piece)
        return reader.reading.over

    exchange = await ctx.perform(theirs.request, watch)
    second = assess(
        exchange, model=theirs.model, nonce=theirs.nonce, prompt=asked_text(theirs.request)
    )
    await _settle(ctx, exchange, second, theirs)
    opinion = concluded(assessment, second, str(theirs.about["captured_version"]))
    ctx.evidence(QUESTION, _evidence(ours, theirs, exchange, assessment, second, opinion))
    ctx.finding(QUESTION, opinion.message, opinion.remedy)
    return opinion


def _applies(ctx: StepContext, ours: Composition, assessment: Assessment) -> bool:
    """Whether another shape could say something: not where the runbook's fallback comes first."""
    code = CODES.get(assessment.code or "")
    if code is None or not ctx.config.resolved or ours.shape == INSTALLED:
        return False
    if code.name in BEFORE_A_CALL or not (code.group in GROUPS or code.name in SINGLE):
        return False
    falls_back = any(
        rule.goto is not None
        and any(c.word == "code" and code.name in c.value for c in rule.match.conditions)
        for rule in ctx.step.rules
    )
    return not falls_back or ctx.attempt.cause == "return"


async def _agreed(ctx: StepContext, ours: Composition, assessment: Assessment) -> bool:
    """Ask for the consent to spend one more call; nobody there is a no."""
    version = ctx.config.installed_version
    failure = assessment.failure
    reason = f": {failure.text}" if failure and failure.text else ""
    try:
        answer = await ctx.ask(
            Question(
                QUESTION,
                f"Ours was refused ({assessment.code}{reason}). Ask the same once more in the shape "
                f"of the installed Codex CLI {version}? It shows whose side it is, and "
                "counts as one more call.",
                {
                    "model": ours.model,
                    "host": ours.request.url,
                    "shape": INSTALLED,
                    "code": assessment.code,
                    "client_version": version,
                    "wanted": ctx.config.second_opinion,
                },
            )
        )
    except StepError as end:
        if end.code != "needs-operator":
            raise
        return False
    return answer.do == Verb.YES


def concluded(ours: Assessment, theirs: Assessment, version: str) -> Opinion:
    """Whose side the refusal is on. Pure."""
    client = f"the installed Codex CLI {version}"
    if theirs.code is None:
        return Opinion(
            "accepted",
            f"Second opinion: the same prompt in the shape of {client} was "
            f"accepted where ours was refused ({ours.code}). The shape is "
            "ours to correct; the differences are listed.",
            "Call with --shape installed until the shape is corrected.",
        )
    code = CODES.get(theirs.code)
    if theirs.code == ours.code and code is not None and code.group == "model":
        return Opinion(
            "refused-alike",
            f"Second opinion: the shape of {client} was refused, too "
            f"({theirs.code}). It is the model, for this account or "
            "this client version, not the shape of the request.",
            "Another shape won't help.",
        )
    refused = code is not None and (code.group in GROUPS or code.name in SINGLE)
    if theirs.code == ours.code:
        return Opinion(
            "refused-alike",
            f"Second opinion: the shape of {client} was refused, too "
            f"({theirs.code}). It is the account or the provider, not "
            "the shape of this tool's request.",
            "Another shape won't help: try the Codex CLI itself with this account; if "
            "it is refused, too, ask the provider's support with both request ids.",
        )
    if refused:
        return Opinion(
            "refused-otherwise",
            f"Second opinion: the shape of {client} was refused, "
            f"too, for another reason: {theirs.code} against "
            f"{ours.code}. {theirs.summary}",
            "It is most likely the account or the provider; both answers are here.",
        )
    return Opinion(
        "unclear",
        f"Second opinion: none, the call in the shape of {client} ended "
        f"with {theirs.code}. {theirs.summary}",
        "Try again when that is corrected.",
    )


async def _settle(
    ctx: StepContext, exchange: Exchange, assessment: Assessment, call: Composition
) -> None:
    usage = assessment.reading.usage
    refused = exchange.status is not None and exchange.status >= 400
    await settle(
        ctx,
        kind="subscription",
        model=call.model,
        counts={} if usage is None else {name: getattr(usage, name) for name in COUNTS},
        unknown=usage is None and not refused,
        limits=read_windows(exchange.headers),
    )


def _evidence(
    ours: Composition,
    theirs: Composition,
    exchange: Exchange,
    first: Assessment,
    second: Assessment,
    opinion: Opinion,
) -> Mapping[str, Any]:
    """Both answers and the differences, as the record and the reports hold them."""
    return {
        "result": opinion.result,
        "message": opinion.message,
        "remedy": opinion.remedy,
        "our_shape": ours.shape,
        "ours": first.code,
        "theirs": second.code or "accepted",
        "their_summary": second.summary,
        "their_status": exchange.status,
        "client_version": theirs.about["captured_version"],
        "template_sha256": theirs.about["template_sha256"],
        "exchange": exchange.request,
        "body_sha256": exchange.digest,
        "differences": [asdict(each) for each in differences(ours, theirs)],
    }


def differences(ours: Composition, theirs: Composition) -> list[Difference]:
    """How the two calls differ that were made, ours first."""
    body = theirs.request.shown_json()
    items = items_of(body)
    texts = [f"input[{at}]" for at, item in enumerate(items) if item["role"] == "developer"]
    place = "instructions" if body.get("instructions") else next(iter(texts), None)
    headers = [
        *TRANSPORT_HEADERS.items(),
        *((name, show_text(value)) for name, value in theirs.request.headers),
    ]
    return compare(ours.request, headers, outline(body), place, items)
