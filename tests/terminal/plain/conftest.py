"""The fixtures of `--plain` for its tests on a real terminal."""

from __future__ import annotations

from tests.integration.plain.conftest import world

__all__ = ["world"]
