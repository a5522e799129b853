"""Keep secrets out of everything that is shown, written and exported.

`Secret` hides one value; `Vault` replaces known values and whatever looks like a secret in bytes,
text, JSON and streams; `clean` makes foreign text safe for a terminal; `scan` searches an export
once more, independently of the redactor.
"""

from __future__ import annotations

from smoke_tui.redaction.leak_scan import Leak, scan
from smoke_tui.redaction.placeholders import placeholders_in
from smoke_tui.redaction.secret import Json, Secret, SecretUnavailableError
from smoke_tui.redaction.terminal import Cleaner, clean, inert_json
from smoke_tui.redaction.vault import StreamRedactor, Vault

__all__ = [
    "Cleaner",
    "Json",
    "Leak",
    "Secret",
    "SecretUnavailableError",
    "StreamRedactor",
    "Vault",
    "clean",
    "inert_json",
    "placeholders_in",
    "scan",
]
