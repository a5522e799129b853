"""The help: one screen, and of each command what applies to it."""

from __future__ import annotations

import pytest

from smoke_tui.cli.arguments import SETTINGS, rows, shown_name
from smoke_tui.cli.command import GROUPS
from smoke_tui.cli.command_table import COMMANDS
from smoke_tui.cli.help_text import TOPICS, help_of, program_help

ROWS = rows()


def test_the_programs_help_fits_a_screen_and_names_every_command() -> None:
    text = program_help(80)
    lines = text.splitlines()
    assert len(lines) <= 23, "a shell's prompt has to fit below"
    assert max(map(len, lines)) <= 80
    listed = text.replace(",", " ").split()
    assert all(name in listed for name in COMMANDS)
    assert {row.group for row in ROWS.values()} == set(GROUPS)
    assert 3 <= text.partition("for example:")[2].count("\n  smoke-tui ") <= 4


@pytest.mark.parametrize("name", ROWS)
def test_a_commands_help_lists_its_own_options_and_no_others(name: str) -> None:
    command = ROWS[name]
    text = help_of([name])
    assert text is not None
    words = text.replace(",", " ").replace("[", " ").split()
    own = {a.name for a in command.arguments if not a.positional}
    own |= {SETTINGS[key].name for key in command.settings_for(None)}
    assert all(option in words for option in own)
    left = {line.split()[0] for line in text.splitlines() if line.startswith("  --")}
    everything = {o.name for o in SETTINGS.values()}
    everything |= {a.name for row in ROWS.values() for a in row.arguments if not a.positional}
    assert left & everything <= own
    assert all(example in text for example in command.examples)
    assert "for example:" in text
    assert "exit codes:" in text
    assert max(map(len, text.splitlines())) <= 100


def test_the_help_of_a_word_leaves_the_options_of_the_others_out() -> None:
    lint, accept = help_of(["cassettes", "lint"]), help_of(["cassettes", "accept"])
    assert lint is not None
    assert accept is not None
    assert "--pre-push" in lint
    assert "--cause" not in lint
    assert "--cause" in accept
    assert "--pre-push" not in accept


@pytest.mark.parametrize("name", TOPICS)
def test_a_topic_fits_the_width(name: str) -> None:
    text = help_of([name], 72)
    assert text is not None
    assert max(map(len, text.splitlines())) <= 72


def test_the_settings_topic_says_who_honours_what() -> None:
    text = help_of(["settings"])
    assert text is not None
    of_ledger = text.partition("--ledger-table")[2].partition("for: ")[2].partition("\n\n")[0]
    assert {"spend", "doctor"} <= set(of_ledger.replace(",", " ").split())
    assert "sessions" not in of_ledger


def test_a_phrase_about_a_command_fits_a_list() -> None:
    for name, row in ROWS.items():
        assert len(row.about) <= 60, name
        assert not row.about.endswith("."), name
        assert shown_name(name)
