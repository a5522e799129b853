"""Every format of a report is documented where it is asked for."""

from __future__ import annotations

import pytest

from smoke_tui.cli.command_table import COMMANDS
from smoke_tui.presentation.report.export import FORMATS
from tests.helpers.paths import ROOT


@pytest.mark.parametrize("name", FORMATS)
def test_a_format_is_documented(name: str) -> None:
    (option,) = (a for a in COMMANDS["report"].arguments if "--format" in a.names)
    assert name in option.choices
    assert name in option.help.replace(",", "").split()
    lines = [
        line for line in (ROOT / "README.md").read_text().splitlines() if "report last" in line
    ]
    assert any(name in line.replace(",", "").replace(".", " ").split() for line in lines)
