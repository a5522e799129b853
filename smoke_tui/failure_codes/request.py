"""Codes of what a request asks for and how it is built."""

from __future__ import annotations

from typing import Final

from smoke_tui.failure_codes.code import Code, NextAction
from smoke_tui.outcomes import Outcome

ROWS: Final = (
    Code(
        "instructions-drift",
        "instructions",
        Outcome.FAIL,
        "the provider",
        what="The provider no longer accepts the base instructions that were sent.",
        remedy="Set the product's instructions variable to the current text and retry once.",
        next_actions=(NextAction.RETRY, NextAction.COMPARE_CLIENT, NextAction.CHANGE_SETTING),
        fallback="automatic",
    ),
    Code(
        "instructions-missing",
        "instructions",
        Outcome.FAIL,
        "us",
        what="The request reached the provider without base instructions.",
        remedy="Check that the instructions variable is not set to a blank value; else correct the "
        "request.",
        next_actions=(NextAction.RETRY, NextAction.COMPARE_CLIENT, NextAction.CHANGE_SETTING),
        fallback="if-blank",
    ),
    Code(
        "shape-rejected",
        "shape",
        Outcome.FAIL,
        "us",
        what="The provider refused the shape of the request.",
        remedy="Compare the request with the real client's; no variable fixes this.",
        next_actions=(NextAction.RETRY, NextAction.COMPARE_CLIENT),
    ),
    Code(
        "lite-shape",
        "shape",
        Outcome.FAIL,
        "us",
        what="The request breaks the contract of the Responses-Lite shape for this model.",
        remedy="Send the lite shape only where the catalogue asks for it; no variable fixes this.",
        next_actions=(NextAction.RETRY, NextAction.COMPARE_CLIENT),
    ),
    Code(
        "model-unsupported",
        "model",
        Outcome.FAIL,
        "the provider",
        what="The model is retired, misspelt or not on this plan.",
        remedy="Choose another model that the catalogue lists (--model).",
        next_actions=(NextAction.RETRY, NextAction.COMPARE_CLIENT, NextAction.CHOOSE_MODEL),
    ),
    Code(
        "client-too-old",
        "model",
        Outcome.FAIL,
        "us",
        what="The provider asks for a newer client version for this model.",
        remedy="Raise the advertised client version or choose an older model (--model).",
        next_actions=(
            NextAction.RETRY,
            NextAction.COMPARE_CLIENT,
            NextAction.CHOOSE_MODEL,
            NextAction.CHANGE_SETTING,
        ),
    ),
    Code(
        "model-not-found",
        "model",
        Outcome.FAIL,
        "the provider",
        what="The provider does not know the model under this name.",
        remedy="Choose another model that the catalogue lists (--model), or try again later.",
        next_actions=(
            NextAction.RETRY,
            NextAction.WAIT,
            NextAction.COMPARE_CLIENT,
            NextAction.CHOOSE_MODEL,
        ),
    ),
    Code(
        "model-unlisted",
        "model",
        Outcome.BLOCKED,
        "us",
        what="The catalogue does not list the model for this client version; nothing was spent.",
        remedy="Choose a model that the catalogue lists (--model), or advertise a newer client "
        "version (--client-version); --unlisted calls it all the same.",
        next_actions=(
            NextAction.RETRY,
            NextAction.COMPARE_CLIENT,
            NextAction.CHOOSE_MODEL,
            NextAction.CHANGE_SETTING,
        ),
    ),
    Code(
        "request-refused",
        "unlisted",
        Outcome.FAIL,
        "the provider",
        what="The provider refused the request in a way nobody has described yet.",
        remedy="Read the raw answer; compare with the real client.",
        next_actions=(NextAction.RETRY, NextAction.COMPARE_CLIENT),
    ),
    Code(
        "redirect-refused",
        "unlisted",
        Outcome.FAIL,
        "the provider",
        what="The answer was a redirect, which was not followed.",
        remedy="Check the address that is configured, or that the runbook names.",
        next_actions=(NextAction.RETRY, NextAction.CHANGE_SETTING),
    ),
)
