"""The app: what the command line asked for, help, and the command palette."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from textual import work
from textual.app import SystemCommand
from textual.binding import ActiveBinding
from textual.driver import Driver
from textual.events import Event, Key
from textual.screen import Screen

from smoke_tui.config.settings import Settings
from smoke_tui.structs import Struct, field
from smoke_tui.tui.app_base import AppBase
from smoke_tui.tui.palettes import THEME_WORDS
from smoke_tui.tui.prefetch import load_next
from smoke_tui.tui.screens.base import Page
from smoke_tui.tui.screens.home import HomeScreen

if TYPE_CHECKING:
    from smoke_tui.runbook.model import Runbook


LATEST: Final = 0.1
"""Seconds after which the lists are read at the latest, drawn or not."""


class Goal(Struct, frozen=True):
    """What the command line asked for. Without a runbook or a session: the home screen."""

    runbook: Runbook | None = None
    rehearse: bool = False
    scenario: str | None = None
    session: Path | None = None
    rerun: str | None = None
    keymap: Mapping[str, str] = field(default_factory=dict)


class SmokeApp(AppBase):
    """The home screen lies below everything; a session, a report, a record over it."""

    def __init__(self, settings: Settings, goal: Goal, driver: type[Driver] | None = None) -> None:
        super().__init__(settings, goal.keymap, driver)
        self.goal = goal
        self._home = HomeScreen()
        self.begun = False
        """Whether the lists of the home screen are read, and keys are answered."""
        self._early: list[Key] = []

    def on_mount(self) -> None:
        """Show the home screen."""
        self.set_class(self.settings.on("ascii"), "-ascii")
        self.set_class(self.no_color, "-no-color")
        self.set_keymap(dict(self.goal.keymap))
        self.push_screen(self._home)

    async def on_event(self, event: Event) -> None:
        """Take an event; keys that were typed before there was anything to choose are kept."""
        if isinstance(event, Key) and not self.begun and self.screen is self._home:
            self._early.append(event)
        else:
            await super().on_event(event)

    def on_ready(self) -> None:
        """Go on once the first frame is drawn."""
        self.call_after_refresh(self._begin)
        # Where another screen came over the home screen meanwhile, that one is not drawn again.
        self.set_timer(LATEST, self._begin)

    def _begin(self) -> None:
        """Fill the home screen, and show over it what the command line asked for."""
        if self.begun:
            return
        self._home.begin()
        self.begun = True
        for key in self._early:
            self.post_message(key)
        if self.goal.session is not None:
            from smoke_tui.tui.screens.session import resume

            resume(self, self.goal.session, self.goal.rerun)
        elif self.goal.runbook is not None:
            self._begin_runbook(self.goal.runbook)
        else:
            load_next(self)

    @work
    async def _begin_runbook(self, runbook: Runbook) -> None:
        if self.goal.rehearse:
            from smoke_tui.tui.screens.session import rehearse

            rehearse(self, runbook, self.goal.scenario)
            return
        if isinstance(self.screen, Page):
            from smoke_tui.tui.screens.going_live import go_live

            await go_live(self.screen, runbook, self.settings.get("origin"))

    def action_help(self) -> None:
        """Show the keys of this screen."""
        if isinstance(self.screen, Page):
            from smoke_tui.tui.screens.help import HelpScreen

            self.push_screen(HelpScreen(self.screen, self.changed_keys()))

    def _described(self, active: ActiveBinding) -> str:
        """What a binding's action does, by the first sentence of its documentation."""
        place, _, name = active.binding.action.partition("(")[0].rpartition(".")
        node = self if place == "app" else active.node
        action = getattr(node, f"action_{name}", None)
        if action is None or not action.__module__.startswith("smoke_tui"):
            return ""
        return f"{(action.__doc__ or '').partition('.')[0]}. "

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Yield every action of this screen by name.

        A screenshot is none of them: it would be one of secrets too.
        """
        from smoke_tui.presentation.format import titled
        from smoke_tui.tui.screens.session import SessionScreen

        if isinstance(screen, SessionScreen):
            for choice in screen.choices():
                yield SystemCommand(
                    titled(choice.label),
                    f"Answers the question. Key: {choice.key}",
                    partial(screen.action_choose, choice.key),
                )
        actions: set[str] = set()
        for active in screen.active_bindings.values():
            binding = active.binding
            ours = binding.id is not None and not binding.id.startswith(("scroll.", "list."))
            if ours and active.enabled and binding.description and binding.action not in actions:
                actions.add(binding.action)
                yield SystemCommand(
                    binding.description,
                    f"{self._described(active)}Key: {self.get_key_display(binding)}",
                    partial(self.run_action, binding.action, active.node),
                )
        for name, about in THEME_WORDS.items():
            yield SystemCommand(f"Theme: {name}", about, partial(self.use_theme, name))
