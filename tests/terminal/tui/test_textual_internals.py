"""What is overridden of Textual's private parts is still there, and still called as it was."""

from __future__ import annotations

import asyncio
import inspect
import re
from pathlib import Path

import pytest
import textual
from rich.segment import Segment
from rich.style import Style
from textual.app import App, ComposeResult
from textual.color import Color
from textual.content import Content
from textual.drivers.linux_driver import LinuxDriver
from textual.worker import WorkerFailed

from smoke_tui.tui.app import Goal, SmokeApp
from smoke_tui.tui.app_base import AppBase
from smoke_tui.tui.screens.session import SessionScreen
from smoke_tui.tui.widgets.footer import footer_row
from smoke_tui.tui.widgets.modals import LatestSize
from smoke_tui.tui.widgets.panel import Panel, ScrollPanel
from tests.helpers.app_driver import settings, settled, until
from tests.helpers.events import data_of
from tests.helpers.tui_records import run_until

OVERRIDDEN = {
    "_handle_exception": "(self, error: 'Exception') -> 'None'",
    "_fatal_error": "(self) -> 'None'",
    "_print_error_renderables": "(self) -> 'None'",
    "panic": "(self, *renderables: 'RenderableType') -> 'None'",
}


@pytest.mark.parametrize("name", OVERRIDDEN)
def test_the_overridden_methods_are_as_they_were(name: str) -> None:
    assert str(inspect.signature(getattr(App, name))) == OVERRIDDEN[name], textual.__version__
    assert name in vars(AppBase)


def test_what_the_overrides_use_is_there() -> None:
    source = inspect.getsource(App._handle_exception) + inspect.getsource(App._fatal_error)
    for used in (
        "_return_code",
        "_exception_event",
        "_exception",
        "_exit_renderables",
        "_close_messages_no_wait",
        "show_locals=True",
    ):
        assert used in source, f"{used} is gone from {textual.__version__}"
    assert "self._file" in inspect.getsource(LinuxDriver.__init__)
    assert "WriterThread(self._file)" in inspect.getsource(LinuxDriver.start_application_mode)


def test_nothing_is_kept_to_be_printed_after_a_crash(tmp_path: Path) -> None:
    app = SmokeApp(settings(tmp_path), Goal())

    async def main() -> None:
        async with app.run_test() as pilot:
            try:
                token = "sk-SENTINEL-" + "0" * 12
                raise RuntimeError(token[:2])
            except RuntimeError as error:
                app._handle_exception(error)
            await pilot.pause()

    with pytest.raises(RuntimeError):
        asyncio.run(main())
    assert app._exit_renderables == []
    assert isinstance(app.crashed, RuntimeError)


def test_a_worker_s_own_error_is_what_is_reported(tmp_path: Path) -> None:
    app = SmokeApp(settings(tmp_path), Goal())

    async def main() -> None:
        async with app.run_test():
            app._handle_exception(WorkerFailed(KeyError("inner")))

    with pytest.raises(KeyError):
        asyncio.run(main())
    assert isinstance(app.crashed, KeyError)


def test_without_colours_the_terminals_own_are_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    app = SmokeApp(settings(tmp_path), Goal())
    painted = [Segment("a word", Style(color="red", bgcolor="blue", bold=True))]
    for line_filter in app.get_line_filters():
        painted = line_filter.apply(painted, Color.parse("black"))
    ((text, style, _),) = painted
    assert text == "a word"
    assert style is not None
    assert style.bold
    assert style.color is not None
    assert style.color.is_default
    assert style.bgcolor is not None
    assert style.bgcolor.is_default


