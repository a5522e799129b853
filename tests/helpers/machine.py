"""The developer's own environment, for tools that tests install or run; read before any test."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

ENVIRONMENT: Final = dict(os.environ)
HOME: Final = Path.home()
CACHE: Final = Path(os.environ.get("XDG_CACHE_HOME") or HOME / ".cache") / "smoke-tui-tests"
"""What is installed once a machine: versions of the Codex CLI, environments of other Pythons."""
