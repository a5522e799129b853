"""Explain a refused model: retired, or served from a later client version on.

The provider's gate has three texts: "requires a newer version of Codex" (multica#8088), "is not
supported when using Codex with a ChatGPT account" (clodex#271, GCMP#420), and 404
`model_not_found` (CLIProxyAPI#6061, oh-my-pi#5108). The last two are also those of a retirement;
the unfiltered catalogue (`client_version=0.0.0`: zed#62729, hermes-agent#93295) distinguishes them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from smoke_tui.codex.classify import Failure
from smoke_tui.codex.client_versions import is_newer, parse_version
from smoke_tui.structs import Struct, replace
from smoke_tui.world.call_history import EarlierCall

MODEL_CODES: Final = ("model-unsupported", "model-not-found", "client-too-old")
Listing = Mapping[str, Sequence[str]]
"""The listed models, each with its minimum client versions, if it names any."""


class Gate(Struct, frozen=True):
    """The explanation of a refused model: code, required version, reason."""

    code: str
    needs_version: str | None
    why: str


def is_older(sent: str, needed: str) -> bool:
    """Whether a client version is below the needed one; False if either is no version."""
    return is_newer(needed, sent)


def explain_refusal(
    code: str, model: str, sent: str, filtered: Listing | None, unfiltered: Listing | None
) -> Gate:
    """Explain a refusal by both catalogues; None: it could not be read. Pure.

    `code` is the code of the refusal's text, `sent` the client version of the call.
    """
    if code not in MODEL_CODES:
        return Gate(code, None, "")
    listed = next(
        (
            listing[model]
            for listing in (unfiltered, filtered)
            if listing is not None and model in listing
        ),
        None,
    )
    newer = sorted(
        (v for v in listed or () if is_older(sent, v)), key=lambda v: parse_version(v) or ((), ())
    )
    required = newer[0] if newer else None
    if code == "client-too-old":
        return Gate(code, required, "the answer says so")
    if listed is None:
        why = (
            "the catalogue lists it for no client version"
            if unfiltered is not None
            else "no catalogue was to be had for every client version"
        )
        return Gate(code, None, why)
    if required is not None:
        return Gate("client-too-old", required, f"the catalogue lists it from {required} on")
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
    """A refusal that the stack received, with the result of an earlier call of this model. Pure.

    The stack sends a client version of its own, which is not known here: a version that was new
    enough for the call may not be the stack's.
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
    """The failure with the explanation from the catalogues."""
    about = replace(failure.about, model=model, needs_version=gate.needs_version)
    return replace(failure, code=gate.code, about=about)
