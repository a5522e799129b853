"""Keep secrets out of everything that is shown, written and exported.

`Secret` hides one value; `Vault` replaces known values and whatever looks like a secret in bytes,
text, JSON and streams; `clean` makes foreign text safe for a terminal; `scan` searches an export
once more, independently of the redactor.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from smoke_tui.redaction.leak_scan import Leak, scan
    from smoke_tui.redaction.placeholders import placeholders_in
    from smoke_tui.redaction.secret import Json, Secret, SecretUnavailableError
    from smoke_tui.redaction.terminal import Cleaner, clean, inert_json
    from smoke_tui.redaction.vault import StreamRedactor, Vault
else:
    _MODULES = {
        "leak_scan": ("Leak", "scan"),
        "placeholders": ("placeholders_in",),
        "secret": ("Json", "Secret", "SecretUnavailableError"),
        "terminal": ("Cleaner", "clean", "inert_json"),
        "vault": ("StreamRedactor", "Vault"),
    }
    _PLACES = {name: module for module, names in _MODULES.items() for name in names}

    def __getattr__(name):
        """Load what is asked for: most callers need a module of them, not the vault."""
        if name not in _PLACES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value = getattr(import_module(f"{__name__}.{_PLACES[name]}"), name)
        globals()[name] = value
        return value


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
