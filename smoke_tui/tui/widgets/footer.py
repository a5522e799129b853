"""The last row: the keys that mean something on this screen, apart from each other."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content
from textual.screen import Screen
from textual.style import Style

from smoke_tui.tui.theme import KEY
from smoke_tui.tui.widgets.panel import Panel

_GAPS = (3, 2)
"""Cells between two keys: as many where there is room, never fewer than the last."""


def footer_row(keys: Sequence[tuple[str, str, str]], width: int) -> Content:
    """Keys, each with its word and the key to press.

    Where there is no room the last but one go; the last key, which leaves, is always there.
    """
    parts = [
        Content.assemble((shown, KEY), f" {label}").stylize(
            Style.from_meta({"@click": f"app.simulate_key({pressed!r})"})
        )
        for shown, label, pressed in keys
    ]
    while True:
        words = sum(part.cell_length for part in parts)
        for gap in _GAPS:
            if words + gap * (len(parts) - 1) + 2 <= width:
                return Content.assemble(" ", Content(" " * gap).join(parts))
        if len(parts) <= 2:
            return Content.assemble(" ", Content(" " * _GAPS[-1]).join(parts))
        del parts[-2]


class KeyFooter(Panel):
    """Follows the bindings of its screen."""

    def __init__(self) -> None:
        super().__init__("keys")

    def on_mount(self) -> None:
        """Draw the keys, and again whenever others mean something."""
        self.screen.bindings_updated_signal.subscribe(self, self.refresh_keys)

    def on_resize(self) -> None:
        """Draw for the new width."""
        self.refresh_keys(self.screen)

    def refresh_keys(self, screen: Screen[object]) -> None:
        """Draw the keys that mean something now."""
        keys: dict[str, tuple[str, str, str]] = {}
        for active in screen.active_bindings.values():
            binding = active.binding
            if binding.show and active.enabled:
                shown = self.app.get_key_display(binding)
                keys.setdefault(binding.action, (shown, binding.description, binding.key))
        # Help comes first and leaving last, whatever has the focus.
        order = {"app.help": 0, "app.leave": 2}
        ordered = sorted(keys, key=lambda action: order.get(action, 1))
        self.show(footer_row([keys[action] for action in ordered], self.size.width))
