"""The fixtures of `--plain` for its tests on a real terminal."""

from __future__ import annotations

from tests.integration.plain.conftest import landing, world

__all__ = ["landing", "world"]
