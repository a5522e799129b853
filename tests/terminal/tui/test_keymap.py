"""Keys of config.toml: checked before the app starts, used, shown with their source."""

from __future__ import annotations

import asyncio
import importlib
import inspect
import pkgutil
from pathlib import Path

import pytest
from textual.binding import Binding
from textual.dom import DOMNode

import smoke_tui.tui
from smoke_tui.config.settings import Settings, Value, read_settings
from smoke_tui.errors import UsageError
from smoke_tui.tui.app import Goal, SmokeApp
from smoke_tui.tui.bindings import PLACES
from smoke_tui.tui.keymap import changeable, keymap
from smoke_tui.tui.screens.base import Page
from smoke_tui.tui.screens.doctor import DoctorScreen
from smoke_tui.tui.screens.home import HomeScreen
from smoke_tui.tui.screens.session import SessionScreen
from smoke_tui.tui.screens.spend import SpendScreen
from smoke_tui.tui.widgets.modals import Choose
from tests.helpers.app_driver import press, screen_text, settings, until
from tests.helpers.events import data_of
from tests.helpers.pty_terminal import Terminal
from tests.helpers.tui_records import run_until


def given(**keys: str) -> Settings:
    """Settings with such keys; `_` stands for the dot of an id."""
    return Settings(
        {}, {name.replace("_", ".", 1): Value(text, "config.toml") for name, text in keys.items()}
    )


def our_classes() -> set[type]:
    found: set[type] = set()
    for module in pkgutil.walk_packages(smoke_tui.tui.__path__, "smoke_tui.tui."):
        found |= {
            cls
            for _, cls in inspect.getmembers(importlib.import_module(module.name), inspect.isclass)
            if issubclass(cls, DOMNode) and cls.__module__.startswith("smoke_tui.")
        }
    return found


def test_every_binding_of_ours_has_an_id_and_an_id_has_one_meaning() -> None:
    meanings: dict[str, set[str]] = {}
    for cls in our_classes():
        for binding in vars(cls).get("BINDINGS", ()):
            assert isinstance(binding, Binding)
            assert binding.id, f"{cls.__name__}: {binding.key}"
            meanings.setdefault(binding.id, set()).add(binding.action.removeprefix("app."))
    assert {name: found for name, found in meanings.items() if len(found) > 1} == {}


def test_the_table_holds_the_bindings_of_every_screen() -> None:
    for screen in our_classes():
        if issubclass(screen, Page) and not screen.__subclasses__():
            ours = [
                cls for cls in reversed(screen.__mro__) if cls.__module__.startswith("smoke_tui.")
            ]
            assert [b for cls in ours for b in vars(cls).get("BINDINGS", ())] in PLACES.values()


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ({"home_reherse": "R"}, "no such binding; did you mean 'home.rehearse'?"),
        ({"nothing": "R"}, "no such binding"),
        ({"answer_y": "R"}, "always keeps its key"),
        ({"session_note": "o"}, "always keeps its key"),
        ({"home_rehearse": "no-key"}, "is no key"),
        ({"home_rehearse": "hyperdrive+r"}, "is no key"),
        ({"home_rehearse": "l"}, "the key 'l' belongs to 'home.live' on the same screen"),
        ({"home_rehearse": "?"}, "belongs to 'app.help'"),
        ({"session_evidence": "y"}, "belongs to 'answer.y'"),
        ({"home_rehearse": "x", "home_live": "x"}, "on the same screen"),
    ],
)
def test_what_can_t_be_is_reported(keys: dict[str, str], words: str) -> None:
    with pytest.raises(UsageError, match=r"config\.toml: ") as error:
        keymap(given(**keys))
    assert words in str(error.value)


def test_what_can_be_is_taken() -> None:
    assert keymap(given(home_rehearse="R", home_live="r,f5", app_help="ctrl+h,!")) == {
        "home.rehearse": "R,shift+r",
        "home.live": "r,f5",
        "app.help": "ctrl+h,exclamation_mark",
    }


