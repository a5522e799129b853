"""One setting is kept in config.toml, and every other line stays as it is."""

from __future__ import annotations

import tomllib

import pytest

from smoke_tui.config.keep import keep_setting, with_setting
from smoke_tui.config.settings import read_settings
from smoke_tui.errors import UsageError

FILE = """# mine
origin = "office"  # at work
theme = "light" # for the sun

[keys]
"home.rehearse" = "R"
theme = "x"
"""


def test_a_key_is_changed_where_it_stands() -> None:
    changed = with_setting(FILE, "theme", "dark")
    assert changed == FILE.replace('theme = "light" # for the sun', 'theme = "dark"')


def test_a_key_is_added_before_the_first_table() -> None:
    without = FILE.replace('theme = "light" # for the sun\n', "")
    changed = with_setting(without, "theme", "dark")
    assert tomllib.loads(changed) == {**tomllib.loads(without), "theme": "dark"}
    assert changed.endswith(without)


@pytest.mark.parametrize(
    "text", ['theme = """\nlight\n"""\n', 'origin = """\ntheme = 1\n"""\n', "origin = \n"]
)
def test_what_can_not_be_changed_alone_is_left(text: str) -> None:
    with pytest.raises(UsageError):
        with_setting(text, "theme", "dark")


def test_what_is_kept_is_read_the_next_time() -> None:
    path = keep_setting("theme", "high-contrast")
    assert read_settings({}).get("theme") == "high-contrast"
    assert path.stat().st_mode & 0o077 in (0, 0o044)
    keep_setting("theme", "light")
    settings = read_settings({})
    assert settings.get("theme") == "light"
    assert settings.source("theme") == str(path)


def test_a_link_is_not_written_through() -> None:
    path = keep_setting("theme", "light")
    real = path.with_name("dotfile")
    path.rename(real)
    path.symlink_to(real)
    with pytest.raises(UsageError, match="link"):
        keep_setting("theme", "dark")
    assert 'theme = "light"' in real.read_text()
