"""`redact`: a filter that takes every secret out of a stream."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

from smoke_tui.config.settings import Settings
from smoke_tui.errors import CommandError
from smoke_tui.outcomes import Exit
from smoke_tui.redaction import Vault

BLOCK = 64 * 1024


def redact(settings: Settings, *, secrets: str | None) -> int:
    """Copy standard input to standard output, redacted as a stream.

    Raises:
        CommandError: --secrets can't be read, or is no JSON list of texts (3).
    """
    vault = Vault()
    if secrets:
        for value in _listed_secrets(Path(secrets)):
            vault.add_value(value, "secret")
    stream = vault.stream()
    out = sys.stdout.buffer
    while piece := os.read(sys.stdin.fileno(), BLOCK):
        out.write(stream.feed(piece))
        out.flush()
    out.write(stream.flush())
    out.flush()
    return Exit.OK


def _listed_secrets(path: Path) -> list[str]:
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise CommandError(Exit.INVALID, f"--secrets {path}: {type(error).__name__}") from None
    if not isinstance(values, list) or not all(isinstance(v, str) and v for v in values):
        raise CommandError(Exit.INVALID, f"--secrets {path}: it has to be a JSON list of texts")
    return values
