"""`--ascii` for everything that a command prints: other characters become ASCII ones."""

from __future__ import annotations

import codecs
import io
import sys
from typing import Final

from smoke_tui.presentation.marks import ascii_text

_NAME: Final = "smoke-tui-ascii"


def print_plain_characters() -> None:
    """From now on, write ASCII alone to standard output and standard error."""
    codecs.register_error(_NAME, _replaced)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="ascii", errors=_NAME)


def _replaced(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return ascii_text(error.object[error.start : error.end]), error.end
