"""A refused model: retired, or served from a later client version on.

The provider's gate has three texts: "requires a newer version of Codex" (multica#8088), "is not
supported when using Codex with a ChatGPT account" (clodex#271, GCMP#420), and 404
`model_not_found` (CLIProxyAPI#6061, oh-my-pi#5108). The last two are a retirement's as well; the
catalogue as it is for `client_version=0.0.0`, which lists all models (zed#62729,
hermes-agent#93295), tells them apart.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from smoke_tui.codex.classify import Failure
from smoke_tui.codex.client_versions import is_newer, parse_version
from smoke_tui.world.call_history import EarlierCall

MODEL_CODES: Final = ("model-unsupported", "model-not-found", "client-too-old")
Listing = Mapping[str, Sequence[str]]
"""The listed models, each with its minimal client versions; none where it names none."""


@dataclass(frozen=True, slots=True)
class Gate:
    """What a refusal for the model comes to: its code, from which version on, and why."""

    code: str
    needs_version: str | None
    why: str


def is_older(sent: str, needed: str) -> bool:
    """Whether a client version is below the needed one; False where either is no version."""
    return is_newer(needed, sent)


def explain_refusal(
    code: str, model: str, sent: str, filtered: Listing | None, unfiltered: Listing | None
) -> Gate:
    """What a refusal is, by both listings. Pure; None stands for a listing that was not to be had.

    `code` is that of the refusal's own words, `sent` the client version the call was made with.
    """
    if code not in MODEL_CODES:
        return Gate(code, None, "")
    listed = next(
        (found[model] for found in (unfiltered, filtered) if found is not None and model in found),
        None,
    )
    newer = sorted(
        (v for v in listed or () if is_older(sent, v)), key=lambda v: parse_version(v) or ((), ())
    )
    needs = newer[0] if newer else None
    if code == "client-too-old":
        return Gate(code, needs, "the answer says so")
    if listed is None:
        why = (
            "the catalogue lists it for no client version"
            if unfiltered is not None
            else "no catalogue was to be had for every client version"
        )
        return Gate(code, None, why)
    if needs is not None:
        return Gate("client-too-old", needs, f"the catalogue lists it from {needs} on")
    if filtered is not None and model not in filtered:
        if listed:
            return Gate(
                code,
                None,
                f"the catalogue asks for no more than {sent}, and leaves it out all the same",
            )
        return Gate("client-too-old", None, f"the catalogue lists it, but not for {sent}")
    return Gate(code, None, "the catalogue lists it, so that the account may not have it yet")


def stack_refusal(failure: Failure, model: str | None, earlier: EarlierCall | None) -> Failure:
    """A refusal for the model that the stack met, with what an earlier call learnt of it. Pure.

    The stack advertises a client version of its own, which nobody here knows: a version that was
    good enough for the call may not be that of the stack.
    """
    if failure.code not in MODEL_CODES:
        return failure
    about = replace(failure.about, model=failure.about.model or model, asked_by="the stack")
    if earlier is None:
        return replace(failure, about=about)
    if earlier.code == "client-too-old":
        return replace(
            failure, code=earlier.code, about=replace(about, needs_version=earlier.needs)
        )
    if earlier.code is None:
        needs = earlier.served_from
        return replace(failure, about=replace(about, served_to=earlier.sent, needs_version=needs))
    return replace(failure, about=about)


def with_gate(failure: Failure, gate: Gate, model: str) -> Failure:
    """The failure with what the listings say of it."""
    about = replace(failure.about, model=model, needs_version=gate.needs_version)
    return replace(failure, code=gate.code, about=about)
