"""Folders of the repository that tests read."""

from __future__ import annotations

from pathlib import Path
from typing import Final

TESTS: Final = Path(__file__).parents[1]
ROOT: Final = TESTS.parent
TUI_RECORDS: Final = TESTS / "terminal/tui/records"
"""Session folders that the screens' goldens are drawn from."""

GALLERY: Final = TESTS / "terminal/tui/gallery"
"""The pictures of the README."""

RECORDS_OF_RULES_1: Final = sorted((TESTS / "sessions/records_of_rules_1").glob("*.smoke"))
RECORDS_OF_RULES_2: Final = sorted((TESTS / "sessions/records_of_rules_2").glob("*.smoke"))
RECORDS_OF_RULES_3: Final = sorted((TESTS / "sessions/records_of_rules_3").glob("*.smoke"))
"""Archives that builds with older `rules` recorded."""