def write_keys(folder: Path, text: str) -> None:
    path = folder / "config" / "smoke-tui" / "config.toml"
    path.parent.mkdir(parents=True)
    path.write_text(text, encoding="utf-8")


@pytest.mark.parametrize(
    "text",
    [
        '[keys]\n"home.rehearse" = "R"\n"app.leave" = ["Q", "x"]\n',
        'keys.home.rehearse = "R"\nkeys.app.leave = ["Q", "x"]\n',
    ],
)
def test_the_file_is_read(text: str, tmp_path: Path) -> None:
    write_keys(tmp_path, text)
    read = read_settings({})
    assert {name: value.text for name, value in read.keys.items()} == {
        "home.rehearse": "R",
        "app.leave": "Q,x",
    }
    assert read.keys["app.leave"].source.endswith("config.toml")


@pytest.mark.parametrize(
    "text", ["keys = 1\n", "[keys]\nx = 1\n", "[keys]\nx = []\n", '[keys]\nx = [""]\n']
)
def test_another_form_is_refused(text: str, tmp_path: Path) -> None:
    write_keys(tmp_path, text)
    with pytest.raises(UsageError, match=r"config\.toml: \[keys\]"):
        read_settings({})


def test_a_wrong_id_ends_before_the_screen_is_taken(tmp_path: Path) -> None:
    write_keys(tmp_path, '[keys]\n"home.reherse" = "R"\n')
    with Terminal([], home=tmp_path) as terminal:
        assert terminal.end() == 2
    assert "did you mean 'home.rehearse'?" in " ".join(terminal.words.split())
    assert b"\x1b[?1049h" not in terminal.output


def test_the_keys_work_and_are_shown_with_their_source(tmp_path: Path) -> None:
    chosen = given(home_rehearse="R", home_spend="f5,S", session_evidence="f6", app_theme="T")
    values = {"state-dir": Value(str(tmp_path / "state"), "test")}
    both = Settings(values, chosen.keys)

    async def main() -> None:
        app = SmokeApp(both, Goal(keymap=keymap(both)))
        async with app.run_test(size=(100, 40)) as pilot:
            await until(pilot, lambda: isinstance(app.screen, HomeScreen))
            await until(pilot, lambda: "R Rehearse" in screen_text(app))
            await press(pilot, "r")
            assert isinstance(app.screen, HomeScreen)
            await press(pilot, "R")
            await until(pilot, lambda: isinstance(app.screen, Choose))
            await press(pilot, "escape")
            await press(pilot, "f5")
            assert isinstance(app.screen, SpendScreen)
            await press(pilot, "b")
            await press(pilot, "S")
            assert isinstance(app.screen, SpendScreen)
            await press(pilot, "b")
            await press(pilot, "question_mark")
            shown = screen_text(app)
            for words in (
                "    R                 Rehearse",
                "    f5 S              Spend",
                "    T                 The next theme",
                "changed in config.toml",
            ):
                assert words in shown
            await press(pilot, "escape")
            await press(pilot, "m")
            page = app.screen
            assert isinstance(page, DoctorScreen)
            await press(pilot, "tab")
            # Those that were changed come first, below the settings.
            while "session.evidence" not in screen_text(app):
                await press(pilot, "j")
            assert "f6  from config.toml  Evidence" in screen_text(app)
            await press(pilot, "b")
            walk = SessionScreen(run_until(lambda e: data_of(e).get("kind") == "begin"))
            await app.push_screen(walk)
            await pilot.pause(0.2)
            await press(pilot, "e")
            assert not walk.has_class("-evidence")
            await press(pilot, "f6")
            assert walk.has_class("-evidence")

    asyncio.run(main())


def test_without_the_table_everything_is_as_it_was(tmp_path: Path) -> None:
    assert keymap(settings(tmp_path)) == {}
    known = changeable()
    assert {"home.rehearse", "session.evidence", "record.verify", "app.leave"} <= set(known)
    assert not [name for name in known if name.startswith(("answer.", "modal."))]
    assert {binding.id for place in PLACES.values() for binding in place} > set(known)
