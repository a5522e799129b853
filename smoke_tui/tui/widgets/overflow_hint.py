"""What does not fit says so: in the frame around it, by how much, and which key shows it."""

from __future__ import annotations

from textual.widget import Widget

from smoke_tui.presentation.format import count


def frame_of(widget: Widget) -> Widget | None:
    """The frame around a widget: its own, else that of the box it stands in."""
    for one in widget.ancestors_with_self:
        if isinstance(one, Widget) and one.styles.border_bottom[0] not in ("", "none"):
            return one
    return None


def tell_below(widget: Widget, keys: str) -> None:
    """Say how many rows there are below those in sight."""
    below = round(widget.max_scroll_y - widget.scroll_offset.y)
    _tell(widget, f"{count(below, 'more row')}: {keys}" if below > 0 else "")


def tell_place(widget: Widget, at: int | None, most: int) -> None:
    """Say which of how many is chosen, where not all of them are in sight."""
    _tell(widget, f"{(at or 0) + 1} of {most}" if widget.max_scroll_y > 0 else "")


def _tell(widget: Widget, words: str) -> None:
    frame = frame_of(widget)
    if frame is not None and frame.border_subtitle != words:
        frame.border_subtitle = words
