"""What a rehearsal can fail with."""

from __future__ import annotations


class RehearsalError(Exception):
    """The rehearsal itself could not go on; the message is a plain sentence, free of secrets."""
