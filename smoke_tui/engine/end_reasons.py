"""Summaries of steps that the engine ended itself."""

from __future__ import annotations

PROOF_STAYS = (
    "This step is what the session is for (proof = true) and can't be waived; leave it "
    "undone, and the session is incomplete."
)
BROKEN_OFF = "Broken off: the program ended while it ran."
INTERRUPTED = {
    "interrupted": "The operator stopped the step.",
    "service-died": "A service that this step needs died while it ran.",
}
