"""The README and the guide: every command is understood, every option and link exists."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from smoke_tui.cli.arguments import SETTINGS, read, rows
from smoke_tui.config.runbook_files import available_ids, packaged
from smoke_tui.rehearsal import list_scenarios
from smoke_tui.tui.keymap import changeable
from tests.helpers.paths import ROOT

GUIDE = ROOT / "smoke_tui" / "guide"
PAGES = (ROOT / "README.md", *sorted(GUIDE.glob("*.md")))
FOREIGN = {"--no-deps", "--no-build-isolation", "--full"}
"""Options of other programs that the pages name."""
MADE = {"my-webhook"}
"""Runbooks that the reader makes."""


def commands(text: str) -> Iterator[list[str]]:
    """The command lines of smoke-tui in the shell blocks and in backticks."""
    blocks = re.findall(r"^```sh\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    lines = [line for block in blocks for line in block.splitlines()]
    lines += re.findall(r"`(smoke-tui [^`…]*)`", text)
    for line in lines:
        for part in line.split("&&"):
            words = shlex.split(part, comments=True)
            if words and words[0].rpartition("/")[2] == "smoke-tui":
                yield words[1:]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_is_understood_and_names_what_there_is(page: Path) -> None:
    ids = {*available_ids(cwd=ROOT, config_dir=None), *MADE}
    scenarios = {name for name, _ in list_scenarios()}
    many = list(commands(page.read_text(encoding="utf-8")))
    assert len(many) >= 3
    for words in many:
        line = read(words)
        if line.help:
            continue
        target = line.values.get("target")
        assert target in {None, "last", *ids}, words
        assert line.values.get("scenario") in {None, *scenarios}, words


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_option_that_is_named_exists(page: Path) -> None:
    names = {option.name for option in SETTINGS.values()} | {"--help", "--version"}
    names |= {a.name for row in rows().values() for a in row.arguments}
    text = re.sub(r"<!--.*?-->", "", page.read_text(encoding="utf-8"))
    named = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", text))
    assert named - FOREIGN <= names


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#]+)\)", page.read_text(encoding="utf-8"))
    assert links or page.parent == GUIDE
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_the_readme_is_short_and_links_every_page() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 220
    assert all(f"(smoke_tui/guide/{page.name})" in text for page in PAGES[1:])
    assert all(f'"{key}"' in text for key in ("home.rehearse",))
    assert "home.rehearse" in changeable()
    assert packaged().is_dir()
