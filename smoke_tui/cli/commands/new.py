"""`new`: a starter of one's own, from a template."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from smoke_tui.config.settings import Settings
from smoke_tui.errors import UsageError
from smoke_tui.outcomes import Exit
from smoke_tui.redaction import clean


def new(settings: Settings, *, name: str, template: str | None) -> int:
    """Make something new from a template.

    Raises:
        UsageError: there is no such template, or the name can't be used.
        CommandError: it can't be written (4).
    """
    make = _TEMPLATES.get(template or "")
    if make is None:
        raise UsageError(f"--from: give one of {', '.join(_TEMPLATES)}, got {template!r}")
    return make(name)


def _golden(name: str) -> int:
    from smoke_tui.world.goldens.new_pack import new_pack

    pack = new_pack(name, cwd=Path.cwd())
    for path in sorted(pack.path.iterdir()):
        print(clean(f"{pack.shown}/{path.name}", keep_newlines=False))
    shown = pack.shown if "/" in name else pack.name
    print(clean(f"next: change both inputs, then smoke-tui golden {shown} --update"))
    return Exit.OK


_TEMPLATES: Final[Mapping[str, Callable[[str], int]]] = {"golden": _golden}
"""What can be made, by the value of --from."""
