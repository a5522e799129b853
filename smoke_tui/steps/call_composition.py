"""What a subscription's call is made of: model, client version, shape, instructions, prompt."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from smoke_tui.codex.attestations import attestations_for
from smoke_tui.codex.bundle import Bundle
from smoke_tui.codex.catalogue import Listed
from smoke_tui.codex.instructions import instructions_for
from smoke_tui.codex.models import choose_model
from smoke_tui.codex.preflight import agree_on_model, listed_models
from smoke_tui.codex.request_shapes import SHAPES, CallInputs, build_call, build_installed_call
from smoke_tui.config.names import AUTO, INSTALLED
from smoke_tui.config.session_config import INSTRUCTIONS_VARIABLE
from smoke_tui.proof.quoting import with_nonce
from smoke_tui.structs import Struct
from smoke_tui.world.context import StepContext
from smoke_tui.world.requests.codex_cli import CaptureClient, ClientCapture
from smoke_tui.world.requests.http import HttpRequest
from smoke_tui.world.requests.machine import Draw
from smoke_tui.world.resources import StepError

FALLBACK_SHAPE: Final = "classic"
"""Where no row of the attestations speaks of the model."""

SOURCES: Final[Mapping[str, str]] = {
    "given": "given by --client-version",
    "installed": "of the installed Codex CLI",
    "captured": "the newest this tool was captured against",
}
"""Where a client version comes from, for a person."""


class Composition(Struct, frozen=True):
    """A call that could be made.

    `about` is what the record holds of it beside its answer; `served_from` is the client version
    that the catalogue asks for.
    """

    request: HttpRequest
    model: str
    shape: str
    nonce: str
    about: Mapping[str, Any]
    served_from: str | None = None


class Model(Struct, frozen=True):
    """The model of a call, with its row of the catalogue, and the shape it is asked in."""

    slug: str
    source: str
    entry: Listed | None
    shape: str
    why: str


class CaseInputs(Struct, frozen=True):
    """What a case of recorded exchanges decides of its call.

    Its request is the same each time: there is no nonce, and `session` is made of the case.
    `repeats`: the step has made a call of this model before, whose findings are not repeated.
    """

    model: str | None
    shape: str | None
    session: str
    repeats: bool = False


async def compose(
    ctx: StepContext, bundle: Bundle, prompt: str, case: CaseInputs | None = None
) -> Composition:
    """Put the call together; nothing is spent. Of a case's call the nonce is empty, and not sent.

    Raises:
        StepError: something it needs is not there, or its model may not be called by itself.
    """
    _look_at_the_client(ctx)
    model = await settle_model(ctx, bundle, case)
    if model.shape == INSTALLED:
        return await installed_call(ctx, bundle, model, prompt, case=case)
    shape = SHAPES[model.shape]
    instructions = await instructions_for(ctx, model.slug, shape.name)
    nonce = "" if case is not None else await ctx.perform(Draw("nonce", "nonce"))
    session = case.session if case is not None else await ctx.perform(Draw("session", "uuid"))
    inputs = CallInputs(
        bundle,
        ctx.config,
        model.slug,
        instructions,
        prompt if case is not None else with_nonce(prompt, nonce),
        session,
        ctx.limits(120.0),
    )
    request = build_call(shape, inputs)
    return Composition(
        request,
        model.slug,
        shape.name,
        nonce,
        _about(ctx, model, ctx.config.client_version),
        _served_from(model),
    )


def _look_at_the_client(ctx: StepContext) -> None:
    """Say that the Codex CLI which was named can't be used; one that nobody named is no loss."""
    problem = ctx.config.installed_problem
    if ctx.config.resolved and ctx.config.codex is not None and problem and ctx.n == 1:
        ctx.finding(
            "codex-cli",
            f"The Codex CLI named by --codex can't be used: {problem}.",
            f"Client version {ctx.config.client_version} is sent without it; correct --codex, "
            "or leave it out.",
        )


async def settle_model(ctx: StepContext, bundle: Bundle, case: CaseInputs | None = None) -> Model:
    """The model and the shape, with the help of the catalogue.

    Raises:
        StepError: nothing names a model and the catalogue lists none, or it lists another.
    """
    named, source = named_model(ctx, case)
    if not ctx.config.resolved:
        return await _as_first_recorded(ctx, bundle, named)
    chosen = await choose_model(ctx, bundle, named, source)
    shape, why = choose_shape(ctx, chosen.slug, case)
    ctx.resources.model, ctx.resources.lite = chosen.slug, shape == "lite"
    entry = chosen.entry
    if case is not None and case.repeats:
        return Model(chosen.slug, chosen.source, entry, shape, why)
    if entry is not None and shape not in (INSTALLED, "lite") and entry.lite:
        ctx.finding(
            "catalogue-shape",
            f"The catalogue asks for Responses-Lite for {chosen.slug}; this call is {why}.",
            "Only where the call is refused: --shape lite, or --shape installed.",
        )
    if entry is not None and shape == "lite" and not entry.lite:
        ctx.finding(
            "catalogue-shape",
            f"The catalogue does not ask for Responses-Lite for {chosen.slug}; this call is {why}.",
            "Only where the call is refused: leave --shape to auto.",
        )
    return Model(chosen.slug, chosen.source, entry, shape, why)


