"""A row of keys with their words."""

from __future__ import annotations

from textual.content import Content
from textual.style import Style

from smoke_tui.tui.theme import KEY

Keys = list[tuple[str, str, str]]
"""As shown, what it does, and the key itself ("proceed": enter)."""


def key_row(keys: Keys, width: int = 200) -> Content:
    """Keys with their words, in as many rows as it takes; each can be clicked."""
    rows: list[list[Content]] = [[]]
    room = width
    for shown, label, key in keys:
        pressed = "enter" if key == "proceed" else key
        meta = Style.from_meta({"@click": f"app.simulate_key({pressed!r})"})
        part = Content.assemble((shown, KEY), f" {label}").stylize(meta)
        if part.cell_length > room and rows[-1]:
            rows.append([])
            room = width
        rows[-1].append(part)
        room -= part.cell_length + 3
    return Content("\n").join(Content("   ").join(row) for row in rows)
