"""Choose the model of a call: the named one if it is listed, else the first listed one.

An unlisted model is called only if the operator or the command line insists.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from smoke_tui.codex.answer_details import AnswerDetails
from smoke_tui.codex.bundle import Bundle
from smoke_tui.codex.catalogue import Listed, as_answer, catalogue_request, read_catalogue
from smoke_tui.codex.classify import Failure, classify
from smoke_tui.codex.client_versions import UNFILTERED, is_newer
from smoke_tui.codex.refresh import refreshable
from smoke_tui.config.questions import Verb
from smoke_tui.redaction import clean
from smoke_tui.structs import Struct
from smoke_tui.world.context import StepContext
from smoke_tui.world.requests.http import Exchange
from smoke_tui.world.requests.operator import Question
from smoke_tui.world.resources import StepError

MAX_NAMED: Final = 12
_GENERAL: Final = ("request-refused", "shape-rejected", "redirect-refused", "stream-malformed")
"""Codes of a catalogue response that concern neither credential, edge nor network."""


class ChosenModel(Struct, frozen=True):
    """The model of a call; `source` is who chose it, `entry` its row of the catalogue."""

    slug: str
    source: str
    entry: Listed | None


async def choose_model(
    ctx: StepContext, bundle: Bundle, named: str | None, source: str
) -> ChosenModel:
    """Choose a model before anything is spent.

    Raises:
        StepError: `model-unlisted` where nobody may decide, `not-configured` where nothing names a
            model, or what kept the catalogue from answering.
    """
    exchange = await ctx.perform(catalogue_request(ctx.config, bundle))
    listed = read_catalogue(exchange)
    if listed is None:
        return await _without_catalogue(ctx, bundle, exchange, named, source)
    usable = [entry for entry in listed if entry.served_to(ctx.config.client_version)]
    kept = (
        ctx.resources.model
        if ctx.attempt.cause in ("retry", "refresh", "return", "resume")
        else None
    )
    if kept is not None:
        # The same call once more: whoever chose its model is not asked again.
        return ChosenModel(kept, "the try before", _entry(listed, kept))
    refused = ctx.attempt.refused_models
    if named is None:
        return await _first(ctx, bundle, usable, refused)
    entry = _entry(usable, named)
    before = ctx.resources.model
    if entry is None and before is not None and before not in refused and _entry(usable, before):
        return ChosenModel(before, "the call before", _entry(usable, before))
    if entry is not None and named in refused and ctx.attempt.cause == "again":
        why = f"{named} was refused before ({refused[named]})."
        slug = await _ask(ctx, why, named, usable)
        return (
            ChosenModel(named, source, entry)
            if slug in (None, named)
            else _by_operator(usable, slug)
        )
    if entry is not None:
        return ChosenModel(named, source, entry)
    return await _unlisted(ctx, bundle, named, source, listed, usable)


async def _first(
    ctx: StepContext, bundle: Bundle, usable: Sequence[Listed], refused: Mapping[str, str]
) -> ChosenModel:
    """Nothing names a model: the first listed one that was not refused in this session."""
    if not usable:
        everything = await unfiltered(ctx, bundle)
        reason, remedy = explain_unlisted(None, ctx.config.client_version, everything, ())
        raise StepError(
            "model-unlisted",
            f"{reason} {remedy}",
            about=_about_unlisted(
                None, ctx.config.client_version, lowest_minimum(everything or ())
            ),
        )
    kept = _entry(usable, ctx.resources.model or "")
    fresh = next(
        (entry for entry in (kept, *usable) if entry is not None and entry.slug not in refused),
        None,
    )
    last = list(refused)[-1] if refused else None
    if last is not None and ctx.attempt.cause == "again":
        slug = await _ask(ctx, f"{last} was refused before ({refused[last]}).", last, usable)
        if slug is not None:
            return _by_operator(usable, slug)
    chosen = fresh or usable[0]
    source = "the call before" if chosen is kept else "the catalogue's first"
    return ChosenModel(chosen.slug, f"{source} that was not refused" if refused else source, chosen)


async def _unlisted(
    ctx: StepContext,
    bundle: Bundle,
    named: str,
    source: str,
    listed: Sequence[Listed],
    usable: Sequence[Listed],
) -> ChosenModel:
    """A model that the catalogue does not list, or not for this client's version."""
    everything = tuple(listed) if _entry(listed, named) else await unfiltered(ctx, bundle)
    reason, remedy = explain_unlisted(named, ctx.config.client_version, everything, usable)
    ctx.finding("model-not-listed", reason, remedy)
    if ctx.config.unlisted:
        return ChosenModel(named, f"{source}, --unlisted", _entry(everything or (), named))
    slug = await _ask(ctx, reason, named, usable)
    if slug is None:
        entry = _entry(everything or (), named)
        raise StepError(
            "model-unlisted",
            f"{reason} {remedy}",
            about=_about_unlisted(
                named, ctx.config.client_version, entry.minimal_client_version if entry else None
            ),
        )
    if slug == named:
        return ChosenModel(named, "the operator, who insists", _entry(everything or (), named))
    return _by_operator(usable, slug)