def named_model(ctx: StepContext, case: CaseInputs | None = None) -> tuple[str | None, str]:
    """The model that the option, the step or the runbook names, and which of them; None: none."""
    for value, source in (
        (ctx.config.model, "--model"),
        (case.model if case is not None else None, "the case"),
        (ctx.step.fields.get("model"), "the step"),
        (ctx.config.runbook_model, "the runbook"),
    ):
        if value:
            return str(value), source
    return None, "nobody"


def choose_shape(ctx: StepContext, model: str, case: CaseInputs | None = None) -> tuple[str, str]:
    """The request's shape, and why it is that one."""
    if ctx.config.shape != AUTO:
        return ctx.config.shape, f"{ctx.config.shape}, asked for by --shape"
    if case is not None and case.shape is not None and case.shape != AUTO:
        return case.shape, f"{case.shape}, asked for by the case"
    field = str(ctx.step.fields.get("shape") or AUTO)
    if field != AUTO:
        return field, f"{field}, asked for by the step"
    rows = attestations_for(model, ctx.config.attested)
    if not rows:
        return FALLBACK_SHAPE, f"{FALLBACK_SHAPE}: no shape is attested for {model}"
    return rows[0].shape, rows[0].text()


async def _as_first_recorded(ctx: StepContext, bundle: Bundle, named: str | None) -> Model:
    """The choice as builds made it that did not resolve client and shapes at the start."""
    option = ctx.config.shape
    name = str(ctx.step.fields.get("shape") or option) if option == "classic" else option
    listed = await listed_models(ctx, bundle)
    if named is None:
        fitting = [e.slug for e in listed if name == AUTO or e.lite == (name == "lite")]
        if not fitting:
            raise StepError(
                "not-configured",
                "No model: give --model, or name one in the runbook; "
                "the catalogue lists none that fits.",
            )
        named = fitting[0]
    model = await agree_on_model(ctx, named, listed)
    if name == AUTO:
        name = "lite" if any(e.slug == model and e.lite for e in listed) else "classic"
    # A plain request carries the text in its own field, also to a model that the catalogue
    # marks as lite (served so since 2026-07-13, opencode#36750).
    ctx.resources.lite = name == "lite"
    return Model(model, "", None, name, "")


async def installed_call(
    ctx: StepContext,
    bundle: Bundle,
    model: Model,
    prompt: str,
    nonce: str | None = None,
    *,
    case: CaseInputs | None = None,
) -> Composition:
    """The call as the installed Codex CLI would send it today, captured on loopback.

    Raises:
        StepError: nothing could be captured (`not-configured`).
    """
    captured = await ctx.perform(CaptureClient(ctx.config.codex, model.slug))
    sent, text = captured.request, captured.instructions
    if captured.problem or text is None or sent is None or sent.template is None:
        problem = captured.problem or "its request did not hold the prompt it was given"
        raise StepError(
            "not-configured", f"The installed Codex CLI's shape can't be had: {problem}."
        )
    chosen = ctx.resources.variables.get(INSTRUCTIONS_VARIABLE)
    source = f"the variable {INSTRUCTIONS_VARIABLE}, set in this session"
    if chosen is None:
        chosen, source = text, f"captured from the Codex CLI {captured.version}"
    ctx.evidence("instructions", {"source": source, **chosen.public})
    ctx.resources.sent_instructions = chosen
    version = _version_of(ctx, captured)
    if case is not None:
        word, session, asked = "", case.session, prompt
    else:
        word = nonce if nonce is not None else await ctx.perform(Draw("nonce", "nonce"))
        session = await ctx.perform(Draw("session", "uuid"))
        asked = with_nonce(prompt, word)
    inputs = CallInputs(
        bundle,
        ctx.config,
        model.slug,
        chosen,
        asked,
        session,
        ctx.limits(120.0),
    )
    request = build_installed_call(sent.template, inputs, version)
    about = _about(ctx, model, version) | {
        "captured_version": str(captured.version),
        "template_sha256": str(sent.template_sha256),
    }
    return Composition(request, model.slug, INSTALLED, word, about, _served_from(model))


def _version_of(ctx: StepContext, captured: ClientCapture) -> str:
    """The client version to send with a captured template; a given one wins."""
    if ctx.config.client_source == "installed" and captured.version:
        return captured.version
    return ctx.config.client_version


def _served_from(model: Model) -> str | None:
    return model.entry.minimal_client_version if model.entry is not None else None


def _about(ctx: StepContext, model: Model, version: str) -> dict[str, Any]:
    if not ctx.config.resolved:
        return {}
    return {
        "model_from": model.source,
        "shape_why": model.why,
        "client_version": version,
        "client_version_from": SOURCES.get(ctx.config.client_source, ctx.config.client_source),
    }


def asked_text(request: HttpRequest) -> str:
    """The text of a call's last input, which ends with its nonce."""
    asked = request.json.get("input") if isinstance(request.json, dict) else None
    parts = asked[-1].get("content") if isinstance(asked, list) and asked else None
    return "".join(
        part["text"]
        for part in (parts if isinstance(parts, list) else ())
        if isinstance(part, Mapping) and isinstance(part.get("text"), str)
    )
