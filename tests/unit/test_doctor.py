"""What `doctor` says of each setting."""

from __future__ import annotations

from smoke_tui.config.settings import OPTIONS, Settings
from smoke_tui.doctor import default_of


def test_every_setting_has_a_default_in_words() -> None:
    settings = Settings({})
    assert all(default_of(settings, option.name) for option in OPTIONS)