def test_every_action_has_a_name_in_the_palette_and_no_screenshot_is_offered(
    tmp_path: Path,
) -> None:
    async def main() -> list[str]:
        app = SmokeApp(settings(tmp_path), Goal())
        async with app.run_test(size=(100, 30)) as pilot:
            walk = SessionScreen(run_until(lambda e: data_of(e).get("kind") == "begin"))
            await app.push_screen(walk)
            await pilot.pause(0.2)
            return [command.title for command in app.get_system_commands(app.screen)]

    titles = asyncio.run(main())
    assert {
        "Run it",
        "Another step",
        "Evidence",
        "Zoom",
        "Help",
        "Leave",
        "Theme",
        "Leave at once",
    } <= set(titles)
    assert [title for title in titles if title.startswith("Waive ")]
    assert not [title for title in titles if "screen" in title.lower()]


def test_bindings_can_be_remapped_and_few_are_in_the_footer() -> None:
    from textual.binding import Binding

    from smoke_tui.tui.screens.home import HomeScreen
    from smoke_tui.tui.screens.report import ReportScreen

    for screen in (SessionScreen, HomeScreen, ReportScreen):
        bindings = [
            b
            for cls in screen.__mro__
            for b in vars(cls).get("BINDINGS", ())
            if isinstance(b, Binding) and "smoke_tui" in cls.__module__
        ]
        assert all(binding.id for binding in bindings)
        named = {
            b.action: (b.key_display or b.key, b.description, b.key) for b in bindings if b.show
        }
        assert len(named) <= 12


@pytest.mark.parametrize("width", [40, 60, 80, 120])
def test_keys_in_the_last_row_are_apart_and_the_last_one_is_always_there(width: int) -> None:
    keys = [(key, f"Word{key}", key) for key in "abcdefghijkl"]
    row = footer_row(keys, width)
    assert row.cell_length <= width
    shown = row.plain.strip().replace("   ", "  ").split("  ")
    assert shown[0] == "a Worda"
    assert shown[-1] == "l Wordl"
    assert all(re.fullmatch(r"\w Word\w", part) for part in shown)


class TwoPanels(LatestSize[None]):
    DEFAULT_CSS = "ScrollPanel { border: solid; height: 10; width: 30 }"

    def compose(self) -> ComposeResult:
        text = Content("\n".join(map(str, range(40))))
        yield ScrollPanel("first", "First", text)
        yield ScrollPanel("second", "Second", text)


def test_a_widget_learns_of_its_size_though_a_place_was_asked_for() -> None:
    """Between a scroll and the layout Textual then finds nothing changed, and tells nobody."""

    async def main() -> None:
        app = App[None]()
        async with app.run_test(size=(80, 60)) as pilot:
            screen = TwoPanels()
            await app.push_screen(screen)
            first, second = screen.query_one("#first"), screen.query_one("#second")

            def hint() -> str:
                return f"{first.max_scroll_y} more rows: tab, j"

            screen.set_focus(None)
            await until(pilot, lambda: first.border_subtitle == hint())
            second.scroll_to(y=3, animate=False, immediate=True)
            await until(pilot, lambda: screen._compositor._full_map_invalidated)
            before = first.max_scroll_y
            first.styles.height = 19
            while not screen._layout_required:  # noqa: ASYNC110 (a pause would let the layout come)
                await asyncio.sleep(0)
            assert first in screen._compositor.full_map
            assert first.max_scroll_y == before
            await until(pilot, lambda: first.max_scroll_y == before - 9)
            await until(pilot, lambda: first.border_subtitle == hint(), str(first.border_subtitle))

    asyncio.run(main())


class OnePanel(LatestSize[None]):
    def compose(self) -> ComposeResult:
        yield Panel("text", Content("one row"))


def test_a_panel_is_as_high_as_its_newest_text() -> None:
    """Textual keeps the height of a text that it laid out before it took note of the text."""

    async def main() -> None:
        app = App[None]()
        async with app.run_test() as pilot:
            screen = OnePanel()
            await app.push_screen(screen)
            panel = screen.query_one(Panel)
            await until(pilot, lambda: panel.size.height == 1)
            panel.show(Content("three\nrows\nhere"))
            screen._refresh_layout()
            panel.show(Content("now\ntwo"))
            await settled(pilot)
            assert panel.size.height == 2

    asyncio.run(main())
