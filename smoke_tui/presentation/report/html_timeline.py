"""Timeline of tries as SVG bars: one strip per step, waits for the operator apart."""

from __future__ import annotations

from typing import Final
from xml.etree.ElementTree import Element

from smoke_tui.journal.state import State, StepState, Try
from smoke_tui.outcomes import GOOD_OUTCOMES
from smoke_tui.presentation.format import count, duration, excerpt
from smoke_tui.presentation.report.html_builder import Node, tag
from smoke_tui.presentation.step_names import number_of, title_of
from smoke_tui.runbook.model import Runbook

WIDE: Final = 1000
"""Units from the start of the session to its end."""

_THIN: Final = 4
MOST_BARS: Final = 100

_SHAPES: Final = {"pass": (2, 6), "bad": (0, 10), "open": (1, 8), "wait": (3, 4)}
"""Top and height of a bar's kind: kinds differ without colours, too."""

_LEGEND: Final = (
    ("pass", "passed"),
    ("bad", "did not pass"),
    ("open", "no end recorded"),
    ("wait", "waiting for the operator"),
)


def timeline(runbook: Runbook, state: State) -> list[Node]:
    """Return the strips with a legend and a scale; empty if nothing was tried."""
    total = max(state.closed.ms if state.closed else state.now_ms, 1)
    tried = [state.steps[name] for name in state.order if state.steps[name].tries]
    if not tried:
        return []
    return [
        tag("p", *_legend(), class_="legend"),
        tag(
            "ol",
            *(
                tag(
                    "li",
                    tag("span", _name(runbook, step_state.id), class_="name"),
                    _strip(state, step_state, total),
                )
                for step_state in tried
            ),
            class_="strips",
        ),
        tag(
            "p",
            tag("span", "0 s"),
            tag("span", duration(total)),
            class_="scale",
            aria_hidden="true",
        ),
    ]


def _name(runbook: Runbook, step_id: str) -> str:
    step = next((step for step in runbook.steps if step.id == step_id), None)
    return f"{number_of(runbook, step)}. {title_of(step)}" if step is not None else step_id


def _legend() -> list[Node]:
    return [
        tag(
            "span",
            tag(
                "svg",
                _bar("0", WIDE, kind),
                viewBox=f"0 0 {WIDE} 10",
                class_="key",
                preserveAspectRatio="none",
                aria_hidden="true",
            ),
            label,
        )
        for kind, label in _LEGEND
    ]


def _strip(state: State, step_state: StepState, total: int) -> Element:
    tries = step_state.tries[-MOST_BARS:]
    waits = [(begun, ended) for step, begun, ended in state.waits if step == step_state.id]
    bars = [
        _span(
            attempt.started,
            attempt.ended if attempt.ended is not None else total,
            total,
            kind_of(step_state, attempt),
        )
        for attempt in tries
    ]
    bars += [_span(begun, ended, total, "wait") for begun, ended in waits[-MOST_BARS:]]
    return tag(
        "svg",
        tag("title", strip_text(step_state, waits, total)),
        *bars,
        role="img",
        viewBox=f"0 0 {WIDE} 10",
        preserveAspectRatio="none",
        class_="strip",
    )


def _span(begun: int, ended: int, total: int, kind: str) -> Element:
    left = min(begun * WIDE // total, WIDE - _THIN)
    width = min(max(_THIN, (ended - begun) * WIDE // total), WIDE - left)
    return _bar(str(left), width, kind)


def _bar(left: str, width: int, kind: str) -> Element:
    top, height = _SHAPES[kind]
    return tag("rect", x=left, y=top, width=width, height=height, class_=kind)


def kind_of(step_state: StepState, attempt: Try) -> str:
    """Return the kind of bar of a try."""
    if attempt.ended is None:
        return "open"
    bad = (
        attempt.code is not None
        or attempt.error
        or (attempt is step_state.tries[-1] and step_state.outcome not in (*GOOD_OUTCOMES, None))
    )
    return "bad" if bad else "pass"


def strip_text(step_state: StepState, waits: list[tuple[int, int]], total: int) -> str:
    """Describe a strip in words."""
    parts = []
    for attempt in step_state.tries[-20:]:
        end = "no end recorded" if attempt.ended is None else f"to {duration(attempt.ended)}"
        code = f", {excerpt(attempt.code, 60)}" if attempt.code else ""
        parts.append(f"try {attempt.n} from {duration(attempt.started)} {end}{code}")
    if waits:
        waited = duration(sum(ended - begun for begun, ended in waits))
        parts.append(f"the operator was waited for {count(len(waits), 'time')}, {waited} together")
    return f"{step_state.id} of {duration(total)}: {'; '.join(parts)}"
