"""Names that options, runbooks and requests share: request shapes and origins of the traffic."""

from __future__ import annotations

from typing import Final

ORIGINS: Final = ("residential", "office", "datacenter", "unknown")
"""Where the traffic of a machine comes from, as the operator declares it."""

AUTO: Final = "auto"
"""The best attested shape for the model."""

INSTALLED: Final = "installed"
"""The shape that the installed Codex CLI sends."""

SHAPES: Final = (AUTO, INSTALLED, "lite", "developer", "classic")
"""What an option or a runbook may ask for as the shape of a call."""

RECORD_MODES: Final = ("none", "once", "new_episodes", "all", "rewrite")
"""How a recording of exchanges goes on from what is recorded already; the default is none."""

THEMES: Final = ("dark", "light", "high-contrast", "colour-blind")
"""The app's colours; the last has none that only some eyes tell apart."""
STEP_ID: Final = r"^[a-z][a-z0-9-]{1,40}$"
"""What the id of a runbook or of a step looks like."""
