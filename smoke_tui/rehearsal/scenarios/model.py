"""Scenarios of a refused model: retired, missing, or behind a version gate in its three wordings.

Each applies to the default model only: another model, or the required client version, is served.
"""

from __future__ import annotations

from typing import Final

from smoke_tui.rehearsal.provider import replies
from smoke_tui.rehearsal.provider.catalogue import DEFAULT, Version
from smoke_tui.rehearsal.provider.replies import Reply
from smoke_tui.rehearsal.scenarios.scenario import Scenario

RAISED: Final[Version] = (0, 180, 0)
"""A minimum version above every released client."""


def _refused(name: str, sentence: str, reply: Reply, basis: str) -> Scenario:
    return Scenario(name, sentence, basis, refusal=reply, only_model=DEFAULT)


def _gated(name: str, sentence: str, reply: Reply, basis: str) -> Scenario:
    return Scenario(name, sentence, basis, refusal=reply, only_model=DEFAULT, raised=RAISED)


MODEL_ROWS: Final = (
    _refused(
        "model-unsupported",
        "The default model is refused for ChatGPT accounts, though the catalogue lists it.",
        replies.MODEL_UNSUPPORTED,
        "openai/codex#26053; listed and refused: hermes-agent#86288",
    ),
    _gated(
        "client-too-old",
        "The default model asks for a newer client version, in those words.",
        replies.CLIENT_TOO_OLD,
        "multica#8088, SocialGouv/iterion#976",
    ),
    _gated(
        "client-too-old-unsupported",
        "The default model asks for a newer client version, but the answer calls it unsupported; "
        "only the unfiltered catalogue names the version.",
        replies.MODEL_UNSUPPORTED,
        "clodex#271, GCMP#420",
    ),
    _gated(
        "client-too-old-not-found",
        "The default model asks for a newer client version, but the answer is 404; only the "
        "unfiltered catalogue names the version.",
        replies.MODEL_DOES_NOT_EXIST,
        "CLIProxyAPI#6061, oh-my-pi#5108; text of openai/codex#43420",
    ),
    _refused(
        "model-not-found",
        "The backend does not find the default model.",
        replies.MODEL_NOT_FOUND,
        "openai/codex#32528, envelope inferred",
    ),
    Scenario(
        "model-not-found-plain",
        "Lite models are found in the lite shape alone, as it was until July 2026: the real client "
        "is served, a plain request is not.",
        "osaurus PR #1983",
        refusal=replies.MODEL_NOT_FOUND,
        only_plain=True,
    ),
    Scenario(
        "model-unlisted",
        "The catalogue shows a client of today no model at all; a newer one is shown all of them.",
        "constructed from dario#1360, where the list grows with client_version",
        raised=RAISED,
        hides_raised=True,
    ),
)