async def _without_catalogue(
    ctx: StepContext, bundle: Bundle, exchange: Exchange, named: str | None, source: str
) -> ChosenModel:
    """The catalogue can't be read: a named model is called without it, none is an end."""
    broken = exchange.status != 200 or exchange.error or exchange.json() is None
    failure = classify(as_answer(exchange)) if broken else None
    why = failure.message if failure else "its answer is no list of models"
    if failure is not None and failure.code == "intercepted":
        # Something in between has answered: the call would only hand it the token once more.
        raise _end_of(ctx, bundle, exchange, failure)
    if named is None and ctx.resources.model is not None:
        named, source = ctx.resources.model, "the call before"
    if named is not None:
        ctx.finding(
            "catalogue-unreadable",
            f"The model catalogue could not be read ({why}); {named} is asked for without it.",
            "Look at the exchange; the call itself decides.",
        )
        return ChosenModel(named, source, None)
    if failure is not None and failure.code not in _GENERAL:
        raise _end_of(ctx, bundle, exchange, failure)
    slug = await _ask(ctx, f"The model catalogue could not be read ({why}).", None, ())
    if slug is None:
        raise StepError(
            "not-configured",
            f"No model is named, and the catalogue could not be read ({why}): give --model.",
        )
    return ChosenModel(slug, "the operator", None)


def _end_of(ctx: StepContext, bundle: Bundle, exchange: Exchange, failure: Failure) -> StepError:
    """The step's end by what the catalogue answered: the call would be answered alike."""
    return StepError(
        failure.code,
        f"Before the call, the catalogue: {failure.message}",
        status=exchange.status,
        headers=[list(pair) for pair in exchange.headers],
        error=exchange.error,
        body_sha256=exchange.digest,
        **failure.observed(),
        fresh=bundle.fresh(ctx.now),
        refreshable=refreshable(
            ctx.config,
            bundle,
            handed_over=ctx.resources.handed_over,
            refreshed=ctx.resources.refreshed,
        ),
    )


async def unfiltered(ctx: StepContext, bundle: Bundle) -> tuple[Listed, ...] | None:
    """The catalogue of all client versions, asked for once in a try; None: it can't be read."""
    if UNFILTERED not in ctx.asked_once:
        ctx.asked_once[UNFILTERED] = await ctx.perform(
            catalogue_request(ctx.config, bundle, UNFILTERED)
        )
    return read_catalogue(ctx.asked_once[UNFILTERED])


def _about_unlisted(model: str | None, sent: str, minimum: str | None) -> dict[str, str | int]:
    """Details of an unlisted model for the journal."""
    needs = minimum if minimum is not None and is_newer(minimum, sent) else None
    about = AnswerDetails(model=_short(model) if model else None, needs_version=needs)
    return about.to_json()


