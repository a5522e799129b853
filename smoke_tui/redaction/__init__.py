"""Keeping secrets out of what is shown, written and exported.

`Secret` hides one value, `Vault` replaces known values and secret shapes in bytes, text, JSON and
streams, `clean` makes foreign text safe for a terminal, and `scan` looks once more, on its own.
"""

from __future__ import annotations

from smoke_tui.redaction.leak_scan import Leak, scan
from smoke_tui.redaction.placeholders import placeholders_in
from smoke_tui.redaction.secret import Json, Secret, SecretUnavailable
from smoke_tui.redaction.terminal import Cleaner, clean
from smoke_tui.redaction.vault import StreamRedactor, Vault

__all__ = [
    "Cleaner",
    "Json",
    "Leak",
    "Secret",
    "SecretUnavailable",
    "StreamRedactor",
    "Vault",
    "clean",
    "placeholders_in",
    "scan",
]
