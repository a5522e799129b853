"""Spend and quota over time as small plots, with the figures beside them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from textual.content import Content

from smoke_tui.history.trends import Point
from smoke_tui.presentation.format import count, one_line, shorten
from smoke_tui.presentation.marks import MARKS
from smoke_tui.tui.render.content import lines
from smoke_tui.tui.theme import ACCENT, MUTED, STYLES, WARN

BARS: Final = "▁▂▃▄▅▆▇█"


def bars(values: Sequence[float | None], top: float) -> str:
    """A bar a value; a gap where it is not known."""
    if top <= 0:
        return "".join("·" if value is None else BARS[0] for value in values)
    return "".join(
        "·" if value is None else BARS[min(len(BARS) - 1, int(value / top * (len(BARS) - 1) + 0.5))]
        for value in values
    )


def trends(points: Sequence[Point], width: int = 76) -> Content:
    """A plot each for calls, tokens and every quota window, then the sessions themselves."""
    if not points:
        return lines(
            "No session against the provider has been recorded yet.",
            Content.styled("Rehearsals spend nothing and count nowhere; r shows them.", MUTED),
        )
    calls = [float(p.calls) for p in points]
    tokens = [float(p.tokens) for p in points]
    rows = [
        _plot("calls", calls, f"{sum(calls):.0f} in {count(len(points), 'session')}"),
        _plot("tokens", tokens, f"{sum(tokens):,.0f} in and out"),
    ]
    for minutes in sorted({m for p in points for m in p.limits}):
        values = [p.limits.get(minutes) for p in points]
        last = next(v for v in reversed(values) if v is not None)
        rows.append(_plot(f"{_window(minutes)} quota", values, f"{last:g} % used, last seen", 100))
    unknown = sum(p.unknown_calls for p in points)
    if unknown:
        rows.append(
            Content.styled(f"At least: of {count(unknown, 'call')} the cost is not known.", WARN)
        )
    rows += [
        Content(""),
        Content.assemble(("Newest first", "bold"), ("   c: calls, t: tokens", MUTED)),
    ]
    rows += [_session(point, width) for point in reversed(points)]
    return lines(*rows)


def _plot(
    name: str, values: Sequence[float | None], words: str, top: float | None = None
) -> Content:
    highest = top if top is not None else max((v for v in values if v is not None), default=0)
    return Content.assemble((f"{name:<12}", MUTED), (bars(values, highest), ACCENT), f"  {words}")


def _session(point: Point, width: int) -> Content:
    """One row: the verdict, the session, what it spent, and as much of the runbook as fits."""
    mark = MARKS.get(point.verdict or "open", MARKS["open"])
    head = f"{mark.glyph} {mark.word:<18}"
    tokens = f"{point.tokens:,}"
    figures = (
        f"{one_line(point.session, 40)}  {point.calls} c {tokens:>{7 if width >= 70 else 0}} t"
    )
    room = width - len(head) - len(figures) - 2
    name = f"  {shorten(one_line(point.runbook, 80), room)}" if room >= 8 else ""
    return Content.assemble((head, STYLES[mark.tone]), figures, (name, MUTED))


def _window(minutes: int) -> str:
    hours = minutes / 60
    return f"{hours:g} h" if hours < 48 else f"{hours / 24:g} d"