def explain_unlisted(
    model: str | None,
    version: str,
    everything: Sequence[Listed] | None,
    usable: Sequence[Listed],
) -> tuple[str, str]:
    """Reason and remedy for a model (None: any) that is not listed for a client version.

    `everything` is the catalogue of all versions, None if it could not be read.
    """
    choose = f"Choose one that is listed with --model ({_named(usable)})." if usable else ""
    if model is None:
        lowest = lowest_minimum(everything or ())
        if lowest is not None and is_newer(lowest, version):
            return (
                f"The catalogue lists no model for client version {version}; the first are "
                f"served from {lowest} on.",
                suggest_newer_client(lowest),
            )
        return (
            f"The catalogue lists no model for client version {version}.",
            "Check the account's plan, or give --model with --unlisted.",
        )
    entry = _entry(everything or (), model)
    if entry is None:
        place = (
            "in no catalogue of this account"
            if everything is not None
            else f"not in the catalogue for client version {version}"
        )
        return (
            f"{model} is {place}: retired, misspelt, or not on this plan.",
            choose or "Check the account's plan.",
        )
    minimum = entry.minimal_client_version
    if minimum is not None and is_newer(minimum, version):
        return (
            f"{model} is served from {minimum} on; this session sends {version}.",
            suggest_newer_client(minimum),
        )
    return (
        f"{model} is in the catalogue of other client versions, and not in that of {version}.",
        "Install the newest Codex CLI, or give another --client-version.",
    )


def minimum_versions(listed: Sequence[Listed] | None) -> dict[str, tuple[str, ...]] | None:
    """The listed models with their minimal client versions, as `version_gate` takes them."""
    if listed is None:
        return None
    return {e.slug: (e.minimal_client_version,) if e.minimal_client_version else () for e in listed}


def suggest_models(model: str, version: str, everything: Sequence[Listed] | None) -> str:
    """A remedy for a refused model that no newer client version would get."""
    usable = [each for each in everything or () if each.served_to(version) and each.slug != model]
    return f"Try another model ({_named(usable)})." if usable else "Try again later."


def suggest_newer_client(minimum: str) -> str:
    """A remedy if a newer client version is required."""
    return f"Install a newer Codex CLI or give --client-version {minimum}."


def lowest_minimum(listed: Sequence[Listed]) -> str | None:
    """The lowest client version for which any model is served."""
    lowest: str | None = None
    for entry in listed:
        minimum = entry.minimal_client_version
        if minimum is not None and (lowest is None or is_newer(lowest, minimum)):
            lowest = minimum
    return lowest


def _named(listed: Sequence[Listed]) -> str:
    names = ", ".join(_short(entry.slug) for entry in listed[:MAX_NAMED])
    return names + (f" and {len(listed) - MAX_NAMED} more" if len(listed) > MAX_NAMED else "")


def _short(slug: str) -> str:
    return clean(slug)[:80]


def _entry(listed: Sequence[Listed], slug: str) -> Listed | None:
    return next((entry for entry in listed if entry.slug == slug), None)


def _by_operator(usable: Sequence[Listed], slug: str) -> ChosenModel:
    return ChosenModel(slug, "the operator", _entry(usable, slug))


async def _ask(
    ctx: StepContext, why: str, wanted: str | None, usable: Sequence[Listed]
) -> str | None:
    """The operator's choice; None where nobody is here. What was refused is offered last."""
    refused = ctx.attempt.refused_models
    slugs = [entry.slug for entry in usable]
    offered = [slug for slug in slugs if slug not in refused and slug != wanted]
    offered += [slug for slug in slugs if slug not in offered]
    try:
        answer = await ctx.ask(
            Question(
                "model",
                f"{why} Which model should be asked?",
                {
                    "wanted": wanted,
                    "listed": offered,
                    "refused": [slug for slug in offered if slug in refused],
                },
            )
        )
    except StepError as end:
        if end.code != "needs-operator":
            raise
        return None
    if answer.do == Verb.USE and str(answer.model or "").strip():
        return str(answer.model).strip()
    return wanted
